import { setTimeout as pause } from "node:timers/promises";
import { released, stateOf, type TestPerson } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import type { Command } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import type { Fault } from "./fault.ts";
import { inTime } from "./healing.ts";
import { inspectionsOfUnit, type Stage } from "./stage.ts";
import type { FaultTablet } from "./tablet.ts";

const races = 1_000;
/** So many pairs of tablets race beside each other, each at units of its own. */
const pairCount = 10;

/** Whether each of the two has a network when it begins. */
const modes = [
  ["on line, on line", true, true],
  ["off line, on line", false, true],
  ["off line, off line", false, false],
] as const;

type Act = [TravelerState, TestPerson, Command];
/** What one tablet did in a race; showing the step is no contest. */
type Run = { tablet: FaultTablet; acts: readonly Act[] };
type Race = { traveler: string; step: string; runs: readonly Run[] };

/** F13. */
export const sameStep: Fault = {
  name: "same-step",
  title:
    "two tablets do the same step, 1,000 times, with and without a network: one of them has done it, the other is told",
  async bring(stage) {
    const startedAt = performance.now();
    const lanes = await Promise.all(Array.from({ length: pairCount }, () => aLane(stage)));
    const raced = (
      await inTime("all races", Promise.all(lanes.map((lane) => lane())), 300_000)
    ).flat();
    const seconds = (performance.now() - startedAt) / 1000;
    const { counts, losers } = await counted(stage, raced);
    const said = Object.entries(counts).map(([what, count]) => `${what}: ${count}`);
    const report = `${raced.length} races in ${seconds.toFixed(0)} s, ${losers} acts lost; ${said.join(", ")}`;
    if (Object.values(counts).some((count) => count !== 0) || raced.length !== races)
      throw new Error(report);
    return report;
  },
};

/** Two tablets that race through the steps of their own units, one after the other. */
async function aLane(stage: Stage): Promise<() => Promise<Race[]>> {
  const { plant, chance } = stage;
  const pair = [await stage.tablet(), await stage.tablet()] as const;
  const people = [plant.people.operator, plant.people.inspector] as const;
  const each = races / pairCount;
  const serials = Array.from(
    { length: each / inspectionsOfUnit },
    () => `S-${uuidv7().slice(-12)}`,
  );
  const made = await released(plant, ...serials);
  const states = await Promise.all(made.map((traveler) => stateOf(plant, traveler)));
  const steps = plant.content.operations.flatMap((operation) => operation.steps);
  return async () => {
    const done: Race[] = [];
    for (const state of states) {
      for (const step of steps) {
        const [name, ...networks] = modes[done.length % modes.length] ?? modes[0];
        const runs = pair.map((tablet, at) => ({
          tablet,
          acts: actsOn(state, people[at] ?? plant.people.operator, step),
        }));
        await Promise.all(
          runs.map(async ({ tablet, acts }, at) => {
            if (!networks[at]) return tablet.actOffLine(acts);
            await pause(chance.between(0, 10));
            for (const act of acts) await tablet.act(...act);
          }),
        );
        for (const { tablet } of runs) tablet.wake();
        await inTime("both are answered", answered(pair));
        stage.hit(`two tablets at one step, ${name}`);
        done.push({ traveler: state.id, step: step.id, runs });
      }
    }
    return done;
  };
}

async function answered(pair: readonly FaultTablet[]): Promise<void> {
  for (const tablet of pair) while ((await tablet.waiting()) > 0) await pause(5);
}

function actsOn(
  state: TravelerState,
  person: TestPerson,
  { id: step, fields }: Stage["plant"]["content"]["operations"][number]["steps"][number],
): Act[] {
  const reading = { field: fields[0]?.id, position: "1", sample: 1, value: "pass", source: "tap" };
  const bodies = [
    { type: "presentStep", body: { step, language: "en" } },
    { type: "startStep", body: { step } },
    { type: "recordReading", body: { step, ...reading, confirmed: [] } },
    { type: "completeStep", body: { step } },
  ];
  return bodies.map((of) => [state, person, { id: uuidv7(), ...of } as Command]);
}

/** By the record, by what the tablets were told, and by what they show to whoever stands before them. */
async function counted({ look, ledger }: Stage, raced: readonly Race[]) {
  const rows = await look<{ traveler: string; step: string; count: number }>(
    `select stream_id::text as traveler, line::jsonb->'body'->>'step' as step, count(*)::int as count
       from entries where type = 'step.completed' and stream_id = any($1::uuid[]) group by 1, 2`,
    [raced.map(({ traveler }) => traveler)],
  );
  const times = new Map(rows.map(({ traveler, step, count }) => [`${traveler} ${step}`, count]));
  const verdicts = new Map(ledger.read().told.map((told) => [told.id, told.verdict]));
  const contested = raced.flatMap(({ runs }) => runs.flatMap(({ acts }) => acts.slice(1)));
  const lost = contested.map(([, , { id }]) => id).filter((id) => verdicts.get(id) !== "applied");
  const entries = await look<{ id: string }>(
    "select command_id::text as id from entries where type = 'command.not_applied' and command_id = any($1::uuid[])",
    [lost],
  );
  const stored = new Set(entries.map(({ id }) => id));
  const tablets = new Set(raced.flatMap(({ runs }) => runs.map(({ tablet }) => tablet)));
  const shown = new Set((await Promise.all([...tablets].map((tablet) => tablet.unseen()))).flat());
  const isWonOnce = ({ runs }: Race, at: number): boolean =>
    runs.filter(({ acts }) => verdicts.get(acts[at]?.[2].id ?? "") === "applied").length === 1;
  const counts = {
    "steps done other than once": raced.filter(
      ({ traveler, step }) => times.get(`${traveler} ${step}`) !== 1,
    ).length,
    "races with other than one winner": raced.filter((race) => !isWonOnce(race, 3)).length,
    "losers without a verdict": lost.filter((id) => verdicts.get(id) !== "recorded_not_applied")
      .length,
    "losers without an entry": lost.filter((id) => !stored.has(id)).length,
    "losers that no tablet shows": lost.filter((id) => !shown.has(id)).length,
  };
  return { counts, losers: lost.length };
}
