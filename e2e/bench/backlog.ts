import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { againstLedger } from "../support/qms-ledger.ts";
import { run } from "../support/run.ts";
import { aReporter, type Reporter, recordsInQms } from "./feed.ts";
import { rowOf, type Scale, timeOf } from "./measure.ts";
import type { Row } from "./results.schema.ts";

const patienceMs = 3_600_000;

/**
 * B4b: how fast the messages of a long outage drain. Each record has several words more, one of each record after the
 * other, so that what belongs together lies far apart in the queue; the QMS's own ledger has to have all of them once,
 * and of each record in the order in which they were recorded.
 */
export async function backlogDrained(scale: Scale): Promise<Row[]> {
  const wordsEach = scale.isSmall ? 2 : 9;
  const records = Math.ceil(scale.backlog / (1 + wordsEach));
  const messages = records * (1 + wordsEach);
  const client = new pg.Client({ connectionString: run.adminUrl });
  await client.connect();
  try {
    const defects = await queuedUp(client, await aReporter(scale.isSmall ? 1 : 100), {
      records,
      wordsEach,
      isStraight: scale.isStraight,
    });
    const limits = [await claimLoop(client, messages)];
    const ms = await timeOf(async () => {
      await holdBack(client, "null");
      await drained(client, defects, messages);
    });
    limits.push(await claimLoop(client, messages));
    await allInOrder(client, defects);
    return [
      rowOf({
        id: "B4b",
        name: "backlog of messages drained in order by one worker / a bare claim-and-save loop, 4 lanes",
        unit: "a second",
        rounds: { system: [(messages / ms) * 1000], limit: limits },
        isApart: true,
        target: { least: 0.3 },
        note: `${messages} messages to ${records} records, in ${(ms / 1000).toFixed(0)} s; in the QMS's ledger each once, none before an earlier one of its record${scale.isStraight ? "; most were written straight into the queue" : ""}`,
      }),
    ];
  } finally {
    await client.end();
  }
}

const holdBack = (client: pg.Client, until: string) =>
  client.query(`update connectors set paused_until = ${until} where status = 'active'`);

/** Kept back until all of it is queued. */
async function queuedUp(
  client: pg.Client,
  reporter: Reporter,
  { records, wordsEach, isStraight }: { records: number; wordsEach: number; isStraight: boolean },
): Promise<string[]> {
  await holdBack(client, "now() + interval '1 day'");
  const defects = await reporter.log(records);
  const told = isStraight ? 1 : wordsEach;
  for (let word = 1; word <= told; word += 1)
    await reporter.tell(defects, `Looked at again, ${word}`);
  await reaches("messages in the queue", records * (1 + told), async () =>
    counted(client, "select count(*)::int as count from deliveries where defect_id = any($1)", [
      defects,
    ]),
  );
  for (let word = told + 1; word <= wordsEach; word += 1) await straightIn(client, defects, word);
  return defects;
}

/** One more word about each of them, as the router would have written it after the one before. */
const straightIn = (client: pg.Client, defects: readonly string[], word: number) =>
  client.query(
    `with said as (
       select d.*, gen_random_uuid() as another from deliveries d
        where d.defect_id = any($1) and d.operation = 'update' and d.external_key !~ '\\.[0-9]+$'
        order by d.position),
     told as (
       insert into deliveries (id, site_id, connector_id, process, rule, rule_version, traveler_id, defect_id,
         correlation, ordering_key, operation, external_key, state, priority, payload, payload_sha256, next_at,
         created_at, updated_at)
       select another, site_id, connector_id, process, rule, rule_version, traveler_id, defect_id, correlation,
         ordering_key, operation, external_key || '.' || $2, 'pending', priority,
         jsonb_set(payload, '{text}', to_jsonb('Looked at again, ' || $2)), payload_sha256, now(), now(), now()
         from said order by position)
     insert into delivery_events (delivery_id, stream_id, seq, site_id)
     select said.another, v.stream_id, v.seq, v.site_id from said join delivery_events v on v.delivery_id = said.id`,
    [defects, String(word)],
  );

async function drained(client: pg.Client, defects: readonly string[], messages: number) {
  const done = "('verified', 'tracking', 'closed')";
  const sql = `select count(*)::int as count from deliveries
    where state in ${done} and external_id is not null and defect_id = any($1)`;
  await reaches("messages drained", messages, () => counted(client, sql, [defects]));
}

async function reaches(what: string, wanted: number, count: () => Promise<number>): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  for (;;) {
    const now = await count();
    if (now >= wanted) return;
    if (performance.now() > endsAt) throw new Error(`${what}: ${now} of ${wanted}`);
    // Far behind it is asked seldom: asking takes from what is measured.
    await pause(wanted - now > 500 ? 1_000 : 25);
  }
}

async function counted(client: pg.Client, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>(sql, values);
  return rows[0]?.count ?? 0;
}

/** Fails where the ledger has one of them twice, lacks one, or has taken one before an earlier one of its record. */
async function allInOrder(client: pg.Client, defects: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ key: string; ordering: string }>(
    "select external_key as key, ordering_key as ordering from deliveries where defect_id = any($1) order by position",
    [defects],
  );
  const ours = new Set(rows.map(({ ordering }) => ordering));
  const records = (await recordsInQms()).filter(({ external_key: key }) => ours.has(key));
  const found = againstLedger(records, rows);
  if (Object.values(found).some((count) => count > 0))
    throw new Error(`not each once and in order at the QMS: ${JSON.stringify(found)}`);
}

/** What it costs to claim and to save, were there nothing to send: the same columns, in a table of its own. */
async function claimLoop(client: pg.Client, count: number): Promise<number> {
  await client.query("drop table if exists bench_deliveries");
  await client.query(
    `create table bench_deliveries as
       select gen_random_uuid() as id, n as position, 'pending'::delivery_state as state, now() as next_at,
         null::timestamptz as leased_until, 0::bigint as fence, null::text as external_id
       from generate_series(1, ${count}) n`,
  );
  await client.query("alter table bench_deliveries add primary key (id)");
  await client.query("create index on bench_deliveries (state, next_at)");
  const lanes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const lane = new pg.Client({ connectionString: run.adminUrl });
      await lane.connect();
      return lane;
    }),
  );
  const ms = await timeOf(() =>
    Promise.all(
      lanes.map(async (lane) => {
        for (;;) {
          const { rows } = await lane.query<{ id: string; fence: string }>(
            `with due as (select id from bench_deliveries where state = 'pending' and next_at <= now()
               order by next_at, position limit 1 for update skip locked)
             update bench_deliveries d set state = 'sending', fence = d.fence + 1,
               leased_until = now() + interval '30 s' from due where d.id = due.id
             returning d.id, d.fence`,
          );
          const [taken] = rows;
          if (!taken) return;
          await lane.query(
            `update bench_deliveries set state = 'tracking', leased_until = null, external_id = 'x'
              where id = $1 and fence = $2`,
            [taken.id, taken.fence],
          );
        }
      }),
    ),
  );
  await Promise.all(lanes.map((lane) => lane.end()));
  await client.query("drop table bench_deliveries");
  return (count / ms) * 1000;
}
