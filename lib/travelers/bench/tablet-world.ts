import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import {
  type ActClock,
  betterSample,
  type Reading,
  type Sample,
  type SentClock,
  sampled,
  stepped,
  uncertaintyAt,
} from "../tablet-clock.rules.ts";

/** A tablet in a plant: true time runs, its own clocks do what happens to them. */
export function aTabletWorld(skew = 0, beganMs = Date.parse("2026-03-02T12:00:00.000Z")) {
  let trueMs = beganMs;
  let wall = skew;
  let monotonicFrom = beganMs - 1000;
  let boot = uuidv7();
  const now = (): Reading => ({
    wallMs: trueMs + wall,
    monotonicMs: trueMs - monotonicFrom,
    bootId: boot,
  });
  let sample: Sample | null = null;
  let contact: number | null = null;
  return {
    now,
    trueMs: () => trueMs,
    pass: (ms: number) => {
      trueMs += ms;
    },
    /** The wall clock goes on, the monotonic one stands still. */
    sleep: (ms: number) => {
      trueMs += ms;
      monotonicFrom += ms;
    },
    set: (ms: number) => {
      wall += ms;
    },
    restart: () => {
      boot = uuidv7();
      monotonicFrom = trueMs;
    },
    hear: (thereMs: number, backMs: number) => {
      const sentMonotonicMs = now().monotonicMs;
      trueMs += thereMs;
      const serverTime = instant(trueMs);
      contact = trueMs;
      trueMs += backMs;
      sample = betterSample(sample, sampled({ serverTime, sentMonotonicMs, heard: now() }));
    },
    act: (): { clock: ActClock; trueMs: number } => {
      const at = now();
      return {
        trueMs,
        clock: {
          wall: instant(at.wallMs),
          monotonic: Math.round(at.monotonicMs),
          bootId: at.bootId,
          lastServerContact: contact === null ? null : instant(contact),
          skew: Math.round(sample?.skew ?? 0),
          ...(sample !== null && {
            uncertainty: uncertaintyAt(sample, at) + 1,
            step: stepped(sample, at),
          }),
        },
      };
    },
    send: (): SentClock => ({
      wall: instant(now().wallMs),
      monotonic: Math.round(now().monotonicMs),
      bootId: now().bootId,
    }),
  };
}
