import { setTimeout as pause } from "node:timers/promises";
import { released, stateOf, type TestPerson } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import type { PostOutcome } from "#lib/offline/sender";
import type { Command } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import type { Chance } from "./chance.ts";
import type { Fault } from "./fault.ts";
import { emptied, inTime, unanswered } from "./healing.ts";
import type { Stage } from "./stage.ts";
import type { FaultTablet, Wire } from "./tablet.ts";

const tabletCount = 200;
const commandsEach = 50;
/** Four tablets work on the same unit. */
const unitCount = tabletCount / 4;
/** Every so many tablets finds a defect and tells more of it, so that order at the QMS is seen as well. */
const reporterEach = 10;
const replays = 3;

/** F12. */
export const manyTablets: Fault = {
  name: "many-tablets",
  title:
    "200 tablets with 50 commands each come back at once; half of the answers get lost, batches come twice at once, late and shuffled: each command has one effect and one answer",
  async bring(stage) {
    const units = await unitsFor(stage);
    const rough = aRoughNetwork(stage.chance);
    const tablets: FaultTablet[] = [];
    for (let nth = 0; nth < tabletCount; nth += 1) {
      const tablet = await stage.tablet(rough.wire);
      const unit = units[nth % unitCount];
      if (!unit) throw new Error("no unit to work on");
      await tablet.actOffLine(actsOn(stage, unit, nth));
      tablets.push(tablet);
    }
    const startedAt = performance.now();
    for (const tablet of tablets) tablet.wake();
    // Whoever waits to try again after a lost answer does not wait half a minute here.
    const hurry = setInterval(() => {
      for (const tablet of tablets) tablet.wake();
    }, 1_000);
    await emptied("commands without an answer", () => unanswered(stage)).finally(() =>
      clearInterval(hurry),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    await inTime("all batches once more", replayed(stage, rough), 300_000);
    stage.hit("answers lost after the server had acted", rough.tally.lost);
    stage.hit("batches sent again beside themselves", rough.tally.twins);
    stage.hit("old batches sent again, shuffled", rough.tally.late + rough.tally.replayed);
    return `${tabletCount * commandsEach} commands in ${seconds.toFixed(0)} s, ${rough.tally.lost} of ${rough.tally.asked} answers lost`;
  },
};

/** Nobody has worked on them yet. */
async function unitsFor({ plant }: Stage): Promise<TravelerState[]> {
  const serials = Array.from({ length: unitCount }, () => `S-${uuidv7().slice(-12)}`);
  const made = await released(plant, ...serials);
  const states: TravelerState[] = [];
  for (const traveler of made) states.push(await stateOf(plant, traveler));
  return states;
}

/** What somebody leaves at a tablet who worked while the network was gone; the same steps as others at the same unit. */
function actsOn(
  { plant }: Stage,
  state: TravelerState,
  nth: number,
): [TravelerState, TestPerson, Command][] {
  const { operator } = plant.people;
  const steps = plant.content.operations.flatMap((operation) => operation.steps);
  const defect = uuidv7();
  const bodies: (Pick<Command, "type"> & { body: unknown })[] = [];
  for (let at = 0; bodies.length < commandsEach; at += 1) {
    const step = steps[at % steps.length];
    const [field] = step?.fields ?? [];
    const reading = { field: field?.id, position: "1", sample: 1, value: "pass", source: "tap" };
    bodies.push(
      { type: "presentStep", body: { step: step?.id, language: "en" } },
      { type: "startStep", body: { step: step?.id } },
      { type: "recordReading", body: { step: step?.id, ...reading, confirmed: [] } },
      { type: "completeStep", body: { step: step?.id } },
      { type: "addNote", body: { step: step?.id, text: `Tablet ${nth}, ${at}` } },
    );
    if (nth % reporterEach !== 0) continue;
    const nowhere = { step: null, field: null, position: null, reading: null, location: null };
    const found = { defect, code: "DIM-01", severity: "minor", quantity: "1", ...nowhere };
    bodies.push(
      at === 0
        ? { type: "logDefect", body: { ...found, comment: "Too long" } }
        : { type: "updateDefect", body: { defect, comment: `Measured once more, ${at}` } },
    );
  }
  return bodies
    .slice(0, commandsEach)
    .map(({ type, body }) => [state, operator, { id: uuidv7(), type, body } as Command]);
}

type Past = {
  commands: readonly unknown[];
  send: (said: readonly unknown[]) => Promise<PostOutcome>;
};

/**
 * Every request reaches the server; of two answers one gets lost. Some come a second time beside
 * themselves, and some that were answered long ago come again later with their commands in another order.
 */
function aRoughNetwork(chance: Chance) {
  const past: Past[] = [];
  const tally = { asked: 0, lost: 0, twins: 0, late: 0, replayed: 0 };
  const wire: Wire = async (commands, send) => {
    tally.asked += 1;
    const asked = [send(commands)];
    if (chance.next() < 0.2) {
      tally.twins += 1;
      asked.push(send(commands));
    }
    const old = chance.next() < 0.2 ? past[chance.between(0, past.length - 1)] : undefined;
    if (old) {
      tally.late += 1;
      asked.push(old.send(shuffled(chance, old.commands)));
    }
    const isLost = chance.next() < 0.5;
    const [outcome] = await Promise.all(asked);
    past.push({ commands, send });
    if (!isLost && outcome) return outcome;
    tally.lost += 1;
    return { kind: "silence" };
  };
  return { wire, past, tally };
}

/** Each batch that was ever sent, three times more, in no order at all; the answers go into the ledger. */
async function replayed(
  { chance, ledger }: Stage,
  { past, tally }: ReturnType<typeof aRoughNetwork>,
): Promise<void> {
  const again = shuffled(chance, Array.from({ length: replays }, () => past).flat());
  const lane = async () => {
    for (let next = again.pop(); next; next = again.pop()) {
      const outcome = await next.send(shuffled(chance, next.commands));
      tally.replayed += 1;
      if (outcome.kind === "answered") ledger.told(outcome.answer.verdicts);
      else await pause(50);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

function shuffled<T>(chance: Chance, all: readonly T[]): T[] {
  const mixed = [...all];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = chance.between(0, at);
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}
