import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import {
  aPlant,
  firstStep,
  released,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { askNothing, loadForCommand } from "#lib/record/load.queries";
import { applyCommand, releaseTravelers } from "#lib/travelers/commands";
import type { Command } from "#lib/travelers/schema";
import { placePlantHold, releasePlantHold } from "./holds.commands.ts";
import { plantHoldsOn, plantHoldsOpen } from "./holds.queries.ts";
import type { PlantHoldScope } from "./holds.schema.ts";

let plant: TestPlant;
let tablet: TestTablet;
beforeAll(async () => {
  plant = await aPlant();
  tablet = await plant.tablet();
  const reason = (code: string, owner: string) => ({ code, label: { en: code }, owner });
  const site = await forSite(plant.site).site.findUniqueOrThrow({ where: { id: plant.site } });
  const holdReasons = [
    reason("quality_doubt", "quality"),
    reason("parts", "production"),
    reason("question", "engineering"),
    reason("customer", "customer"),
  ];
  await forSite(plant.site).site.update({
    where: { id: plant.site },
    data: { policy: { ...(site.policy as object), holdReasons } },
  });
});
beforeEach(async () => {
  for (const hold of await plantHoldsOpen(as("quality"))) await release(hold.id, hold.owner);
});

const as = (role: Role) => actorOfSeed(plant.site, { id: plant.people.quality.id, roles: [role] });
const functionOf: Readonly<Record<string, Role>> = {
  quality: "quality",
  production: "supervisor",
  engineering: "manufacturing_engineer",
  customer: "customer",
};
const place = (scope: PlantHoldScope, subject: string, reason = "quality_doubt") =>
  placePlantHold(as("quality"), { command: uuidv7(), scope, subject, reason, comment: "Stop" });
const release = (hold: string, owner: string) =>
  releasePlantHold(as(functionOf[owner] as Role), {
    command: uuidv7(),
    hold,
    comment: "Fine again",
  });
const code = (result: { ok: boolean; error?: { code: string } }) =>
  result.ok ? "done" : result.error?.code;
async function placed(scope: PlantHoldScope, subject: string, reason?: string): Promise<string> {
  const done = await place(scope, subject, reason);
  if (!done.ok) throw new Error(done.error.code);
  return done.value.hold;
}

const serial = () => `S-${uuidv7().slice(-8)}`;
/** "applied", or why the first act of work at it is refused. */
async function worked(traveler: string, at = tablet): Promise<string> {
  const acts = firstStep(plant).slice(0, 2);
  const sent = acts.map((act) => at.envelope(plant.people.operator, traveler, act));
  const last = (await at.send(...sent)).at(-1);
  return last?.verdict === "recorded_not_applied" ? last.refusal.code : (last?.verdict ?? "");
}

/** A unit of another order and another part revision. */
async function elsewhere(): Promise<{ traveler: string; serial: string }> {
  const order = { id: uuidv7(), number: `WX-${uuidv7().slice(-8)}` };
  await forSite(plant.site).workOrder.create({
    data: { ...order, siteId: plant.site, partNumber: "P-1", partRevision: "A", quantity: "5" },
  });
  const own = serial();
  const done = await releaseTravelers(as("quality"), {
    workOrder: order.number,
    contentSha256: plant.sha256,
    units: { serials: [own] },
  });
  if (!done.ok) throw new Error(done.error.code);
  return { traveler: done.value[0]?.id ?? "", serial: own };
}

async function aLot(lot: string): Promise<string> {
  const done = await releaseTravelers(as("quality"), {
    workOrder: plant.order.number,
    contentSha256: plant.sha256,
    units: { lot, quantity: "10" },
  });
  if (!done.ok) throw new Error(done.error.code);
  return done.value[0]?.id ?? "";
}

describe("a hold of the plant stops what it lies on and nothing else", () => {
  it("a unit", async () => {
    const [on, beside] = [serial(), serial()];
    const [held = "", free = ""] = await released(plant, on, beside);
    await placed("unit", on);
    expect(await worked(held)).toBe("on_hold");
    expect(await worked(free)).toBe("applied");
  });

  it("an order", async () => {
    const [held = ""] = await released(plant, serial());
    const other = await elsewhere();
    await placed("order", plant.order.number);
    expect(await worked(held)).toBe("on_hold");
    expect(await worked(other.traveler)).toBe("applied");
  });

  it("a lot that is built, and the stock of a lot", async () => {
    const [on, beside] = [`L-${uuidv7().slice(-8)}`, `L-${uuidv7().slice(-8)}`];
    const [held, free] = [await aLot(on), await aLot(beside)];
    await placed("lot", on);
    expect(await worked(held)).toBe("on_hold");
    expect(await worked(free)).toBe("applied");

    await forSite(plant.site).stock.createMany({
      data: ["K-1", "K-2"].map((lot) => ({ id: uuidv7(), siteId: plant.site, part: "C-9", lot })),
    });
    await placed("lot", "K-1");
    const stock = ["K-1", "K-2"].map((lot) => ({ part: "C-9", serial: null, lot }));
    const loaded = await loadForCommand(plant.site, { ...askNothing, stock });
    const onHold = Object.fromEntries(loaded.stock.map(({ lot, onHold }) => [lot, onHold]));
    expect(onHold).toEqual({ "K-1": true, "K-2": false });
  });

  it("a part revision", async () => {
    const [held = ""] = await released(plant, serial());
    await placed("part_revision", "P-1 A");
    expect(await worked(held)).toBe("on_hold");
    await forSite(plant.site).workOrder.create({
      data: {
        id: uuidv7(),
        siteId: plant.site,
        number: `WY-${uuidv7().slice(-8)}`,
        partNumber: "P-1",
        partRevision: "B",
        quantity: "1",
      },
    });
    const hold = (await plantHoldsOpen(as("quality")))[0];
    await release(hold?.id ?? "", "quality");
    await placed("part_revision", "P-1 B");
    const [free = ""] = await released(plant, serial());
    expect(await worked(free)).toBe("applied");
  });

  it("failure 56: a part revision in the middle of work: what is under way and what is released later stops, and it is told once", async () => {
    const begun = await released(plant, serial(), serial());
    for (const unit of begun) expect(await worked(unit)).toBe("applied");
    const hold = await placed("part_revision", "P-1 A");
    const [fresh = ""] = await released(plant, serial());
    const goesOn = (unit: string) =>
      tablet.send(
        ...firstStep(plant)
          .slice(2, 3)
          .map((act) => tablet.envelope(plant.people.operator, unit, act)),
      );
    for (const unit of begun)
      expect(await goesOn(unit)).toMatchObject([{ refusal: { code: "on_hold" } }]);
    expect(await worked(fresh)).toBe("on_hold");
    expect(code(await place("part_revision", "P-1 A"))).toBe("hold_there_already");
    const told = await forSite(plant.site).entry.findMany({
      where: { siteId: plant.site, type: "plant_hold.placed", line: { contains: hold } },
    });
    expect(told).toHaveLength(1);
  });

  it("a station: the same unit goes on at another one", async () => {
    const [unit = ""] = await released(plant, serial());
    const station = uuidv7();
    await forSite(plant.site).station.upsert({
      where: { siteId_code: { siteId: plant.site, code: "ASM-2" } },
      update: {},
      create: { id: station, siteId: plant.site, code: "ASM-2", name: "Other", workCenter: "ASM" },
    });
    await placed("station", "ASM-2");
    expect(await worked(unit)).toBe("applied");
    await placed("station", "ASM-1");
    const [other = ""] = await released(plant, serial());
    expect(await worked(other)).toBe("on_hold");
  });

  it("a gage: nobody measures with it, and work goes on", async () => {
    const [unit = ""] = await released(plant, serial());
    const before = await loadForCommand(plant.site, { ...askNothing, gageCodes: ["CAL-1"] });
    expect(before.gages[0]?.status).toBe("in_service");
    await placed("gage", "CAL-1");
    const loaded = await loadForCommand(plant.site, { ...askNothing, gageCodes: ["CAL-1"] });
    expect(loaded.gages[0]?.status).toBe("quarantined");
    expect(await worked(unit)).toBe("applied");
    await tablet.send(
      ...firstStep(plant)
        .slice(2)
        .map((act) => tablet.envelope(plant.people.operator, unit, act)),
    );
    const operation = plant.content.operations[0]?.id ?? "";
    const select = { type: "selectGage", body: { operation, gage: "CAL-1" } } as Pick<
      Command,
      "type" | "body"
    >;
    const [verdict] = await tablet.send(tablet.envelope(plant.people.operator, unit, select));
    expect(verdict).toMatchObject({ refusal: { code: "gage_not_in_service" } });
  });

  it("the site: everything here, and no other plant", async () => {
    const [unit = ""] = await released(plant, serial());
    const other = await aPlant();
    const there = await other.tablet();
    const [free = ""] = await released(other, serial());
    await placed("site", "");
    expect(await worked(unit)).toBe("on_hold");
    const acts = firstStep(other).slice(0, 2);
    const verdicts = await there.send(
      ...acts.map((act) => there.envelope(other.people.operator, free, act)),
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["applied", "applied"]);
    expect(await plantHoldsOpen(actorOfSeed(other.site))).toEqual([]);
  });

  it("until it is released; then work goes on", async () => {
    const own = serial();
    const [unit = ""] = await released(plant, own);
    const hold = await placed("unit", own);
    expect(await worked(unit)).toBe("on_hold");
    expect(code(await release(hold, "quality"))).toBe("done");
    expect(await worked(unit)).toBe("applied");
  });

  it("and what records or makes safe stays possible", async () => {
    const [unit = ""] = await released(plant, serial());
    await placed("order", plant.order.number);
    const note = { id: uuidv7(), type: "addNote", body: { step: null, text: "Left as it is" } };
    const said = await applyCommand(actorOfSeed(plant.site, { ...plant.people.quality }), {
      traveler: unit,
      command: note as Command,
    });
    expect(said.verdict).toBe("applied");
  });
});

describe("a hold of the plant", () => {
  it("is released by the function that owns it alone, whoever placed it", async () => {
    for (const [reason, owner] of [
      ["quality_doubt", "quality"],
      ["parts", "production"],
      ["question", "engineering"],
      ["customer", "customer"],
    ] as const) {
      const hold = await placed("order", plant.order.number, reason);
      const others = Object.entries(functionOf).filter(([of]) => of !== owner);
      for (const [other] of others) {
        expect(code(await release(hold, other)), `${reason} by ${other}`).toBe("plant_hold_owner");
      }
      expect(code(await release(hold, owner))).toBe("done");
      expect(code(await release(hold, owner))).toBe("plant_hold_released");
    }
  });

  it("is an entry of the site with its reason, placed and released", async () => {
    const hold = await placed("station", "ASM-1", "parts");
    await release(hold, "production");
    const entries = await forSite(plant.site).entry.findMany({
      where: { siteId: plant.site, type: { startsWith: "plant_hold." }, line: { contains: hold } },
      orderBy: { seq: "asc" },
    });
    expect(entries.map(({ type, personId }) => [type, personId])).toEqual([
      ["plant_hold.placed", plant.people.quality.id],
      ["plant_hold.released", plant.people.quality.id],
    ]);
    expect(JSON.parse(entries[0]?.line ?? "{}").body).toMatchObject({
      scope: "station",
      subject: "ASM-1",
      owner: "production",
    });
  });

  it("lies on something that is there, with a reason of the plant, once, however often it is sent", async () => {
    for (const [scope, subject] of [
      ["unit", "nobody"],
      ["lot", "nobody"],
      ["order", "nobody"],
      ["part_revision", "P-1"],
      ["station", "nobody"],
      ["gage", "nobody"],
    ] as const) {
      expect(code(await place(scope, subject)), scope).toBe("hold_subject_unknown");
    }
    expect(code(await place("site", "", "because"))).toBe("hold_reason_not_here");
    const form = {
      command: uuidv7(),
      scope: "order" as const,
      subject: plant.order.number,
      reason: "parts",
      comment: "Short of bolts",
    };
    const first = await placePlantHold(as("supervisor"), form);
    expect(await placePlantHold(as("supervisor"), form)).toEqual(first);
    expect(code(await place("order", plant.order.number, "parts"))).toBe("hold_there_already");
    expect(await plantHoldsOpen(as("quality"))).toMatchObject([{ comment: "Short of bolts" }]);
    const twice = await Promise.all([place("site", ""), place("site", "")]);
    expect(twice.map(code).sort()).toEqual(["done", "hold_there_already"]);
  });

  it("stands on the page of what it stops", async () => {
    const of = {
      serial: "S-1",
      lot: null,
      workOrder: plant.order.number,
      part: { number: "P-1", revision: "A" },
    };
    await placed("order", plant.order.number);
    await placed("station", "ASM-1");
    expect((await plantHoldsOn(as("quality"), of)).map(({ scope }) => scope)).toEqual(["order"]);
    expect(await plantHoldsOn(as("quality"), { ...of, workOrder: "another" })).toEqual([]);
  });
});
