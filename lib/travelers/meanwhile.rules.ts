import type { Role } from "#lib/instructions/schema";
import { dateIn, type Instant } from "#lib/kit/time";
import type { Facts } from "./facts.schema.ts";
import type { HoldOwner, TravelerState } from "./state.schema.ts";
import type { Moment } from "./tablet-clock.rules.ts";

/** What happened at the plant since a tablet last heard of it, and when. */
export type Meanwhile = {
  /** Since when the traveler's revision stands as it does; null: since it was approved, or not known. */
  revisionSince: Instant | null;
  /** Holds of the plant that are in force, or were released since. */
  holds: readonly {
    scope: string;
    subject: string;
    reason: string;
    owner: HoldOwner;
    placedAt: Instant;
    releasedAt: Instant | null;
  }[];
  /** Taken away from the people concerned, in the order in which it was recorded. */
  revoked: readonly { type: string; at: Instant; body: Readonly<Record<string, unknown>> }[];
  /** Two tablets with this one's key were seen, and nobody has looked at it yet. */
  isForked: boolean;
  /** What was last said of this tablet's clock; null: nothing yet. */
  toldSkew: number | null;
};

/** An act's moment, and as of when its tablet knew the unit; null: it doesn't say. */
export type Asked = { moment: Moment; knewAt: Instant | null };

/**
 * Was it in force when the act was done? What the tablet knew of is as it stands now: the rules on the
 * tablet have asked it themselves. An interval that straddles the beginning or the end counts as held.
 */
export function wasInForce(
  { placedAt, releasedAt }: { placedAt: Instant; releasedAt: Instant | null },
  { moment, knewAt }: Asked,
): boolean {
  if (knewAt === null || placedAt <= knewAt)
    return releasedAt === null && placedAt <= moment.latest;
  return placedAt <= moment.latest && (releasedAt === null || releasedAt >= moment.earliest);
}

/** Of this traveler's own holds, those that stand otherwise now than they did at the act. */
function holdsThen(state: TravelerState, asked: Asked): { notYet: string[]; still: string[] } {
  const stood = state.holds.map(({ id, at, released }) => ({
    id,
    isOpen: released === null,
    was: wasInForce({ placedAt: at, releasedAt: released?.at ?? null }, asked),
  }));
  return {
    notYet: stood.flatMap(({ id, isOpen, was }) => (isOpen && !was ? [id] : [])),
    still: stood.flatMap(({ id, isOpen, was }) => (!isOpen && was ? [id] : [])),
  };
}

/** How the revision stood: superseded or withdrawn after the act, it was in force. */
export function revisionThen(
  status: Facts["revisionStatus"],
  since: Instant | null,
  { moment, knewAt }: Asked,
): { status: Facts["revisionStatus"]; isSince: boolean; isUnknown: boolean } {
  const isOut = status === "superseded" || status === "withdrawn";
  if (!isOut || since === null) return { status, isSince: false, isUnknown: false };
  if (since > moment.latest) return { status: "effective", isSince: true, isUnknown: false };
  return { status, isSince: false, isUnknown: knewAt !== null && since > knewAt };
}

/** What the rules need to know of the time between; absent: nothing that changes anything. */
export function factsThen(
  state: TravelerState,
  revision: { status: Facts["revisionStatus"]; since: Instant | null },
  asked: Asked,
): Pick<Facts, "meanwhile" | "revisionStatus"> {
  const { notYet, still } = holdsThen(state, asked);
  const { status, isSince, isUnknown } = revisionThen(revision.status, revision.since, asked);
  const isSuperseded = isUnknown && status === "superseded";
  const isNothing = notYet.length === 0 && still.length === 0 && !isSuperseded && !isSince;
  if (isNothing) return { revisionStatus: status };
  const outSince = isSince ? revision.since : null;
  return { revisionStatus: status, meanwhile: { notYet, still, isSuperseded, outSince } };
}

/** The traveler's holds as they stood at the act, for the rules to decide on. */
export function heldAsThen(state: TravelerState, then: Facts["meanwhile"]): TravelerState {
  if (then === undefined) return state;
  const holds = state.holds.map((hold) => {
    if (then.still.includes(hold.id)) return { ...hold, released: null };
    if (!then.notYet.includes(hold.id)) return hold;
    const person = hold.person ?? "";
    return { ...hold, released: { person, at: hold.at, comment: "", basis: "owner" as const } };
  });
  return { ...state, holds };
}

const isPutAside = ({ changes }: Meanwhile["revoked"][number]["body"]): boolean =>
  (changes as { status?: { after?: string } } | undefined)?.status?.after === "inactive";

type Standing = {
  id: string;
  active: boolean;
  roles: readonly Role[];
  qualifications: readonly { code: string; validFrom: string; validUntil: string | null }[];
};

/** A person as they stood at the act: what was taken away after it, they still had. */
export function personThen<P extends Standing>(
  person: P,
  revoked: Meanwhile["revoked"],
  { moment }: Pick<Asked, "moment">,
  zone: string,
): P {
  return revoked
    .filter(({ at, body }) => body.person === person.id && at > moment.latest)
    .reduceRight<P>((now, of) => given(now, of, zone), person);
}

function given<P extends Standing>(
  person: P,
  { type, at, body }: Meanwhile["revoked"][number],
  zone: string,
): P {
  if (type === "person.deactivated" || isPutAside(body)) return { ...person, active: true };
  if (type === "role.withdrawn") {
    const role = body.role as Role;
    return person.roles.includes(role) ? person : { ...person, roles: [...person.roles, role] };
  }
  // Withdrawn as of a day that lay behind then already, it did not hold on that day, whenever it was said.
  if (type !== "qualification.withdrawn" || body.withdrawnOn !== dateIn(zone, at)) return person;
  const { validUntil } = body.changes as {
    validUntil: { before: string | null; after: string };
  };
  const qualifications = person.qualifications.map((held) =>
    held.code === body.code && held.validUntil === validUntil.after
      ? { ...held, validUntil: validUntil.before }
      : held,
  );
  return { ...person, qualifications };
}

/** Was the badge that opened this period withdrawn before the act, or perhaps before it? */
export const isBadgeWithdrawn = (
  revoked: Meanwhile["revoked"],
  of: { person: string; grantedAt: Instant | undefined; moment: Moment },
): boolean =>
  revoked.some(
    ({ type, at, body }) =>
      type === "badge.withdrawn" &&
      body.person === of.person &&
      at <= of.moment.latest &&
      of.grantedAt !== undefined &&
      at >= of.grantedAt,
  );
