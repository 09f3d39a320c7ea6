import "server-only";
import { db, inTransaction } from "#lib/db/client";
import { uuidv7 } from "#lib/kit/ids";
import { ok } from "#lib/kit/result";
import { recorded } from "#lib/record/recorded.commands";
import { connectorById, isRecordsConnector } from "./connector.queries.ts";
import type { FeedPorts } from "./ports.schema.ts";
import {
  claimRun,
  eventsArrived,
  letGoOfRun,
  messagesMax,
  oursOf,
  type Run,
} from "./reconcile.queries.ts";
import { type Line, noneOf, reconcile, resultSha256, textOf } from "./reconcile.rules.ts";
import type { DayCount } from "./reconcile.schema.ts";
import { Pace, RunFailed, RunLost, Stopped } from "./reconcile-pace.worker.ts";
import { lookedAt, nothingLookedAt } from "./reconcile-reads.worker.ts";

const takenMax = 5;
const scheduleEveryMs = 1_000;
let scheduledAt = 0;
/** A scheduled one looks at the last whole days, and at what is still open there however old it is. */
const scheduledDays = 7;

/** Makes the runs that are due by each plant's own clock, and does one. Returns how many it did. */
export async function reconcileDue(ports: FeedPorts, stop: AbortSignal): Promise<number> {
  if (Date.now() - scheduledAt > scheduleEveryMs) {
    await scheduleDue();
    scheduledAt = Date.now();
  }
  const run = await claimRun();
  if (!run) return 0;
  try {
    await done(run, ports, await compared(run, ports, stop));
  } catch (problem) {
    if (problem instanceof Stopped) await letGoOfRun(run);
    else if (problem instanceof RunFailed) await failed(run, problem.message, ports);
    else if (!(problem instanceof RunLost)) {
      if (run.fence < takenMax) throw problem;
      await failed(run, `given up after ${takenMax} attempts: ${String(problem)}`, ports);
    }
  }
  return 1;
}

type Due = { connector: string; site: string; day: string; zone: string };

/** At the hour of the plant's own day; on the day that has no such hour, at the next. */
async function scheduleDue(): Promise<void> {
  await inTransaction(async (tx) => {
    const due = await tx.$queryRaw<Due[]>`
      update connectors c set reconciled_on = (clock_timestamp() at time zone s.time_zone)::date
        from sites s
       where s.id = c.site_id and c.status = 'active' and c.config->>'kind' = 'rest'
         and (clock_timestamp() at time zone s.time_zone)::date > c.reconciled_on
         and extract(hour from clock_timestamp() at time zone s.time_zone) >= c.reconcile_hour
      returning c.id::text as connector, c.site_id::text as site, c.reconciled_on::text as day, s.time_zone as zone`;
    for (const { connector, site, day, zone } of due) {
      await tx.$executeRaw`
        insert into reconciliations (id, site_id, connector_id, from_at, to_at, asked_at, scheduled_on, state)
        values (${uuidv7()}::uuid, ${site}::uuid, ${connector}::uuid,
          (${day}::date - ${scheduledDays}::int)::timestamp at time zone ${zone},
          ${day}::date::timestamp at time zone ${zone}, clock_timestamp(), ${day}::date, 'waiting')
        on conflict do nothing`;
    }
  });
}

type Result = {
  code: string;
  isListed: boolean;
  note: string | null;
  counts: DayCount[];
  lines: Line[];
};

async function compared(run: Run, ports: FeedPorts, stop: AbortSignal): Promise<Result> {
  const connector = await connectorById(db, run.connector);
  if (!connector) throw new RunFailed("the connector is gone");
  const { status } = await db.connector.findUniqueOrThrow({
    where: { id: run.connector },
    select: { status: true },
  });
  if (status !== "active") throw new RunFailed(`the connector is ${status}: it is asked nothing`);
  const rows = await oursOf(run);
  if (rows.length > messagesMax)
    throw new RunFailed(`more than ${messagesMax} messages: a shorter range`);
  const pace = new Pace(run, connector, ports, stop);
  const looked = isRecordsConnector(connector)
    ? await lookedAt({ run, connector, rows, pace })
    : nothingLookedAt(rows);
  const { counts, lines } = reconcile({ site: run.site, ...looked });
  const arrived = await eventsArrived(run);
  return {
    code: connector.code,
    isListed: looked.isListed,
    note: looked.note,
    counts: withEvents(counts, arrived),
    lines,
  };
}

/** What an event's receiver has acknowledged is delivered: nobody can read back what it made of it. */
function withEvents(counts: DayCount[], arrived: { day: string; rule: string; count: number }[]) {
  const at = new Map(counts.map((one) => [`${one.day} ${one.rule}`, one]));
  for (const { day, rule, count } of arrived) {
    const known = at.get(`${day} ${rule}`) ?? noneOf(day, rule);
    const produced = known.produced + count;
    at.set(`${day} ${rule}`, { ...known, produced, delivered: known.delivered + count });
  }
  return [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

async function done(run: Run, ports: FeedPorts, result: Result): Promise<void> {
  const { counts, lines, isListed, note, code } = result;
  const sha256 = resultSha256(counts, lines);
  const kept = lines.map((line) => ({ id: uuidv7(), ...line }));
  await recorded(ports.actorOf(run.site, run.connector, code), async (tx) => {
    await tx.$executeRaw`
      insert into reconciliation_lines (id, run_id, site_id, connector_id, kind, fingerprint, delivery_id, traveler_id,
        external_id, number, url, unit, work_order, rule, day, detail, explained_by)
      select l.id, ${run.id}::uuid, ${run.site}::uuid, ${run.connector}::uuid, l.kind, l.fingerprint, l.delivery,
        l.traveler, l."externalId", l.number, l.url, l.unit, l."order", l.rule, l.day, l.detail,
        (select was.id from reconciliation_lines was
          where was.connector_id = ${run.connector}::uuid and was.fingerprint = l.fingerprint
            and was.closed_by is not null order by was.closed_at desc limit 1)
      from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) as l(id uuid, kind text, fingerprint text, delivery uuid,
        traveler uuid, "externalId" text, number text, url text, unit text, "order" text, rule text, day date, detail jsonb)`;
    const ended = await tx.$executeRaw`
      update reconciliations set state = 'done', leased_until = null, ended_at = clock_timestamp(),
        is_listed = ${isListed}, note = ${note}, counts = ${JSON.stringify(counts)}::jsonb, result_sha256 = ${sha256}
       where id = ${run.id}::uuid and fence = ${run.fence} and state = 'running'`;
    if (ended !== 1) throw new RunLost();
    const [unexplained] = await tx.$queryRaw<{ count: number }[]>`
      select count(*)::int as count from reconciliation_lines
       where run_id = ${run.id}::uuid and explained_by is null`;
    const byKind = Map.groupBy(lines, ({ kind }) => kind);
    const body = {
      run: run.id,
      connector: run.connector,
      from: run.from,
      to: run.to,
      askedBy: run.askedBy,
      listed: isListed,
      produced: counts.reduce((sum, { produced }) => sum + produced, 0),
      accepted: counts.reduce((sum, { accepted }) => sum + accepted, 0),
      lines: Object.fromEntries([...byKind].map(([kind, of]) => [kind, of.length])),
      unexplained: unexplained?.count ?? 0,
      result: sha256,
    };
    const type = "reconciliation.done" as const;
    return ok({ value: null, events: [{ kind: "feed", stream: run.connector, type, body }] });
  });
  ports.log.info({ run: run.id, connector: code, lines: lines.length }, "reconciled");
}

async function failed(run: Run, why: string, ports: FeedPorts): Promise<void> {
  const note = textOf(why);
  await recorded(ports.actorOf(run.site, run.connector, "connector"), async (tx) => {
    const ended = await tx.$executeRaw`
      update reconciliations set state = 'failed', leased_until = null, ended_at = clock_timestamp(), note = ${note}
       where id = ${run.id}::uuid and fence = ${run.fence} and state = 'running'`;
    const body = { run: run.id, from: run.from, to: run.to, why: note };
    const type = "reconciliation.failed" as const;
    const events =
      ended === 1 ? [{ kind: "feed" as const, stream: run.connector, type, body }] : [];
    return ok({ value: null, events });
  });
  ports.log.warn({ run: run.id, why: note }, "a reconciliation could not be done");
}
