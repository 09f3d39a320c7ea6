import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { aCommand, type Bench, factsFor, shown } from "#lib/travelers/bench/bench";
import { named } from "#lib/travelers/bench/plan";
import { device, gages, people } from "#lib/travelers/bench/plant";
import { inWorkAt, sign } from "#lib/travelers/bench/stage";
import type { CommandVerdict } from "#lib/travelers/schema";
import { makeActs, type Signature } from "./acts.ts";
import { type Core, emptyView, type TabletView } from "./core.ts";
import { openMemory } from "./memory.ts";
import { showStored } from "./packets.ts";
import { settle, waitingCommands } from "./queue.ts";
import type { FloorPerson, Packet } from "./wire.schema.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const floorPerson = (name: keyof typeof people, roles = people[name].roles): FloorPerson => ({
  ...people[name],
  roles,
  initials: name.slice(0, 2).toUpperCase(),
});

/** A tablet on which one person has a unit open; the server is silent. */
async function aTabletWith(bench: Bench, person: FloorPerson) {
  const db = await openMemory();
  const facts = factsFor(bench, aCommand(bench, "completeTraveler", {}));
  const packet = {
    ...facts,
    gages,
    state: bench.state,
    people: {},
    texts: {},
    serverTime: facts.at,
    head: "",
  } as unknown as Packet;
  await db.put("packets", { traveler: bench.state.id, packet, storedAt: facts.at });
  let view: TabletView = {
    ...emptyView,
    phase: "ready",
    session: {
      device: { id: device.id, name: "tablet 1" },
      station: { id: named("station"), code: device.station, name: "", workCenter: "ASM" },
      site: { id: named("site"), code: "NG1", name: "", timeZone: "America/Chicago" },
    },
    signedIn: { person, grant: "said.mac", notAfter: facts.at, idleMinutes: 2, hasSigned: true },
    open: { packet, state: bench.state },
  };
  const core: Core = {
    db,
    server: {
      get: async () => ({ kind: "silence" }),
      post: async () => ({ kind: "silence" }),
      putPart: async () => ({ kind: "silence" }),
    },
    bootId: uuidv7(),
    nowMs: () => Date.parse(facts.at),
    view: () => view,
    set: (patch) => {
      view = { ...view, ...patch };
    },
    wake: () => {},
  };
  return { core, acts: makeActs(core) };
}

test("a second signer's refusal is recorded under the proof of who was refused, beside whoever is signed in", async () => {
  const bench = inWorkAt("060.5");
  sign(bench, { operation: "060", step: "060.5", requirement: "060 operator" });
  const { core, acts } = await aTabletWith(bench, floorPerson("ben"));
  const at = {
    operation: named("op 060"),
    step: named("060.5"),
    requirement: named("060 inspection"),
  };
  const contentSha256 = shown(bench, at);
  const second: Signature = {
    commandId: uuidv7(),
    contentSha256,
    proof: uuidv7(),
    method: "badge_pin",
    // Did the work, and may inspect by her role.
    person: { ...floorPerson("ana", ["operator", "inspector"]), stamps: people.ivy.stamps },
  };
  const outcome = await acts.act("signBuyoff", { ...at, contentSha256 }, { second });
  expect(outcome).toMatchObject({
    kind: "refused",
    refusal: { code: "signer_performed_work" },
  });
  const [note, ...rest] = await waitingCommands(core.db);
  expect(rest).toEqual([]);
  expect(note?.envelope).toMatchObject({
    // The proof is good for this id alone.
    id: second.commandId,
    type: "recordRefusedAttempt",
    person: people.ben.id,
    auth: { second: { person: people.ana.id, proof: second.proof } },
    body: { command: "signBuyoff", refusal: "signer_performed_work" },
  });
  const row = await core.db.get("decisions", second.commandId);
  expect(row?.local?.ok === true && row.local.events[0]).toMatchObject({
    type: "attempt.refused",
    person: people.ben.id,
    second: people.ana.id,
  });
});

test("on a slow tablet the server is told the very time that was decided by", async () => {
  const bench = inWorkAt("060.4");
  const { core } = await aTabletWith(bench, floorPerson("ben"));
  const began = core.nowMs();
  let reads = 0;
  const slow = makeActs({ ...core, nowMs: () => began + 40 * reads++ });
  await slow.act("addNote", { step: named("060.4"), text: "Bolt 3 turned hard" });
  const [sent] = await waitingCommands(core.db);
  const row = await core.db.get("decisions", sent?.envelope.id ?? "");
  expect(row?.local?.ok === true && row.local.events[0]?.at).toBe(sent?.envelope.at.wall);
});

test("a note can be read on the tablet that wrote it, before and after the server has it", async () => {
  const bench = inWorkAt("060.4");
  const { core, acts } = await aTabletWith(bench, floorPerson("ben"));
  const text = "Bolt 3 turned hard";
  const hash = sha256Hex(text);
  await acts.act("addNote", { step: named("060.4"), text });
  expect(core.view().open?.state.notes.at(-1)?.text).toBe(hash);
  expect(core.view().open?.packet.texts[hash]).toBe(text);
  const [sent] = await waitingCommands(core.db);
  const row = await core.db.get("decisions", sent?.envelope.id ?? "");
  const events = row?.local?.ok === true ? row.local.events : [];
  const head = canonicalSha256("head");
  const seq = bench.state.seq + 1;
  await settle(core.db, { id: row?.commandId ?? "", verdict: "applied", seq, head, events });
  await showStored(core, bench.state.id);
  expect(await waitingCommands(core.db)).toEqual([]);
  expect(core.view().open?.packet.texts[hash]).toBe(text);
});

test("a gage that was dropped stays out of use on its tablet when the server has heard of it", async () => {
  const bench = inWorkAt("060.4");
  const { core, acts } = await aTabletWith(bench, floorPerson("ben"));
  await acts.act("quarantineGage", { gage: "TW-0209", reason: "fell down" });
  const [sent] = await waitingCommands(core.db);
  const row = await core.db.get("decisions", sent?.envelope.id ?? "");
  const events = row?.local?.ok === true ? row.local.events : [];
  expect(events.map(({ type }) => type)).toEqual(["gage.quarantined"]);
  const head = canonicalSha256("head");
  const seq = bench.state.seq + 1;
  const recorded = events.map((event) => ({ ...event, seq })) as never;
  const verdict = { id: row?.commandId ?? "", verdict: "applied", seq, head, events: recorded };
  await settle(core.db, verdict as never);
  await showStored(core, bench.state.id);
  expect(await waitingCommands(core.db)).toEqual([]);
  const status = (code: string) =>
    core.view().open?.packet.gages.find((gage) => gage.code === code)?.status;
  expect(status("TW-0209")).toBe("quarantined");
  expect(status("DW-0066")).toBe("in_service");
});

test("a tablet whose disk is full says so; nothing is on the screen that is not on the disk", async () => {
  const bench = inWorkAt("060.4");
  const { core, acts } = await aTabletWith(bench, floorPerson("ben"));
  const before = core.view().open?.state;
  const full: Core["db"]["transaction"] = () => {
    throw new DOMException("no room", "QuotaExceededError");
  };
  const db = new Proxy(core.db, {
    get: (of, name) =>
      name === "transaction" ? full : (Reflect.get(of, name).bind?.(of) ?? Reflect.get(of, name)),
  });
  const { act } = makeActs({ ...core, db });
  const note = { step: named("060.4"), text: "Bolt 3 turned hard" };
  expect(await act("addNote", note)).toMatchObject({
    kind: "refused",
    refusal: { code: "memory_full" },
  });
  expect(core.view().open?.state).toEqual(before);
  expect(await waitingCommands(core.db)).toEqual([]);
  expect(await acts.act("addNote", note)).toEqual({ kind: "done" });
  expect(await waitingCommands(core.db)).toHaveLength(1);
});

test("what a tablet without a network has not heard of is not said to be unknown to the plant", async () => {
  const { core, acts } = await aTabletWith(inWorkAt("060.1"), floorPerson("ana"));
  const pick = () =>
    acts.act("selectGage", {
      operation: named("op 060"),
      gage: "DW-9",
    });
  core.set({ online: false });
  expect(await pick()).toEqual({
    kind: "refused",
    refusal: { code: "unheard_of", params: { what: "DW-9" } },
  });
  // What it said stands on the record in the words of the rules.
  const [note] = await waitingCommands(core.db);
  expect(note?.envelope).toMatchObject({
    type: "recordRefusedAttempt",
    body: { refusal: "gage_unknown" },
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Asked for, and written down: only its answer is still to come. */
async function askedFor(core: Core, ask: () => Promise<unknown>) {
  const outcome = ask();
  await vi.waitFor(async () => expect(await waitingCommands(core.db)).toHaveLength(1));
  const [waiting] = await waitingCommands(core.db);
  return { outcome, id: waiting?.envelope.id ?? "" };
}

test("what the server alone decides waits when no answer comes; it is not asked for twice, and a later refusal is still to be seen", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { core, acts } = await aTabletWith(inWorkAt("060.5"), floorPerson("ana"));
  const { outcome, id } = await askedFor(core, () => acts.act("completeTraveler", {}));
  acts.unheard();
  await vi.advanceTimersByTimeAsync(2_000);
  // Sent again after a silence, and silent again: whoever waits is not kept any longer for that.
  acts.unheard();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await outcome).toEqual({ kind: "waits" });

  expect(await acts.act("completeTraveler", {})).toEqual({
    kind: "refused",
    refusal: { code: "asked_already", params: {} },
  });
  expect(await waitingCommands(core.db)).toHaveLength(1);

  const refusal = { code: "open_defects", params: {} } as never;
  const verdict = { verdict: "recorded_not_applied", id, refusal } as CommandVerdict;
  expect(acts.heard(verdict)).toBe(false);
  await settle(core.db, verdict);
  expect((await core.db.get("decisions", id))?.acknowledgedAt).toBeNull();
});

test("a unit's check-out is not asked for twice either; what the tablet itself decides is never kept back by it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const bench = inWorkAt("060.5");
  const { core, acts } = await aTabletWith(bench, floorPerson("ana"));
  const { outcome } = await askedFor(core, () => acts.actOn(bench.state, "checkOutTraveler", {}));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await outcome).toEqual({ kind: "waits" });
  expect(await acts.actOn(bench.state, "checkOutTraveler", {})).toMatchObject({
    refusal: { code: "asked_already" },
  });
  const note = { step: null, text: "Goes on" };
  expect(await acts.act("addNote", note)).toEqual({ kind: "done" });
  expect(await acts.act("addNote", note)).toEqual({ kind: "done" });
  expect(await waitingCommands(core.db)).toHaveLength(3);
});

test("an answer in time is told where it was asked for, and nowhere else", async () => {
  const { core, acts } = await aTabletWith(inWorkAt("060.5"), floorPerson("ana"));
  const { outcome, id } = await askedFor(core, () => acts.act("completeTraveler", {}));
  const refusal = { code: "open_defects", params: {} } as never;
  expect(acts.heard({ verdict: "recorded_not_applied", id, refusal } as CommandVerdict)).toBe(true);
  expect(await outcome).toEqual({ kind: "refused", refusal });
});
