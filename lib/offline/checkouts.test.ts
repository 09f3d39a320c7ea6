import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
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
