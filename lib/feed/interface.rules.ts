import type { FeedProcess } from "./processes.schema.ts";
import type { RuleContent, RuleState } from "./rules.schema.ts";

/** What can become of a message, and who is asked where Buyoff may not decide alone. */
export const whoReacts = [
  { code: "done", who: "nobody" },
  { code: "unknown", who: "nobody" },
  { code: "not_processed", who: "nobody" },
  { code: "rate_limited", who: "nobody" },
  { code: "silent", who: "integrator" },
  { code: "unauthorized", who: "integrator" },
  { code: "rejected", who: "quality" },
  { code: "unmapped", who: "integrator" },
  { code: "too_long", who: "integrator" },
  { code: "mismatch", who: "quality" },
  { code: "attempts_over", who: "integrator" },
  { code: "merged", who: "nobody" },
  { code: "voided", who: "quality" },
  { code: "deleted", who: "quality" },
  { code: "reopened", who: "quality" },
] as const;

type Version = { state: RuleState; content: RuleContent };
type Rule<V extends Version> = { process: FeedProcess; versions: readonly V[] };

/** The rules in force whose path a connector is. */
export const flowsTo = <V extends Version, R extends Rule<V>>(
  rules: readonly (R & Rule<V>)[],
  connector: string,
): { rule: R; of: V }[] =>
  rules.flatMap((rule) => {
    const of = rule.versions.find(({ state }) => state === "effective");
    return of?.content.connector === connector ? [{ rule, of }] : [];
  });

export const dataSets = [
  "instruction",
  "execution",
  "signature",
  "defect",
  "ncr",
  "disposition",
  "capa",
  "order",
  "qualification",
  "gage",
] as const;
export type DataSet = (typeof dataSets)[number];

/** Which way a set of data goes, seen from here. */
export const directions = {
  instruction: "in",
  execution: "out",
  signature: "out",
  defect: "out",
  ncr: "both",
  disposition: "in",
  capa: "out",
  order: "both",
  qualification: "both",
  gage: "in",
} as const satisfies Record<DataSet, "in" | "out" | "both">;

/** Which process carries a set of data to its master, where one does. */
const carriedBy: Readonly<Partial<Record<DataSet, FeedProcess>>> = {
  execution: "AUDIT_EVIDENCE",
  ncr: "NCR",
  disposition: "NCR",
  capa: "CAPA_CANDIDATE",
  order: "MES_CONFIRM",
  qualification: "TRAINING_USAGE",
};

/** The connector on each path in force: one for a process and site, or none. */
export function pathsOf(rules: readonly Rule<Version>[]): Record<DataSet, string | null> {
  const path = (process: FeedProcess | undefined) =>
    rules
      .filter((rule) => rule.process === process)
      .flatMap(({ versions }) => versions.filter(({ state }) => state === "effective"))
      .map(({ content }) => content.connector)[0] ?? null;
  return Object.fromEntries(dataSets.map((data) => [data, path(carriedBy[data])])) as Record<
    DataSet,
    string | null
  >;
}
