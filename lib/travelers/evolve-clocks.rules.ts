import type { RecordedEvent } from "./events.schema.ts";
import { doer, performed } from "./evolve-work.rules.ts";
import type { TravelerState } from "./state.schema.ts";

/** Timers, clocks of mixed batches, and the records of measuring machines. */
export function evolveClock(state: TravelerState, event: RecordedEvent): TravelerState {
  const by = { person: doer(event), at: event.at };
  switch (event.type) {
    case "timer.started": {
      const { timer, ...body } = event.body;
      const started = { id: timer, ...body, startedAt: event.at, stoppedAt: null };
      const timers = [...state.timers, { ...started, person: by.person }];
      return performed({ ...state, timers }, event, body.step);
    }
    case "timer.stopped":
      return {
        ...state,
        timers: state.timers.map((of) =>
          of.id === event.body.timer ? { ...of, stoppedAt: event.at } : of,
        ),
      };
    case "rework.started": {
      const ended = event.body.voids.timers ?? [];
      if (ended.length === 0) return state;
      const timers = state.timers.map((of) =>
        ended.includes(of.id) ? { ...of, stoppedAt: event.at } : of,
      );
      return { ...state, timers };
    }
    case "batch_clock.started": {
      const { batchClock, ...body } = event.body;
      const clocks = [...state.clocks, { id: batchClock, ...body, ...by }];
      return performed({ ...state, clocks }, event, body.step);
    }
    case "batch_clock.exceeded": {
      const { batchClock, clock: _, lot: __, ...body } = event.body;
      const clocks = state.clocks.map((of) =>
        of.id === batchClock
          ? { ...of, exceeded: [...(of.exceeded ?? []), { ...body, at: event.at }] }
          : of,
      );
      return { ...state, clocks };
    }
    case "measurement_record.attached": {
      const { record, ...body } = event.body;
      const measurementRecords = [...state.measurementRecords, { id: record, ...body, ...by }];
      return performed({ ...state, measurementRecords }, event, body.step);
    }
    default:
      return state;
  }
}
