import { millis } from "#lib/kit/time";
import { defectOf } from "./defects.rules.ts";
import { voided } from "./derivation.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import { stepOf } from "./gates.rules.ts";
import { operationOf } from "./plan.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import { placesOf } from "./values.rules.ts";

/** A picture for a field of a step in work, for a defect, or beside the work; possible on hold. */
export function attachPhoto(of: Case<"attachPhoto">): Ruling {
  const { state, content, body } = of;
  if (state.photos.some(({ id }) => id === body.photo)) return refuse("photo_already_attached");
  if (body.defect !== null) {
    const defect = defectOf(state, body.defect);
    if (!defect.ok) return defect;
  }
  if (body.step === null) {
    if (body.field !== null) return refuse("field_unknown");
    return attached(of, null, []);
  }
  const at = stepOf(state, content, body.step);
  if (!at.ok) return at;
  const { step, now } = at.value;
  if (body.field === null) return attached(of, now.attempt, []);
  const field = step.fields.find(({ id }) => id === body.field);
  if (!field) return refuse("field_unknown");
  if (field.kind !== "photo") return attached(of, now.attempt, []);
  if (now.status !== "in_work") return refuse("step_not_in_work", { step: step.number });
  const place = placesOf(state, step).find(
    (one) => one.field === field.id && one.position === body.position,
  );
  if (!place) return refuse("position_unknown", { position: body.position ?? "" });
  if (place.carried && place.open === null) {
    const params = { position: place.position, attempt: String(place.attempt) };
    return refuse("position_carried", params);
  }
  return attached(of, place.attempt, voided(state, [step.id], "photo_attached"));
}

function attached(
  { body }: Case<"attachPhoto">,
  attempt: number | null,
  voids: TravelerEvent[],
): Ruling {
  return rule([{ type: "photo.attached", body: { ...body, attempt } }, ...voids]);
}

export function addNote({ state, content, command, body }: Case<"addNote">): Ruling {
  if (body.step !== null) {
    const at = stepOf(state, content, body.step);
    if (!at.ok) return at;
  }
  const note = { note: command.id, step: body.step, text: textHash(body.text) };
  return rule([{ type: "note.added", body: note }], [body.text]);
}

export const noteHandover = ({ body }: Case<"noteHandover">): Ruling =>
  rule([{ type: "handover.noted", body: { text: textHash(body.text) } }], [body.text]);

export const requestAssistance = ({ body }: Case<"requestAssistance">): Ruling =>
  rule([{ type: "assistance.requested", body }]);

/** From here on it matters that nobody could have come yet. */
const HEARD_LATE_MS = 60_000;

/** A call that a tablet kept while it had no network: when the plant has heard of it is said as well. */
export function callInspection({ state, content, facts, body }: Case<"callInspection">): Ruling {
  if (!operationOf(content, body.operation)) return refuse("step_unknown");
  if (state.calls.some(({ id }) => id === body.call)) return refuse("id_already_used");
  const { at, recordedAt } = facts;
  const isLate = millis(recordedAt) - millis(at) > HEARD_LATE_MS;
  const called = { ...body, ...(isLate && { heardAt: recordedAt }) };
  return rule([{ type: "inspection.called", body: called }]);
}

export function acknowledgeInspection({ state, body }: Case<"acknowledgeInspection">): Ruling {
  if (!state.calls.some(({ id }) => id === body.call)) return refuse("call_unknown");
  return rule([{ type: "inspection.acknowledged", body }]);
}

export const recordRefusedAttempt = ({ body }: Case<"recordRefusedAttempt">): Ruling =>
  rule([{ type: "attempt.refused", body }]);

export const viewRecordForAudit = ({ body }: Case<"viewRecordForAudit">): Ruling =>
  rule(
    [{ type: "record.viewed_for_audit", body: { purpose: textHash(body.purpose) } }],
    [body.purpose],
  );

/** Review by exception: what is looked at is named by its entries, with what was found. */
export function reviewSignals({ state, body }: Case<"reviewSignals">): Ruling {
  const unknown = body.signals.find((seq) => !state.signals.some((of) => of.seq === seq));
  if (unknown !== undefined) return refuse("signal_unknown", { seq: String(unknown) });
  const reviewed = { signals: body.signals, note: textHash(body.note) };
  return rule([{ type: "signal.reviewed", body: reviewed }], [body.note]);
}
