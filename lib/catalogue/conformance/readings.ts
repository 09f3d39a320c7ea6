import { type Heard, type HeardAs, isNamed, type Measurement } from "./heard.ts";

type Changed =
  | HeardAs<"measurement.corrected">
  | HeardAs<"measurement.rejudged">
  | HeardAs<"measurement.accepted_out_of_process_limit">;

/** A reading as it stands after everything that was heard, with what happened to it. */
export type Told = {
  recorded: HeardAs<"measurement.recorded">;
  now: Measurement;
  attempt: number;
  corrections: HeardAs<"measurement.corrected">[];
  accepted: HeardAs<"measurement.accepted_out_of_process_limit"> | null;
};

export function readingsOf(events: readonly Heard[]): Told[] {
  const readings = new Map<string, Told>();
  for (const event of events) {
    if (isNamed(event, "measurement.recorded")) {
      readings.set(event.data.readingId, {
        recorded: event,
        now: event.data,
        attempt: event.data.context.step?.attempt ?? 1,
        corrections: [],
        accepted: null,
      });
    }
    const changed: Changed | null =
      isNamed(event, "measurement.corrected") ||
      isNamed(event, "measurement.rejudged") ||
      isNamed(event, "measurement.accepted_out_of_process_limit")
        ? event
        : null;
    const known = changed && readings.get(changed.data.readingId);
    if (!changed || !known) continue;
    known.now = { ...known.now, ...changed.data };
    if (isNamed(changed, "measurement.corrected")) known.corrections.push(changed);
    // What was accepted is the value as it stood: corrected or judged anew, it waits to be accepted again.
    known.accepted = isNamed(changed, "measurement.accepted_out_of_process_limit") ? changed : null;
  }
  return [...readings.values()];
}

const placeOf = ({ now }: Told): string => `${now.field.fieldId}/${now.position}/${now.sample}`;

/** At each place the last one counts. */
export function counting(readings: readonly Told[]): Told[] {
  const places = new Map<string, Told>();
  for (const one of readings) {
    const known = places.get(placeOf(one));
    const isLater =
      !known ||
      one.attempt > known.attempt ||
      (one.attempt === known.attempt && one.now.retry > known.now.retry);
    if (isLater) places.set(placeOf(one), one);
  }
  return [...places.values()];
}
