import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { aBench, act, type Bench } from "#lib/travelers/bench/bench";
import { named } from "#lib/travelers/bench/plan";
import { begin, device } from "#lib/travelers/bench/plant";
import type { Facts } from "#lib/travelers/facts.schema";
import type { ActOutcome, Acts } from "./acts.ts";
import { checkedOut, checkIn, checkOut, lookAtCheckedOut, seenTaken } from "./checkouts.ts";
import { type Core, emptyView, type TabletView } from "./core.ts";
import { openMemory } from "./memory.ts";
import { openTraveler } from "./packets.ts";
import type { Answer } from "./server.ts";
import type { Packet } from "./wire.schema.ts";

const mine = { ...device, name: "Bench 1" };
const other = { ...device, id: named("tablet 2"), name: "Bench 2", station: "ASM-2" };

/** A plant with one unit and its server's rules, and a tablet of it whose clock can be turned on. */
async function aTablet() {
  const bench: Bench = aBench();
  const asked: string[] = [];
  let nowMs = Date.parse(begin);
  let isThere = true;
  const packet = (): Packet =>
    ({
      state: bench.state,
      head: String(bench.state.seq),
      content: bench.content,
      outerHolds: [],
      people: {},
      texts: Object.fromEntries(bench.texts),
      serverTime: instant(nowMs),
    }) as unknown as Packet;
  const get = async <T>(path: string): Promise<Answer<T>> => {
    asked.push(path.endsWith("/head") ? "head" : "packet");
    if (!isThere) return { kind: "silence" };
    return { kind: "ok", value: packet() as T };
  };
  const silent = async () => ({ kind: "silence" }) as const;
  let view: TabletView = {
    ...emptyView,
    session: { device: { id: mine.id, name: mine.name } } as TabletView["session"],
  };
  const db = await openMemory();
  const core: Core = {
    db,
    server: { get, post: silent, putPart: silent },
    bootId: uuidv7(),
    nowMs: () => nowMs,
    monotonicMs: () => nowMs - Date.parse(begin),
    view: () => view,
    set: (patch) => {
      view = { ...view, ...patch };
    },
    wake: () => {},
  };
  /** As the queue does once the server has answered: what was appended stands in the packet. */
  const asTablet =
    (at: Facts["device"]) =>
    async (...[, type, body]: Parameters<Acts["actOn"]>): Promise<ActOutcome> => {
      const ruling = act(bench, type, body as never, { facts: { device: at } });
      if (!ruling.ok) return { kind: "refused", refusal: ruling.error };
      const stored = { traveler: bench.state.id, packet: packet(), storedAt: begin };
      if (at?.id === mine.id) await db.put("packets", stored);
      return { kind: "done" };
    };
  return {
    core,
    bench,
    asked,
    actOn: asTablet(mine) as Acts["actOn"],
    elsewhere: asTablet(other) as Acts["actOn"],
    later: (minutes: number) => {
      nowMs += minutes * 60_000;
    },
    network: (there: boolean) => {
      isThere = there;
    },
  };
}

const lines = async (core: Core) =>
  (await checkedOut(core)).map(({ standing, reason }) => [standing, reason]);
const takenOver = { from: mine.id, reason: "the tablet fell" };

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

test("what is checked out is listed with its size and its end, and says when that is over", async () => {
  const { core, bench, actOn, later } = await aTablet();
  expect(await checkedOut(core)).toEqual([]);
  expect(await checkOut(core, actOn, bench.state.id)).toEqual({ kind: "done" });
  const [line] = await checkedOut(core);
  expect(line).toMatchObject({ unit: "FSB-0118", standing: "here" });
  expect(line?.bytes).toBeGreaterThan(10_000);
  later(481);
  expect(await lines(core)).toEqual([["over", null]]);
});

test("a unit that another tablet has taken over is told at the next contact, until somebody has seen it", async () => {
  const { core, bench, actOn, elsewhere, network } = await aTablet();
  await checkOut(core, actOn, bench.state.id);
  network(false);
  await elsewhere(bench.state, "checkOutTraveler", { takeOver: takenOver });
  await lookAtCheckedOut(core);
  expect(await lines(core)).toEqual([["here", null]]);
  network(true);
  await lookAtCheckedOut(core);
  expect(await lines(core)).toEqual([["taken", "the tablet fell"]]);
  expect(bench.state.checkout?.reason).toBe(sha256Hex("the tablet fell"));
  await seenTaken(core, bench.state.id);
  expect(await lines(core)).toEqual([]);
});

test("what was ended at the desk is told at the next contact, with the reason, until somebody has seen it", async () => {
  const { core, bench, actOn } = await aTablet();
  const reason = "the tablet is at the repair shop";
  const endAtDesk = () =>
    act(bench, "endCheckOut", { device: mine.id, reason }, { by: "sue", facts: { device: null } });
  await checkOut(core, actOn, bench.state.id);
  expect(endAtDesk().ok).toBe(true);
  await lookAtCheckedOut(core);
  expect(await lines(core)).toEqual([["ended", reason]]);
  await seenTaken(core, bench.state.id);
  expect(await lines(core)).toEqual([]);
  await checkOut(core, actOn, bench.state.id);
  expect(await lines(core)).toEqual([["here", null]]);
});

test("what is with another tablet and never was here is nothing of this one's", async () => {
  const { core, bench, actOn, elsewhere } = await aTablet();
  await elsewhere(bench.state, "checkOutTraveler", {});
  const refused = await checkOut(core, actOn, bench.state.id);
  expect(refused).toMatchObject({ refusal: { code: "checked_out_elsewhere" } });
  expect(await lines(core)).toEqual([]);
});

test("a unit is asked for anew only when others have taken it further", async () => {
  const { core, bench, actOn, asked } = await aTablet();
  await checkOut(core, actOn, bench.state.id);
  asked.length = 0;
  await lookAtCheckedOut(core);
  expect(asked).toEqual(["head"]);
  act(bench, "addNote", { step: null, text: "from another tablet" });
  await lookAtCheckedOut(core);
  expect(asked).toEqual(["head", "head", "packet"]);
});

test("given back, it is no longer listed and nothing is said to be taken", async () => {
  const { core, bench, actOn, elsewhere } = await aTablet();
  await checkOut(core, actOn, bench.state.id);
  expect(await checkIn(core, actOn, bench.state.id)).toEqual({ kind: "done" });
  await elsewhere(bench.state, "checkOutTraveler", {});
  await lookAtCheckedOut(core);
  expect(await lines(core)).toEqual([]);
});

/** A drawing of the instruction, and a photo that was taken here and is with the server; of 100 bytes each. */
async function withPictures({ core, bench }: Awaited<ReturnType<typeof aTablet>>) {
  const traveler = bench.state.id;
  const [step] = bench.content.operations.flatMap(({ steps }) => steps);
  step?.media.push({ kind: "image", src: drawing, alt: { en: "Drawing" } } as never);
  const blob = { bytes: new ArrayBuffer(100), mediaType: "image/jpeg", sentAt: begin };
  await core.db.put("blobs", { ...blob, sha256: drawing, traveler: "" });
  await core.db.put("blobs", { ...blob, sha256: "b".repeat(64), traveler });
}
const drawing = "a".repeat(64);
const lefts = async ({ db }: Core) => [
  (await db.getAllKeys("packets")).length,
  (await db.getAllKeys("blobs")).length,
];

test("what was given back is forgotten with its pictures, once nothing of it waits and nobody has it open", async () => {
  const tablet = await aTablet();
  const { core, bench, actOn, later } = tablet;
  await withPictures(tablet);
  await checkOut(core, actOn, bench.state.id);
  const look = async () => {
    later(2);
    await lookAtCheckedOut(core);
    return lefts(core);
  };
  expect(await look()).toEqual([1, 2]);
  await checkIn(core, actOn, bench.state.id);
  const unsent = { deviceSeq: 7, envelope: { traveler: bench.state.id }, triedAt: null };
  await core.db.put("commands", unsent as never);
  expect(await look()).toEqual([1, 2]);
  await core.db.delete("commands", 7);
  const seal = { command: "c", traveler: bench.state.id, sealed: "", sealedAt: begin };
  await core.db.put("seals", { ...seal, notBeforeMs: 0 });
  expect(await look()).toEqual([1, 2]);
  await core.db.delete("seals", "c");
  const refused = { verdict: { verdict: "recorded_not_applied" }, acknowledgedAt: null };
  const row = { commandId: "c", deviceSeq: 7, traveler: bench.state.id, ...refused };
  await core.db.put("decisions", row as never);
  expect(await look()).toEqual([1, 2]);
  await core.db.put("decisions", { ...row, acknowledgedAt: begin } as never);
  const photo = await core.db.get("blobs", "b".repeat(64));
  if (photo) await core.db.put("blobs", { ...photo, sentAt: null });
  expect(await look()).toEqual([1, 2]);
  if (photo) await core.db.put("blobs", photo);
  core.set({ open: { packet: { state: bench.state } } as TabletView["open"] });
  expect(await look()).toEqual([1, 2]);
  core.set({ open: null, online: false });
  expect(await look()).toEqual([1, 2]);
  core.set({ online: true });
  expect(await look()).toEqual([0, 0]);
  // What somebody did stays, with what was said to it.
  expect(await core.db.count("decisions")).toBe(1);
});

test("a picture that another unit shows, or that is unsent, stays", async () => {
  const tablet = await aTablet();
  const { core, bench, actOn, later } = tablet;
  await withPictures(tablet);
  const { packet } = await stored(core, actOn, bench);
  await checkIn(core, actOn, bench.state.id);
  later(2);
  const state = { ...packet.state, id: uuidv7() };
  const other = { traveler: state.id, packet: { ...packet, state } };
  await core.db.put("packets", { ...other, storedAt: instant(core.nowMs()) });
  await lookAtCheckedOut(core);
  expect(await core.db.getAllKeys("packets")).toEqual([state.id]);
  expect(await core.db.getAllKeys("blobs")).toEqual([drawing]);
  await core.db.put("packets", { ...other, storedAt: begin });
  const blob = { sha256: drawing, bytes: new ArrayBuffer(100), mediaType: "image/jpeg" };
  await core.db.put("blobs", { ...blob, traveler: uuidv7(), sentAt: null });
  await seenTaken(core, state.id);
  core.set({ session: { device: { id: other.traveler } } as TabletView["session"] });
  await lookAtCheckedOut(core);
  expect(await lefts(core)).toEqual([0, 1]);
});

test("what was taken over stays until somebody has seen that; what is open or was opened again stays", async () => {
  const { core, bench, actOn, elsewhere, later } = await aTablet();
  await checkOut(core, actOn, bench.state.id);
  await elsewhere(bench.state, "checkOutTraveler", { takeOver: takenOver });
  later(2);
  await lookAtCheckedOut(core);
  later(2);
  await lookAtCheckedOut(core);
  expect(await lines(core)).toEqual([["taken", "the tablet fell"]]);
  await seenTaken(core, bench.state.id);
  await openTraveler(core, bench.state.id);
  core.set({ open: null });
  later(2);
  await lookAtCheckedOut(core);
  expect(await lefts(core)).toEqual([1, 0]);
  await seenTaken(core, bench.state.id);
  await lookAtCheckedOut(core);
  expect(await lefts(core)).toEqual([0, 0]);
});

test("what is complete is forgotten, and so is what nobody has opened for a week; what is checked out here never", async () => {
  const { core, bench, actOn, later } = await aTablet();
  const { packet } = await stored(core, actOn, bench);
  await lookAtCheckedOut(core);
  later(8 * 24 * 60);
  await lookAtCheckedOut(core);
  expect(await lefts(core)).toEqual([1, 0]);
  await checkIn(core, actOn, bench.state.id);
  await core.db.delete("kept", "leaving");
  later(24 * 60);
  await lookAtCheckedOut(core);
  expect(await lefts(core)).toEqual([0, 0]);
  const state = { ...packet.state, status: "complete" as const, checkout: undefined };
  const complete = { ...packet, state } as unknown as Packet;
  const storedAt = instant(core.nowMs());
  await core.db.put("packets", { traveler: bench.state.id, packet: complete, storedAt });
  await lookAtCheckedOut(core);
  expect(await lefts(core)).toEqual([1, 0]);
  later(2);
  await lookAtCheckedOut(core);
  expect(await lefts(core)).toEqual([0, 0]);
});

async function stored(core: Core, actOn: Acts["actOn"], bench: Bench) {
  await checkOut(core, actOn, bench.state.id);
  const row = await core.db.get("packets", bench.state.id);
  if (row === undefined) throw new Error("nothing was stored");
  return row;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("pictures that did not come along are counted, and are fetched at the next contact", async () => {
  const { core, bench, actOn } = await aTablet();
  const drawings = ["first", "second"];
  const [operation, ...rest] = structuredClone(bench.content.operations);
  const [step, ...steps] = operation?.steps ?? [];
  if (operation === undefined || step === undefined) throw new Error("no step");
  const media = drawings.map((text) => ({ ...step.media[0], src: sha256Hex(text) }));
  const first = { ...operation, steps: [{ ...step, media }, ...steps] } as typeof operation;
  Object.assign(bench, { content: { ...bench.content, operations: [first, ...rest] } });
  const asked: string[] = [];
  let isThere = true;
  vi.stubGlobal("fetch", async (path: string, { signal }: RequestInit) => {
    asked.push(path);
    // Without it a network that says nothing would be waited for as long as it says nothing.
    expect(signal).toBeInstanceOf(AbortSignal);
    if (!isThere) throw new TypeError("Failed to fetch");
    const text = drawings.find((one) => path.endsWith(sha256Hex(one)));
    return new Response(text, { headers: { "content-type": "image/png" } });
  });
  isThere = false;
  expect(await checkOut(core, actOn, bench.state.id)).toEqual({ kind: "done" });
  expect(await checkedOut(core)).toMatchObject([{ standing: "here", missing: 2 }]);
  expect(asked).toHaveLength(1);
  isThere = true;
  await lookAtCheckedOut(core);
  expect(await checkedOut(core)).toMatchObject([{ standing: "here", missing: 0 }]);
  await lookAtCheckedOut(core);
  expect(asked).toHaveLength(3);
});

test("a check-out that no answer came to is with this tablet once the server has said so", async () => {
  const { core, bench, actOn } = await aTablet();
  const waiting: Acts["actOn"] = async (state, type, body) => {
    await actOn(state, type, body);
    return { kind: "waits" };
  };
  expect(await checkOut(core, waiting, bench.state.id)).toEqual({ kind: "waits" });
  expect(await lines(core)).toEqual([["here", null]]);
});
