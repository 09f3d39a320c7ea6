import { expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aPlant, released, type TestPlant } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { changeGage } from "#lib/plant/gages.commands";
import { verifyStream } from "#lib/record/verify.queries";
import type { CommandVerdict } from "./schema.ts";

const codes = (verdicts: readonly CommandVerdict[]) =>
  verdicts.map((of) => (of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict));
const select = (plant: TestPlant) => ({
  type: "selectGage" as const,
  body: { operation: plant.content.operations[0]?.id ?? "", gage: "CAL-1" },
});
const drop = { type: "quarantineGage" as const, body: { gage: "CAL-1", reason: "dropped" } };
const rowOf = (plant: TestPlant) =>
  forSite(plant.site).gage.findUniqueOrThrow({ where: { id: plant.gage.id } });

it("is out of use in the whole plant by the same append: for the next act of the batch and for every other unit", async () => {
  const plant = await aPlant();
  const [first = ""] = await released(plant, "S-1");
  const [second = ""] = await released(plant, "S-2");
  const [here, there] = [await plant.tablet(), await plant.tablet()];
  const { operator } = plant.people;
  expect(codes(await there.send(there.envelope(operator, second, select(plant))))).toEqual([
    "applied",
  ]);
  const sent = [select(plant), drop, select(plant)].map((one) =>
    here.envelope(operator, first, one),
  );
  expect(codes(await here.send(...sent))).toEqual(["applied", "applied", "gage_not_in_service"]);
  expect(await rowOf(plant)).toMatchObject({ status: "quarantined", code: "CAL-1", unit: "mm" });
  expect(codes(await there.send(there.envelope(operator, second, select(plant))))).toEqual([
    "gage_not_in_service",
  ]);
  const [entry] = await forSite(plant.site).entry.findMany({ where: { streamId: plant.gage.id } });
  expect(entry).toMatchObject({ type: "gage.quarantined", personId: operator.id });
  expect(JSON.parse(entry?.line ?? "{}")).toMatchObject({
    body: { changes: { status: { before: "in_service", after: "quarantined" } }, traveler: first },
  });
  for (const stream of [plant.gage.id, first]) {
    expect(await verifyStream(plant.seed, stream)).toMatchObject({ broken: null });
  }
});

it("comes back into service at the desk with a reason, and may be dropped again", async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const { operator } = plant.people;
  await tablet.send(tablet.envelope(operator, traveler, drop));
  const { type, name, unit, resolution, id } = plant.gage;
  const actor = actorOfSeed(plant.site, { ...plant.people.quality });
  const back = { type, name, unit, resolution, gage: id, status: "in_service" as const };
  const changed = await changeGage(actor, { ...back, command: uuidv7(), reason: "checked" });
  expect(changed.ok).toBe(true);
  expect(codes(await tablet.send(tablet.envelope(operator, traveler, select(plant))))).toEqual([
    "applied",
  ]);
  expect(codes(await tablet.send(tablet.envelope(operator, traveler, drop)))).toEqual(["applied"]);
  expect((await rowOf(plant)).status).toBe("quarantined");
  const entries = await forSite(plant.site).entry.count({ where: { streamId: id } });
  expect(entries).toBe(3);
});
