import { requirementHash } from "#lib/instructions/hash.rules";
import type { InstructionContent, Role } from "#lib/instructions/schema";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { dateIn, type Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { EntryDraft } from "#lib/record/chain.rules";
import type { Second } from "./auth.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts, PersonFacts, SealedFacts, VerificationFacts } from "./facts.schema.ts";
import { onlineOnly } from "./online-only.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Command, Envelope } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";
import { type Moment, momentOf, type SentClock } from "./tablet-clock.rules.ts";

/** A command on its way into the record, from a tablet, a desk, a connector or the seed. */
export type Act = {
  command: Command;
  traveler: string;
  /** Sent by one tablet in the name of another: nothing of it is taken. */
  isForeign: boolean;
  /** Of exactly what was sent: a repeat under the same id must say the same. */
  contentSha256: string;
  /** Whose name the sender put on it. */
  person: string;
  /** Who that is, proven for the moment of the act; null: not proven. */
  actorAt: (at: Instant) => Actor | null;
  proof: string | null;
  second: Second | null;
  /** Instead of a proof: a signature given without a network. */
  sealed: SealedFacts | null;
  device: Actor["device"];
  /** The session of the desk in which it was done; null: at a tablet, or by no person at a desk. */
  session: string | null;
  /** The tablet's clock as it stood; null where the server's own clock was there. */
  clock: Envelope["at"] | null;
  /** The tablet's clocks when it was sent, and when the server heard of it. */
  sent: { clock: SentClock | null; heardAt: Instant } | null;
  /** As of when the tablet knew the unit; null: it doesn't say. */
  knewAt: Instant | null;
  /** Decided after all, by somebody of quality, although its tablet is not believed any more. */
  isReleased: boolean;
  /** All that was sent, as canonical text. */
  text: string | null;
  /** Said by the desk or the seed; null: by `clock`, or now. */
  at: Instant | null;
  recordedAt: Instant | null;
  /** Place in the tablet's own chain. */
  place: Place | null;
  qms: Facts["qms"] | undefined;
  /** What the server itself found in a box; nobody can say it in a command. */
  verification: VerificationFacts | null;
};

export type Place = { seq: number; prev: string | null; hash: string };

/** When it was done, by the tablet's clock as far as it can be believed, or as the desk or the seed says. */
export function momentOfAct(act: Pick<Act, "clock" | "at" | "sent">, recordedAt: Instant): Moment {
  if (!act.clock) {
    const at = act.at ?? recordedAt;
    return { at, earliest: at, latest: at, jumpMs: 0 };
  }
  // The database and the web process have clocks of their own: it is recorded after it was heard of.
  const heardAt = act.sent && act.sent.heardAt < recordedAt ? act.sent.heardAt : recordedAt;
  return momentOf(act.clock, act.sent?.clock ?? null, heardAt);
}

/** Who that was: proven for the moment of the act, wherever in its interval that lies. */
export const actorAtMoment = (act: Pick<Act, "actorAt">, { at, earliest, latest }: Moment) =>
  act.actorAt(at) ?? act.actorAt(earliest) ?? act.actorAt(latest);

/**
 * How an act follows on this tablet's last one. A tablet that was wiped starts again at 1; one that
 * lost commands jumps. Anything else means two tablets with one key, or one rolled back.
 */
export function follows(
  last: { seq: number; hash: string | null },
  place: Place,
): "next" | "gap" | "fork" {
  if (place.seq === last.seq + 1 && place.prev === last.hash) return "next";
  if (place.seq > last.seq + 1) return "gap";
  return place.seq === 1 && place.prev === null ? "gap" : "fork";
}

type KnownPerson = {
  id: string;
  name: string;
  active: boolean;
  roles: readonly Role[];
  qualifications: PersonFacts["qualifications"];
  stamps: readonly {
    number: string;
    kind: PersonFacts["stamps"][number]["kind"];
    issuedOn: string;
    withdrawnOn: string | null;
  }[];
  trainers: readonly {
    id: string;
    name: string;
    qualification: string | null;
    validFrom: string;
    validUntil: string | null;
  }[];
};

/**
 * A person as the rules see them. Roles are those that the proof of identity names and the person
 * still holds: what was taken away since a grant was given no longer counts.
 */
export function personFacts(
  known: KnownPerson | undefined,
  actor: Pick<Actor, "id" | "name" | "roles"> | null,
  day: string,
): PersonFacts | null {
  if (!known) {
    return (
      actor && { ...actorOnly(actor), active: true, qualifications: [], stamps: [], trainers: [] }
    );
  }
  return {
    id: known.id,
    name: known.name,
    active: known.active,
    roles: actor ? known.roles.filter((role) => actor.roles.includes(role)) : known.roles,
    qualifications: known.qualifications,
    stamps: known.stamps
      .filter(
        ({ issuedOn, withdrawnOn }) => issuedOn <= day && !(withdrawnOn && withdrawnOn <= day),
      )
      .map(({ number, kind }) => ({ number, kind })),
    trainers: known.trainers
      .filter(({ validFrom, validUntil }) => validFrom <= day && !(validUntil && validUntil < day))
      .map(({ id, name, qualification }) => ({ id, name, qualification })),
  };
}

const actorOnly = ({ id, name, roles }: Pick<Actor, "id" | "name" | "roles">) => ({
  id,
  name,
  roles,
});

export const dayOf = (zone: string, at: Instant): string => dateIn(zone, at);

/** Everything in an entry's line that comes from the traveler and not from the act. */
export function travelerContext(
  state: TravelerState,
  content: InstructionContent,
  event: TravelerEvent,
): Pick<
  EntryDraft,
  | "unit"
  | "order"
  | "part"
  | "partRevision"
  | "instruction"
  | "step"
  | "attempt"
  | "requirementHash"
> {
  const step = stepOf(state, event);
  const plan = content.operations.flatMap((operation) => operation.steps);
  const planned = plan.find(({ id }) => id === step);
  return {
    unit: state.unit.serial ?? state.unit.lot,
    order: state.workOrder,
    part: state.part.number,
    partRevision: state.part.revision,
    instruction: {
      number: state.revision.number,
      revision: state.revision.revision,
      sha256: state.revision.contentSha256,
    },
    step,
    attempt: step ? attemptOf(state, step, event) : null,
    requirementHash: planned ? requirementHash(planned) : null,
  };
}

/** The step that an event is about, also where it names only a reading, an installation or a buyoff. */
function stepOf(state: TravelerState, event: TravelerEvent): string | null {
  const body = event.body as Readonly<Record<string, unknown>>;
  if (typeof body.step === "string") return body.step;
  const about = [
    ...state.readings.filter(({ id }) => id === body.reading),
    ...state.components.filter(({ id }) => id === body.installation),
    ...state.buyoffs.filter(({ id }) => id === body.buyoff),
    ...state.defects.filter(({ id }) => id === body.defect),
  ];
  return about[0]?.step ?? null;
}

function attemptOf(state: TravelerState, step: string, event: TravelerEvent): number | null {
  const body = event.body as Readonly<Record<string, unknown>>;
  if (typeof body.attempt === "number") return body.attempt;
  const found = state.steps[step] ?? Object.values(state.steps).find((of) => of.step === step);
  return found?.attempt ?? null;
}

/** The entry that a refused command leaves: what was wanted, why not, and the hash of all it said. */
export const notApplied = (act: Act, refusal: Refusal): TravelerEvent => ({
  type: "command.not_applied",
  body: {
    command: act.command.type,
    refusal: refusal.code,
    params: { ...refusal.params },
    commandSha256: act.contentSha256,
    ...(isConflict(act, refusal) && { conflict: true }),
    ...(isQuarantined(act, refusal) && { quarantined: true }),
    ...(act.knewAt !== null && { knewAt: act.knewAt }),
  },
});

/** Of a tablet that was revoked or of which there are two: kept whole, decided by nobody until a person looks. */
const quarantining: ReadonlySet<string> = new Set(["device_revoked", "device_forked"]);
export const isQuarantined = (act: Pick<Act, "text">, { code }: Refusal): boolean =>
  act.text !== null && quarantining.has(code);

/**
 * Had the tablet let it pass, so that somebody went on working on it? Not where the server alone decides,
 * and not where the tablet had never heard of what was scanned: there the person was told at once.
 */
function isConflict(act: Pick<Act, "place" | "command">, { code }: Refusal): boolean {
  if (act.place === null || quarantining.has(code)) return false;
  const isToldAtOnce = onlineOnly.has(act.command.type) || /^(gage|component)_unknown$/.test(code);
  return !isToldAtOnce && act.command.type !== "recordRefusedAttempt";
}

export const hashOf = (sent: unknown): string => canonicalSha256(sent as Canonical);
