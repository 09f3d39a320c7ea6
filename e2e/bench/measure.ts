import { loadavg } from "node:os";
import type { Row } from "./results.schema.ts";

/** How much is done of everything: enough to measure, or just enough to show that it works. */
export type Scale = {
  isSmall: boolean;
  rounds: number;
  /** Messages that wait at the end of an outage. */
  backlog: number;
  /** Most of them are written straight into the queue, as the router writes them, and not recorded first. */
  isStraight: boolean;
};

export const median = (values: readonly number[]): number => percentile(values, 50);

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.ceil((share / 100) * sorted.length) - 1;
  return sorted[Math.max(0, at)] ?? Number.NaN;
}

/**
 * Limit, system, limit, system …: what else the machine does meanwhile falls on both. Of several rounds
 * the first warms up and isn't counted.
 */
export async function alternating(
  rounds: number,
  measure: {
    limit: (round: number) => Promise<number>;
    system: (round: number) => Promise<number>;
  },
): Promise<Row["rounds"]> {
  const seen: Row["rounds"] = { system: [], limit: [] };
  for (let round = 0; round < rounds; round += 1) {
    seen.limit.push(await measure.limit(round));
    seen.system.push(await measure.system(round));
  }
  if (rounds > 1) {
    seen.limit.shift();
    seen.system.shift();
  }
  return seen;
}

type Target = { least: number } | { most: number };

const words = (target: Target) => ("least" in target ? `≥ ${target.least}` : `≤ ${target.most}`);

/** The row of a table: medians, their ratio, and whether it is what was aimed at. */
export function rowOf(
  of: Pick<Row, "id" | "name" | "unit" | "rounds"> & {
    target: Target;
    note?: string;
    /** Measured one after the other: a round of the one has nothing to do with a round of the other. */
    isApart?: boolean;
  },
): Row {
  const { target, rounds, note = "", isApart = false, ...named } = of;
  const ratios = rounds.system.map((system, at) => system / (rounds.limit[at] ?? Number.NaN));
  const ratio = isApart ? median(rounds.system) / median(rounds.limit) : median(ratios);
  return {
    ...named,
    rounds,
    system: median(rounds.system),
    limit: median(rounds.limit),
    ratio,
    target: words(target),
    met: "least" in target ? ratio >= target.least : ratio <= target.most,
    load: loadavg()[0] ?? 0,
    note,
  };
}

/** Runs `work` on `lanes` lanes at once and says how many a second were done. */
export async function perSecond(lanes: readonly (() => Promise<number>)[]): Promise<number> {
  const startedAt = performance.now();
  const done = await Promise.all(lanes.map((lane) => lane()));
  const seconds = (performance.now() - startedAt) / 1000;
  return done.reduce((sum, count) => sum + count, 0) / seconds;
}

/** Milliseconds that `work` takes. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
