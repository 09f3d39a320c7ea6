import { beforeAll, describe, expect, it } from "vitest";
import { actorOfPresence, actorOfSeed, actorOfSession } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import {
  aPlant,
  aShortInstruction,
  firstStep,
  released,
  stateOf,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import { canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { instant, plusMinutes } from "#lib/kit/time";
import { createPerson, giveRole, issueBadge, issueStamp, setPin } from "#lib/people/commands";
import { proveAtDesk } from "#lib/people/desk-signing.commands";
import type { Actor } from "#lib/people/schema";
import { buyoffContent } from "./buyoffs.rules.ts";
import { declineRemotely, give, signRemotely } from "./desk.commands.ts";

/** One step; then quality accepts from wherever they are. */
function remotely() {
  const content = aShortInstruction();
  const [requirement] = content.operations[0]?.buyoffs ?? [];
  Object.assign(requirement ?? {}, {
    type: "quality",
    role: "quality",
    presence: "remote",
    stamp: true,
  });
  return content;
}

let plant: TestPlant;
let tablet: TestTablet;
let quality: Signer;
let other: Signer;
beforeAll(async () => {
  plant = await aPlant(remotely());
  tablet = await plant.tablet();
  quality = await aSigner("Quinn Avery", "604917");
  other = await aSigner("Petra Lund", "315806");
});

type Signer = { id: string; badge: string; pin: string };
async function aSigner(name: string, pin: string): Promise<Signer> {
  const seed = actorOfSeed(plant.site);
  const id = uuidv7();
  const badge = await issued();
  async function issued() {
    await createPerson(seed, { id, employeeNumber: id.slice(-12), name });
    await giveRole(seed, id, "quality");
    await setPin(seed, id, pin);
    await issueStamp(seed, id, {
      number: `QE-${id.slice(-8)}`,
      kind: "quality",
      issuedOn: "2025-01-01",
    });
    const made = await issueBadge(seed, id);
    if (!made.ok) throw new Error("no badge");
    return made.value;
  }
  return { id, badge, pin };
}

/** Signed in at a desk of their own. */
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

async function aUnitToSign() {
  const [traveler = ""] = await released(plant, `S-${uuidv7().slice(-8)}`);
  const acts = firstStep(plant).map((act) => tablet.envelope(plant.people.operator, traveler, act));
  const verdicts = await tablet.send(...acts);
  expect(verdicts.map(({ verdict }) => verdict)).not.toContain("recorded_not_applied");
  const operation = plant.content.operations[0];
  const requirement = operation?.buyoffs[0];
  if (!operation || !requirement) throw new Error("nothing to sign");
  const place = { operation: operation.id, step: null, requirement: requirement.id };
  const contentSha256 = canonicalSha256(
    buyoffContent(await stateOf(plant, traveler), plant.content, place),
  );
  return { traveler, ...place, step: "" as const, contentSha256 };
}
const form = (unit: Awaited<ReturnType<typeof aUnitToSign>>, by: Signer) => ({
  ...unit,
  command: uuidv7(),
  badge: by.badge,
  pin: by.pin,
});
const code = (result: { ok: boolean; error?: { code: string } }) =>
  result.ok ? "applied" : result.error?.code;
const signatures = async (traveler: string) =>
  (await stateOf(plant, traveler)).buyoffs.filter(({ status }) => status === "signed");

describe("a buyoff from the desk", () => {
  it("is signed with badge and PIN, by the person of the session, for exactly what was shown", async () => {
    const unit = await aUnitToSign();
    expect(code(await signRemotely(await atDesk(quality.id), form(unit, quality)))).toBe("applied");
    expect(await signatures(unit.traveler)).toMatchObject([
      {
        person: quality.id,
        type: "quality",
        method: "badge_pin",
        contentSha256: unit.contentSha256,
      },
    ]);
  });

  it("sent again after a lost answer is the same signature", async () => {
    const unit = await aUnitToSign();
    const session = await atDesk(quality.id);
    const sent = form(unit, quality);
    const first = await signRemotely(session, sent);
    expect(await signRemotely(session, sent)).toEqual(first);
    expect(await signatures(unit.traveler)).toHaveLength(1);
  });

  it("asks for both components each time: a PIN alone, a wrong PIN or nobody's badge signs nothing", async () => {
    const unit = await aUnitToSign();
    const session = await atDesk(quality.id);
    const wrongs = [{ badge: "" }, { pin: "000000" }, { badge: "BDG~nobody~nothing" }];
    for (const wrong of wrongs) {
      const result = await signRemotely(session, { ...form(unit, quality), ...wrong });
      expect(code(result)).toBe("components_wrong");
    }
    expect(await signatures(unit.traveler)).toEqual([]);
    const refused = await forSite(plant.site).entry.findMany({
      where: { siteId: plant.site, type: "signing.refused" },
    });
    expect(refused.length).toBeGreaterThanOrEqual(wrongs.length);
    const said = JSON.stringify(refused, (_, value) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    expect(said).not.toContain(quality.pin);
    expect(said).not.toContain("000000");
  });

  it("is nobody else's: not with their own right badge and PIN in this session", async () => {
    const unit = await aUnitToSign();
    const session = await atDesk(quality.id);
    expect(code(await signRemotely(session, form(unit, other)))).toBe("components_wrong");
    expect(await signatures(unit.traveler)).toEqual([]);
  });

  it("takes no proof of another session, another act or another content", async () => {
    const unit = await aUnitToSign();
    const [here, elsewhere] = [await atDesk(quality.id), await atDesk(quality.id)];
    const { operation, requirement, contentSha256, traveler } = unit;
    const body = { operation, step: null, requirement, contentSha256 };
    const prove = async (session: Actor, command: string, of = contentSha256) => {
      const proven = await proveAtDesk(session, { ...quality, command, contentSha256: of });
      if (!proven.ok) throw new Error(proven.error.code);
      return proven.value.proof;
    };
    const id = uuidv7();
    const tries = [
      { id, proof: await prove(elsewhere, id) },
      { id: uuidv7(), proof: await prove(here, uuidv7()) },
      { id: uuidv7(), proof: undefined },
    ];
    for (const { id, proof } of tries) {
      const result = await give(here, traveler, { id, type: "signBuyoff", body }, proof);
      expect(["proof_not_for_this", "proof_missing"]).toContain(code(result));
    }
    const last = uuidv7();
    const stale = await prove(here, last, "0".repeat(64));
    const result = await give(here, traveler, { id: last, type: "signBuyoff", body }, stale);
    expect(code(result)).toBe("proof_not_for_this");
    expect(await signatures(traveler)).toEqual([]);
  });

  it("takes no proof that was given at a tablet", async () => {
    const unit = await aUnitToSign();
    const session = await atDesk(quality.id);
    const [id, proof] = [uuidv7(), uuidv7()];
    await forSite(plant.site).signProof.create({
      data: {
        id: proof,
        siteId: plant.site,
        personId: quality.id,
        deviceId: tablet.device,
        commandId: id,
        contentSha256: unit.contentSha256,
        method: "badge_pin",
        createdAt: new Date(),
        expiresAt: new Date(Date.now() + 60_000),
      },
    });
    const { operation, requirement, contentSha256 } = unit;
    const body = { operation, step: null, requirement, contentSha256 };
    const result = await give(session, unit.traveler, { id, type: "signBuyoff", body }, proof);
    expect(code(result)).toBe("proof_not_for_this");
  });

  it("locks after five wrong ones, also in a new session, and not the desk's sign-in", async () => {
    const signer = await aSigner("Lena Hart", "770214");
    const unit = await aUnitToSign();
    const session = await atDesk(signer.id);
    for (let turn = 0; turn < 5; turn += 1) {
      const guess = { ...form(unit, signer), pin: `00000${turn}` };
      expect(code(await signRemotely(session, guess))).toBe("components_wrong");
    }
    expect(code(await signRemotely(session, form(unit, signer)))).toBe("credentials_locked");
    expect(code(await signRemotely(await atDesk(signer.id), form(unit, signer)))).toBe(
      "credentials_locked",
    );
    const input = { ...signer, command: uuidv7(), contentSha256: unit.contentSha256 };
    const later = plusMinutes(instant(Date.now()), 2);
    expect((await proveAtDesk(session, input, later)).ok).toBe(true);
  });

  it("is of people at a desk: a connector, the seed or somebody just proving themselves sign nothing", async () => {
    const input = { ...quality, command: uuidv7(), contentSha256: "0".repeat(64) };
    for (const actor of [
      actorOfSeed(plant.site, { id: quality.id }),
      actorOfPresence(plant.site, { id: quality.id, name: "" }),
    ]) {
      expect(code(await proveAtDesk(actor, input))).toBe("not_at_desk");
    }
  });

  it("is not given where the instruction wants the signer at the unit", async () => {
    const atUnit = aShortInstruction();
    const [requirement] = atUnit.operations[0]?.buyoffs ?? [];
    Object.assign(requirement ?? {}, { type: "quality", role: "quality", stamp: true });
    const before = plant;
    plant = await aPlant(atUnit);
    tablet = await plant.tablet();
    try {
      const signer = await aSigner("Ada Berg", "918273");
      const unit = await aUnitToSign();
      expect(code(await signRemotely(await atDesk(signer.id), form(unit, signer)))).toBe(
        "buyoff_not_at_unit",
      );
    } finally {
      plant = before;
      tablet = await plant.tablet();
    }
  });

  it("can be declined, with a reason, by whose it is", async () => {
    const unit = await aUnitToSign();
    const { contentSha256: _, ...place } = unit;
    const declined = { ...place, command: uuidv7(), reason: "Value two looks wrong" };
    expect(code(await declineRemotely(await atDesk(quality.id), declined))).toBe("applied");
    expect((await stateOf(plant, unit.traveler)).declines).toMatchObject([{ person: quality.id }]);
    const inspector = await atDesk(plant.people.inspector.id);
    expect(code(await declineRemotely(inspector, { ...declined, command: uuidv7() }))).toBe(
      "buyoff_role",
    );
  });
});
