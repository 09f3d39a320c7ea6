import type { InstructionContent } from "#lib/instructions/schema";
import { derivedId } from "#lib/kit/ids";
import { buyoffsCovering } from "./buyoffs.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import { evolve } from "./evolve.rules.ts";
import type { Facts } from "./facts.schema.ts";
import type { Measurement, PlannedStep } from "./plan.rules.ts";
import { plannedField, plannedSteps } from "./plan.rules.ts";
import type { Reading, TravelerState } from "./state.schema.ts";
import type { CountField } from "./values.rules.ts";
import { currentReading, derivedLimits, differenceAt, judge } from "./values.rules.ts";

/** What an event makes of the state, before it is recorded. */
export const foreseen = (
  state: TravelerState,
  event: TravelerEvent,
  by: { facts: Facts; command: string },
): TravelerState =>
  evolve(state, {
    ...event,
    seq: state.seq + 1,
    person: by.facts.person.id,
    second: by.facts.second?.id ?? null,
    at: by.facts.at,
    command: by.command,
  });

export type Consequences = { events: TravelerEvent[]; state: TravelerState; steps: string[] };
type Place = { field: string; position: string };
type By = { content: InstructionContent; facts: Facts; command: string };

/**
 * A value changed: limits that were calculated from it are derived again and their readings judged
 * again, differences are calculated again, and so on from there (rule 9). `steps` are all the steps
 * in which something changed.
 */
export function derivedAgain(
  state: TravelerState,
  changed: Place & { step: string },
  by: By,
): Consequences {
  let now: Consequences = { events: [], state, steps: [changed.step] };
  const waiting: Place[] = [changed];
  const seen = new Set<string>();
  for (let place = waiting.shift(); place; place = waiting.shift()) {
    const key = `${place.field}/${place.position}`;
    // A revision whose formulas go round in a circle must not keep the rules going round with it.
    if (seen.has(key)) continue;
    seen.add(key);
    for (const dependent of dependentsOf(by.content, place)) {
      const next = deriveOne(now, dependent, by);
      if (next.events.length > now.events.length) waiting.push(dependent.at);
      now = next;
    }
  }
  return now;
}

type Dependent = { planned: PlannedStep; field: Measurement | CountField; at: Place };

function dependentsOf(content: InstructionContent, place: Place): Dependent[] {
  const changed = plannedField(content, place.field)?.field;
  const kit = changed?.kind === "count" ? changed.tools?.kit : undefined;
  return plannedSteps(content).flatMap((planned) =>
    planned.step.fields.flatMap((field): Dependent[] => {
      if (field.kind === "count") {
        const isKit = kit !== undefined && field.tools?.kit === kit;
        return isKit && field.tools?.direction === "out"
          ? field.positions.map((position) => ({
              planned,
              field,
              at: { field: field.id, position },
            }))
          : [];
      }
      if (field.kind !== "measurement") return [];
      const isLimited = field.limits?.kind === "calculated" && field.limits.from === place.field;
      return field.positions
        .filter((position) => {
          const parts = field.difference?.[position];
          const isPart = [parts?.minuend, parts?.subtrahend].some(
            (part) => part?.field === place.field && part.position === place.position,
          );
          return isPart || (isLimited && position === place.position);
        })
        .map((position) => ({ planned, field, at: { field: field.id, position } }));
    }),
  );
}

function deriveOne(before: Consequences, of: Dependent, by: By): Consequences {
  const each = of.field.kind === "measurement" ? of.field.samples : 1;
  const samples = Array.from({ length: each }, (_, index) => index + 1);
  return samples.reduce((now, sample) => {
    const at = { position: of.at.position, sample };
    const step = of.planned.step.id;
    const reading = currentReading(now.state, { step, field: of.field.id, ...at });
    const event = reading && changeOf(now.state, of.field, reading, by);
    if (!event) return now;
    return {
      events: [...now.events, event],
      state: foreseen(now.state, event, by),
      steps: now.steps.includes(step) ? now.steps : [...now.steps, step],
    };
  }, before);
}

function changeOf(
  state: TravelerState,
  field: Measurement | CountField,
  reading: Reading,
  { content, command }: By,
): TravelerEvent | null {
  const { limits, derivedFrom, process } = derivedLimits(state, content, field, reading);
  const difference = field.kind === "count" ? null : differenceAt(state, content, field, reading);
  const value = difference ?? reading.value;
  const verdict = judge(field.kind, value, limits, process);
  if (value !== reading.value) {
    const { id, person: _, at: __, amendments: ___, acceptedBy: ____, ...kept } = reading;
    const body = {
      ...kept,
      reading: derivedId(command, id),
      retry: reading.retry + 1,
      value,
      limits,
      process,
      derivedFrom,
      verdict,
      source: "calculated" as const,
      confirmed: [],
    };
    return { type: "reading.recorded", body };
  }
  const isSame =
    reading.derivedFrom === derivedFrom &&
    reading.limits?.min === limits?.min &&
    reading.limits?.max === limits?.max;
  if (isSame || derivedFrom === null) return null;
  return { type: "reading.rejudged", body: { reading: reading.id, limits, derivedFrom, verdict } };
}

/** A signature is for what was shown: whatever changes beneath it voids it. */
export const voided = (
  state: TravelerState,
  steps: readonly string[],
  cause: string,
): TravelerEvent[] =>
  buyoffsCovering(state, steps).map(({ id }) => ({
    type: "buyoff.voided",
    body: { buyoff: id, cause, reason: null },
  }));
