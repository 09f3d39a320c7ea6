import fc from "fast-check";
import { expect, it } from "vitest";
import { forSite } from "#lib/db/client";
import {
  anInstruction,
  aPlant,
  asAdministrator,
  firstStep,
  released,
  type TestPlant,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { replayRecord } from "#lib/record/replay.queries";
import { aTabletWorld } from "./bench/tablet-world.ts";
import type { Command } from "./schema.ts";

const day = 86_400_000;

const dayFromNow = (days: number) => new Date(Math.floor(Date.now() / day + days) * day);

/** A plant in which two days more or less decide: gage and qualification are good for yesterday to tomorrow. */
async function aStrictPlant(): Promise<TestPlant> {
  const content = anInstruction();
  for (const step of content.operations[0]?.steps ?? []) step.qualifications = ["Q-DAY"];
  const plant = await aPlant(content);
  const scoped = forSite(plant.site);
  await scoped.qualification.create({
    data: { code: "Q-DAY", name: { en: "Day" }, waivableBy: "nobody" },
  });
  await scoped.personQualification.create({
    data: {
      id: uuidv7(),
      personId: plant.people.operator.id,
      code: "Q-DAY",
      authority: "QA",
      evidence: "E",
      validFrom: dayFromNow(-2),
      validUntil: dayFromNow(2),
    },
  });
  await asAdministrator((client) =>
    client.query("update gages set calibration_due_on = $2 where id = $1", [
      plant.gage.id,
      dayFromNow(1),
    ]),
  );
  return plant;
}

/** The first step and a measurement: a sign-in, a qualification and a gage are each good for a while. */
function work(plant: TestPlant): Pick<Command, "type" | "body">[] {
  const [operation] = plant.content.operations;
  const step = operation?.steps[1];
  const field = step?.fields[0];
  if (!operation || !step || !field) throw new Error("nothing to measure");
  const body = { step: step.id, field: field.id, position: "1", sample: 1, value: "10.00" };
  return [
    ...firstStep(plant),
    { type: "selectGage", body: { operation: operation.id, gage: "CAL-1" } },
    { type: "presentStep", body: { step: step.id, language: "en" } },
    { type: "startStep", body: { step: step.id } as never },
    { type: "recordReading", body: { ...body, source: "keypad", confirmed: [] } as never },
    { type: "completeStep", body: { step: step.id } as never },
  ];
}

type Happens = { kind: "set" | "sleep" | "pass" | "restart"; ms: number };

/** Does the work on a new unit while its clocks do what happens to them, and sends it when the network is back. */
async function sent(plant: TestPlant, serial: string, skew: number, happens: readonly Happens[]) {
  const [traveler = ""] = await released(plant, serial);
  const tablet = await plant.tablet();
  const world = aTabletWorld(skew, Date.now() - 50 * 60_000);
  world.hear(30, 40);
  const commands = work(plant).map((command, index) => {
    const happened = happens[index];
    if (happened) world[happened.kind](happened.ms);
    world.pass(1500);
    return tablet.envelope(plant.people.operator, traveler, command, {}, world.act().clock);
  });
  world.pass(Date.now() - world.trueMs());
  const verdicts = await tablet.sendAs({ protocol: 2, clock: world.send(), commands });
  return verdicts.map((of) =>
    of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict,
  );
}

const happening: fc.Arbitrary<Happens> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), ms: fc.integer({ min: -3 * day, max: 3 * day }) }),
  fc.record({ kind: fc.constant("sleep" as const), ms: fc.integer({ min: 0, max: 120_000 }) }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 120_000 }) }),
  fc.record({ kind: fc.constant("restart" as const), ms: fc.constant(0) }),
);

it("failure 27: a wrong clock refuses nothing; verdicts are those of a right one as long as nothing happened", async () => {
  const plant = await aStrictPlant();
  const right = await sent(plant, "R-1", 0, []);
  expect(new Set(right)).toEqual(new Set(["applied"]));
  let unit = 0;
  const property = fc.asyncProperty(
    fc.integer({ min: -3 * day, max: 3 * day }),
    fc.array(happening, { maxLength: 9 }),
    async (skew, happens) => {
      unit += 1;
      expect(await sent(plant, `W-${unit}`, skew, happens)).toEqual(right);
    },
  );
  await fc.assert(property, { numRuns: 40 });
  // What was noticed of a clock stands beside the acts, and is no part of what the rules decided.
  expect(await replayRecord(plant.site)).toMatchObject({ different: 0, differences: [] });
});

it("a timer runs as long as its tablet says, however badly the plant's time was known when it began", async () => {
  const content = anInstruction();
  const step = content.operations[0]?.steps[0];
  if (!step) throw new Error("no step");
  const id = uuidv7();
  const base = { id, label: { en: "Transfer" }, required: true, positions: ["1"] };
  step.fields.push({ ...base, kind: "timer", maxSeconds: 30 });
  const plant = await aPlant(content);
  const [traveler = ""] = await released(plant, "T-1");
  const tablet = await plant.tablet();
  const world = aTabletWorld(0, Date.now() - 120_000);
  const envelope = (command: Pick<Command, "type" | "body">) =>
    tablet.envelope(plant.people.operator, traveler, command, {}, world.act().clock);
  const at = { step: step.id, field: id, position: "1" };
  // An exchange on a bad network: the plant's time is taken to be a second later than it is.
  world.hear(0, 2000);
  const begun = [
    ...firstStep(plant).slice(0, 2),
    { type: "startTimer", body: at } as Pick<Command, "type" | "body">,
  ].map(envelope);
  world.hear(5, 5);
  world.pass(29_850);
  const stopped = envelope({ type: "stopTimer", body: at } as Pick<Command, "type" | "body">);
  world.pass(Date.now() - world.trueMs());
  const commands = [...begun, stopped];
  const verdicts = await tablet.sendAs({ protocol: 2, clock: world.send(), commands });
  expect(verdicts.at(-1)).toMatchObject({
    verdict: "applied",
    events: [
      { type: "timer.stopped", body: { seconds: "29.9", verdict: "in_limits" } },
      { type: "reading.recorded", body: { value: "29.9" } },
    ],
  });
  expect(await replayRecord(plant.site)).toMatchObject({ different: 0, differences: [] });
});
