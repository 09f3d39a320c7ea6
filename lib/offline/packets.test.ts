import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { uuidv7 } from "#lib/kit/ids";
import { aBench } from "#lib/travelers/bench/bench";
import { named } from "#lib/travelers/bench/plan";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import { evolve } from "#lib/travelers/evolve.rules";
import type { Command } from "#lib/travelers/schema";
import { type Core, emptyView, type TabletView } from "./core.ts";
import { openMemory } from "./memory.ts";
import {
  fetchPacket,
  findTraveler,
  lookAgain,
  openTraveler,
  reconcile,
  refreshQueue,
  showStored,
} from "./packets.ts";
import { enqueue, settle } from "./queue.ts";
import type { Answer, Server } from "./server.ts";
import type { Packet } from "./wire.schema.ts";

const chance = (() => {
  let seed = 7;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
})();
const aMoment = () => new Promise((resolve) => setTimeout(resolve, Math.floor(chance() * 8)));

/** A server with one traveler, whose answers take their time and come in any order. */
function aServer() {
  const bench = aBench();
  let state = bench.state;
  let head = "0";
  let mixes: Packet["clocks"] = [];
  const lastMixAt = () => mixes.at(-1)?.mixedAt ?? null;
  const append = (events: readonly RecordedEvent[]) => {
    const fresh = events.map((event, index) => ({ ...event, seq: state.seq + index + 1 }));
    state = fresh.reduce(evolve, state);
    head = String(state.seq);
    return { events: fresh, seq: state.seq, head };
  };
  const packet = (): Packet =>
    ({
      state,
      head,
      content: bench.content,
      outerHolds: [],
      clocks: mixes,
      lastMixAt: lastMixAt(),
      people: {},
      texts: {},
      serverTime: "2026-03-02T07:00:00.000Z",
    }) as unknown as Packet;
  const get = async <T>(path: string): Promise<Answer<T>> => {
    await aMoment();
    const value = path.endsWith("/head")
      ? { head, outerHolds: [], lastMixAt: lastMixAt() }
      : packet();
    await aMoment();
    return { kind: "ok", value: value as T };
  };
  const server: Server = {
    get,
    post: async () => ({ kind: "silence" }),
    putPart: async () => ({ kind: "silence" }),
  };
  const mix = (mixedAt: string) => {
    mixes = [...mixes, { clock: "PS-B2", part: "SEAL", lot: "S-1", mixedAt, unit: "FSB-1" }];
  };
  return { server, append, bench, seq: () => state.seq, mix };
}

async function aTablet(server: Server) {
  const db = await openMemory();
  const shown: number[] = [];
  let view: TabletView = { ...emptyView, phase: "ready" };
  const core: Core = {
    db,
    server,
    bootId: uuidv7(),
    nowMs: () => Date.parse("2026-03-02T07:00:00.000Z"),
    view: () => view,
    set: (patch) => {
      view = { ...view, ...patch };
      if (patch.open) shown.push(patch.open.state.seq);
    },
    wake: () => {},
  };
  return { core, shown };
}

const clock = { nowMs: 0, monotonicMs: 0, bootId: uuidv7(), lastServerContact: null, skew: 0 };
const presented = (step: string): RecordedEvent =>
  ({
    type: "step.presented",
    body: { step: named(step), language: "en" },
    seq: 0,
    person: uuidv7(),
    second: null,
    at: "2026-03-02T07:00:00.000Z",
    command: uuidv7(),
  }) as unknown as RecordedEvent;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

test("what others did to the open unit appears by itself", async () => {
  const { server, append, bench, seq } = aServer();
  const { core } = await aTablet(server);
  await openTraveler(core, bench.state.id);
  append([presented("010.1")]);
  await lookAgain(core);
  expect(core.view().open?.state.seq).toBe(seq());
});

test("each look says whether the server is there, also where nothing waits to be sent", async () => {
  const { server, bench } = aServer();
  let isThere = true;
  const flapping: Server = {
    ...server,
    get: async (path) => (isThere ? server.get(path) : { kind: "silence" }),
  };
  const { core } = await aTablet(flapping);
  await openTraveler(core, bench.state.id);
  isThere = false;
  await lookAgain(core);
  expect(core.view().online).toBe(false);
  isThere = true;
  await lookAgain(core);
  expect(core.view().online).toBe(true);
});

test("a mix begun for another unit is known to the open one, and what runs is asked for once", async () => {
  const { server, bench, mix } = aServer();
  const { core, shown } = await aTablet(server);
  await openTraveler(core, bench.state.id);
  expect(core.view().open?.packet.clocks).toEqual([]);
  mix("2026-03-02T06:50:00.000Z");
  await lookAgain(core);
  expect(core.view().open?.packet.clocks).toMatchObject([{ lot: "S-1" }]);
  const looks = shown.length;
  await lookAgain(core);
  expect(shown).toHaveLength(looks);
});

test("an act that the server has and the tablet has not heard of is not counted twice", async () => {
  const { server, append, bench, seq } = aServer();
  const { core } = await aTablet(server);
  const { id } = bench.state;
  await openTraveler(core, id);
  const open = core.view().open;
  if (open === null) throw new Error("the unit is not open");
  const event = presented("010.1");
  const commandId = uuidv7();
  const command = { id: commandId, type: "presentStep", body: event.body } as Command;
  const local = { ok: true as const, events: [event] };
  const act = { command, person: uuidv7(), auth: { grant: "said.mac" } };
  await enqueue(core.db, uuidv7(), open.state, act, local, clock);
  const verdict = { id: commandId, verdict: "applied" as const, ...append([event]) };
  await fetchPacket(core, id);
  await showStored(core, id);
  expect(core.view().open?.state.seq).toBe(seq());
  await settle(core.db, verdict, { people: {} });
  await showStored(core, id);
  expect(core.view().open?.state.seq).toBe(seq());
});

test("an act stays on the screen whatever is read, answered or fetched around it", async () => {
  const { server, append, bench, seq } = aServer();
  const { core, shown } = await aTablet(server);
  const { id } = bench.state;
  await openTraveler(core, id);
  const looking = (async () => {
    for (let look = 0; look < 150; look += 1) {
      await aMoment();
      void lookAgain(core);
      void showStored(core, id);
    }
  })();
  for (let index = 0; index < 120; index += 1) {
    const event = presented("010.1");
    const command = { id: event.command, type: "presentStep", body: event.body } as Command;
    const open = core.view().open;
    if (open === null) throw new Error("the unit was left");
    const act = { command, person: uuidv7(), auth: { grant: "said.mac" } };
    const local = { ok: true as const, events: [{ ...event, seq: open.state.seq + 1 }] };
    await enqueue(core.db, uuidv7(), open.state, act, local, clock);
    await showStored(core, id);
    const before = core.view().open?.state.seq ?? 0;
    // The server's answer, while everything else goes on.
    if (chance() < 0.2) append([presented("010.2")]);
    const verdict = { id: command.id, verdict: "applied" as const, ...append([event]) };
    for (let wait = 0; wait < index % 6; wait += 1) await aMoment();
    const settled = await settle(core.db, verdict, { people: {} });
    await reconcile(core, id, settled?.hasGap ?? false);
    expect(core.view().open?.state.seq).toBeGreaterThanOrEqual(before);
  }
  await looking;
  await aMoment();
  await lookAgain(core);
  expect(shown).toEqual([...shown].sort((a, b) => a - b));
  expect(core.view().open?.state.seq).toBe(seq());
});

test("a unit that was left does not come back with an answer that was under way", async () => {
  const { server, append, bench } = aServer();
  const { core } = await aTablet(server);
  await openTraveler(core, bench.state.id);
  append([presented("010.1")]);
  const look = lookAgain(core);
  core.set({ open: null });
  await look;
  expect(core.view().open).toBeNull();
  await openTraveler(core, bench.state.id);
  const reading = showStored(core, bench.state.id);
  await Promise.resolve();
  core.set({ open: null });
  await reading;
  expect(core.view().open).toBeNull();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A network that takes every request and gives no answer until it is told to. */
function aHangingNetwork(server: Server) {
  let isHanging = false;
  let release: () => void = () => {};
  let letThrough = Promise.resolve();
  const get = async <T>(path: string): Promise<Answer<T>> => {
    if (isHanging) await letThrough;
    return server.get<T>(path);
  };
  const hang = () => {
    isHanging = true;
    letThrough = new Promise((resolve) => {
      release = () => {
        isHanging = false;
        resolve();
      };
    });
  };
  return { server: { ...server, get }, hang, release: () => release() };
}

test("what the tablet has is shown within two seconds where the network says nothing, and what the server says later then", async () => {
  const { server, append, bench, seq } = aServer();
  const network = aHangingNetwork(server);
  const { core } = await aTablet(network.server);
  await openTraveler(core, bench.state.id);
  const before = seq();
  core.set({ open: null, queue: null });
  append([presented("010.1")]);
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  network.hang();
  const opening = openTraveler(core, bench.state.id);
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await opening).kind).toBe("ok");
  expect(core.view().open?.state.seq).toBe(before);
  vi.useRealTimers();
  network.release();
  await vi.waitFor(() => expect(core.view().open?.state.seq).toBe(seq()));
});

test("by its number, and among what waits at the station, it is found as soon", async () => {
  const { server, bench } = aServer();
  const network = aHangingNetwork(server);
  const { core } = await aTablet(network.server);
  await openTraveler(core, bench.state.id);
  await refreshQueue(core);
  const queue = core.view().queue;
  expect(queue).not.toBeNull();
  core.set({ queue: null });
  const number = bench.state.unit.serial ?? "";
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  network.hang();
  const finding = findTraveler(core, number.toLowerCase());
  const asking = refreshQueue(core);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await finding).toEqual({ kind: "ok", value: { id: bench.state.id } });
  await vi.waitFor(() => expect(core.view().queue).toEqual(queue));
  vi.useRealTimers();
  network.release();
  await asking;
});

test("what the tablet doesn't have is waited for as long as the server takes", async () => {
  const { server, bench } = aServer();
  const network = aHangingNetwork(server);
  const { core } = await aTablet(network.server);
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  network.hang();
  const opening = openTraveler(core, bench.state.id);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(core.view().open).toBeNull();
  vi.useRealTimers();
  network.release();
  expect((await opening).kind).toBe("ok");
  expect(core.view().open?.state.id).toBe(bench.state.id);
});
