import { describe, expect, it } from "vitest";
import { storeDocument } from "#lib/blobs/commands";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { valueIn } from "#lib/db/test-plant";
import {
  aPlant,
  released,
  stateOf,
  type TestPerson,
  type TestPlant,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { ordersAtSite } from "#lib/travelers/orders.queries";
import { releaseAtDesk } from "#lib/travelers/release.commands";
import * as commands from "./commands.ts";
import { defectsFound } from "./queries.ts";

const at = (plant: TestPlant, person: TestPerson) => actorOfSeed(plant.site, { ...person });
const codeOf = (of: { ok: true } | { ok: false; error: { code: string } }) =>
  of.ok ? "applied" : of.error.code;

const defectForm = (traveler: string, more: object = {}) => ({
  command: uuidv7(),
  traveler,
  code: "DIM-01",
  severity: "critical" as const,
  quantity: "1",
  step: "",
  location: "",
  comment: "",
  ...more,
});

async function withDefect(severity: "minor" | "critical" = "critical") {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const quality = at(plant, plant.people.quality);
  valueIn(await commands.logDefect(quality, defectForm(traveler, { severity })));
  const state = await stateOf(plant, traveler);
  const defect = state.defects[0]?.id ?? "";
  const hold = state.holds[0]?.id ?? "";
  const bytes = Buffer.from(`%PDF-1.7\n% ${plant.site}\n%%EOF\n`);
  const stored = await storeDocument(quality, { bytes, mediaType: "application/pdf" });
  return { plant, traveler, quality, defect, hold, evidence: valueIn(stored).sha256 };
}
type Held = Awaited<ReturnType<typeof withDefect>>;

const byHand = ({ traveler, hold, evidence }: Held, more: object = {}) => ({
  command: uuidv7(),
  traveler,
  hold,
  comment: "the board has signed",
  ncr: "NCR-7",
  evidence,
  ...more,
});
const disposition = ({ traveler, defect, evidence }: Held, more: object = {}) => ({
  command: uuidv7(),
  traveler,
  defect,
  ncr: "NCR-7",
  dispositions: [
    { decision: "use_as_is" as const, quantity: "1", designAuthority: "DA-1", concession: "" },
  ],
  evidence,
  reason: "the QMS is down",
  ...more,
});

describe("a defect from the desk", () => {
  it("acts once, however often its form is sent", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "S-1");
    const form = defectForm(traveler);
    const quality = at(plant, plant.people.quality);
    const first = valueIn(await commands.logDefect(quality, form));
    expect(valueIn(await commands.logDefect(quality, form))).toEqual(first);
    await Promise.all([1, 2, 3].map(() => commands.logDefect(quality, form)));
    expect((await stateOf(plant, traveler)).defects).toHaveLength(1);
  });

  it("is not another one under the same id, and says so", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "S-1");
    const form = defectForm(traveler);
    const quality = at(plant, plant.people.quality);
    await commands.logDefect(quality, form);
    const changed = await commands.logDefect(quality, { ...form, quantity: "1", comment: "more" });
    expect(codeOf(changed)).toBe("command_id_used");
    expect((await stateOf(plant, traveler)).defects).toHaveLength(1);
  });

  it("holds the unit where the plant says so, and is shown to its own site alone", async () => {
    const { plant, traveler, quality } = await withDefect();
    expect((await stateOf(plant, traveler)).status).toBe("on_hold");
    const here = await defectsFound(quality, { filter: "open", page: 1 });
    expect(here.lines).toMatchObject([{ code: "DIM-01", unit: "S-1", delivery: null }]);
    const other = await aPlant();
    const there = await defectsFound(at(other, other.people.quality), { filter: "all", page: 1 });
    expect(there.lines).toEqual([]);
  });

  it("is refused as on a tablet, and nothing comes of it", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "S-1");
    const quality = at(plant, plant.people.quality);
    expect(codeOf(await commands.logDefect(quality, defectForm(traveler, { code: "NO-1" })))).toBe(
      "defect_code_unknown",
    );
    expect(codeOf(await commands.logDefect(quality, defectForm(traveler, { quantity: "2" })))).toBe(
      "quantity_too_large",
    );
    expect((await stateOf(plant, traveler)).defects).toEqual([]);
  });
});

describe("a hold released by hand", () => {
  it("names its NCR and its document on the record", async () => {
    const held = await withDefect();
    expect(codeOf(await commands.releaseHoldByHand(held.quality, byHand(held)))).toBe("applied");
    const { holds } = await stateOf(held.plant, held.traveler);
    expect(holds[0]?.released).toMatchObject({ basis: "hand" });
    const [entry] = await forSite(held.plant.site).entry.findMany({
      where: { streamId: held.traveler, type: "hold.released" },
    });
    expect(JSON.parse(entry?.line ?? "{}").body).toMatchObject({
      basis: "hand",
      ncr: "NCR-7",
      evidence: held.evidence,
    });
  });

  it("is refused without a document that is really kept here", async () => {
    const held = await withDefect();
    const other = await withDefect();
    for (const evidence of ["0".repeat(64), other.evidence]) {
      const form = byHand(held, { evidence });
      expect(codeOf(await commands.releaseHoldByHand(held.quality, form))).toBe("document_unknown");
    }
    expect((await stateOf(held.plant, held.traveler)).holds[0]?.released).toBeNull();
  });

  it("is quality's alone", async () => {
    const held = await withDefect();
    const inspector = at(held.plant, held.plant.people.inspector);
    expect(codeOf(await commands.releaseHoldByHand(inspector, byHand(held)))).toBe("not_permitted");
    const { command, traveler, hold, comment } = byHand(held);
    const asked = { command, traveler, hold, comment };
    expect(codeOf(await commands.releaseHold(held.quality, asked))).toBe("qms_unreachable");
  });
});

describe("a disposition typed in by hand", () => {
  it("is refused without its document, with odd sums, and without an authority where one decides", async () => {
    const held = await withDefect();
    const enter = async (more: object) =>
      codeOf(await commands.enterDisposition(held.quality, disposition(held, more)));
    const line = disposition(held).dispositions[0];
    expect(await enter({ evidence: "0".repeat(64) })).toBe("document_unknown");
    expect(await enter({ dispositions: [{ ...line, quantity: "3" }] })).toBe(
      "quantities_do_not_add_up",
    );
    expect(await enter({ dispositions: [{ ...line, designAuthority: "" }] })).toBe(
      "design_authority_needed",
    );
    expect((await stateOf(held.plant, held.traveler)).defects[0]?.dispositions).toEqual([]);
    expect(await enter({})).toBe("applied");
  });

  it("closes the defect when another person has verified it", async () => {
    const held = await withDefect();
    const { plant, traveler, defect, quality } = held;
    valueIn(await commands.enterDisposition(quality, disposition(held)));
    const close = { command: uuidv7(), traveler, defect, verification: "compared with DA-1" };
    const inspector = at(plant, plant.people.inspector);
    expect(codeOf(await commands.closeDefect(inspector, close))).toBe("applied");
    expect((await stateOf(plant, traveler)).defects[0]?.status).toBe("closed");
  });

  it("starts no rework: that takes the QMS's own word", async () => {
    const held = await withDefect("minor");
    const rework = [
      { decision: "rework" as const, quantity: "1", designAuthority: "", concession: "" },
    ];
    valueIn(
      await commands.enterDisposition(held.quality, disposition(held, { dispositions: rework })),
    );
    const { traveler, defect } = held;
    const step = held.plant.content.operations[0]?.steps[0]?.id ?? "";
    const form = { command: uuidv7(), traveler, defect, steps: [{ step, positions: null }] };
    expect(codeOf(await commands.startRework(held.quality, form))).toBe("qms_unreachable");
    const none = { command: uuidv7(), traveler, rework: uuidv7() };
    expect(codeOf(await commands.completeRework(held.quality, none))).toBe("rework_unknown");
  });
});

describe("a unit", () => {
  it("that is not complete is not accepted", async () => {
    const { traveler, quality } = await withDefect();
    expect(codeOf(await commands.acceptTraveler(quality, { command: uuidv7(), traveler }))).toBe(
      "traveler_not_complete",
    );
  });

  it("is released from its order at the desk: for its part, no more than it has, never twice", async () => {
    const plant = await aPlant();
    const quality = at(plant, plant.people.quality);
    const release = async (serials: string, more: object = {}) => {
      const form = {
        command: uuidv7(),
        workOrder: plant.order.number,
        contentSha256: plant.sha256,
        as: "serials" as const,
        lot: "",
        quantity: "",
      };
      const done = await releaseAtDesk(quality, { ...form, serials, ...more });
      return done.ok ? done.value : done.error.code;
    };
    expect(await release("S-1\nS-2 S-1")).toEqual({ released: 2, known: 0 });
    expect(await release("S-2, S-3")).toEqual({ released: 1, known: 1 });
    expect(await release("S-4 “S-5”")).toBe("unit_not_readable");
    const ten = Array.from({ length: 10 }, (_, n) => `S-${n + 1}`);
    expect(await release([...ten, "S-11"].join())).toBe("order_quantity_exceeded");
    expect(await forSite(plant.site).traveler.count({ where: { siteId: plant.site } })).toBe(3);
    expect(await release("S-4", { workOrder: "WO-none" })).toBe("order_unknown");
    const other = await aPlant();
    expect(await release("S-4", { contentSha256: "0".repeat(64) })).toBe("revision_not_for_part");
    expect(await release("S-4", { workOrder: other.order.number })).toBe("order_unknown");
    const second = { id: uuidv7(), number: `${plant.order.number}-2`, quantity: "5" };
    await forSite(plant.site).workOrder.create({
      data: { ...second, siteId: plant.site, partNumber: "P-1", partRevision: "A" },
    });
    expect(await release("S-1", { workOrder: second.number })).toBe("unit_on_another_order");
  });

  it("is released as a lot: its quantity counts against the order, and an order on hold releases nothing", async () => {
    const plant = await aPlant();
    const quality = at(plant, plant.people.quality);
    const release = async (lot: string, quantity: string, more: object = {}) => {
      const form = { workOrder: plant.order.number, contentSha256: plant.sha256, serials: "" };
      const wanted = { ...form, command: uuidv7(), as: "lot" as const, lot, quantity, ...more };
      const done = await releaseAtDesk(quality, wanted);
      return done.ok ? done.value : done.error.code;
    };
    const site = forSite(plant.site);
    const { quantity } = await site.workOrder.findFirstOrThrow({
      where: { siteId: plant.site, number: plant.order.number },
    });
    expect(await release("LOT-1", String(Number(quantity) - 1))).toEqual({ released: 1, known: 0 });
    expect(await release("LOT-1", "1")).toEqual({ released: 0, known: 1 });
    expect(await release("LOT-2", "2")).toBe("order_quantity_exceeded");
    expect(await release("LOT 2", "1")).toBe("unit_not_readable");
    const [lot] = await site.traveler.findMany({ where: { siteId: plant.site, lot: "LOT-1" } });
    expect(lot).toMatchObject({ serial: null, quantity: String(Number(quantity) - 1) });
    const [order] = (await ordersAtSite(quality)).orders.filter(
      ({ number }) => number === plant.order.number,
    );
    expect(order?.free).toBe("1");
    await site.workOrder.updateMany({
      where: { siteId: plant.site, number: plant.order.number },
      data: { status: "on_hold" },
    });
    expect(await release("LOT-2", "1")).toBe("order_not_open");
  });
});
