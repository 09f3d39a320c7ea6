import { beforeAll, describe, expect, it } from "vitest";
import { actorOfSeed, actorOfSession } from "#lib/boundary/actor";
import { db, forSite } from "#lib/db/client";
import {
  aPlant,
  aShortInstruction,
  firstStep,
  released,
  stateOf,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { instant, plusMinutes } from "#lib/kit/time";
import { createPerson, giveRole, issueBadge, setPin } from "#lib/people/commands";
import type { Actor } from "#lib/people/schema";
import { waitingCounts } from "./history.queries.ts";
import { grantWaiver, requestWaiver, revokeWaiver } from "./waivers.commands.ts";
import { waiverChoices, waiversCounted, waiversFound } from "./waivers.queries.ts";

const code = `Q-${uuidv7().slice(-8)}`;

/** One step, and what it asks of whoever does it. */
function qualified() {
  const content = aShortInstruction();
  for (const operation of content.operations) Object.assign(operation, { qualifications: [code] });
  return content;
}

type Signer = { id: string; badge: string; pin: string; actor: Actor };
let plant: TestPlant;
let tablet: TestTablet;
let lead: Signer;
let quality: Signer;
beforeAll(async () => {
  await db.qualification.create({
    data: { code, name: { en: "Test" }, waivableBy: "supervisor_and_quality" },
  });
  plant = await aPlant(qualified());
  tablet = await plant.tablet();
  lead = await aSigner("Lea Supervisor", "supervisor");
  quality = await aSigner("Quirin Quality", "quality");
});

async function aSigner(name: string, role: Role): Promise<Signer> {
  const seed = actorOfSeed(plant.site);
  const [id, pin] = [uuidv7(), "604917"];
  await createPerson(seed, { id, employeeNumber: id.slice(-12), name });
  await giveRole(seed, id, role);
  await setPin(seed, id, pin);
  const made = await issueBadge(seed, id);
  if (!made.ok) throw new Error("no badge");
  return { id, pin, badge: made.value, actor: await atDesk(id) };
}

async function atDesk(person: string): Promise<Actor> {
  const token = newToken();
  await forSite(plant.site).deskSession.create({
    data: {
      tokenHash: tokenHash(token),
      personId: person,
      siteId: plant.site,
      createdAt: new Date(),
      lastSeenAt: new Date(),
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  const actor = await actorOfSession(token);
  if (!actor) throw new Error("no session");
  return actor;
}

const aUnit = async () => (await released(plant, `S-${uuidv7().slice(-8)}`))[0] ?? "";
const asking = (traveler: string, by = lead) => ({
  command: uuidv7(),
  traveler,
  waiver: uuidv7(),
  person: plant.people.operator.id,
  qualification: code,
  validUntil: plusMinutes(instant(Date.now()), 8 * 60),
  reason: "One shift until the course",
  badge: by.badge,
  pin: by.pin,
});
const told = (result: { ok: boolean; error?: { code: string } }) =>
  result.ok ? "applied" : result.error?.code;

async function granting(traveler: string, by = quality) {
  const { lines } = await waiversFound(by.actor, "waiting");
  const line = lines.find((of) => of.traveler === traveler);
  if (!line) throw new Error("nobody asked");
  const { contentSha256, waiver } = line;
  const { badge, pin } = by;
  return { command: uuidv7(), traveler, waiver: waiver.id, contentSha256, badge, pin };
}

/** Begins the step at the tablet, which asks for the qualification. */
async function begins(traveler: string): Promise<string | undefined> {
  const { operator } = plant.people;
  const acts = firstStep(plant).slice(0, 2);
  const sent = acts.map((act) => tablet.envelope(operator, traveler, act));
  const verdict = (await tablet.send(...sent)).at(-1);
  return verdict?.verdict === "recorded_not_applied" ? verdict.refusal.code : verdict?.verdict;
}

describe("a waiver at the desk", () => {
  it("is asked for by a supervisor and granted by quality, both with badge and PIN, and helps on this unit alone", async () => {
    const [here, there] = [await aUnit(), await aUnit()];
    expect(await begins(here)).toBe("not_qualified");
    expect(told(await requestWaiver(lead.actor, asking(here)))).toBe("applied");
    expect(await begins(here)).toBe("not_qualified");
    expect(told(await grantWaiver(quality.actor, await granting(here)))).toBe("applied");
    expect(await begins(here)).toBe("applied");
    expect(await begins(there)).toBe("not_qualified");
    expect((await stateOf(plant, here)).waivers).toMatchObject([
      { requestedBy: lead.id, grantedBy: quality.id, qualification: code, revoked: null },
    ]);
  });

  it("stands in its list with who asked, granted and revoked, when and why, and is counted while it waits", async () => {
    const unit = await aUnit();
    const before = (await waitingCounts(quality.actor)).waivers;
    await requestWaiver(lead.actor, asking(unit));
    expect((await waitingCounts(quality.actor)).waivers).toBe(before + 1);
    const { waiving } = await own(unit, "waiting");
    expect(waiving).toMatchObject({
      standing: "waiting",
      reason: "One shift until the course",
      names: { person: "Olga", requestedBy: "Lea Supervisor", grantedBy: "" },
    });
    expect((await own(unit, "inForce")).waiving).toBeUndefined();
    const { inForce } = await waiversCounted(quality.actor);
    await grantWaiver(quality.actor, await granting(unit));
    expect((await waitingCounts(quality.actor)).waivers).toBe(before);
    expect((await own(unit, "waiting")).waiving).toBeUndefined();
    expect((await waiversCounted(quality.actor)).inForce).toBe(inForce + 1);
    expect((await own(unit, "inForce")).waiving).toMatchObject({
      standing: "inForce",
      names: { grantedBy: "Quirin Quality" },
    });
    const waiver = (await own(unit, "inForce")).waiving?.waiver.id ?? "";
    const revoked = { command: uuidv7(), traveler: unit, waiver, reason: "The course is today" };
    expect(told(await revokeWaiver(lead.actor, revoked))).toBe("applied");
    expect((await own(unit, "ended")).waiving).toMatchObject({
      standing: "revoked",
      revokedBecause: "The course is today",
      names: { revokedBy: "Lea Supervisor" },
    });
    expect((await own(unit, "inForce")).waiving).toBeUndefined();
    expect(await begins(unit)).toBe("not_qualified");
  });

  it("whose time is over waits for nobody and is in force for nobody", async () => {
    const unit = await aUnit();
    await requestWaiver(lead.actor, asking(unit));
    const later = new Date(Date.now() + 9 * 3_600_000);
    const waits = await waiversFound(quality.actor, "waiting", 1, later);
    expect(waits.lines.filter(({ traveler }) => traveler === unit)).toEqual([]);
    const { lines } = await waiversFound(quality.actor, "ended", 1, later);
    expect(lines.find(({ traveler }) => traveler === unit)).toMatchObject({ standing: "over" });
    expect((await waiversCounted(quality.actor, later)).waiting).toBe(0);
  });

  it("is signed by whoever's session it is, for exactly what was shown, and by nobody for themselves", async () => {
    const unit = await aUnit();
    expect(told(await requestWaiver(lead.actor, { ...asking(unit), pin: "000000" }))).toBe(
      "components_wrong",
    );
    expect(told(await requestWaiver(lead.actor, asking(unit, quality)))).toBe("components_wrong");
    expect(told(await requestWaiver(lead.actor, { ...asking(unit), person: lead.id }))).toBe(
      "waiver_for_oneself",
    );
    expect((await stateOf(plant, unit)).waivers).toEqual([]);
    expect(told(await requestWaiver(lead.actor, asking(unit)))).toBe("applied");
    const shown = await granting(unit);
    expect(
      told(
        await grantWaiver(quality.actor, {
          ...shown,
          command: uuidv7(),
          contentSha256: "0".repeat(64),
        }),
      ),
    ).toBe("content_changed");
    const asLead = { ...shown, command: uuidv7(), badge: lead.badge, pin: lead.pin };
    expect(told(await grantWaiver(lead.actor, asLead))).toBe("approval_needed");
    expect((await stateOf(plant, unit)).waivers).toMatchObject([{ grantedBy: null }]);
  });

  it("asked for again after a lost answer is the same waiver", async () => {
    const unit = await aUnit();
    const form = asking(unit);
    const first = await requestWaiver(lead.actor, form);
    expect(await requestWaiver(lead.actor, form)).toEqual(first);
    expect((await stateOf(plant, unit)).waivers).toHaveLength(1);
  });

  it("is seen at its own site alone", async () => {
    const unit = await aUnit();
    await requestWaiver(lead.actor, asking(unit));
    const other = await aPlant();
    const stranger = actorOfSeed(other.site, { ...other.people.quality });
    for (const shown of ["waiting", "inForce", "ended"] as const) {
      expect((await waiversFound(stranger, shown)).lines).toEqual([]);
    }
    expect(await waiversCounted(stranger)).toEqual({ waiting: 0, inForce: 0 });
  });
});

const own = async (unit: string, shown: "waiting" | "inForce" | "ended") => ({
  waiving: (await waiversFound(quality.actor, shown)).lines.find((of) => of.traveler === unit),
});

it("offers each only what somebody of that role may ask for, and nobody themselves", async () => {
  const { qualifications, people } = await waiverChoices(lead.actor);
  expect(qualifications.map((of) => of.code)).toContain(code);
  expect(qualifications.map(({ waivableBy }) => waivableBy)).not.toContain("nobody");
  expect(people.map(({ value }) => value)).toContain(plant.people.operator.id);
  expect(people.map(({ value }) => value)).not.toContain(lead.id);
  const ofQuality = (await waiverChoices(quality.actor)).qualifications;
  expect(ofQuality.map((of) => of.code)).not.toContain(code);
});
