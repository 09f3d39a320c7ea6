import type { Role } from "#lib/instructions/schema";
import { err, ok, type Result } from "#lib/kit/result";

export const stampKinds = ["operator", "inspection", "quality"] as const;
export type StampKind = (typeof stampKinds)[number];

/** Whose stamp it is to give: what it accepts is what that role may accept. */
export const roleOfStamp: Readonly<Record<StampKind, Role>> = {
  operator: "operator",
  inspection: "inspector",
  quality: "quality",
};

export type StampHolder = {
  id: string;
  active: boolean;
  roles: readonly Role[];
  qualifications: readonly { validFrom: string; validUntil: string | null }[];
};
/** One time that a number was issued, as calendar days. */
export type StampIssued = { person: string; issuedOn: string; withdrawnOn: string | null };

export type StampRefusal = {
  code:
    | "stamp_holder_inactive"
    | "stamp_role"
    | "stamp_not_certified"
    | "stamp_in_use"
    | "stamp_cooling"
    | "stamp_not_yet"
    | "stamp_before_issue";
  params: Readonly<Record<string, string>>;
};
const refused = (code: StampRefusal["code"], params: StampRefusal["params"] = {}) =>
  err<StampRefusal>({ code, params });

/**
 * A stamp says what its holder may accept: an inspector's goes to an inspector, an operator's to an
 * operator who is certified for something on that day.
 */
export function mayHold(
  kind: StampKind,
  { active, roles, qualifications }: StampHolder,
  today: string,
): Result<true, StampRefusal> {
  const role = roleOfStamp[kind];
  if (!active) return refused("stamp_holder_inactive");
  if (!roles.includes(role)) return refused("stamp_role", { role });
  const isCertified = qualifications.some(
    ({ validFrom, validUntil }) => validFrom <= today && (validUntil ?? today) >= today,
  );
  return kind === "operator" && !isCertified ? refused("stamp_not_certified") : ok(true);
}

/** The first day on which a number that was withdrawn is free for somebody else. */
export function freeFrom(withdrawnOn: string, coolDownMonths: number): string {
  const [year = 0, month = 1, day = 1] = withdrawnOn.split("-").map(Number);
  const target = new Date(Date.UTC(year, month - 1 + coolDownMonths, 1));
  const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0));
  target.setUTCDate(Math.min(day, last.getUTCDate()));
  return target.toISOString().slice(0, 10);
}

/**
 * May this number go to this person on this day? Not while somebody has it, and to nobody else before
 * its cool-down has passed: what it stamped last must have left the shop (AS9100 8.5.2).
 */
export function mayIssue(
  number: string,
  to: { person: string; issuedOn: string; today: string },
  earlier: readonly StampIssued[],
  coolDownMonths: number,
): Result<true, StampRefusal> {
  if (to.issuedOn > to.today) return refused("stamp_not_yet", { today: to.today });
  if (earlier.some(({ withdrawnOn }) => withdrawnOn === null)) {
    return refused("stamp_in_use", { number });
  }
  const free = earlier
    .filter(({ person }) => person !== to.person)
    .map(({ withdrawnOn }) => freeFrom(withdrawnOn ?? to.today, coolDownMonths))
    .sort()
    .at(-1);
  if (free !== undefined && to.issuedOn < free) {
    return refused("stamp_cooling", { number, free });
  }
  const isBefore = earlier.some(({ withdrawnOn }) => (withdrawnOn ?? "") > to.issuedOn);
  return isBefore ? refused("stamp_before_issue") : ok(true);
}

/** A stamp comes back after it was issued, and not on a day that is still to come. */
export function mayWithdraw(
  issuedOn: string,
  withdrawnOn: string,
  today: string,
): Result<true, StampRefusal> {
  if (withdrawnOn > today) return refused("stamp_not_yet", { today });
  return withdrawnOn < issuedOn ? refused("stamp_before_issue") : ok(true);
}
