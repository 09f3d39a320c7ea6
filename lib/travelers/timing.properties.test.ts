import fc from "fast-check";
import { expect, test } from "vitest";
import { diceFrom } from "./bench/dice.ts";
import { hostileDeed, play } from "./bench/hostile.ts";
import { stillOpen } from "./bench/oracle.ts";
import { unsoundTimes } from "./bench/oracle-clocks.ts";
import { hurriedPlan } from "./bench/plan-clocks.ts";
import { inWorkAt } from "./bench/stage.ts";
import { deeds } from "./bench/worker.ts";
import { timedDeed } from "./bench/worker-clocks.ts";
import type { TravelerEvent } from "./events.schema.ts";

/** `BUYOFF_SEQUENCES=10000 npx vitest run …` for the long run. */
const environment = import.meta.env as unknown as Readonly<Record<string, string | undefined>>;
// Of what chance alone brings, the rarest kind of time comes twenty-two times in a thousand.
const sequences = Math.max(1_000, Math.ceil(Number(environment.BUYOFF_SEQUENCES ?? 2000) / 5));
const patienceMs = Math.max(300_000, sequences * 300);
const content = hurriedPlan();

const move = fc.record({
  /** Minutes in which nobody does anything. */
  wait: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 12, 45),
  isHostile: fc.boolean(),
  seed: fc.noBias(fc.nat()),
});

const sequence = fc.record({
  from: fc.constantFrom("030.1", "030.2", "030.4"),
  moves: fc.array(move, { maxLength: 24, size: "max" }),
});

/** Always among those that are played: of all kinds of time, the one that chance finds but once in seventy. */
const tooShort: [{ from: "030.2"; moves: { wait: 0; isHostile: boolean; seed: number }[] }] = [
  {
    from: "030.2",
    moves: [
      { wait: 0, isHostile: false, seed: 0 },
      { wait: 0, isHostile: true, seed: 1385094381 },
    ],
  },
];

test(
  "whatever is timed, waited for or mixed, whenever: nothing past a limit passes in silence, and no complete unit has such a time open",
  () => {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(sequence, ({ from, moves }) => {
        const bench = inWorkAt(from, { content, serial: "FSB-0122" });
        for (const { wait, isHostile, seed } of moves) {
          bench.minutes += wait;
          const dice = diceFrom(seed);
          const timed = dice(4) > 0 ? timedDeed(bench, dice) : null;
          if (isHostile) play(bench, timed ?? hostileDeed(bench, dice));
          else deeds(bench).some((deed) => play(bench, deed));
        }
        for (let turn = 0; turn < 80 && bench.state.status !== "complete"; turn += 1) {
          if (!deeds(bench).some((deed) => play(bench, deed))) break;
        }
        if (bench.state.status === "complete") {
          count("complete");
          expect(stillOpen(content, bench.events, "FSB-0122")).toEqual([]);
        }
        expect(unsoundTimes(content, bench.events)).toEqual([]);
        for (const event of bench.events) for (const what of kindsOf(event)) count(what);
      }),
      { numRuns: sequences, examples: [tooShort] },
    );
    // Otherwise it would hold because none of this ever happens.
    for (const what of kinds) expect(seen.get(what) ?? 0, what).toBeGreaterThan(0);
  },
  patienceMs,
);

const kinds = ["complete", "too long", "too short", "mix past its time", "joined", "timer ended"];

function kindsOf(event: TravelerEvent): string[] {
  switch (event.type) {
    case "timer.stopped":
      if (event.body.missed === undefined) return [];
      return [event.body.missed === "max" ? "too long" : "too short"];
    case "batch_clock.exceeded":
      return ["mix past its time"];
    case "batch_clock.started":
      return event.body.joined ? ["joined"] : [];
    case "rework.started":
      return event.body.voids.timers ? ["timer ended"] : [];
    default:
      return [];
  }
}
