import { type Instant, plusMinutes } from "#lib/kit/time";

export type Period = {
  id: string;
  person: string;
  startedAt: Instant;
  /** Last sign-in, signing or act of this person at this tablet. */
  usedAt: Instant;
  /** First signing in it, by both components. */
  signedAt: Instant | null;
  endedAt: Instant | null;
  endedBy: PeriodEnd | null;
};

export type PeriodEnd =
  | "lock"
  | "idle"
  | "sign_out"
  | "hand_over"
  | "other_sign_in"
  | "other_signature"
  | "absolute"
  | "revoked";

/** What a plant may set, within bounds. */
export type PeriodPolicy = { idleMinutes: number; absoluteMinutes: number };

/** Why the period is over at `at`, or null while it goes on. */
export function endOf(period: Period, at: Instant, policy: PeriodPolicy): PeriodEnd | null {
  if (period.endedAt !== null) return period.endedBy ?? "lock";
  if (plusMinutes(period.startedAt, policy.absoluteMinutes) < at) return "absolute";
  if (plusMinutes(period.usedAt, policy.idleMinutes) < at) return "idle";
  return null;
}

/**
 * 21 CFR 11.200 (a)(1): the first signing of a continuous period by both components, the following
 * ones by the private one. Sign-in opens the period and is not a signing.
 */
export const pinSuffices = (
  period: Period | null,
  person: string,
  at: Instant,
  policy: PeriodPolicy,
): boolean =>
  period !== null &&
  period.person === person &&
  period.signedAt !== null &&
  endOf(period, at, policy) === null;

/**
 * What a signature by both components does to the tablet's last period. Its owner goes on, in a new
 * one if it had lapsed; after a sign-out, or for anybody else, none begins: a second signer signs and
 * is not signed in.
 */
export function afterSignature(
  last: Period | null,
  person: string,
  at: Instant,
  policy: PeriodPolicy,
): "continue" | "begin" | "end" {
  if (last?.person !== person) return "end";
  if (endOf(last, at, policy) === null) return "continue";
  return last.endedBy === "sign_out" || last.endedBy === "hand_over" || last.endedBy === "revoked"
    ? "end"
    : "begin";
}

/** What of the tablet's last period is written down with a signature, and whether a new one begins. */
export type PeriodAfter = {
  changed: (Pick<Period, "id"> & Partial<Period>) | null;
  begins: boolean;
};

/** Null: the PIN alone does not suffice, so nothing is signed. */
export function periodAfter(
  last: Period | null,
  by: { person: string; method: "pin" | "badge_pin" },
  at: Instant,
  policy: PeriodPolicy,
): PeriodAfter | null {
  if (by.method === "pin" && !pinSuffices(last, by.person, at, policy)) return null;
  const next = by.method === "pin" ? "continue" : afterSignature(last, by.person, at, policy);
  if (next === "continue" && last) {
    return {
      changed: { id: last.id, usedAt: at, signedAt: last.signedAt ?? at },
      begins: false,
    };
  }
  return { changed: endedBySignature(last, at, policy), begins: next === "begin" };
}

function endedBySignature(
  last: Period | null,
  at: Instant,
  policy: PeriodPolicy,
): PeriodAfter["changed"] {
  if (last === null || last.endedAt !== null) return null;
  return { id: last.id, endedAt: at, endedBy: endOf(last, at, policy) ?? "other_signature" };
}
