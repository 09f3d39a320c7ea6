import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { disconnect } from "#lib/db/client";
import { backlogDrained } from "./backlog.ts";
import { buyoffsBesideTheFeed } from "./beside.ts";
import { tabletMeasured } from "./browser.ts";
import { batchedBuyoffs, singleBuyoffs } from "./buyoffs.ts";
import { stopEmptyApp } from "./empty-app.ts";
import { defectsDelivered } from "./feed.ts";
import { historySearched } from "./history.ts";
import type { Scale } from "./measure.ts";
import { photosTakenIn } from "./photos.ts";
import { pinChecks } from "./pins.ts";
import { type BenchResults, benchResults, type Row, rowIds } from "./results.schema.ts";
import { reconnectStorm } from "./storm.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    small: { type: "boolean", default: false },
    backlog: { type: "string", default: "20000" },
    straight: { type: "boolean", default: false },
    out: { type: "string", default: "bench-results.json" },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Rows that are measured together. */
const benches: { ids: readonly string[]; measure: (scale: Scale) => Promise<Row[]> }[] = [
  { ids: ["B1"], measure: singleBuyoffs },
  { ids: ["B1b"], measure: batchedBuyoffs },
  { ids: ["B1c"], measure: pinChecks },
  { ids: ["B2"], measure: buyoffsBesideTheFeed },
  { ids: ["B3"], measure: reconnectStorm },
  { ids: ["B4"], measure: defectsDelivered },
  { ids: ["B4b"], measure: backlogDrained },
  { ids: ["B5", "B5b"], measure: historySearched },
  { ids: ["B8"], measure: photosTakenIn },
  { ids: ["B9", "B9b", "B9c", "B10", "B10b", "B10c", "B10d"], measure: tabletMeasured },
];

const wanted = new Set(positionals);
const unknown = positionals.filter((id) => !rowIds.some((known) => known === id));
if (unknown.length > 0)
  throw new Error(`no such row: ${unknown.join(", ")} of ${rowIds.join(", ")}`);

const figure = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const range = (of: readonly number[]) => `${figure(Math.min(...of))}–${figure(Math.max(...of))}`;

function told({ id, name, unit, system, limit, ratio, target, met, rounds, load, note }: Row) {
  return [
    `${met ? "✓" : "✗"} ${id.padEnd(5)} ${figure(ratio)}  (${target})  ${name}`,
    `        ${figure(system)} [${range(rounds.system)}] / ${figure(limit)} [${range(rounds.limit)}] ${unit}, load ${load.toFixed(1)}`,
    ...(note ? [`        ${note}`] : []),
  ].join("\n");
}

const scale: Scale = {
  isSmall: values.small,
  rounds: values.small ? 1 : 4,
  backlog: values.small ? 12 : Number(values.backlog),
  isStraight: values.straight,
};
const results: BenchResults = {
  at: new Date().toISOString(),
  cores: availableParallelism(),
  node: process.version,
  isSmall: scale.isSmall,
  rows: [],
};
try {
  for (const { ids, measure } of benches) {
    if (wanted.size > 0 && !ids.some((id) => wanted.has(id))) continue;
    for (const row of await measure(scale)) {
      results.rows.push(row);
      say(told(row));
    }
  }
} finally {
  await stopEmptyApp();
  await disconnect();
}
const file = path.resolve(values.out);
await writeFile(file, `${JSON.stringify(benchResults.parse(results), null, 1)}\n`);
say(
  `${results.rows.filter(({ met }) => met).length} of ${results.rows.length} targets met: ${file}`,
);
process.exit(0);
