import pg from "pg";
import { uuidv7 } from "#lib/kit/ids";
import type { Packet } from "#lib/offline/wire.schema";
import { crewAt } from "../support/crew.ts";
import type { QmsRecord } from "../support/qms-ledger.ts";
import { run } from "../support/run.ts";
import { aTablet } from "../support/tablet.ts";
import { units } from "../support/units.ts";
import { median, percentile, rowOf, type Scale } from "./measure.ts";
import type { Row } from "./results.schema.ts";

const { BUYOFF_SANDBOX_URL: qms = "", BUYOFF_SANDBOX_TOKEN: token = "" } = run.environment;
const steadyPerSecond = 50;

/** B4: from the entry of a defect to its record in the QMS. */
export async function defectsDelivered({ isSmall, rounds }: Scale): Promise<Row[]> {
  const count = isSmall ? 4 : 150;
  const client = new pg.Client({ connectionString: run.adminUrl });
  await client.connect();
  const reporter = await aReporter(isSmall ? 1 : 10);
  try {
    const lags: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      lags.push(percentile(await steadily(client, reporter, count), 99));
    }
    return [
      rowOf({
        id: "B4",
        name: `defect recorded to NCR in the QMS, p99 at ${steadyPerSecond} a second / 500 ms`,
        unit: "ms",
        rounds: { system: lags, limit: lags.map(() => 500) },
        target: { most: 1 },
        note: `${count} defects a round, median of p99 ${median(lags).toFixed(0)} ms`,
      }),
    ];
  } finally {
    await client.end();
  }
}

export type Reporter = {
  /** Gives the defects' ids. */
  log(count: number): Promise<string[]>;
  /** A word more about each of these. */
  tell(defects: readonly string[], words: string): Promise<void>;
};

/** Somebody who logs defects, on as many units as make a short state of each. */
export async function aReporter(unitCount: number): Promise<Reporter> {
  const made = await units(
    Array.from({ length: unitCount }, (_, at) => ({ unit: `BF${uuidv7().slice(-8)}-${at}1` })),
  );
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const person = await crew.person("Marisol Reyes");
  const packets: Packet[] = [];
  for (const { traveler } of made) packets.push(await tablet.packet(traveler));
  const placeOf = new Map<string, Packet>();
  let next = 0;
  const send = async (commands: Parameters<typeof tablet.send>[0]) => {
    for (let at = 0; at < commands.length; at += 50) {
      for (const verdict of await tablet.send(commands.slice(at, at + 50))) {
        if (verdict.verdict !== "applied") throw new Error(JSON.stringify(verdict));
      }
    }
  };
  return {
    log: async (count) => {
      const defects = Array.from({ length: count }, () => uuidv7());
      await send(
        defects.map((defect) => {
          const packet = packets[next++ % packets.length];
          if (!packet) throw new Error("no unit to log on");
          placeOf.set(defect, packet);
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
        }),
      );
      return defects;
    },
    tell: async (defects, words) =>
      send(
        defects.map((defect) => {
          const packet = placeOf.get(defect);
          if (!packet) throw new Error("a defect of somebody else");
          return tablet.envelope(person, packet, "updateDefect", { defect, comment: words });
        }),
      ),
  };
}

/** A few every tenth of a second; gives each one's milliseconds from entry to the QMS's own record. */
async function steadily(client: pg.Client, reporter: Reporter, count: number): Promise<number[]> {
  const perTurn = Math.min(count, steadyPerSecond / 10);
  const reported: string[] = [];
  const startedAt = performance.now();
  for (let turn = 1; reported.length < count; turn += 1) {
    reported.push(...(await reporter.log(perTurn)));
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

/** All that it has, with what was added to each, in its own order. */
export async function recordsInQms(): Promise<(QmsRecord & { created_at: string })[]> {
  const answer = await fetch(`${qms}/api/ncrs?include_closed=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await answer.json()).ncrs;
}
