import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import { uuidv7 } from "#lib/kit/ids";
import { openBox } from "#lib/kit/sealing";
import { sealingKey } from "#lib/kit/sealing-keys";
import { aCommand, type Bench, factsFor, shown } from "#lib/travelers/bench/bench";
import { named, requirement } from "#lib/travelers/bench/plan";
import { device, gages, people } from "#lib/travelers/bench/plant";
import { inWorkAt, planWith } from "#lib/travelers/bench/stage";
import { makeActs } from "./acts.ts";
import { foretoldBeside, introduce } from "./beside.ts";
import { type Core, emptyView, type TabletView } from "./core.ts";
import { knownHere, ownerOf, remember } from "./known.ts";
import { openMemory } from "./memory.ts";
import { signIn, signProof } from "./people.ts";
import { waitingCommands } from "./queue.ts";
import { seal, sendSeal } from "./seals.ts";
import type { Answer } from "./server.ts";
import type { FloorPerson, Packet, SealedAnswer } from "./wire.schema.ts";

const hourMs = 60 * 60_000;
const [pin, badge] = ["730164", "BDG~b~secret"];
const floorPerson = (name: keyof typeof people, more: Partial<FloorPerson> = {}): FloorPerson => ({
  ...people[name],
  initials: name.slice(0, 2).toUpperCase(),
  ...more,
});

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const place = (of: string) => ({
  operation: named("op 060"),
  step: named("060.5"),
  requirement: named(of),
});
const pair = () =>
  inWorkAt("060.5", {
    content: planWith({
      step: "060.5",
      to: {
        buyoffs: [
          requirement("060 operator", "operator", "operator", { offline: true }),
          requirement("060 second", "second_operator", "operator", { offline: true }),
        ],
      },
    }),
  });

/** Ana at the unit without a network; `post` is what the server says when it is there again. */
async function aTabletWith(bench: Bench, post: <T>(path: string, body: unknown) => Answer<T>) {
  const db = await openMemory();
  const facts = factsFor(bench, aCommand(bench, "completeTraveler", {}));
  const packet = { ...facts, gages, state: bench.state, people: {}, texts: {}, head: "" };
  const kept = { ...packet, serverTime: facts.at } as unknown as Packet;
  await db.put("packets", { traveler: bench.state.id, packet: kept, storedAt: facts.at });
  const person = floorPerson("ana");
  let now = Date.parse(facts.at);
  let view: TabletView = {
    ...emptyView,
    phase: "ready",
    online: false,
    session: {
      device: { id: device.id, name: "tablet 1" },
      station: { id: named("station"), code: device.station, name: "", workCenter: "ASM" },
      site: { id: named("site"), code: "NG1", name: "", timeZone: "America/Chicago" },
      sealing: sealingKey(),
    },
    signedIn: { person, grant: "said.mac", notAfter: facts.at, idleMinutes: 2, hasSigned: true },
    open: { packet: kept, state: bench.state },
  };
  const core: Core = {
    db,
    server: {
      get: async () => ({ kind: "silence" }),
      post: async (path, body) => post(path, body),
      putPart: async () => ({ kind: "silence" }),
    },
    bootId: uuidv7(),
    nowMs: () => now,
    view: () => view,
    set: (patch) => {
      view = { ...view, ...patch };
    },
    wake: () => {},
  };
  return { core, acts: makeActs(core), pass: (ms: number) => (now += ms) };
}
const silent = () => ({ kind: "silence" }) as const;

type Tablet = Awaited<ReturnType<typeof aTabletWith>>;

/** Badge and PIN of one of the two, as the screen gives them. */
async function signs({ core, acts }: Tablet, of: string, beside?: FloorPerson) {
  const at = place(of);
  const { state, content } = {
    state: core.view().open?.state,
    content: core.view().open?.packet.content,
  };
  if (!state || !content) throw new Error("nothing is open");
  const contentSha256 = shown({ state, content } as Bench, at);
  const command = uuidv7(core.nowMs());
  const person = (beside ?? floorPerson("ana")).id;
  const box = { device: device.id, command, person, contentSha256 };
  const sealed = await seal(sealingKey(), box, { badge, pin });
  const extras = { seal: sealed, ...(beside && { beside }) };
  const outcome = await acts.act("signBuyoff", { ...at, contentSha256 }, extras);
  return { outcome, command, box, sealed: sealed.sealed };
}

test("the second person's box is under their own name, and says nothing of what was typed", async () => {
  const tablet = await aTabletWith(pair(), silent);
  const { core } = tablet;
  expect((await signs(tablet, "060 operator")).outcome).toEqual({ kind: "done" });
  const { outcome, command, box, sealed } = await signs(tablet, "060 second", floorPerson("ben"));
  expect(outcome).toEqual({ kind: "done" });
  const [, sent] = await waitingCommands(core.db);
  expect(sent?.envelope).toMatchObject({ id: command, person: people.ana.id });
  expect(sent?.envelope.auth).toMatchObject({ secondSealed: { person: people.ben.id } });
  expect(sent?.envelope.auth).not.toHaveProperty("sealed");
  const [first, second] = core.view().open?.state.buyoffs.slice(-2) ?? [];
  expect(second).toMatchObject({ person: people.ben.id, over: [first?.id] });
  const kept = JSON.stringify([
    await core.db.getAll("commands"),
    await core.db.getAll("decisions"),
    await core.db.getAll("seals"),
    await core.db.getAll("packets"),
    await core.db.getAll("kept"),
  ]);
  expect(kept).toContain(sealed);
  for (const typed of [pin, badge]) expect(kept).not.toContain(typed);
  const { privateKey } = sealingKey() as unknown as { privateKey?: JsonWebKey };
  if (privateKey) expect(await openBox(privateKey, sealed, box)).toContain(pin);
});

test("what was signed over another one is sent before it, and everything else in its turn", async () => {
  const asked: string[] = [];
  const answer: SealedAnswer = { status: "pending_verification", held: false };
  const tablet = await aTabletWith(pair(), <T>(_: string, body: unknown) => {
    asked.push((body as { command: string }).command);
    return { kind: "ok", value: answer as T };
  });
  const one = await signs(tablet, "060 operator");
  const two = await signs(tablet, "060 second", floorPerson("ben"));
  const { core } = tablet;
  const alone = { traveler: core.view().open?.state.id ?? "", sealed: "x", sealedAt: "" };
  await core.db.put("seals", {
    ...alone,
    command: "00000000-0000-7000-8000-000000000000",
    notBeforeMs: 0,
  });
  while ((await core.db.count("seals")) > 0) await sendSeal(core);
  expect(asked).toEqual(["00000000-0000-7000-8000-000000000000", two.command, one.command]);
});

test("what the rules would refuse a second person is known before anybody types, and leaves no trace", async () => {
  const tablet = await aTabletWith(pair(), silent);
  const { core, acts } = tablet;
  await signs(tablet, "060 operator");
  const state = core.view().open?.state;
  const content = core.view().open?.packet.content;
  const body = {
    ...place("060 second"),
    contentSha256: shown({ state, content } as Bench, place("060 second")),
  };
  const asks = (person: FloorPerson | null) => foretoldBeside(core, acts.foretell, body, person);
  expect(await asks(floorPerson("ben"))).toBeNull();
  expect(await asks(floorPerson("ben", { roles: ["quality"] }))).toMatchObject({
    code: "buyoff_role",
  });
  expect(await asks(floorPerson("ana"))).toMatchObject({ code: expect.stringMatching(/^signer_/) });
  expect(await asks(null)).toMatchObject({ code: expect.stringMatching(/^signer_/) });
  expect(await waitingCommands(core.db)).toHaveLength(1);
});

test("who signed in or signed here is known for a day and no longer, with the passkeys that were told at sign-in", async () => {
  const passkeys = [{ id: "p", name: "Blue key", credential: "c", transports: [] }];
  const ben = floorPerson("ben", { passkeys });
  const said: unknown[] = [];
  const { core, pass } = await aTabletWith(pair(), <T>() => ({
    kind: "ok",
    value: said.shift() as T,
  }));
  const granted = { person: ben, grant: "said.mac", notAfter: "2099-01-01T00:00:00.000Z" };
  said.push(granted);
  await signIn(core, badge, pin);
  pass(20 * hourMs);
  said.push({ proof: uuidv7(), method: "badge_pin", person: floorPerson("ben") });
  await signProof(core, { command: "c", contentSha256: "h", pin, badge, person: null });
  await remember(core, floorPerson("ivy"));
  expect(await knownHere(core)).toEqual([floorPerson("ivy"), ben]);
  pass(23 * hourMs);
  expect((await knownHere(core)).map(({ id }) => id)).toEqual([people.ivy.id, people.ben.id]);
  pass(2 * hourMs);
  expect(await knownHere(core)).toEqual([]);
  // A clock that was set back makes nobody known again.
  pass(-60 * hourMs);
  expect(await knownHere(core)).toEqual([]);
});

test("a badge that was good here says whose it is for a day; what makes it good is kept nowhere", async () => {
  const said: unknown[] = [];
  const { core, pass } = await aTabletWith(pair(), <T>() => ({
    kind: "ok",
    value: said.shift() as T,
  }));
  const [ben, ivy] = [floorPerson("ben"), floorPerson("ivy")];
  said.push({ person: ben, grant: "said.mac", notAfter: "2099-01-01T00:00:00.000Z" });
  await signIn(core, "BDG~7K2M9Q~w4Zp8RkT", pin);
  said.push({ proof: uuidv7(), method: "badge_pin", person: ivy });
  const act = { command: "c", contentSha256: "h", pin };
  await signProof(core, { ...act, badge: "BDG~9BD4RJ~n3Vt6GxW", person: null });
  // With the PIN alone, or their other badge: the first one is still theirs.
  said.push({ proof: uuidv7(), method: "pin", person: ben });
  await signProof(core, { ...act, badge: null, person: ben.id });
  said.push({ proof: uuidv7(), method: "badge_pin", person: ben });
  await signProof(core, { ...act, badge: "BDG~3XH8TW~q7Lm2YsD", person: null });

  expect(await ownerOf(core, "BDG~7K2M9Q~w4Zp8RkT")).toEqual(ben);
  expect(await ownerOf(core, "BDG~3XH8TW~another")).toEqual(ben);
  expect(await ownerOf(core, "BDG~9BD4RJ~n3Vt6GxW")).toEqual(ivy);
  for (const other of ["BDG~7K2M9~w4Zp8RkT", "7K2M9Q", "GAG~7K2M9Q", ""]) {
    expect(await ownerOf(core, other)).toBeNull();
  }
  const kept = JSON.stringify(await core.db.getAll("kept"));
  for (const secret of ["w4Zp8RkT", "n3Vt6GxW", "q7Lm2YsD", pin]) {
    expect(kept).not.toContain(secret);
  }
  pass(25 * hourMs);
  expect(await ownerOf(core, "BDG~7K2M9Q~w4Zp8RkT")).toBeNull();
});

test("their printed name stands at their signature, before the server has said it", async () => {
  const tablet = await aTabletWith(pair(), silent);
  const { core } = tablet;
  const traveler = core.view().open?.state.id ?? "";
  await introduce(core, traveler, floorPerson("ben"));
  expect(core.view().open?.packet.people[people.ben.id]).toMatchObject({ name: people.ben.name });
});
