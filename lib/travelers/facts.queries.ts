import "server-only";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Guard } from "#lib/record/append.commands";
import { type Ask, guardOf, type Loaded, type LoadedStock } from "#lib/record/load.queries";
import { streamOf } from "#lib/record/streams.rules";
import { type Act, dayOf, personFacts } from "./acts.rules.ts";
import { type FactsNeeded, factsNeeded, timesByTablet } from "./facts.rules.ts";
import type { Facts, ProofFacts, StockFacts } from "./facts.schema.ts";
import { type Asked, factsThen, personThen, wasInForce } from "./meanwhile.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { keptClock } from "./tablet-clock.rules.ts";

type Needs = Omit<FactsNeeded, "disposition">;

/** What the draft has made of the traveler and others so far, on top of what was loaded. */
export type Reached = {
  head: string;
  others: readonly { state: TravelerState; seq: number; head: string }[];
};

/** What was not asked for although a decision needs it, joined to what was; null: nothing missing. */
export function widened(ask: Ask, needs: Needs): Ask | null {
  const more = {
    gageTypes: union(ask.gageTypes, needs.gageTypes),
    gageCodes: union(ask.gageCodes, needs.gageCodes),
    parts: union(ask.parts, needs.parts),
    qualifications: union(ask.qualifications, needs.qualifications),
    lots: union(ask.lots, needs.lots),
    travelers: union(ask.travelers, needs.travelers),
    // A lot to be made has no stream yet; whatever has its id does.
    streams: union(ask.streams, needs.travelers),
    stock: [...ask.stock, ...needs.stock.filter((wanted) => !ask.stock.some(isSame(wanted)))],
  };
  const grown = (Object.keys(more) as (keyof typeof more)[]).some(
    (key) => more[key].length > ask[key].length,
  );
  const lot = lotAsked(ask.lot, needs.lot);
  return grown || lot !== ask.lot ? { ...ask, ...more, lot } : null;
}

function lotAsked(asked: Ask["lot"], needed: Needs["lot"]): Ask["lot"] {
  if (needed === null) return asked;
  const serials = union(asked?.serials ?? [], needed.serials);
  return asked && serials.length === asked.serials.length ? asked : { serials };
}

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];
const isSame = (a: Ask["stock"][number]) => (b: Ask["stock"][number]) =>
  a.part === b.part && a.serial === b.serial && a.lot === b.lot;

export type Gathered = { facts: Facts; guards: Guard[]; proofs: ProofFacts[] };

/**
 * The facts of one decision, and the streams that they came from: `append` refuses the decision if
 * one of them has moved since.
 */
export function gather(
  loaded: Loaded,
  of: {
    act: Act;
    actor: Actor;
    at: Instant;
    recordedAt: Instant;
    /** Of an act that was perhaps done a while ago; null: what stands now counts. */
    asked: Asked | null;
    state: TravelerState;
    content: InstructionContent;
    qms: Facts["qms"];
    reached: Reached;
  },
): Gathered {
  const { act, actor, at, asked, state, content, reached } = of;
  const needs = factsNeeded(act.command, state, content);
  const day = dayOf(loaded.site.timeZone, at);
  const gages = loaded.gages.filter(
    ({ type, code }) => needs.gageTypes.includes(type) || needs.gageCodes.includes(code),
  );
  const stock = loaded.stock.filter(
    (found) =>
      needs.stock.some(isFound(found)) || (found.lot !== null && needs.parts.includes(found.part)),
  );
  const person = personFacts(standingOf(loaded, actor, asked), actor, day);
  if (!person) throw new Error("an act without a person");
  const second = secondFacts(loaded, act, asked, day);
  const proof = usable(loaded, act.proof, at);
  const secondProof = act.second ? usable(loaded, act.second.proof, at) : null;
  const isAsked = (other: { state: TravelerState }) => needs.travelers.includes(other.state.id);
  const { id, code, timeZone, policy } = loaded.site;
  return {
    facts: {
      content,
      ...standingThen(loaded, state, asked),
      site: { id, code, timeZone },
      policy,
      at,
      recordedAt: of.recordedAt,
      person,
      second,
      proof,
      secondProof,
      device: act.device,
      ...saidOnlyIfThere(act),
      gages,
      stock: stock.map((found) => stockFacts(found, content)),
      holders: loaded.holders.filter(({ qualification }) =>
        needs.qualifications.includes(qualification),
      ),
      qualificationRules: loaded.qualificationRules.filter(({ code }) =>
        needs.qualifications.includes(code),
      ),
      clocks: loaded.clocks.filter(({ lot }) => needs.lots.includes(lot)),
      others: reached.others.filter(isAsked).map(({ state, head }) => ({ state, head })),
      lot: lotFacts(loaded, needs.lot, reached.head),
      outerHolds: outerHoldsThen(loaded, asked),
      qms: of.qms,
      blobsMissing: loaded.blobsMissing.filter((sha256) =>
        [...state.photos, ...state.measurementRecords].some((kept) => kept.sha256 === sha256),
      ),
    },
    guards: [
      ...guardsOf(loaded, act, actor, gages, stock),
      ...loaded.others
        .filter(isAsked)
        .map(({ state: { id }, seq }) => ({ id, kind: "traveler" as const, seq })),
    ],
    // What an append may spend, and name: proofs of these two people for this very command.
    proofs: [proof, secondProof]
      .filter((spent) => spent !== null)
      .filter(
        ({ command, person }) =>
          command === act.command.id && [actor.id, act.second?.person].includes(person),
      ),
  };
}

const saidOnlyIfThere = ({ command, device, clock, sealed, verification, session }: Act) => ({
  ...(device && clock && timesByTablet(command) && { tabletClock: keptClock(device.id, clock) }),
  ...(sealed && { sealed }),
  ...(verification && { verification }),
  ...(session !== null && { session }),
});

/** Who proves it now stands as they do now; who signed into a box a while ago, as they did then. */
function secondFacts(
  loaded: Loaded,
  { second }: Act,
  asked: Asked | null,
  day: string,
): Facts["second"] {
  if (second === null) return null;
  const isThen = second.proof === null ? asked : null;
  return personFacts(standingOf(loaded, { id: second.person }, isThen), null, day);
}

/** The person as they stood at the act. */
function standingOf(
  { people, meanwhile, site }: Loaded,
  { id }: Pick<Actor, "id">,
  asked: Asked | null,
) {
  const known = people[id];
  if (!known || !meanwhile || !asked) return known;
  return personThen(known, meanwhile.revoked, asked, site.timeZone);
}

function standingThen(
  loaded: Loaded,
  state: TravelerState,
  asked: Asked | null,
): Pick<Facts, "revisionStatus" | "meanwhile"> {
  const status = revisionStatusOf(loaded);
  if (!asked) return { revisionStatus: status };
  const since = loaded.meanwhile?.revisionSince ?? null;
  return factsThen(state, { status, since }, asked);
}

/** Holds from outside as they lay on the unit at the act. */
function outerHoldsThen(loaded: Loaded, asked: Asked | null): Facts["outerHolds"] {
  const { meanwhile } = loaded;
  if (!asked || !meanwhile) return outerHolds(loaded);
  const holds = meanwhile.holds
    .filter((hold) => wasInForce(hold, asked))
    .map(({ placedAt: _, releasedAt: __, ...hold }) => hold);
  return outerHolds({ ...loaded, holds });
}

function lotFacts(loaded: Loaded, needs: Needs["lot"], head: string): Facts["lot"] {
  if (needs === null || loaded.lot === null) return null;
  return {
    head,
    isChildTaken: needs.child !== null && loaded.streams[needs.child] !== undefined,
    serialsTaken: loaded.lot.serialsTaken.filter((serial) => needs.serials.includes(serial)),
    heldOutside: loaded.lot.heldOutside,
  };
}

/** A traveler is released on an approved revision; what became of the revision since is a fact. */
export function revisionStatusOf({ revision }: Loaded): Facts["revisionStatus"] {
  if (!revision || revision.status === "draft" || revision.status === "in_review") {
    throw new Error("a traveler is pinned to a revision that was never approved");
  }
  return revision.status;
}

function guardsOf(
  loaded: Loaded,
  act: Act,
  actor: Actor,
  gages: readonly { id: string }[],
  stock: readonly { id: string }[],
): Guard[] {
  const people = [actor.id, act.second?.person].filter((id) => id && loaded.people[id]);
  const site = loaded.site.id;
  return [
    guardOf(loaded, "site", site),
    ...(loaded.order ? [guardOf(loaded, "order", loaded.order.id)] : []),
    ...(loaded.revision
      ? [guardOf(loaded, "instruction", streamOf("instruction", loaded.revision.instruction, site))]
      : []),
    ...(act.device && !act.isReleased ? [guardOf(loaded, "device", act.device.id)] : []),
    ...people.map((id) => guardOf(loaded, "person", streamOf("person", id as string, site))),
    ...gages.map(({ id }) => guardOf(loaded, "gage", id)),
    ...stock.map(({ id }) => guardOf(loaded, "lot", id)),
  ];
}

/** A proof counts once and while it is fresh; whose it is and what for, the rules judge. */
function usable(loaded: Loaded, id: string | null, at: Instant): ProofFacts | null {
  const proof = loaded.proofs.find((known) => known.id === id);
  if (!proof || proof.usedAt || proof.expiresAt < at) return null;
  const { person, device, command, contentSha256, method } = proof;
  return { id: proof.id, person, device, command, contentSha256, method };
}

const isFound = (found: LoadedStock) => (wanted: Ask["stock"][number]) =>
  wanted.part === found.part &&
  ((wanted.serial !== null && wanted.serial === found.serial) ||
    (wanted.lot !== null && wanted.lot === found.lot));

export function stockFacts(found: LoadedStock, content: InstructionContent): StockFacts {
  const fields = content.operations.flatMap(({ steps }) => steps.flatMap((step) => step.fields));
  const isSingleUse = fields.some(
    (field) =>
      field.kind === "component" &&
      field.singleUse === true &&
      [field.part, ...field.alternates].includes(found.part),
  );
  const { part, revision, serial, lot, expiresOn, onHold, installedIn } = found;
  const spent = found.scrapped || (isSingleUse && found.removedBefore);
  return { part, revision, serial, lot, expiresOn, onHold, installedIn, spent };
}

export const outerHolds = (loaded: Loaded): Facts["outerHolds"] => [
  ...(loaded.order?.status === "on_hold"
    ? [
        {
          scope: "order",
          subject: loaded.order.number,
          reason: "order_on_hold",
          owner: "production" as const,
        },
      ]
    : []),
  ...loaded.holds,
];
