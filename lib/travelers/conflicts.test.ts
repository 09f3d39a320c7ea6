import { describe, expect, it } from "vitest";
import { isInQuarantine } from "#lib/blobs/queries";
import { actorOfGrant, actorOfSeed, actorOfTablet } from "#lib/boundary/actor";
import { readGrant } from "#lib/boundary/grant";
import { forSite } from "#lib/db/client";
import {
  aHold,
  aPlant,
  firstStep,
  released,
  stateOf,
  type TestPlant,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { applyCommand } from "./commands.ts";
import { releaseQuarantined, reviewDevice } from "./conflicts.commands.ts";
import { conflictsCounted, conflictsFound } from "./conflicts.queries.ts";
import type { Command, CommandVerdict } from "./schema.ts";

const codesOf = (verdicts: readonly CommandVerdict[]) =>
  verdicts.map((of) => (of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict));

async function there() {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const quality = actorOfSeed(plant.site, { ...plant.people.quality });
  const acts = () =>
    firstStep(plant).map((of) => tablet.envelope(plant.people.operator, traveler, of));
  return { plant, traveler, tablet, quality, acts };
}

const identify = {
  deviceActor: actorOfTablet,
  actorOfGrant: (grant: string, device: Parameters<typeof actorOfGrant>[1], at: string) =>
    actorOfGrant(readGrant(grant), device, at),
};

const revoked = (plant: TestPlant, device: string) =>
  forSite(plant.site).device.update({ where: { id: device }, data: { revokedAt: new Date() } });

describe("acts in quarantine", () => {
  it("are shown whole, and released they are decided as if their tablet were believed: in the name of who did them", async () => {
    const { plant, traveler, tablet, quality, acts } = await there();
    await revoked(plant, tablet.device);
    const sent = acts();
    expect(new Set(codesOf(await tablet.send(...sent)))).toEqual(new Set(["device_revoked"]));
    expect(await conflictsCounted(quality)).toMatchObject({ quarantined: 4, conflict: 0 });
    const { conflicts } = await conflictsFound(quality);
    expect(conflicts.map(({ deed }) => deed?.type)).toEqual(sent.map(({ type }) => type));
    expect(conflicts[2]?.deed).toMatchObject({
      person: plant.people.operator.id,
      values: ["pass"],
    });
    for (const { seq } of conflicts) {
      const form = { command: uuidv7(), traveler, signal: seq, note: "The tablet was found" };
      const done = await releaseQuarantined(quality, form, identify);
      expect(done).toEqual({ ok: true, value: { verdict: "applied" } });
      // Asked for twice, it happens once.
      const again = { ...form, command: uuidv7() };
      await releaseQuarantined(quality, again, identify);
    }
    const state = await stateOf(plant, traveler);
    expect(state.readings).toHaveLength(1);
    expect(state.readings[0]).toMatchObject({ person: plant.people.operator.id, value: "pass" });
    expect(await conflictsCounted(quality)).toMatchObject({ quarantined: 0 });
    expect(await verifyStream(plant.seed, traveler)).toMatchObject({ broken: null });
  });

  it("are still refused by the rules where those say so", async () => {
    const { plant, traveler, tablet, quality, acts } = await there();
    await revoked(plant, tablet.device);
    await tablet.send(...acts());
    const hold = { ...aHold(), id: uuidv7() } as Command;
    await applyCommand(quality, { traveler, command: hold, at: "2026-01-01T00:00:00.000Z" });
    const { conflicts } = await conflictsFound(quality);
    const start = conflicts.find(({ deed }) => deed?.type === "startStep");
    const form = { command: uuidv7(), traveler, signal: start?.seq ?? 0, note: "Why not" };
    const done = await releaseQuarantined(quality, form, identify);
    expect(done).toMatchObject({ ok: false, error: { code: "on_hold" } });
  });

  it("bring the photos they speak of with them, of their own tablet and no others", async () => {
    const { plant, traveler, tablet, acts } = await there();
    const photo = { sha256: "a1".repeat(32), mediaType: "image/jpeg", bytes: 1000 } as const;
    const where = { step: null, field: null, position: null, defect: null };
    const taken = { type: "attachPhoto" as const, body: { photo: uuidv7(), ...photo, ...where } };
    const elsewhere = await plant.tablet();
    const inQuarantine = (of: { actor: Actor }, sha256: string = photo.sha256) =>
      isInQuarantine(of.actor, sha256);
    expect(await inQuarantine(tablet)).toBe(false);
    await revoked(plant, tablet.device);
    await tablet.send(...acts(), tablet.envelope(plant.people.operator, traveler, taken));
    expect(await inQuarantine(tablet)).toBe(true);
    expect(await inQuarantine(tablet, "b2".repeat(32))).toBe(false);
    // A part of it, which would be found in many a text, is no hash.
    expect(await inQuarantine(tablet, "a1")).toBe(false);
    expect(await inQuarantine(elsewhere)).toBe(false);
  });

  it("give no unit to a tablet that was revoked", async () => {
    const { plant, traveler, tablet, quality } = await there();
    await revoked(plant, tablet.device);
    const { operator } = plant.people;
    await tablet.send(tablet.envelope(operator, traveler, { type: "checkOutTraveler", body: {} }));
    const { conflicts } = await conflictsFound(quality);
    const form = { command: uuidv7(), traveler, signal: conflicts[0]?.seq ?? 0, note: "Too late" };
    const done = await releaseQuarantined(quality, form, identify);
    expect(done).toMatchObject({ ok: false, error: { code: "checkout_tablet_revoked" } });
    expect((await stateOf(plant, traveler)).checkout).toBeUndefined();
    expect(await replayRecord(plant.site)).toMatchObject({ different: 0 });
  });

  it("nothing but an act in quarantine is released", async () => {
    const { plant, traveler, quality } = await there();
    const form = { command: uuidv7(), traveler, signal: 1, note: "x" };
    const done = await releaseQuarantined(quality, form, identify);
    expect(done).toMatchObject({ ok: false, error: { code: "signal_unknown" } });
    expect((await stateOf(plant, traveler)).seq).toBe(1);
  });
});

describe("a tablet of which there are two", () => {
  it("is taken again once somebody has looked, as far as its acts follow on one another", async () => {
    const { plant, traveler, tablet, quality, acts } = await there();
    const [first, second, ...rest] = acts();
    expect(codesOf(await tablet.send(first, second))).toEqual(["applied", "applied"]);
    const copied = { ...second, id: uuidv7() };
    expect(codesOf(await tablet.send(copied, ...rest))).toEqual(Array(3).fill("device_forked"));
    // The copy goes on: each act is put aside, and one line says that there are two.
    const more = [1, 2, 3].map(() => ({ ...second, id: uuidv7() }));
    for (const act of more) expect(codesOf(await tablet.send(act))).toEqual(["device_forked"]);
    const { devices } = await conflictsFound(quality);
    expect(devices.map(({ entry }) => entry.body)).toMatchObject([{ kind: "forked" }]);
    const form = { command: uuidv7(), device: tablet.device, note: "The copy is in a drawer" };
    for (const { seq } of devices) await reviewDevice(quality, { ...form, entry: seq });
    expect(await conflictsCounted(quality)).toMatchObject({ devices: 0, quarantined: 6 });
    const next = tablet.envelope(plant.people.operator, traveler, aHold());
    expect(codesOf(await tablet.send(next))).toEqual(["applied"]);
  });
});

describe("an act that was not applied", () => {
  it("stands with what others did meanwhile, and with what it would have recorded", async () => {
    const { plant, traveler, tablet, quality, acts } = await there();
    const other = await plant.tablet();
    const mine = acts();
    const theirs = firstStep(plant).map((of) =>
      other.envelope(plant.people.operator, traveler, of),
    );
    await other.send(...theirs);
    await tablet.send(...mine);
    const { conflicts } = await conflictsFound(quality);
    expect(conflicts.map(({ kind }) => kind)).toEqual(["conflict", "conflict", "conflict"]);
    const reading = conflicts.find(({ deed }) => deed?.type === "recordReading");
    expect(reading?.deed?.values).toEqual(["pass"]);
    expect(reading?.meanwhile.map(({ entry }) => entry.type)).toContain("step.completed");
  });
});
