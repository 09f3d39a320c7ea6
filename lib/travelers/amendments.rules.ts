import type { Canonical } from "#lib/kit/canonical";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { trainersAt } from "./buyoffs.rules.ts";
import { derivedAgain, foreseen, voided } from "./derivation.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import { plannedField } from "./plan.rules.ts";
import { mayAccept, proven } from "./proof.rules.ts";
import { isBetter, readable } from "./readings.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { CommandBody } from "./schema.ts";
import type { Reading, TravelerState } from "./state.schema.ts";
import { missingToolDefects } from "./tool-transfers.rules.ts";
import { currentReading, isCurrent, judge } from "./values.rules.ts";

/** What the second person confirms by badge and PIN; its canonicalSha256 is what the proof names. */
export function amendmentContent(
  state: TravelerState,
  body: CommandBody<"amendReading">,
): Canonical {
  const reading = state.readings.find(({ id }) => id === body.reading);
  return {
    traveler: state.id,
    reading: body.reading,
    from: reading?.value ?? null,
    to: body.value,
    reason: textHash(body.reason),
    evidence: body.evidence,
  };
}

/** Nothing is overwritten: old value, new value, why and who stand beside each other (rule 11). */
export function amendReading(of: Case<"amendReading">): Ruling {
  const { state, content, facts, command, body } = of;
  const reading = state.readings.find(({ id }) => id === body.reading);
  const field = reading && plannedField(content, reading.field)?.field;
  if (!reading || !field) return refuse("reading_unknown");
  if (state.acceptedAt !== null && !facts.person.roles.includes("quality")) {
    return refuse("amendment_after_acceptance");
  }
  // What is calculated is amended where it comes from.
  if (reading.source === "calculated") {
    return refuse("calculated_value_differs", { value: body.value, expected: reading.value });
  }
  const legible = readable(field, body.value, state);
  if (!legible.ok) return legible;
  if (body.value === reading.value) return refuse("value_unchanged");
  const verdict = judge(field.kind, body.value, reading.limits, reading.process);
  const amended = (second: string | null): TravelerEvent => ({
    type: "reading.amended",
    body: {
      reading: reading.id,
      from: reading.value,
      to: body.value,
      verdict,
      reason: textHash(body.reason),
      second,
      evidence: body.evidence,
    },
  });
  const by = { content, facts, command: command.id };
  const once = foreseen(state, amended(null), by);
  const after = isCurrent(state, reading)
    ? derivedAgain(once, reading, by)
    : { events: [], state: once, steps: [reading.step] };
  const turnsGood = isBetter(reading.verdict, verdict) || improves(state, after.state);
  const second = turnsGood ? confirmed(of, reading) : ok(null);
  if (!second.ok) return second;
  const voids = voided(state, after.steps, "reading_amended");
  const missing = missingToolDefects({ content, facts, command }, after.state);
  return rule([amended(second.value), ...after.events, ...voids, ...missing], [body.reason]);
}

/** Amending a value that limits come from must not make a bad reading good unseen. */
function improves(before: TravelerState, after: TravelerState): boolean {
  return before.readings.some((reading) => {
    if (!isCurrent(before, reading)) return false;
    const now = currentReading(after, reading);
    return now !== null && isBetter(reading.verdict, now.verdict);
  });
}

/** From fail to pass: another person, an inspector or quality, with badge and PIN; and evidence. */
function confirmed(
  { state, facts, command, body }: Case<"amendReading">,
  reading: Reading,
): Result<string, Refusal> {
  const { second } = facts;
  const mayConfirm =
    second?.active === true &&
    second.id !== facts.person.id &&
    second.id !== reading.person &&
    second.roles.some((role) => role === "inspector" || role === "quality");
  const answered = trainersAt(state, [reading.step]);
  if (!second || !mayConfirm || answered.includes(second.id)) return refuse("second_person_needed");
  const independent = mayAccept(second);
  if (!independent.ok) return independent;
  const { photo, reading: again } = body.evidence ?? { photo: null, reading: null };
  const hasPhoto = state.photos.some(({ id }) => id === photo);
  const isMeasuredAgain = state.readings.some(
    ({ id, field, position }) =>
      id === again && id !== reading.id && field === reading.field && position === reading.position,
  );
  if (!hasPhoto && !isMeasuredAgain) return refuse("evidence_needed");
  const proof = proven(facts, {
    signer: second,
    proof: facts.secondProof,
    command: command.id,
    contentSha256: canonicalSha256(amendmentContent(state, body)),
  });
  return proof.ok ? ok(second.id) : proof;
}
