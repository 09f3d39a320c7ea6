import { expect, test } from "vitest";
import { forSite } from "#lib/db/client";
import { aPlant, released, stateOf } from "#lib/db/test-record-plant";
import type { Command } from "./schema.ts";

test("a take-over decides nothing about what the first tablet has not sent: it goes through the usual verdicts", async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "SN-1");
  const [first, second] = [await plant.tablet(), await plant.tablet()];
  const { operator, quality } = plant.people;
  const out = (takeOver?: { from: string; reason: string }): Pick<Command, "type" | "body"> =>
    ({ type: "checkOutTraveler", body: { takeOver } }) as never;
  const one = (text: string): Pick<Command, "type" | "body"> => ({
    type: "addNote",
    body: { step: null, text },
  });
  const [taken] = await first.send(first.envelope(operator, traveler, out()));
  expect(taken).toMatchObject({ verdict: "applied" });
  // Written on the first tablet before the take-over, sent after it.
  const unsent = first.envelope(operator, traveler, one("before the take-over"));
  const [refused] = await second.send(second.envelope(quality, traveler, out()));
  expect(refused).toMatchObject({
    verdict: "recorded_not_applied",
    refusal: { code: "checked_out_elsewhere", params: { station: "ASM-1" } },
  });
  const over = out({ from: first.device, reason: "the tablet fell" });
  const [moved] = await second.send(second.envelope(quality, traveler, over));
  expect(moved).toMatchObject({ verdict: "applied" });
  const late = await first.send(unsent, first.envelope(operator, traveler, one("after it")));
  expect(late.map(({ verdict }) => verdict)).toEqual(["applied", "applied"]);
  expect((await stateOf(plant, traveler)).checkout).toMatchObject({
    device: second.device,
    from: first.device,
  });
  const texts = await forSite(plant.site).textBlob.findMany({ select: { text: true } });
  expect(texts.map(({ text }) => text)).toContain("the tablet fell");
});

test("a tablet that was revoked checks nothing out: its asking is kept, and decided by nobody", async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "SN-1");
  const tablet = await plant.tablet();
  const ask = tablet.envelope(plant.people.operator, traveler, {
    type: "checkOutTraveler",
    body: {},
  });
  const revokedAt = new Date();
  await forSite(plant.site).device.update({ where: { id: tablet.device }, data: { revokedAt } });
  const [refused] = await tablet.send(ask);
  expect(refused).toMatchObject({ refusal: { code: "device_revoked" } });
  const { checkout, signals } = await stateOf(plant, traveler);
  expect(checkout).toBeUndefined();
  expect(signals.map(({ kind }) => kind)).toEqual(["quarantined"]);
});
