import type { EventType, RecordedEvent } from "./events.schema.ts";
import type { Buyoff, TravelerState } from "./state.schema.ts";

const isWork: ReadonlySet<EventType> = new Set<EventType>([
  "step.started",
  "step.completed",
  "reading.recorded",
  "component.installed",
  "photo.attached",
  "measurement_record.attached",
  "timer.started",
  "batch_clock.started",
  "buyoff.signed",
]);

/**
 * Whether work went on over a signature that waits to be verified is said by the order of the record alone:
 * no tablet's clock has a part in it.
 */
export function evolvePending(state: TravelerState, event: RecordedEvent): TravelerState {
  if (!isWork.has(event.type)) return state;
  if (!state.buyoffs.some(({ status }) => status === "pending_verification")) return state;
  const at = placeOf(state, event.body as { step?: string | null; operation?: string });
  const isOver = (buyoff: Buyoff) =>
    buyoff.status === "pending_verification" &&
    buyoff.followedBy === undefined &&
    // What its own act did is not work over it.
    buyoff.id !== event.command &&
    at > placeOf(state, buyoff);
  if (!state.buyoffs.some(isOver)) return state;
  return {
    ...state,
    buyoffs: state.buyoffs.map((of) => (isOver(of) ? { ...of, followedBy: event.seq } : of)),
  };
}

/** In the order of the revision; an operation's own signatures stand after its last step. */
function placeOf(
  { operations }: TravelerState,
  { step, operation }: { step?: string | null; operation?: string },
): number {
  const places = operations.flatMap(({ id, steps }) => [...steps, id]);
  return places.indexOf(step ?? operation ?? "");
}
