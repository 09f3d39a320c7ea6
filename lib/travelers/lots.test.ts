import { describe, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import {
  aPlant,
  aShortInstruction,
  asAdministrator,
  firstStep,
  stateOf,
  type TestPlant,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { applyCommand, releaseTravelers } from "./commands.ts";
import { lotFamily } from "./family.queries.ts";
import { travelerRecord } from "./history.queries.ts";
import { balanceOf } from "./lot-balance.rules.ts";
import { assignSerials, countLot, splitLot } from "./lots.commands.ts";
import { orderAtSite } from "./orders.queries.ts";
import { findTraveler, packetForTablet } from "./queries.ts";
import type { Command, CommandVerdict } from "./schema.ts";

const actorIn = (plant: TestPlant) =>
  actorOfSeed(plant.site, { ...plant.people.quality, roles: ["quality", "supervisor"] });

async function aLotPlant(quantity = "50") {
  const plant = await aPlant(aShortInstruction());
  const done = await releaseTravelers(actorIn(plant), {
    workOrder: plant.order.number,
    contentSha256: plant.sha256,
    units: { lot: "B13-0418", quantity },
  });
  const lot = done.ok ? (done.value[0]?.id ?? "") : "";
  const act = (
    traveler: string,
    command: Pick<Command, "type" | "body">,
  ): Promise<CommandVerdict> =>
    applyCommand(actorIn(plant), { traveler, command: { id: uuidv7(), ...command } as Command });
  const split = async (of: string, pieces: string, more: object = {}) => {
    const child = uuidv7();
    const body = { child, quantity: pieces, reason: "apart", ...more };
    const verdict = await act(of, { type: "splitTraveler", body } as never);
    return { child, verdict };
  };
  return { plant, lot, act, split };
}
const outcome = (verdict: CommandVerdict | undefined) =>
  verdict?.verdict === "recorded_not_applied" ? verdict.refusal.code : verdict?.verdict;

async function soundEverywhere(plant: TestPlant): Promise<void> {
  const travelers = await forSite(plant.site).traveler.findMany({ where: { siteId: plant.site } });
  for (const { id } of travelers) {
    expect(await verifyStream(plant.seed, id)).toMatchObject({ broken: null });
  }
  expect(await replayRecord(plant.site)).toMatchObject({ different: 0, differences: [] });
}

describe("a family of lots", { timeout: 60_000 }, () => {
  it("is written by one append, and everything that is shown follows from its chains", async () => {
    const { plant, lot, act, split } = await aLotPlant();
    const tablet = await plant.tablet();
    const { operator } = plant.people;
    await tablet.send(...firstStep(plant).map((of) => tablet.envelope(operator, lot, of)));
    const defect = uuidv7();
    const logged = {
      defect,
      code: "DIM-01",
      severity: "critical",
      quantity: "3",
      step: null,
      field: null,
      position: null,
      reading: null,
      location: null,
      comment: null,
    } as const;
    expect(outcome(await act(lot, { type: "logDefect", body: logged }))).toBe("applied");
    const first = await split(lot, "4", { defects: [defect] });
    expect(outcome(first.verdict)).toBe("applied");
    const grandchild = await split(first.child, "1");
    expect(outcome(grandchild.verdict)).toBe("applied");
    const parent = await stateOf(plant, lot);
    expect(parent).toMatchObject({ status: "in_work", defects: [{ status: "transferred" }] });
    const child = await stateOf(plant, first.child);
    expect(child).toMatchObject({ status: "on_hold", unit: { lot: "B13-0418-1", quantity: "4" } });
    expect(child.readings).toEqual(parent.readings);
    expect(child.origin).toMatchObject({ traveler: lot });
    const rows = await forSite(plant.site).reading.findMany({ where: { siteId: plant.site } });
    expect(rows.map(({ travelerId }) => travelerId)).toEqual(parent.readings.map(() => lot));
    const moves = await forSite(plant.site).defectMove.findMany({ where: { siteId: plant.site } });
    expect(moves).toMatchObject([
      { fromTraveler: lot, fromDefect: defect, toTraveler: first.child },
    ]);
    await soundEverywhere(plant);
    const packet = await packetForTablet(actorIn(plant), grandchild.child);
    expect(packet?.people[operator.id]).toMatchObject({ name: operator.name });
    const record = await travelerRecord(actorIn(plant), grandchild.child);
    expect(record?.inherited.map(({ type }) => type)).toContain("traveler.released");
  });

  it("counts its pieces against the order once, however often it is split", async () => {
    const { plant, lot, split } = await aLotPlant();
    const free = async () => {
      const order = await orderAtSite(actorIn(plant), plant.order.id);
      return { free: order?.free, released: order?.units.released };
    };
    const before = await free();
    const { child } = await split(lot, "3");
    await split(child, "1");
    expect(await free()).toEqual(before);
  });

  it("is merged by one append with both ends, and replays from either", async () => {
    const { plant, lot, act, split } = await aLotPlant();
    const { child } = await split(lot, "3");
    const merge = { type: "mergeTravelers", body: { from: [child], reason: "together" } } as const;
    expect(outcome(await act(lot, merge))).toBe("applied");
    expect(await stateOf(plant, child)).toMatchObject({ status: "cancelled", mergedInto: lot });
    expect(balanceOf(await stateOf(plant, lot)).remaining).toBe("50");
    expect(outcome(await act(lot, merge))).toBe("merge_differs");
    await soundEverywhere(plant);
  });

  it("begins a child's hold with the child, in the same append, and replays", async () => {
    const { plant, lot, split } = await aLotPlant();
    const reason = "quality_doubt";
    const held = await split(lot, "3", { hold: { hold: uuidv7(), reason } });
    expect(outcome(held.verdict)).toBe("applied");
    const lines = await forSite(plant.site).entry.findMany({
      where: { streamId: held.child },
      select: { type: true },
      orderBy: { seq: "asc" },
    });
    expect(lines.map(({ type }) => type)).toEqual(["traveler.split_off", "hold.placed"]);
    expect(await stateOf(plant, held.child)).toMatchObject({ status: "on_hold" });
    expect(await stateOf(plant, lot)).toMatchObject({ status: "released", holds: [] });
    const rows = await forSite(plant.site).hold.findMany({ where: { siteId: plant.site } });
    expect(rows).toMatchObject([{ travelerId: held.child, reason }]);
    await soundEverywhere(plant);
  });

  it("knows a lot that was merged away earlier in the same batch", async () => {
    const { plant, lot, split } = await aLotPlant();
    const { child } = await split(lot, "3");
    const tablet = await plant.tablet();
    const lead = { ...plant.people.quality };
    const merge = { type: "mergeTravelers", body: { from: [child], reason: "together" } } as const;
    const verdicts = await tablet.send(
      tablet.envelope(lead, lot, merge),
      tablet.envelope(lead, lot, merge),
    );
    expect(verdicts.map(outcome)).toEqual(["applied", "merge_differs"]);
    await soundEverywhere(plant);
  });

  it("lets two split at once only as many pieces as there are", async () => {
    const { plant, lot, split } = await aLotPlant("5");
    const both = await Promise.all(["1", "2", "3", "4"].map((pieces) => split(lot, pieces)));
    const state = await stateOf(plant, lot);
    const left = Number(balanceOf(state).remaining);
    const gone = state.splits.reduce((sum, { quantity }) => sum + Number(quantity), 0);
    expect(left + gone).toBe(5);
    expect(left).toBeGreaterThan(0);
    expect(new Set(state.splits.map((of) => of.lot)).size).toBe(state.splits.length);
    expect(both.map(({ verdict }) => outcome(verdict))).toContain("applied");
    await soundEverywhere(plant);
  });

  it("puts a reading that races a split into both histories or the parent's alone, never half", async () => {
    const { plant, lot, split } = await aLotPlant();
    const tablet = await plant.tablet();
    const { operator } = plant.people;
    const work = firstStep(plant).map((of) => tablet.envelope(operator, lot, of));
    const [{ child }] = await Promise.all([split(lot, "3"), tablet.send(...work)]);
    const parent = await stateOf(plant, lot);
    const own = await stateOf(plant, child);
    const before = parent.readings.slice(0, own.readings.length);
    expect(own.readings).toEqual(before);
    await soundEverywhere(plant);
  });

  it("makes no lot under an id that something else has", async () => {
    const { plant, lot, act, split } = await aLotPlant();
    const { child } = await split(lot, "3");
    for (const id of [child, lot, plant.site, plant.order.id]) {
      const body = { child: id, quantity: "1", reason: "apart" };
      expect(outcome(await act(lot, { type: "splitTraveler", body }))).toBe("id_already_used");
    }
    await soundEverywhere(plant);
  });

  it("finds a piece by its number, given later, and gives no number twice", async () => {
    const { plant, lot, act, split } = await aLotPlant("4");
    const { child } = await split(lot, "2");
    const entries = () =>
      forSite(plant.site).entry.findMany({ where: { streamId: lot }, orderBy: { seq: "asc" } });
    const before = await entries();
    const assign = (traveler: string, serials: string[]) =>
      act(traveler, { type: "assignSerials", body: { serials } });
    expect(outcome(await assign(lot, ["BSH-001", "BSH-002"]))).toBe("applied");
    expect(outcome(await assign(child, ["BSH-002", "BSH-003"]))).toBe("serial_taken");
    const actor = actorIn(plant);
    expect(await findTraveler(actor, "bsh-002")).toEqual({ id: lot });
    expect(outcome(await assign(child, ["BSH-003", "BSH-004"]))).toBe("applied");
    const merge = { type: "mergeTravelers", body: { from: [child], reason: "together" } } as const;
    expect(outcome(await act(lot, merge))).toBe("applied");
    expect(await findTraveler(actor, "BSH-004")).toEqual({ id: lot });
    const away = await split(lot, "1", { serials: ["BSH-004"] });
    expect(outcome(away.verdict)).toBe("applied");
    expect(await findTraveler(actor, "BSH-004")).toEqual({ id: away.child });
    const after = await entries();
    expect(after.slice(0, before.length)).toEqual(before);
    await soundEverywhere(plant);
  });

  it("gives a number to one of two lots that ask for it at once", async () => {
    const { plant, lot, act, split } = await aLotPlant("4");
    const { child } = await split(lot, "2");
    const verdicts = await Promise.all(
      [lot, child].map((traveler) =>
        act(traveler, { type: "assignSerials", body: { serials: ["A-1", "A-2"] } }),
      ),
    );
    expect(verdicts.map(outcome).sort()).toEqual(["applied", "serial_taken"]);
    await soundEverywhere(plant);
  });

  it("is told at each lot: how the others belong to it, where they are, and why they can't be merged", async () => {
    const { plant, lot, act, split } = await aLotPlant();
    const { child } = await split(lot, "5");
    const held = await split(lot, "3", { hold: { hold: uuidv7(), reason: "quality_doubt" } });
    const told = async (of: string) => {
      const family = await lotFamily(actorIn(plant), of);
      const lots = family?.lots.map(({ lot: name, relation, remaining, why }) => [
        name,
        relation,
        remaining,
        why,
      ]);
      return [family?.own, ...(lots ?? [])];
    };
    expect(await told(lot)).toEqual([
      null,
      ["B13-0418-1", "child", "5", null],
      ["B13-0418-2", "child", "3", "hold"],
    ]);
    expect(await told(child)).toEqual([
      null,
      ["B13-0418", "parent", "42", null],
      ["B13-0418-2", "brother", "3", "hold"],
    ]);
    expect((await told(held.child))[0]).toBe("hold");
    const merge = { type: "mergeTravelers", body: { from: [child], reason: "together" } } as const;
    expect(outcome(await act(lot, merge))).toBe("applied");
    expect((await told(lot))[2]).toEqual(["B13-0418-1", "joined", "0", "closed"]);
    expect((await told(child)).slice(0, 2)).toEqual([
      "closed",
      ["B13-0418", "went_to", "47", null],
    ]);
    const elsewhere = await aPlant(aShortInstruction());
    expect(await lotFamily(actorIn(elsewhere), lot)).toBeNull();
  });

  it("offers for a merge just what the rules take", async () => {
    const { plant, lot, act, split } = await aLotPlant();
    const { child } = await split(lot, "5");
    const tablet = await plant.tablet();
    const { operator } = plant.people;
    const whyOf = async () => (await lotFamily(actorIn(plant), lot))?.lots[0]?.why;
    expect(await whyOf()).toBeNull();
    await tablet.send(...firstStep(plant).map((of) => tablet.envelope(operator, lot, of)));
    expect(await whyOf()).toBe("progress");
    const merge = { type: "mergeTravelers", body: { from: [child], reason: "together" } } as const;
    expect(await act(lot, merge)).toMatchObject({
      refusal: { code: "merge_differs", params: { lot: "B13-0418-1", why: "progress" } },
    });
  });

  it("takes at the desk what it takes at a tablet, and no number that no label could carry", async () => {
    const { plant, lot } = await aLotPlant("4");
    const actor = actorIn(plant);
    const form = (more: object) => ({ command: uuidv7(), traveler: lot, ...more }) as never;
    const nothing = { hold: "", defects: [], serials: "" };
    const apart = { quantity: "1", reason: "apart", ...nothing };
    expect(await splitLot(actor, form({ ...apart, hold: "quality_doubt" }))).toMatchObject({
      ok: true,
    });
    const { splits } = await stateOf(plant, lot);
    expect(await stateOf(plant, splits[0]?.child ?? "")).toMatchObject({ status: "on_hold" });
    const counted = { accepted: "4", scrapped: "0", transferredOut: "1" };
    expect(await countLot(actor, form(counted))).toMatchObject({
      error: { code: "quantity_does_not_balance" },
    });
    expect(await countLot(actor, form({ ...counted, accepted: "3" }))).toMatchObject({ ok: true });
    expect(await assignSerials(actor, form({ serials: "A-1, A-2, A~3" }))).toMatchObject({
      error: { code: "unit_not_readable", params: { unit: "A~3" } },
    });
    expect(await assignSerials(actor, form({ serials: "A-1\nA-2\nA-3" }))).toMatchObject({
      ok: true,
    });
    expect(await splitLot(actor, form({ ...apart, serials: "A-2" }))).toMatchObject({ ok: true });
    expect((await stateOf(plant, lot)).serials).toEqual(["A-1", "A-3"]);
    await soundEverywhere(plant);
  });

  it("is broken for whoever verifies it when a parent's entry was exchanged", async () => {
    const { plant, lot, split } = await aLotPlant();
    const { child } = await split(lot, "3");
    await asAdministrator(async (client) => {
      await client.query("begin");
      await client.query("set local session_replication_role = replica");
      await client.query(
        `update entries set line = other, hash = encode(sha256('\\x00'::bytea || convert_to(other, 'UTF8')), 'hex')
           from (select replace(line, 'B13-0418', 'B13-0419') as other from entries
             where stream_id = $1 and seq = 1) changed
          where stream_id = $1 and seq = 1`,
        [lot],
      );
      await client.query("commit");
    });
    expect(await verifyStream(plant.seed, child)).toMatchObject({
      broken: { seq: 1, problem: "names_another_lot_otherwise" },
    });
  });
});
