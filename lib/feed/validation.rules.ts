import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { hashOf } from "./flow.rules.ts";
import { type Fingerprint, flowParts, type RunMode } from "./flow.schema.ts";
import type { FeedProcess } from "./processes.schema.ts";
import type { CaseOutcome, Evidence, StepFound } from "./validation.schema.ts";
import type { ActName, Observation } from "./validation-cases.schema.ts";

/** In the key of every record that a validation run makes: no poll and no reconciliation takes it for a message's. */
export const testMarker = "buyoff:test:";

export const keyOfTest = (
  of: { site: string; process: FeedProcess; run: string },
  code: string,
  nth: number,
): string =>
  `${testMarker}${of.site}:${of.process}:${sha256Hex(`${of.run}/${code}/${nth}`).slice(0, 20)}`;

/** What a step saw. `why`: it was not carried out, and this is the reason. */
export type Seen = {
  observed: Observation | null;
  how: StepFound["how"];
  why: StepFound["why"];
  says: string;
  evidence: readonly Evidence[];
};

export const seen = (
  observed: Observation,
  how: NonNullable<Seen["how"]>,
  says: string,
  evidence: readonly Evidence[] = [],
): Seen => ({ observed, how, why: null, says, evidence });

export const notRun = (
  why: NonNullable<Seen["why"]>,
  says = "",
  evidence: readonly Evidence[] = [],
): Seen => ({ observed: null, how: evidence.length > 0 ? "checked" : null, why, says, evidence });

type Asked = { act: ActName; words: string; expected: Observation };

/** Passed is what was expected and nothing else. */
export const judged = (step: Asked, seen: Seen, at: string): StepFound => ({
  ...step,
  ...seen,
  says: seen.says.slice(0, 1_000),
  evidence: [...seen.evidence],
  at,
  verdict: verdictOf(step.expected, seen),
});

/**
 * What this system can't do, or a run in shadow doesn't, is neither passed nor failed. What found nothing to work on
 * has failed: a run that saw nothing shows nothing.
 */
function verdictOf(expected: Observation, { observed, why }: Seen): StepFound["verdict"] {
  if (observed !== null) return observed === expected ? "passed" : "failed";
  return why === "no_events" || why === "no_record" ? "failed" : "not_run";
}

/** One failed step fails its case; what was only put together in shadow is not passed for it. */
export function outcomeOf(steps: readonly Pick<StepFound, "verdict" | "why">[]): CaseOutcome {
  if (steps.some(({ verdict }) => verdict === "failed")) return "failed";
  if (steps.some(({ why }) => why === "in_shadow")) return "not_run";
  return steps.some(({ verdict }) => verdict === "passed") ? "passed" : "not_run";
}

export type CaseFound = {
  code: string;
  version: number;
  sha256: string;
  outcome: CaseOutcome;
  found: unknown;
};

/** Of everything that a run says: the same hash stands in the record and under the signature. */
export const runSha256 = (of: {
  run: string;
  connector: string;
  process: string;
  mode: RunMode;
  fingerprint: Fingerprint;
  cases: readonly CaseFound[];
}): string =>
  canonicalSha256({
    run: of.run,
    connector: of.connector,
    process: of.process,
    mode: of.mode,
    fingerprint: flowParts.map((part) => of.fingerprint[part]),
    cases: of.cases.map(({ code, version, sha256, outcome, found }) => ({
      code,
      version,
      sha256,
      outcome,
      found: hashOf(found),
    })),
  });

export const validationMeaning =
  "I have reviewed this validation run and accept the flow for use as it is configured";

/** What the signature covers: exactly this run and what it found. */
export const signedSha256 = (of: {
  site: string;
  run: string;
  resultSha256: string;
  meaning: string;
}): string => canonicalSha256(of);
