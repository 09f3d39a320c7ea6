import { readFileSync } from "node:fs";
import { startProgram } from "#lib/setup/processes";
import { recordProgram } from "#lib/setup/read-record";
import { againstLedger, type QmsRecord } from "../support/qms-ledger.ts";
import { run } from "../support/run.ts";
import type { Made, Told } from "./ledger.ts";
import type { Stage } from "./stage.ts";

/** What has to be nothing, each counted from what lies outside of what was killed. */
export type Counts = {
  "I1 acknowledged and not stored": number;
  "I2 a command with two effects or two answers": number;
  "I3 an entry not routed, or routed from nothing": number;
  "I4 not exactly once at the QMS": number;
  "I5 out of order at the QMS": number;
  "I5 a tablet's acts on a unit out of its order": number;
  "I6 the record does not verify": number;
  "I7 commands that never ended": number;
  "I8 gaps in a tablet's count": number;
};

export type Work = { made: number; sent: number; applied: number; notApplied: number };

export async function counted(stage: Stage): Promise<{ counts: Counts; work: Work }> {
  const ledger = stage.ledger.read();
  const final = ledger.told.filter(({ verdict }) => verdict !== "retry_later");
  const answered = new Map(final.map((told) => [told.id, told]));
  const applied = [...answered.values()].filter(({ verdict }) => verdict === "applied");
  const counts: Counts = {
    "I1 acknowledged and not stored": await lost(stage, final),
    "I2 a command with two effects or two answers": await twice(stage, final, applied),
    "I3 an entry not routed, or routed from nothing": await unrouted(stage),
    ...(await atTheQms(stage)),
    "I6 the record does not verify": await unverified(stage),
    "I5 a tablet's acts on a unit out of its order": await turnedRound(stage, ledger.made),
    "I7 commands that never ended": ledger.made.filter(({ id }) => !answered.has(id)).length,
    "I8 gaps in a tablet's count": await gaps(stage, ledger.made),
  };
  const work = {
    made: ledger.made.length,
    sent: ledger.sent,
    applied: applied.length,
    notApplied: answered.size - applied.length,
  };
  return { counts, work };
}

async function lost(stage: Stage, final: readonly Told[]): Promise<number> {
  const ids = [...new Set(final.map(({ id }) => id))];
  const [row] = await stage.look<{ count: number }>(
    `select count(*)::int as count from unnest($1::uuid[]) as told(id)
      where not exists (select from receipts r where r.command_id = told.id)
         or not exists (select from entries e where e.command_id = told.id)`,
    [ids],
  );
  return row?.count ?? ids.length;
}

/** Neighbors among a tablet's entries on one unit that stand the other way round than it made them. */
async function turnedRound(stage: Stage, made: readonly Made[]): Promise<number> {
  const place = new Map(made.map(({ id }, at) => [id, at]));
  const entries = await stage.look<{ id: string; stream: string; device: string }>(
    `select command_id as id, stream_id as stream, device_id as device from entries
      where command_id = any($1::uuid[]) order by stream_id, device_id, seq`,
    [[...place.keys()]],
  );
  return entries.filter(({ id, stream, device }, at) => {
    const before = entries[at - 1];
    if (before?.stream !== stream || before.device !== device) return false;
    return (place.get(before.id) ?? 0) > (place.get(id) ?? 0);
  }).length;
}

/** The server has counted as many acts of each tablet as it made, and never saw one missing. */
async function gaps(stage: Stage, made: readonly Made[]): Promise<number> {
  const count = new Map<string, number>();
  for (const { by } of made) count.set(by, (count.get(by) ?? 0) + 1);
  const seen = await stage.look<{ id: string; last: number; gaps: number }>(
    `select d.id, d.last_seq as last,
       (select count(*) from entries e where e.stream_id = d.id and e.type = 'device.gap')::int as gaps
       from devices d where d.id = any($1::uuid[])`,
    [[...count.keys()]],
  );
  return seen.reduce(
    (sum, { id, last, gaps: told }) => sum + told + Math.abs((count.get(id) ?? 0) - last),
    count.size - seen.length,
  );
}

/** Entries of a command beyond those that its answer names, and commands that were answered in two ways. */
async function twice(
  stage: Stage,
  final: readonly Told[],
  applied: readonly Told[],
): Promise<number> {
  const answers = new Map<string, Set<string>>();
  for (const { id, verdict, said } of final)
    answers.set(id, (answers.get(id) ?? new Set()).add(`${verdict} ${said}`));
  const rows = await stage.look<{ id: string; count: number }>(
    "select command_id as id, count(*)::int as count from entries where command_id = any($1::uuid[]) group by 1",
    [applied.map(({ id }) => id)],
  );
  const stored = new Map(rows.map(({ id, count }) => [id, count]));
  const effects = applied.filter(({ id, entries }) => stored.get(id) !== entries).length;
  return effects + [...answers.values()].filter(({ size }) => size > 1).length;
}

/**
 * Entries about defects that no rule has decided on, entries that nobody takes, and messages of entries that aren't
 * there. What a poll of the QMS has just written waits for a moment, too: half a minute is none.
 */
async function unrouted(stage: Stage): Promise<number> {
  const [row] = await stage.look<{ count: number }>(
    `select (
       (select count(*) from routing_queue q join entries e on e.stream_id = q.stream_id and e.seq = q.seq
         where e.recorded_at < clock_timestamp() - interval '30 seconds')
       + (select count(*) from entries e where e.site_id = $1 and e.type in ('defect.logged', 'defect.updated')
            and not exists (select from routing_evaluations v where v.stream_id = e.stream_id and v.seq = e.seq
              and v.rule = 'ncr-from-defect' and v.outcome = 'matched'))
       + (select count(*) from entries e where e.site_id = $1 and e.type in ('defect.logged', 'defect.updated')
            and (select count(*) from delivery_events d where d.stream_id = e.stream_id and d.seq = e.seq) <> 1)
       + (select count(*) from delivery_events d where d.site_id = $1
            and not exists (select from entries e where e.stream_id = d.stream_id and e.seq = d.seq))
     )::int as count`,
    [stage.plant.site],
  );
  return row?.count ?? -1;
}

type Ncr = QmsRecord & { number: string };

/** The QMS's records as its own file has them. */
function recordsOf(journal: string): Ncr[] {
  const records = new Map<string, Ncr>();
  const text = readFileSync(journal, "utf8");
  for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
    if (line === "") continue;
    const ncr = JSON.parse(line) as Ncr;
    records.set(ncr.number, ncr);
  }
  return [...records.values()];
}

async function atTheQms(stage: Stage) {
  const sent = await stage.look<{ key: string }>(
    "select external_key as key from deliveries where site_id = $1 order by position",
    [stage.plant.site],
  );
  const { notOnce, unknown, inversions } = againstLedger(recordsOf(stage.journal), sent);
  return {
    "I4 not exactly once at the QMS": notOnce + unknown,
    "I5 out of order at the QMS": inversions,
  };
}

async function unverified(stage: Stage): Promise<number> {
  const verifying = startProgram(recordProgram("verify", [], run.environment), stage.logs);
  await verifying.ended;
  return verifying.process.exitCode === 0 ? 0 : 1;
}
