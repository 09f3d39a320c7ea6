import { setTimeout as pause } from "node:timers/promises";
import { buyoffsOf } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import type { Command, Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { aBenchTablet, signedBuyoffs, unitsToBuyOff } from "../bench/plant.ts";
import { inTime } from "./healing.ts";
import { inspectionsOfUnit, type Stage } from "./stage.ts";
import type { FaultTablet } from "./tablet.ts";

type Prepared = { state: TravelerState; command: Command; auth: Partial<Envelope["auth"]> };

/**
 * Inspections that wait to be signed at this tablet, with their proofs: whoever signs needs the server for nothing
 * else, so that it may be gone.
 */
export async function inspections(
  { plant }: Stage,
  tablet: FaultTablet,
  count: number,
): Promise<Prepared[]> {
  const states = await unitsToBuyOff(
    plant,
    await aBenchTablet(plant),
    Math.ceil(count / inspectionsOfUnit),
  );
  const byId = new Map(states.map((state) => [state.id, state]));
  const made = await buyoffsOf(plant, tablet.identity, states);
  return made.flatMap(({ traveler, command, proof }) => {
    const state = byId.get(traveler);
    return state ? [{ state, command, auth: { proof } }] : [];
  });
}

/** Somebody who finds defects on a few units and goes on telling of them. */
export async function aReporter({ plant }: Stage, tablet: FaultTablet, unitCount: number) {
  const states = await unitsToBuyOff(plant, await aBenchTablet(plant), unitCount);
  const { operator } = plant.people;
  const found: { state: TravelerState; defect: string }[] = [];
  let told = 0;
  const act = (state: TravelerState, command: unknown) =>
    tablet.act(state, operator, command as Command);
  return {
    log: async (): Promise<void> => {
      const state = states[found.length % states.length];
      if (!state) throw new Error("no unit to find a defect on");
      const defect = uuidv7();
      found.push({ state, defect });
      const nowhere = { step: null, field: null, position: null, reading: null, location: null };
      const body = { defect, code: "DIM-01", severity: "minor", quantity: "1", ...nowhere };
      await act(state, { id: uuidv7(), type: "logDefect", body: { ...body, comment: "Too long" } });
    },
    /** Something more about each of the defects in turn. */
    tell: async (): Promise<void> => {
      const about = found[told % found.length];
      if (!about) throw new Error("nothing was found yet");
      told += 1;
      const body = { defect: about.defect, comment: `Measured once more, ${told}` };
      await act(about.state, { id: uuidv7(), type: "updateDefect", body });
    },
  };
}

export type Shift = {
  /** The next request of any of its tablets. */
  nextPost(): Promise<void>;
  /** Nobody begins anything new. */
  end(): Promise<void>;
};

/** Six tablets at which is signed, and one at which defects are told of, about a dozen acts a second together. */
export async function aShift(stage: Stage, signOffs: number): Promise<Shift> {
  const { chance } = stage;
  const lanes: { tablet: FaultTablet; acts: (() => Promise<void>)[] }[] = [];
  const each = Math.ceil(signOffs / 6);
  for (let at = 0; at < 6; at += 1) {
    const tablet = await stage.tablet();
    const prepared = await inspections(stage, tablet, each);
    const { inspector } = stage.plant.people;
    const acts = prepared.map(
      ({ state, command, auth }) =>
        () =>
          tablet.act(state, inspector, command, auth),
    );
    lanes.push({ tablet, acts });
  }
  const tablet = await stage.tablet();
  const reporter = await aReporter(stage, tablet, 4);
  const tells = Array.from({ length: each }, (_, at) => () => {
    return at % 3 === 0 ? reporter.log() : reporter.tell();
  });
  lanes.push({ tablet, acts: tells });
  let isOver = false;
  const working = lanes.map(async ({ acts }) => {
    for (const act of acts) {
      if (isOver) return;
      await act();
      await pause(chance.between(300, 800));
    }
  });
  return {
    nextPost: () =>
      inTime("a tablet sends", Promise.race(lanes.map((lane) => lane.tablet.nextPost()))),
    end: async () => {
      isOver = true;
      await Promise.all(working);
    },
  };
}

/** Buyoffs of a tablet of its own, to be sent one by one and timed. */
export async function directly({ plant }: Stage, count: number) {
  const tablet = await aBenchTablet(plant);
  const units = Math.ceil(count / inspectionsOfUnit);
  const states = await unitsToBuyOff(plant, await aBenchTablet(plant), units);
  const envelopes = await signedBuyoffs(plant, tablet, states);
  return { headers: tablet.headers, envelopes: envelopes.slice(0, count) };
}
