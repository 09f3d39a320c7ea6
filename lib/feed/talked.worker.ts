import "server-only";
import type * as rest from "./connectors/rest/talk.gateway.ts";
import type { Outcome } from "./delivery.rules.ts";

/** What the other system said that was no answer to what was asked. */
export type Failure = Exclude<rest.Talk<never>, { kind: "done" }>;

/** Codes wait for whoever maps them, and a lot for its numbers; anything else about a mapping is a fault of it, for a person. */
export function notMapped({ reason, missing = [] }: Pick<Failure, "reason" | "missing">): Outcome {
  if (missing.length === 0) return { kind: "rejected", reason };
  const codes = missing.filter(({ kind }) => kind !== "serials");
  const [lot] = missing;
  if (lot && codes.length === 0) return { kind: "unnumbered", lot: lot.code };
  const named = codes.map(({ kind, code }) => `${kind} ${code}`).join(", ");
  return { kind: "unmapped", reason: named, fails: codes.some(({ fails }) => fails) };
}

/** A read that failed has done nothing: it can be asked again. */
export function failedRead(failure: Failure): Outcome {
  if (failure.missing?.length) return notMapped(failure);
  if (failure.kind === "unknown") return { kind: "not_done", reason: failure.reason };
  return failedWrite(failure);
}

export function failedWrite(failure: Failure): Outcome {
  const { kind, reason, waitMs } = failure;
  if (failure.missing?.length) return notMapped(failure);
  switch (kind) {
    case "not_found":
    case "rejected":
      return { kind: "rejected", reason };
    case "not_processed":
      return { kind: "not_done", reason };
    case "rate_limited":
      return { kind, waitMs };
    case "expired":
    case "unauthorized":
      return { kind: "unauthorized", reason };
    case "unknown":
      return { kind, reason };
  }
}
