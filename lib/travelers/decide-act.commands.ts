import "server-only";
import { fetchDisposition } from "#lib/feed/disposition.queries";
import type { InstructionContent } from "#lib/instructions/schema";
import { millis } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import {
  type Act,
  actorAtMoment,
  follows,
  isQuarantined,
  momentOfAct,
  notApplied,
} from "./acts.rules.ts";
import { tabletsToSend } from "./arrivals.queries.ts";
import type { DecidedOn, Draft, Saying } from "./draft.commands.ts";
import type { TravelerEvent } from "./events.schema.ts";
import { gather } from "./facts.queries.ts";
import { factsNeeded } from "./facts.rules.ts";
import type { Facts, ProofFacts } from "./facts.schema.ts";
import { type Asked, isBadgeWithdrawn } from "./meanwhile.rules.ts";
import { onlineOnly } from "./online-only.rules.ts";
import type { Refusal, RefusalCode } from "./refusal.schema.ts";
import { decide } from "./rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { tellMinMs } from "./tablet-clock.rules.ts";

/** Refused under the command's id by no rule: by the database, or because deciding it fails. */
export type Overruling = "id_taken" | "command_id_used" | "not_decided";
export type Overruled = Map<string, Overruling>;

/** Decides one command on the draft's state and writes verdict, entries and receipt into the draft. */
export async function decideAct(
  draft: Draft,
  act: Act,
  fetched: Map<string, Facts["qms"]>,
  overruled: Overruled,
): Promise<void> {
  if (draft.isAnswered(act)) return;
  const said = sayingOf(draft, act);
  if (takePlace(draft, act, said) === "fork") draft.isForked = true;
  await answered(draft, act, said, { fetched, overruled });
  tellClock(draft, act, said);
}

/** Who did it and when, as far as that can be known of a tablet's clock. */
function sayingOf(draft: Draft, act: Act): Saying {
  const recordedAt = act.recordedAt ?? draft.loaded.now;
  const moment = momentOfAct(act, recordedAt);
  const actor = act.isForeign ? null : actorAtMoment(act, moment);
  return { act, actor, second: null, at: moment.at, recordedAt, ...(act.clock && { moment }) };
}

async function answered(
  draft: Draft,
  act: Act,
  said: Saying,
  { fetched, overruled }: { fetched: Map<string, Facts["qms"]>; overruled: Overruled },
): Promise<void> {
  const { at, recordedAt } = said;
  const barred = overruled.get(act.command.id) ?? barredBy(draft, act, said);
  if (barred) return refuseAct(draft, act, said, { code: barred, params: {} });
  const { state, content } = draft;
  if (!state || !content || !said.actor) {
    return refuseAct(draft, act, said, { code: "traveler_not_released", params: {} });
  }
  const qms = await qmsFor(act, said.actor, state, content, fetched);
  const gathered = gather(draft.loaded, {
    act,
    actor: said.actor,
    at,
    recordedAt,
    asked: askedOf(act, said),
    state,
    content,
    qms,
    reached: draft.reached(),
  });
  draft.hold(gathered.guards);
  for (const proof of gathered.proofs) draft.use(proof);
  const facts = await withTablets(gathered.facts, act);
  const on = { facts, seq: state.seq };
  const ruling = decide(state, act.command, facts);
  if (!ruling.ok) return refuseAct(draft, act, said, ruling.error, on);
  draft.keepTexts(ruling.value.texts);
  const second = secondOf(act, gathered.proofs, ruling.value.events);
  const told = ruling.value.others ?? [];
  // First the others: a lot that is split off goes on from what this one was before.
  const others = told.map((of) => ({
    traveler: of.traveler,
    events: draft.tell(of.traveler, content, of.events, { ...said, second }).events,
  }));
  const { events, head } = draft.tell(state.id, content, ruling.value.events, { ...said, second });
  for (const event of events) {
    if (event.type === "gage.quarantined") draft.quarantine(event.body, { ...said, second });
  }
  const verdict = { id: act.command.id, verdict: "applied", seq: head.seq, events } as const;
  const family = others.length > 0 ? { others } : {};
  draft.answer(act, recordedAt, { ...verdict, head: head.hash ?? "", ...family }, on);
  tellOutOfUse(draft, gathered.facts, said);
}

/** The second person: proven by now, or who signed into a box that is still to be opened. */
function secondOf(
  { second }: Act,
  proofs: readonly ProofFacts[],
  events: readonly TravelerEvent[],
): string | null {
  if (second === null) return null;
  const isProven = proofs.some(({ id }) => id === second.proof);
  const hasSigned = events.some(
    ({ type, body }) => type === "buyoff.signed" && body.signer === second.person,
  );
  return isProven || hasSigned ? second.person : null;
}

/** What the time between is judged by; null: the server decides on what stands now. */
const askedOf = ({ command, knewAt }: Act, { moment }: Saying): Asked | null =>
  moment && !onlineOnly.has(command.type) ? { moment, knewAt } : null;

/** Applied, because the revision was in force when it was done; said once for a unit. */
function tellOutOfUse(draft: Draft, { meanwhile }: Facts, said: Saying): void {
  const { state, content } = draft;
  const since = meanwhile?.outSince;
  if (!state || !content || !since) return;
  const isSaid = state.signals.some(({ kind }) => kind === "superseded_revision");
  const body = { revision: state.revision.revision, since };
  if (!isSaid) draft.tell(state.id, content, [{ type: "revision.superseded_in_use", body }], said);
}

/**
 * Once for each time that a tablet's clock turns out to be otherwise than was last said of it. As long
 * as nobody can say when an act was, what is within its interval is no news.
 */
function tellClock(draft: Draft, { clock }: Act, said: Saying): void {
  const { state, content } = draft;
  const { moment, actor } = said;
  if (!state || !content || !clock || !moment || !actor) return;
  const skewMs = millis(moment.at) - millis(clock.wall);
  const isWideMs = millis(moment.latest) - millis(moment.earliest);
  if (Math.abs(skewMs - (draft.toldSkew ?? 0)) < tellMinMs + isWideMs) return;
  draft.toldSkew = skewMs;
  const body = { skewMs, ...(moment.jumpMs !== 0 && { jumpMs: moment.jumpMs }) };
  draft.tell(state.id, content, [{ type: "clock.skewed", body }], said);
}

/** Fetched at most once per command, however often it is decided again. */
async function qmsFor(
  act: Act,
  actor: Actor,
  state: TravelerState,
  content: InstructionContent,
  fetched: Map<string, Facts["qms"]>,
): Promise<Facts["qms"]> {
  if (act.qms !== undefined) return act.qms;
  const { disposition } = factsNeeded(act.command, state, content);
  if (!disposition) return null;
  const known = fetched.get(act.command.id);
  if (known !== undefined) return known;
  const qms = await fetchDisposition(actor, disposition);
  fetched.set(act.command.id, qms);
  return qms;
}

/** Why nobody asks the rules: what sent it, or who, is not what it says. */
function barredBy(draft: Draft, act: Act, { actor, moment }: Saying): RefusalCode | null {
  if (draft.isUsed(act)) return "command_id_used";
  if (act.isForeign) return "grant_not_valid";
  const { device, meanwhile } = draft.loaded;
  const isRevoked = act.device !== null && (!device || device.revokedAt !== null);
  // What was done on it may count, and nothing new goes to it.
  if (act.isReleased && isRevoked && act.command.type === "checkOutTraveler")
    return "checkout_tablet_revoked";
  if (!act.isReleased) {
    if (isRevoked) return "device_revoked";
    if (act.place !== null && draft.isForked) return "device_forked";
  }
  if (actor?.id !== act.person) return "grant_not_valid";
  const of = moment && { person: actor.id, grantedAt: actor.grantedAt, moment };
  return of && isBadgeWithdrawn(meanwhile?.revoked ?? [], of) ? "badge_withdrawn" : null;
}

/** Whoever completes a unit is told which tablet to look for. */
async function withTablets(facts: Facts, { command, traveler }: Act): Promise<Facts> {
  const isAsked = command.type === "completeTraveler" || command.type === "acceptTraveler";
  if (!isAsked || facts.blobsMissing.length === 0) return facts;
  const missingFrom = await tabletsToSend(facts.site.id, traveler, facts.blobsMissing);
  return { ...facts, missingFrom };
}

/** Checks and remembers the tablet's own count; a break in it is an entry of the tablet's stream. */
function takePlace(draft: Draft, act: Act, said: Saying): "next" | "gap" | "fork" {
  const { place, device } = act;
  const known = draft.loaded.device;
  if (!place || !device || !known || act.isForeign || draft.isUsed(act)) return "next";
  const last = draft.device ?? { seq: known.lastSeq, hash: known.lastHash };
  const how = follows(last, place);
  // Of two tablets with one key nobody has to be told at each act, before somebody has looked.
  if (how !== "next" && !(how === "fork" && draft.isForked)) {
    draft.report(
      "device",
      device.id,
      "device.gap",
      {
        kind: how === "fork" ? "forked" : place.seq === 1 ? "restarted" : "missing",
        expected: { seq: last.seq + 1, prev: last.hash },
        received: { seq: place.seq, prev: place.prev },
      },
      said,
    );
  }
  if (how !== "fork") {
    draft.device = { id: device.id, expected: known.lastSeq, seq: place.seq, hash: place.hash };
  }
  return how;
}

function refuseAct(
  draft: Draft,
  act: Act,
  said: Saying,
  refusal: Refusal,
  on: DecidedOn = null,
): void {
  const event = notApplied(act, refusal);
  // Under the hash that the entry names: whoever looks at it later has all of it.
  if (isQuarantined(act, refusal)) draft.keepTexts([act.text ?? ""]);
  const { state, content } = draft;
  if (state && content && !asides.has(refusal.code)) draft.tell(state.id, content, [event], said);
  else draft.reportRefusal(event, act, said);
  const { code, params } = refusal;
  const verdict = {
    id: act.command.id,
    verdict: "recorded_not_applied",
    refusal: { code, params },
  } as const;
  if (code === "command_id_used" || act.isForeign) draft.answerOnly(verdict);
  else draft.answer(act, said.recordedAt, verdict, on);
}

// Whoever could not prove who they are writes nothing into a traveler's history.
const asides: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "grant_not_valid",
  "command_id_used",
]);
