import type { RecordedEvent } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

/** Total: every event of the record moves the sequence on, also those that change nothing here. */
export function evolve(state: TravelerState | null, event: RecordedEvent): TravelerState {
  if (!state) throw new TypeError(`${event.type} before traveler.released`);
  return { ...state, seq: event.seq };
}

export function fold(events: readonly RecordedEvent[]): TravelerState | null {
  return events.reduce<TravelerState | null>(evolve, null);
}
