import type { Step } from "#lib/instructions/schema";
import type { RecordedEvent } from "./events.schema.ts";
import type { Departure, ExceptionTag, RecordRow, Source } from "./record-row.rules.ts";

type Departed = {
  departure: Departure;
  attempt?: number;
  reason?: string | null;
  permit?: string | null;
  to?: string | null;
  seconds?: { took: number; least: number } | null;
};

/** A departure from the plan that an entry tells of; null: it tells of none, or not of a step. */
function departureIn(event: RecordedEvent): (Departed & { step: string }) | null {
  switch (event.type) {
    case "step.skipped":
      return { departure: "skipped", ...event.body };
    case "step.marked_not_applicable":
      return { departure: "not_applicable", ...event.body };
    case "step.deferred":
      return { departure: "deferred", ...event.body };
    case "sequence.departed":
      return { departure: "out_of_sequence", ...event.body };
    case "step.failed":
      return { departure: "failed", ...event.body };
    case "step.reopened":
      return { departure: "reopened", ...event.body };
    case "step.implausibly_fast": {
      const { step, attempt, seconds, plausibleMinSeconds } = event.body;
      return {
        departure: "fast",
        step,
        attempt,
        seconds: { took: seconds, least: plausibleMinSeconds },
      };
    }
    default:
      return null;
  }
}

const tagOfDeparture: Readonly<Record<Departure, ExceptionTag>> = {
  skipped: "skipped",
  not_applicable: "not_applicable",
  deferred: "deferred",
  out_of_sequence: "out_of_sequence",
  failed: "failed",
  reopened: "repeated",
  fast: "fast",
  late: "late",
};

export function departureRows(step: Step, { content, told }: Source): RecordRow[] {
  return told.events.flatMap((event): RecordRow[] => {
    const isLate = event.type === "entry.late" && event.body.step === step.id;
    const departed =
      isLate && told.lateAlone.includes(event)
        ? { departure: "late" as const, step: step.id }
        : departureIn(event);
    if (departed?.step !== step.id) return [];
    const {
      departure,
      attempt = 1,
      reason = null,
      permit = null,
      to = null,
      seconds = null,
    } = departed as Departed;
    const inherited = told.inheritedEvents.has(event);
    const key = `${inherited ? "parent " : ""}${event.seq}`;
    return [
      {
        key,
        place: key,
        step: { id: step.id, number: step.number },
        label: step.title,
        attempt,
        rework: null,
        person: event.person,
        at: event.at,
        late:
          event.type === "entry.late"
            ? { claimedAt: event.body.claimedAt, reason: event.body.reason }
            : null,
        inherited,
        tags: [tagOfDeparture[departure]],
        content: {
          kind: "departure",
          departure,
          reason,
          permit,
          to: content.operations.find(({ id }) => id === to)?.number ?? null,
          seconds,
        },
      },
    ];
  });
}
