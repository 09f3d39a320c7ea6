import pg from "pg";
import { uuidv7 } from "#lib/kit/ids";
import type { Packet } from "#lib/offline/wire.schema";
import { crewAt } from "../support/crew.ts";
import { run } from "../support/run.ts";
import { aTablet } from "../support/tablet.ts";
import { units } from "../support/units.ts";
import { median, percentile, rowOf, type Scale, timeOf } from "./measure.ts";
import type { Row } from "./results.schema.ts";

const { BUYOFF_SANDBOX_URL: qms = "", BUYOFF_SANDBOX_TOKEN: token = "" } = run.environment;
const steadyPerSecond = 50;

/** B4: from the entry of a defect to its record in the QMS, and how fast a backlog drains. */
export async function defectsDelivered({ isSmall, rounds }: Scale): Promise<Row[]> {
  const counts = isSmall ? { steady: 4, backlog: 8 } : { steady: 150, backlog: 300 };
  const client = new pg.Client({ connectionString: run.adminUrl });
  await client.connect();
  const reporter = await aReporter(isSmall ? 1 : 10);
  try {
    const lags: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      lags.push(percentile(await steadily(client, reporter, counts.steady), 99));
    }
    const drained: Row["rounds"] = { system: [], limit: [] };
    for (let round = 0; round < rounds; round += 1) {
      drained.limit.push(await claimLoop(client, counts.backlog));
      drained.system.push(await backlog(client, reporter, counts.backlog));
    }
    return [
      rowOf({
        id: "B4",
        name: `defect recorded to NCR in the QMS, p99 at ${steadyPerSecond} a second / 500 ms`,
        unit: "ms",
        rounds: { system: lags, limit: lags.map(() => 500) },
        target: { most: 1 },
        note: `${counts.steady} defects a round, median of p99 ${median(lags).toFixed(0)} ms`,
      }),
      rowOf({
        id: "B4b",
        name: "backlog of NCRs drained by one worker / a bare claim-and-save loop, 4 lanes",
        unit: "a second",
        rounds: drained,
        target: { least: 0.3 },
        note: `a backlog of ${counts.backlog}; each NCR is searched for, made and read back`,
      }),
    ];
  } finally {
    await client.end();
  }
}

type Reporter = (count: number) => Promise<string[]>;

/** Somebody who logs defects, on as many units as make a short state of each. */
async function aReporter(unitCount: number): Promise<Reporter> {
  const made = await units(
    Array.from({ length: unitCount }, (_, at) => ({ unit: `BF${process.pid}-${at}1` })),
  );
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const person = await crew.person("Marisol Reyes");
  const packets: Packet[] = [];
  for (const { traveler } of made) packets.push(await tablet.packet(traveler));
  let next = 0;
  return async (count) => {
    const defects: string[] = [];
    const commands = Array.from({ length: count }, () => {
      const packet = packets[next++ % packets.length];
      if (!packet) throw new Error("no unit to log on");
      const defect = uuidv7();
      defects.push(defect);
      return tablet.envelope(person, packet, "logDefect", {
        defect,
        code: "FIN-01",
        severity: "minor",
        quantity: "1",
        step: null,
        field: null,
        position: null,
        reading: null,
        location: null,
        comment: null,
      });
    });
    for (let at = 0; at < commands.length; at += 50) {
      for (const verdict of await tablet.send(commands.slice(at, at + 50))) {
        if (verdict.verdict !== "applied") throw new Error(JSON.stringify(verdict));
      }
    }
    return defects;
  };
}

/** A few every tenth of a second; gives each one's milliseconds from entry to the QMS's own record. */
async function steadily(client: pg.Client, report: Reporter, count: number): Promise<number[]> {
  const perTurn = Math.min(count, steadyPerSecond / 10);
  const reported: string[] = [];
  const startedAt = performance.now();
  for (let turn = 1; reported.length < count; turn += 1) {
    reported.push(...(await report(perTurn)));
    const aheadMs = turn * 100 - (performance.now() - startedAt);
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
  await delivered(client, reported);
  const at = new Map((await recordsInQms()).map((ncr) => [ncr.external_key, ncr.created_at]));
  const { rows } = await client.query<{ key: string; ms: string }>(
    `select d.external_key as key, extract(epoch from e.recorded_at) * 1000 as ms
       from deliveries d join defects f on f.id = d.defect_id
       join entries e on e.stream_id = f.traveler_id and e.type = 'defect.logged'
        and e.line like '%' || f.id::text || '%'
      where d.operation = 'create' and d.defect_id = any($1::uuid[])`,
    [reported],
  );
  return rows.map(({ key, ms }) => Date.parse(at.get(key) ?? "") - Number(ms));
}

/** Waits until every one of these defects has its record in the QMS. */
async function delivered(client: pg.Client, defects: readonly string[]): Promise<void> {
  const deadline = performance.now() + 600_000;
  for (;;) {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from deliveries
        where operation = 'create' and external_id is not null and defect_id = any($1::uuid[])`,
      [defects],
    );
    if ((rows[0]?.count ?? 0) >= defects.length) return;
    if (performance.now() > deadline) throw new Error("the defects did not reach the QMS");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function recordsInQms(): Promise<{ external_key: string; created_at: string }[]> {
  const answer = await fetch(`${qms}/api/ncrs?include_closed=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await answer.json()).ncrs;
}

/** Kept back until all of it is queued, then let go. */
async function backlog(client: pg.Client, report: Reporter, count: number): Promise<number> {
  const hold = (until: string) =>
    client.query(`update connectors set paused_until = ${until} where status = 'active'`);
  await hold("now() + interval '1 hour'");
  const defects = await report(count);
  await routed(client, defects);
  const ms = await timeOf(async () => {
    await hold("null");
    await delivered(client, defects);
  });
  return (count / ms) * 1000;
}

async function routed(client: pg.Client, defects: readonly string[]): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::int as count from deliveries where operation = 'create' and defect_id = any($1::uuid[])",
      [defects],
    );
    if ((rows[0]?.count ?? 0) >= defects.length) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
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
