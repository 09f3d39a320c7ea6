import { expect, it } from "vitest";
import { anInstruction, aPlant, released } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { exposedBy } from "./tools.queries.ts";

/** The first step counts a kit in, the second counts it out. */
function countingPlan() {
  const content = anInstruction();
  const [operation] = content.operations;
  const [first, second] = operation?.steps ?? [];
  if (!operation || !first || !second) throw new Error("no steps");
  const count = (direction: "in" | "out") => ({
    id: uuidv7(),
    kind: "count" as const,
    label: { en: `Tools ${direction}` },
    required: true,
    positions: ["1"],
    tools: { kit: "K-1", direction },
  });
  const steps = [
    { ...first, fields: [count("in")] },
    { ...second, fields: [count("out")] },
  ];
  return { ...content, operations: [{ ...operation, steps }] };
}

it("names every other unit worked on at the station since the kit was last counted whole, and no earlier one", async () => {
  const plan = countingPlan();
  const plant = await aPlant(plan);
  const [before = ""] = await released(plant, "S-0");
  const [here = ""] = await released(plant, "S-1");
  const [after = ""] = await released(plant, "S-2");
  await released(plant, "S-3");
  const { operator } = plant.people;
  const [first, second] = [await plant.tablet(), await plant.tablet()];
  const [stepIn, stepOut] = plan.operations[0]?.steps ?? [];
  if (!stepIn || !stepOut) throw new Error("no steps");
  const present = {
    type: "presentStep" as const,
    body: { step: stepIn.id, language: "en" as const },
  };
  await second.send(second.envelope(operator, before, present));
  const counted = (step: typeof stepIn, value: string) => [
    { type: "presentStep" as const, body: { step: step.id, language: "en" as const } },
    { type: "startStep" as const, body: { step: step.id, late: undefined } },
    {
      type: "recordReading" as const,
      body: {
        step: step.id,
        field: step.fields[0]?.id ?? "",
        position: "1",
        sample: 1,
        value,
        source: "keypad" as const,
        confirmed: ["out_of_limits" as const],
        late: undefined,
      },
    },
  ];
  const complete = { type: "completeStep" as const, body: { step: stepIn.id, late: undefined } };
  const sent = [...counted(stepIn, "5"), complete, ...counted(stepOut, "4")];
  await second.send(second.envelope(operator, before, present));
  const verdicts = [];
  for (const one of sent.slice(0, 4)) {
    verdicts.push(...(await first.send(first.envelope(operator, here, one))));
  }
  await second.send(second.envelope(operator, after, present));
  for (const one of sent.slice(4)) {
    verdicts.push(...(await first.send(first.envelope(operator, here, one))));
  }
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(Array(7).fill("applied"));
  const last = verdicts.at(-1);
  const logged =
    last?.verdict === "applied" ? last.events.find(({ type }) => type === "defect.logged") : null;
  const defect = logged?.type === "defect.logged" ? logged.body.defect : "";
  expect(await exposedBy(plant.seed, here, defect)).toEqual([
    { traveler: after, unit: "S-2", status: expect.any(String), station: "ASM-1" },
  ]);
  expect(await exposedBy(plant.seed, here, uuidv7())).toEqual([]);
  const elsewhere = await aPlant();
  expect(await exposedBy(elsewhere.seed, here, defect)).toEqual([]);
});
