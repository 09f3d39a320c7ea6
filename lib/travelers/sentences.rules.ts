import type { InstructionContent, Localized } from "#lib/instructions/schema";
import type { EventBody, EventType, RecordedEvent } from "./events.schema.ts";
import type { Limits, TravelerState } from "./state.schema.ts";

/** Lists of words that a code of the record is looked up in. */
export type Vocabulary =
  | "decision"
  | "severity"
  | "verdict"
  | "ncrStatus"
  | "owner"
  | "buyoffType"
  | "method"
  | "condition"
  | "basis"
  | "voidCause"
  | "holdReason"
  | "defectCode"
  | "command";

/** What fills a place in a sentence. A reader's language and clock are applied where it is shown. */
export type Word =
  | string
  | { as: "words"; of: Localized }
  | { as: "moment"; at: string }
  | { as: "day"; on: string }
  | { as: "person"; id: string | null }
  | { as: "lot"; id: string }
  | { as: "value"; value: string; unit: string | null }
  | { as: "limits"; limits: Limits | null; unit: string | null }
  | { as: "hash"; hash: string }
  | { as: "code"; in: Vocabulary; code: string }
  | { as: "list"; of: readonly Word[] };

/** Fills the sentence `desk.sentences.<type>`; "none" stands where there is nothing to say. */
export type Said = Readonly<Record<string, Word>>;

type About = { state: TravelerState; content: InstructionContent };
type Sentences = { [T in EventType]: (body: EventBody<T>, about: About) => Said };

const code = (list: Vocabulary, of: string): Word => ({ as: "code", in: list, code: of });
const orNone = (of: string | null | undefined): string => of || "none";
const person = (id: string | null): Word => ({ as: "person", id });
const hash = (of: string): Word => ({ as: "hash", hash: of });
const moment = (at: string): Word => ({ as: "moment", at });
const words = (of: Localized): Word => ({ as: "words", of });
const list = (of: readonly Word[]): Word => (of.length === 0 ? "none" : { as: "list", of });
const number = (of: number): string => String(of);
const nothing = (): Said => ({});

/** The field's place on the unit, where it has more than one. */
function placeOf(content: InstructionContent, field: string, position: string): string {
  const found = content.operations
    .flatMap(({ steps }) => steps)
    .flatMap(({ fields }) => fields)
    .find(({ id }) => id === field);
  return (found?.positions.length ?? 0) > 1 ? position : "none";
}

const operationOf = (content: InstructionContent, id: string): string =>
  content.operations.find((of) => of.id === id)?.number ?? "none";

const unitOf = (state: TravelerState, reading: string): string | null =>
  state.readings.find(({ id }) => id === reading)?.unit ?? null;

function signerOf(state: TravelerState, buyoff: string): Word {
  const found = state.buyoffs.find(({ id }) => id === buyoff);
  return found ? person(found.person) : "none";
}

function waiverOf(state: TravelerState, waiver: string): Said {
  const found = state.waivers.find(({ id }) => id === waiver);
  return { qualification: found?.qualification ?? "none", person: person(found?.person ?? null) };
}

const decisionsOf = (body: EventBody<"disposition.received">): Word =>
  list(body.dispositions.map(({ decision }) => code("decision", decision)));

/** One entry of each kind in words: a new kind of event does not compile without. */
const sentences: Sentences = {
  "traveler.released": ({ workOrder, part, revision }) => ({
    order: workOrder,
    part: part.number,
    instruction: revision.number,
    revision: revision.revision,
  }),
  "traveler.completed": nothing,
  "traveler.accepted": nothing,
  "traveler.cancelled": nothing,
  "traveler.checked_out": ({ tablet, station, until, from }) => ({
    tablet,
    station,
    until: moment(until),
    taken: from === null ? "no" : "yes",
  }),
  "traveler.checked_in": ({ reason }) => ({ by: reason === undefined ? "tablet" : "desk" }),
  "traveler.scrapped": ({ identification, segregation }) => ({ identification, segregation }),
  "traveler.split": ({ lot, quantity }) => ({ lot, quantity }),
  "traveler.split_off": ({ lot, quantity, from }) => ({
    lot,
    quantity,
    parent: { as: "lot", id: from.traveler },
    seq: number(from.seq),
  }),
  "traveler.merged": ({ from }) => ({
    lots: list(from.map(({ traveler }): Word => ({ as: "lot", id: traveler }))),
    quantities: list(from.map(({ quantity }) => quantity)),
  }),
  "traveler.merged_into": ({ into }) => ({ lot: { as: "lot", id: into } }),
  "quantity.accounted": (body) => body,
  "quantity.scrapped": ({ quantity, identification, segregation }) => ({
    quantity,
    identification,
    segregation,
  }),
  "traveler.serials_assigned": ({ serials }) => ({
    count: number(serials.length),
    // Fifty numbers tell nobody more than the first and the last; all of them stand with the lot.
    serials: serials.length > 6 ? `${serials[0]} … ${serials.at(-1)}` : list(serials),
  }),

  "step.presented": ({ language, requirementHash }) => ({ language, hash: hash(requirementHash) }),
  "step.started": ({ buried = [] }) => ({
    buried: buried.length === 0 ? "none" : number(buried.length),
  }),
  "step.paused": ({ reason }) => ({ reason }),
  "step.resumed": nothing,
  "step.completed": ({ attempt }) => ({ attempt: number(attempt) }),
  "step.implausibly_fast": ({ seconds, plausibleMinSeconds }) => ({
    seconds: number(seconds),
    least: number(plausibleMinSeconds),
  }),
  "step.supervised": ({ trainer, qualifications }) => ({
    trainer: person(trainer),
    qualifications: list(qualifications),
  }),
  "step.cosigned": ({ trainer, attempt }) => ({
    trainer: person(trainer),
    attempt: number(attempt),
  }),
  "step.failed": nothing,
  "step.skipped": ({ permit }) => ({ permit: orNone(permit) }),
  "step.marked_not_applicable": ({ permit }) => ({ permit: orNone(permit) }),
  "step.deferred": ({ to }, { content }) => ({ operation: operationOf(content, to) }),
  "step.reopened": ({ attempt, positions }) => ({
    attempt: number(attempt),
    positions: list(positions ?? []),
  }),
  "sequence.departed": nothing,
  "entry.late": ({ claimedAt }) => ({ at: moment(claimedAt) }),

  "reading.recorded": (body, { content }) => {
    const { field, position, value, unit, gage, verdict, limits, process } = body;
    const isJudged = limits !== null || process !== null;
    return {
      place: placeOf(content, field, position),
      value: { as: "value", value, unit },
      gage: orNone(gage?.code),
      verdict: isJudged ? code("verdict", verdict) : "none",
      limits: { as: "limits", limits, unit },
    };
  },
  "reading.amended": ({ reading, from, to, verdict, second }, { state }) => {
    const unit = unitOf(state, reading);
    return {
      from: { as: "value", value: from, unit },
      to: { as: "value", value: to, unit },
      verdict: verdict === "no_limits" ? "none" : code("verdict", verdict),
      second: second === null ? "none" : person(second),
    };
  },
  "reading.rejudged": ({ reading, limits, verdict }, { state }) => ({
    limits: { as: "limits", limits, unit: unitOf(state, reading) },
    verdict: code("verdict", verdict),
  }),
  "reading.accepted_out_of_process_limit": nothing,
  "measurement_record.attached": ({ name, sha256, uri }) => ({
    name,
    hash: hash(sha256),
    uri: orNone(uri),
  }),
  "photo.attached": ({ bytes, sha256 }) => ({
    size: number(Math.ceil(bytes / 1000)),
    hash: hash(sha256),
  }),
  "note.added": nothing,

  "component.installed": ({ part, serial, lot, alternateFor, quantity }) => ({
    part,
    serial: orNone(serial),
    lot: orNone(lot),
    alternateFor: orNone(alternateFor),
    quantity,
  }),
  "component.removed": ({ condition, to }) => ({ condition: code("condition", condition), to }),
  "gage.selected": ({ code: gage, calibrationDueOn }) => ({
    gage,
    due: { as: "day", on: calibrationDueOn },
  }),
  "gage.quarantined": ({ code: gage }) => ({ gage }),
  "batch_clock.exceeded": ({ clock, lot, minutes, maxMinutes }) => ({
    clock,
    lot,
    minutes,
    max: maxMinutes,
  }),
  "batch_clock.started": ({ clock, lot, mixedAt }) => ({ clock, lot, at: moment(mixedAt) }),
  "timer.started": ({ field, position }, { content }) => ({
    place: placeOf(content, field, position),
  }),
  "timer.stopped": ({ field, position, seconds, verdict }, { content }) => ({
    place: placeOf(content, field, position),
    seconds,
    verdict: verdict === "no_limits" ? "none" : code("verdict", verdict),
  }),
  "tools.transferred": ({ kit, quantity, direction, counterpart }) => ({
    kit,
    quantity,
    direction,
    counterpart,
  }),

  "inspection.called": ({ operation }, { content }) => ({
    operation: operationOf(content, operation),
  }),
  "inspection.acknowledged": ({ arrived }) => ({ arrived: arrived ? "yes" : "no" }),
  "assistance.requested": ({ category }) => ({ category }),
  "handover.noted": nothing,

  "buyoff.signed": ({ signer, type, meaning, stamp, method }) => ({
    signer: person(signer),
    type: code("buyoffType", type),
    meaning: words(meaning),
    stamp: orNone(stamp),
    method: code("method", method),
  }),
  "buyoff.verified": ({ buyoff, waits }, { state }) => ({
    signer: signerOf(state, buyoff),
    waits: waits ? "yes" : "no",
  }),
  "buyoff.rejected": ({ buyoff, cause }, { state }) => ({
    signer: signerOf(state, buyoff),
    cause: code("voidCause", cause),
  }),
  "buyoff.declined": ({ signer, type, meaning }) => ({
    signer: person(signer),
    type: code("buyoffType", type),
    meaning: words(meaning),
  }),
  "witness.passed": ({ type, calledAt, noticeMinutes }) => ({
    type: code("buyoffType", type),
    calledAt: moment(calledAt),
    minutes: number(noticeMinutes),
  }),
  "buyoff.voided": ({ cause }) => ({ cause: code("voidCause", cause) }),

  "defect.logged": ({ code: of, severity, quantity, measured }) => ({
    defect: code("defectCode", of),
    severity: code("severity", severity),
    quantity,
    measured: measured ? { as: "value", value: measured.value, unit: measured.unit } : "none",
  }),
  "defect.updated": ({ severity, quantity, location }) => ({
    severity: severity ? code("severity", severity) : "none",
    quantity: orNone(quantity),
    location: orNone(location),
  }),
  "defect.withdrawn": nothing,
  "defect.closed": nothing,
  "qms_record.linked": ({ number: ncr, status }) => ({ ncr, status: code("ncrStatus", status) }),
  "disposition.received": (body) => ({
    ncr: body.ncr,
    decisions: decisionsOf(body),
    from: body.from,
  }),
  "hold.placed": ({ reason, owner }) => ({
    reason: code("holdReason", reason),
    owner: code("owner", owner),
  }),
  "hold.released": ({ basis, ncr }) => ({ basis: code("basis", basis), ncr: orNone(ncr) }),
  "rework.started": ({ label, steps, voids }) => ({
    label,
    steps: number(steps.length),
    buyoffs: number(voids.buyoffs.length),
  }),
  "rework.completed": ({ rework }, { state }) => ({
    label: state.reworks.find(({ id }) => id === rework)?.label ?? "none",
  }),

  "attempt.refused": ({ command }) => ({ command: code("command", command) }),
  "command.not_applied": ({ command }) => ({ command: code("command", command) }),
  "qualification.used": ({ qualifications }) => ({
    qualifications: list(qualifications.map((of) => of.code)),
  }),
  "waiver.requested": ({ person: of, by, qualification, validUntil }) => ({
    by: person(by),
    person: person(of),
    qualification,
    until: moment(validUntil),
  }),
  "waiver.granted": ({ waiver, by }, { state }) => ({
    ...waiverOf(state, waiver),
    by: person(by),
  }),
  "waiver.revoked": ({ waiver }, { state }) => waiverOf(state, waiver),
  "signal.reviewed": ({ signals }) => ({
    count: number(signals.length),
    entries: list(signals.map(number)),
  }),
  "clock.skewed": ({ skewMs }) => ({ seconds: number(Math.round(-skewMs / 1000)) }),
  "revision.superseded_in_use": ({ revision, since }) => ({ revision, since: moment(since) }),
  "revision.changed_for_traveler": ({ from, to }) => ({ from: hash(from), to: hash(to) }),
  "redline.proposed": nothing,
  "redline.approved": nothing,
  "redline.dropped": nothing,
  "paper_evidence.attached": ({ performedBy, performedAt, sha256 }) => ({
    person: person(performedBy),
    at: moment(performedAt),
    hash: hash(sha256),
  }),
  "record.viewed_for_audit": nothing,
};

/** What fills the sentence that tells of an entry. */
export function said(
  event: RecordedEvent,
  state: TravelerState,
  content: InstructionContent,
): Said {
  const say = sentences[event.type] as (body: unknown, about: About) => Said;
  return say(event.body, { state, content });
}

/** How an event's words are called where the words are kept: no dot may stand in such a name. */
export type EventWords<T extends EventType = EventType> = T extends `${infer Noun}.${infer Verb}`
  ? `${Noun}_${Verb}`
  : never;
export const wordsOf = (type: EventType): EventWords => type.replace(".", "_") as EventWords;
