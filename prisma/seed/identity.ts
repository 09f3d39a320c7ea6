import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { derivedId, uuidv7 } from "#lib/kit/ids";
import { type Instant, instant, millis } from "#lib/kit/time";

/** The same name gives the same id, so that the same anchor gives the same record. */
export const idOf = (label: string): string => derivedId("northgate", label);

/** Between 0 and 1, the same for the same label. */
export const chanceOf = (label: string): number => {
  const [high = 0, low = 0] = sha256(utf8ToBytes(label));
  return (high * 256 + low) / 65_535;
};

/** Time that passes only when something is done; its ids are time-ordered like any other. */
export function simulatedClock(start: Instant, label: string) {
  let nowMs = millis(start);
  let count = 0;
  return {
    now: (): Instant => instant(nowMs),
    pass: (seconds: number): void => {
      nowMs += seconds * 1000;
    },
    newId: (): string => {
      count += 1;
      return uuidv7(nowMs, sha256(utf8ToBytes(`${label}/${count}`)).slice(0, 10));
    },
  };
}
export type SimulatedClock = ReturnType<typeof simulatedClock>;
