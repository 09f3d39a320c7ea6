import "server-only";
import { fetchDisposition } from "#lib/feed/disposition.queries";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
import { type Act, follows, notApplied, occurredAt } from "./acts.rules.ts";
import { tabletsToSend } from "./arrivals.queries.ts";
import type { DecidedOn, Draft, Saying } from "./draft.commands.ts";
import { gather } from "./facts.queries.ts";
import { factsNeeded } from "./facts.rules.ts";
import type { Facts } from "./facts.schema.ts";
import type { Refusal, RefusalCode } from "./refusal.schema.ts";
import { decide } from "./rules.ts";
import type { TravelerState } from "./state.schema.ts";

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
  const recordedAt = act.recordedAt ?? draft.loaded.now;
  const at = occurredAt(act, recordedAt);
  const actor = act.isForeign ? null : act.actorAt(at);
  const said: Saying = { act, actor, second: null, at, recordedAt };
  if (draft.isAnswered(act)) return;
  const isForked = takePlace(draft, act, said) === "fork";
  const barred = overruled.get(act.command.id) ?? barredBy(draft, act, said.actor, isForked);
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
  const second = gathered.proofs.find(({ id }) => id === act.second?.proof)?.person ?? null;
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
function barredBy(
  draft: Draft,
  act: Act,
  actor: Actor | null,
  isForked: boolean,
): RefusalCode | null {
  if (draft.isUsed(act)) return "command_id_used";
  if (act.isForeign) return "grant_not_valid";
  const { device } = draft.loaded;
  if (act.device && (!device || device.revokedAt)) return "device_revoked";
  if (isForked) return "device_forked";
  return actor && actor.id === act.person ? null : "grant_not_valid";
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
  if (how !== "next") {
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
