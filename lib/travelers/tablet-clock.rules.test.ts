import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant, millis } from "#lib/kit/time";
import { aTabletWorld } from "./bench/tablet-world.ts";
import {
  betterSample,
  driftPerMs,
  momentOf,
  plantTimeMs,
  type Sample,
  stepMinMs,
  uncertaintyAt,
} from "./tablet-clock.rules.ts";

const noon = Date.parse("2026-03-02T12:00:00.000Z");
const day = 86_400_000;

describe("an exchange", () => {
  it("tells the skew to within half its round trip", () => {
    const property = fc.property(
      fc.integer({ min: -3 * day, max: 3 * day }),
      fc.integer({ min: 0, max: 7000 }),
      fc.integer({ min: 0, max: 7000 }),
      (ahead, there, back) => {
        const world = aTabletWorld(ahead);
        world.hear(there, back);
        const { clock } = world.act();
        expect(Math.abs(clock.skew + ahead)).toBeLessThanOrEqual((there + back) / 2 + 1);
      },
    );
    fc.assert(property);
  });

  it("of ten milliseconds an hour ago says more than one of two seconds now; not once the clock was set", () => {
    const quick: Sample = {
      skew: 100,
      halfTripMs: 5,
      wallMs: 0,
      monotonicMs: 0,
      bootId: "b",
    };
    const later = { wallMs: 3_600_000, monotonicMs: 3_600_000, bootId: "b" };
    const slow = { ...quick, ...later, skew: 900, halfTripMs: 1000 };
    expect(uncertaintyAt(quick, later)).toBe(5 + 3_600_000 * driftPerMs);
    expect(betterSample(quick, slow)).toBe(quick);
    expect(betterSample(quick, { ...slow, skew: -60_000 }).skew).toBe(-60_000);
    expect(betterSample(quick, { ...slow, skew: 300, halfTripMs: 3 }).skew).toBe(300);
  });
});

describe("the plant's time on the tablet", () => {
  const sample: Sample = { skew: -600, halfTripMs: 5, wallMs: 0, monotonicMs: 0, bootId: "b" };
  const then = (wallMs: number, monotonicMs: number) => ({ wallMs, monotonicMs, bootId: "b" });

  it("goes on when somebody sets the clock, and when the tablet has slept", () => {
    expect(plantTimeMs(sample, then(60_000, 60_000), 0)).toBe(59_400);
    expect(plantTimeMs(sample, then(60_000 + 3 * day, 60_000), 0)).toBe(59_400);
    expect(plantTimeMs(sample, then(60_000 - 3 * day, 60_000), 0)).toBe(59_400);
    expect(plantTimeMs(sample, then(7_260_000, 60_000), 7_200_000)).toBe(7_259_400);
  });
});

describe("the moment of an act", () => {
  const acted = (happens: (world: ReturnType<typeof aTabletWorld>) => void, skew = 0) => {
    const world = aTabletWorld(skew);
    world.hear(40, 40);
    happens(world);
    const { clock, trueMs } = world.act();
    return { world, clock, trueMs };
  };
  const momentOn = ({ world, clock }: ReturnType<typeof acted>) => {
    const sent = world.send();
    world.pass(30);
    return momentOf(clock, sent, instant(world.trueMs()));
  };

  it("is exact on a clock three hours ahead, and that is no jump", () => {
    const act = acted((world) => world.pass(600_000), 10_800_000);
    act.world.pass(3_600_000);
    const moment = momentOn(act);
    expect(Math.abs(millis(moment.at) - act.trueMs)).toBeLessThan(2);
    expect(moment.jumpMs).toBe(0);
    expect(millis(moment.latest) - millis(moment.earliest)).toBeLessThan(250);
  });

  it("is exact after a jump of days, and says by how much", () => {
    for (const jump of [3 * day, -3 * day, 2_820_000]) {
      const act = acted((world) => {
        world.pass(600_000);
        world.set(jump);
        world.pass(600_000);
      });
      act.world.pass(60_000);
      const moment = momentOn(act);
      expect(Math.abs(millis(moment.at) - act.trueMs)).toBeLessThan(100);
      expect(Math.abs(moment.jumpMs - jump)).toBeLessThan(100);
    }
  });

  it("is exact before a jump that came after it", () => {
    const act = acted((world) => world.pass(600_000));
    act.world.set(3 * day);
    act.world.pass(60_000);
    const moment = momentOn(act);
    expect(Math.abs(millis(moment.at) - act.trueMs)).toBeLessThan(2);
    expect(moment.jumpMs).toBe(0);
  });

  it("is not taken for a jump where the tablet slept", () => {
    const act = acted((world) => {
      world.pass(60_000);
      world.sleep(7_200_000);
      world.pass(60_000);
    });
    act.world.sleep(3_600_000);
    const moment = momentOn(act);
    expect(Math.abs(millis(moment.at) - act.trueMs)).toBeLessThan(2);
    expect(moment.jumpMs).toBe(0);
  });

  it("lies on either side of what was set back while it slept, where only the sending tells", () => {
    const hidden = (world: ReturnType<typeof aTabletWorld>) => {
      world.sleep(3_600_000);
      world.set(-3_600_000);
    };
    const before = acted(hidden);
    before.world.pass(60_000);
    const after = acted((world) => world.pass(60_000));
    hidden(after.world);
    for (const act of [before, after]) {
      const { earliest, latest } = momentOn(act);
      expect(millis(earliest)).toBeLessThanOrEqual(act.trueMs);
      expect(millis(latest)).toBeGreaterThanOrEqual(act.trueMs);
      expect(millis(latest) - millis(earliest)).toBeGreaterThan(3_000_000);
    }
  });

  it("lies between contact and hearing where the tablet was started again and its clock set", () => {
    const act = acted((world) => {
      world.pass(600_000);
      world.set(3 * day);
      world.restart();
      world.pass(60_000);
    });
    act.world.restart();
    act.world.pass(600_000);
    const moment = momentOn(act);
    expect([moment.earliest, moment.latest]).toEqual([
      act.clock.lastServerContact,
      instant(act.world.trueMs()),
    ]);
    expect(moment.jumpMs).not.toBe(0);
  });

  it("of a tablet that says nothing of its clocks but its skew lies around it, or between contact and hearing", () => {
    const clock = {
      wall: instant(noon),
      monotonic: 1,
      bootId: "b",
      lastServerContact: instant(noon - 60_000),
      skew: 250,
    };
    const heard = instant(noon + 60_000);
    expect(momentOf(clock, null, heard)).toEqual({
      at: instant(noon + 250),
      earliest: instant(noon - 1750),
      latest: instant(noon + 2250),
      jumpMs: 0,
    });
    expect(momentOf({ ...clock, wall: instant(noon + day) }, null, heard)).toEqual({
      at: heard,
      earliest: clock.lastServerContact,
      latest: heard,
      jumpMs: day + 250 - 60_000,
    });
    expect(momentOf({ ...clock, wall: instant(noon - day) }, null, heard).at).toBe(
      clock.lastServerContact,
    );
  });

  it("is always within what is said of it, whatever happens to the tablet and its clocks", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 7_200_000 }) }),
      fc.record({ kind: fc.constant("sleep" as const), ms: fc.integer({ min: 0, max: day }) }),
      fc.record({
        kind: fc.constant("set" as const),
        ms: fc.oneof(
          fc.integer({ min: -3 * day, max: 3 * day }),
          fc.integer({ min: -120_000, max: 120_000 }),
        ),
      }),
      fc.record({ kind: fc.constant("restart" as const), ms: fc.constant(0) }),
    );
    const property = fc.property(
      fc.integer({ min: -3 * day, max: 3 * day }),
      fc.array(step, { maxLength: 4 }),
      fc.array(step, { maxLength: 4 }),
      fc.integer({ min: 0, max: 5000 }),
      (skew, before, after, tripMs) => {
        // A clock that is set once is found; set back again unseen, over a new start, nobody can tell.
        const sets = [...before, ...after].filter(({ kind }) => kind === "set").length;
        fc.pre(sets <= 1);
        fc.pre(!isHidden(before, after));
        const act = acted((world) => {
          for (const { kind, ms } of before) world[kind](ms);
        }, skew);
        for (const { kind, ms } of after) act.world[kind](ms);
        const sent = act.world.send();
        act.world.pass(tripMs);
        const { earliest, at, latest } = momentOf(act.clock, sent, instant(act.world.trueMs()));
        // A step too small to be told from the noise of two clocks over a new start moves it by as much.
        const slack = stepMinMs + 15_000 + 200;
        expect(millis(earliest) - slack).toBeLessThanOrEqual(act.trueMs);
        expect(millis(latest) + slack).toBeGreaterThanOrEqual(act.trueMs);
        expect(earliest <= at && at <= latest).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });
});

type Step = { kind: "pass" | "sleep" | "set" | "restart"; ms: number };

/** Set back by as much as it slept, and started again: neither of its clocks nor the two ends can tell. */
function isHidden(before: readonly Step[], after: readonly Step[]): boolean {
  if (![...before, ...after].some(({ kind }) => kind === "restart")) return false;
  return [before, after].some((side) => {
    const sum = (of: Step["kind"]) =>
      side.reduce((all, { kind, ms }) => (kind === of ? all + ms : all), 0);
    const [slept, set] = [sum("sleep"), sum("set")];
    return set < 0 && Math.abs(slept + set) <= stepMinMs + 15_000;
  });
}
