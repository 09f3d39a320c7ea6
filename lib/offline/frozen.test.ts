import "fake-indexeddb/auto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { deviceCookie } from "#lib/boundary/cookies";
import { forSite } from "#lib/db/client";
import {
  anInstruction,
  aPlant,
  buyoffsOf,
  stateOf,
  type TestPerson,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import type { InstructionContent } from "#lib/instructions/schema";
import { derivedId, uuidv7 } from "#lib/kit/ids";
import { tokenHash } from "#lib/kit/secrets";
import { instant, plusMinutes } from "#lib/kit/time";
import { releaseTravelers } from "#lib/travelers/commands";
import { packetForTablet } from "#lib/travelers/queries";
import type { CommandBody, CommandType, CommandVerdict, Envelope } from "#lib/travelers/schema";
import { POST } from "../../app/api/commands/route.ts";
import { type ActExtras, makeActs } from "./acts.ts";
import { type Core, emptyView, type TabletView } from "./core.ts";
import { openMemory } from "./memory.ts";
import { showStored } from "./packets.ts";
import { waitingCommands } from "./queue.ts";
import { round, type SenderPorts } from "./sender.ts";
import type { CommandAnswer, FloorPerson, Packet } from "./wire.schema.ts";

/**
 * What tablets of earlier builds sent, byte for byte as their own code wrote it, and what the server of
 * that build answered. A tablet whose page is older than the server keeps working: its requests are
 * answered as they were then. A fixture is never edited; the next one is recorded beside it by
 * `BUYOFF_FREEZE=<name> BUYOFF_BUILD=<commit> npx vitest run lib/offline/frozen.test.ts`.
 */
type Frozen = {
  build: string;
  recordedAt: string;
  seed: string;
  content: InstructionContent;
  units: string[];
  proofs: { id: string; person: string; device: string; command: string; contentSha256: string }[];
  /** In the order in which they were sent. */
  requests: { device: string; body: { commands: Envelope[] }; told: Told[] }[];
};
type Told = { id: string; verdict: string; refusal?: unknown; seq?: number; events?: unknown };

const folder = new URL("./frozen/", import.meta.url);
const serials = ["F-1", "F-2"];

/** As much of a verdict as does not depend on when the server wrote it down. */
const toldOf = (verdict: CommandVerdict): Told => {
  if (verdict.verdict === "recorded_not_applied") {
    return { id: verdict.id, verdict: verdict.verdict, refusal: verdict.refusal };
  }
  if (verdict.verdict !== "applied") return { id: verdict.id, verdict: verdict.verdict };
  const { id, seq, events } = verdict;
  const said = events.map(({ type, body, person, second, at }) => ({
    type,
    body,
    person,
    second,
    at,
  }));
  return { id, verdict: "applied", seq, events: said };
};

/** The same plant each time: whatever a tablet named is there under its id. */
async function thePlant(seed: string, content: InstructionContent, at: string) {
  const plant = await aPlant(content, (of) => derivedId(seed, of));
  const quality = actorOfSeed(plant.site, { ...plant.people.quality });
  const done = await releaseTravelers(quality, {
    workOrder: plant.order.number,
    contentSha256: plant.sha256,
    units: { serials },
    at,
    recordedAt: at,
  });
  if (!done.ok) throw new Error(done.error.code);
  return { plant, travelers: done.value.map(({ id }) => id) };
}

async function atTheDoor(plant: TestPlant, tablet: TestTablet) {
  const token = `token of ${tablet.device}`;
  await forSite(plant.site).deviceSession.create({
    data: {
      tokenHash: tokenHash(token),
      deviceId: tablet.device,
      siteId: plant.site,
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  return async (body: unknown): Promise<CommandAnswer> => {
    const request = new Request("http://127.0.0.1:3000/api/commands", {
      method: "POST",
      headers: {
        cookie: `${deviceCookie.name}=${token}`,
        origin: "http://127.0.0.1:3000",
        "x-buyoff": "1",
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
    const answer = await POST(request, { params: Promise.resolve({}) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as CommandAnswer;
  };
}

const floorPerson = (person: TestPerson, stamps: FloorPerson["stamps"] = []): FloorPerson => ({
  ...person,
  initials: person.name.slice(0, 2).toUpperCase(),
  stamps,
  qualifications: [],
});

/** A tablet as the page has it: its own rules, queue and sender, on a memory and a wire of the test's. */
async function aPage(plant: TestPlant, tablet: TestTablet, keep: Frozen["requests"]) {
  const db = await openMemory(`frozen-${tablet.device}`);
  const post = await atTheDoor(plant, tablet);
  const grants = new Map<string, string>();
  const grantOf = (person: TestPerson) => {
    const grant = grants.get(person.id) ?? tablet.grantFor(person);
    grants.set(person.id, grant);
    return grant;
  };
  let view: TabletView = {
    ...emptyView,
    phase: "ready",
    session: {
      device: { id: tablet.device, name: "Tablet" },
      station: { id: plant.station, code: "ASM-1", name: "Bench", workCenter: "ASM" },
      site: { id: plant.site, code: "NG1", name: "", timeZone: "America/Chicago" },
    },
  };
  const silent = async () => ({ kind: "silence" }) as const;
  const core: Core = {
    db,
    server: { get: silent, post: silent, putPart: silent },
    bootId: uuidv7(),
    nowMs: () => Date.now(),
    view: () => view,
    set: (patch) => {
      view = { ...view, ...patch };
    },
    wake: () => {},
  };
  const acts = makeActs(core);
  const ports: SenderPorts = {
    db,
    nowMs: core.nowMs,
    post: async (commands) => {
      const body = { protocol: 1, commands: commands as Envelope[] };
      const answer = await post(body);
      keep.push({ device: tablet.device, body, told: answer.verdicts.map(toldOf) });
      return { kind: "answered", answer };
    },
    putPart: async () => ({ kind: "refused" }),
    sendSeal: async () => null,
    renewSession: async () => false,
    onVerdict: async (_, verdict) => {
      acts.heard(verdict);
    },
    onConnection: () => undefined,
    onFitness: () => undefined,
    onChanged: () => undefined,
    bootId: core.bootId,
  };
  return {
    core,
    open: async (traveler: string) => {
      const packet = (await packetForTablet(tablet.actor, traveler)) as Packet | null;
      if (packet === null) throw new Error("no packet");
      await db.put("packets", { traveler, packet, storedAt: packet.serverTime });
      core.set({ open: { packet, state: packet.state } });
      await showStored(core, traveler);
    },
    as: (person: TestPerson, stamps?: FloorPerson["stamps"]) =>
      core.set({
        signedIn: {
          person: floorPerson(person, stamps),
          grant: grantOf(person),
          notAfter: plusMinutes(instant(Date.now()), 60),
          idleMinutes: 2,
          hasSigned: false,
        },
      }),
    act: <T extends CommandType>(type: T, body: CommandBody<T>, extras?: ActExtras) =>
      acts.act(type, body, extras),
    send: () => round(ports),
    waiting: () => waitingCommands(db),
  };
}
type Page = Awaited<ReturnType<typeof aPage>>;

/** The whole of a unit without a network, as an operator does it, with a value out of limits on the way. */
async function worked(page: Page, content: InstructionContent): Promise<void> {
  const [operation] = content.operations;
  const [look, measure, install] = operation?.steps ?? [];
  if (!operation || !look || !measure || !install) throw new Error("no steps");
  const place = (step: typeof look) => ({
    step: step.id,
    field: step.fields[0]?.id ?? "",
    position: "1",
  });
  const begin = async (step: string) => {
    await page.act("presentStep", { step, language: "en" });
    await page.act("startStep", { step });
  };
  const read = (step: typeof look, value: string, source: "tap" | "keypad") =>
    page.act("recordReading", { ...place(step), sample: 1, value, source, confirmed: [] });
  await begin(look.id);
  await read(look, "pass", "tap");
  await page.act("completeStep", { step: look.id });
  await page.act("selectGage", { operation: operation.id, gage: "CAL-1" });
  await begin(measure.id);
  await read(measure, "12.00", "keypad");
  await read(measure, "10.02", "keypad");
  await page.act("completeStep", { step: measure.id });
  await begin(install.id);
  const bracket = { ...place(install), installation: uuidv7(), quantity: "1", lot: null };
  // Refused by the rules on the tablet, which is told to the server as evidence.
  await page.act("installComponent", { ...bracket, part: "C-9", serial: "C9-1" });
  await page.act("installComponent", { ...bracket, part: "C-1", serial: "C1-0001" });
  await page.act("completeStep", { step: install.id });
  await page.act("addNote", { step: null, text: "Ñandú — «quoted», 12,5 °C" });
}

async function boughtOff(page: Page, plant: TestPlant, tablet: TestTablet, traveler: string) {
  const { inspector } = plant.people;
  await page.open(traveler);
  page.as(inspector, [{ number: `QI-${plant.site.slice(-8)}`, kind: "inspection" }]);
  const [signed] = await buyoffsOf(plant, tablet, [await stateOf(plant, traveler)]);
  if (signed?.command.type !== "signBuyoff") throw new Error("nothing to buy off");
  const { contentSha256 } = signed.command.body;
  const proof = { id: signed.proof, person: inspector.id, device: tablet.device };
  const signature = {
    commandId: signed.command.id,
    contentSha256,
    proof: signed.proof,
    method: "badge_pin" as const,
    person: floorPerson(inspector, [
      { number: `QI-${plant.site.slice(-8)}`, kind: "inspection" as const },
    ]),
  };
  const done = page.act("signBuyoff", signed.command.body, { signature });
  while ((await page.waiting()).length === 0) await new Promise(setImmediate);
  await page.send();
  expect(await done).toEqual({ kind: "done" });
  return { ...proof, command: signed.command.id, contentSha256 };
}

async function recorded(build: string): Promise<Frozen> {
  const seed = uuidv7();
  const content = anInstruction();
  const began = plusMinutes(instant(Date.now()), -10);
  const { plant, travelers } = await thePlant(seed, content, began);
  const [first = "", second = ""] = travelers;
  const requests: Frozen["requests"] = [];
  const one = await plant.tablet(derivedId(seed, "tablet 1"));
  const two = await plant.tablet(derivedId(seed, "tablet 2"));
  const [a, b] = [await aPage(plant, one, requests), await aPage(plant, two, requests)];
  for (const page of [a, b]) page.as(plant.people.operator);
  await a.open(first);
  await worked(a, content);
  // Both without a network at the same step: the other one is heard first.
  const [look] = content.operations[0]?.steps ?? [];
  if (!look) throw new Error("no step");
  for (const page of [b, a]) {
    await page.open(second);
    await page.act("presentStep", { step: look.id, language: "es" });
    await page.act("startStep", { step: look.id });
  }
  await b.act("placeHold", {
    hold: uuidv7(),
    scope: { kind: "step", step: look.id },
    reason: "quality_doubt",
    comment: "Rust under the bracket",
  });
  await b.send();
  await a.send();
  const proofs = [await boughtOff(a, plant, one, first)];
  return { build, recordedAt: began, seed, content, units: serials, proofs, requests };
}

async function replayed(frozen: Frozen): Promise<{ told: Told[][]; again: Told[][] }> {
  const { plant } = await thePlant(frozen.seed, frozen.content, frozen.recordedAt);
  const doors = new Map<string, Awaited<ReturnType<typeof atTheDoor>>>();
  for (const { device } of frozen.requests) {
    if (!doors.has(device)) doors.set(device, await atTheDoor(plant, await plant.tablet(device)));
  }
  await forSite(plant.site).signProof.createMany({
    data: frozen.proofs.map(({ id, person, device, command, contentSha256 }) => ({
      id,
      siteId: plant.site,
      personId: person,
      deviceId: device,
      commandId: command,
      contentSha256,
      method: "badge_pin",
      createdAt: new Date(frozen.recordedAt),
      expiresAt: new Date(plusMinutes(frozen.recordedAt, 60)),
    })),
  });
  const sendAll = async () => {
    const told: Told[][] = [];
    for (const { device, body } of frozen.requests) {
      const answer = await doors.get(device)?.(body);
      told.push((answer?.verdicts ?? []).map(toldOf));
    }
    return told;
  };
  // Sent again, because the answers were lost: the first verdicts again.
  return { told: await sendAll(), again: await sendAll() };
}

const toFreeze = process.env.BUYOFF_FREEZE;

async function recordOne(): Promise<void> {
  const frozen = await recorded(process.env.BUYOFF_BUILD ?? "");
  const verdicts = new Set(frozen.requests.flatMap(({ told }) => told.map((of) => of.verdict)));
  expect(verdicts).toEqual(new Set(["applied", "recorded_not_applied"]));
  writeFileSync(new URL(`${toFreeze}.json`, folder), `${JSON.stringify(frozen, null, 2)}\n`);
}

if (toFreeze !== undefined) it("this build is recorded", recordOne);
else
  describe("a tablet of an earlier build", () => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));

    it("is on file", () => expect(names).toContain("protocol-1.json"));

    it.each(names)("is answered as its own server answered it: %s", async (name) => {
      const frozen = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Frozen;
      const { told, again } = await replayed(frozen);
      expect(told).toEqual(frozen.requests.map((request) => request.told));
      expect(again).toEqual(told);
      expect(told.flat().length).toBeGreaterThan(20);
    });
  });
