import { beforeAll, describe, expect, it } from "vitest";
import { actorOfPresence, actorOfSeed, actorOfVerifier } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { anAuthenticator } from "#lib/db/test-authenticator";
import {
  aPlant,
  released,
  stateOf,
  type TestPerson,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { type BoxOf, sealTo } from "#lib/kit/sealing";
import { sealingKey } from "#lib/kit/sealing-keys";
import { type Instant, instant } from "#lib/kit/time";
import { deactivatePerson, issueBadge, setPin, withdrawBadge } from "#lib/people/commands";
import { enrolPasskey, passkeyToMake, withdrawPasskey } from "#lib/people/passkeys.commands";
import { decideOfflineSigning } from "#lib/plant/signing-policy.commands";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { aSignature, operationsSigned } from "./bench/offline-operations.ts";
import { buyoffContent } from "./buyoffs.rules.ts";
import { verifySealed } from "./offline-signing.commands.ts";
import type { Command, CommandVerdict, Envelope } from "./schema.ts";

const [pin, othersPin] = ["482917", "730164"] as const;
/** An operation that two people sign, and another one after it. */
const signedByTwo = () =>
  operationsSigned([aSignature("operator"), aSignature("second_operator")], []);

let plant: TestPlant;
const badges = new Map<string, string>();
const badgeOf = ({ id }: TestPerson) => badges.get(id) ?? "";

async function anotherOperator(name: string): Promise<TestPerson> {
  const of: TestPerson = { id: uuidv7(), name, roles: ["operator"] };
  const scoped = forSite(plant.site);
  await scoped.person.create({ data: { id: of.id, name, employeeNumber: uuidv7().slice(-12) } });
  await scoped.personRole.create({
    data: { personId: of.id, siteId: plant.site, role: "operator" },
  });
  await credentials(of, othersPin);
  return of;
}

async function credentials(person: TestPerson, typed: string): Promise<void> {
  await setPin(plant.seed, person.id, typed);
  const issued = await issueBadge(plant.seed, person.id);
  if (!issued.ok) throw new Error("no badge");
  badges.set(person.id, issued.value);
}

const decide = (types: ("operator" | "second_operator")[], reason: string) =>
  decideOfflineSigning(plant.seed, { command: uuidv7(), types, reason });

let olga: TestPerson;
let omar: TestPerson;
beforeAll(async () => {
  plant = await aPlant(signedByTwo());
  olga = plant.people.operator;
  await credentials(olga, pin);
  omar = await anotherOperator("Omar");
  expect((await decide(["operator", "second_operator"], "QP-7 rev 4")).ok).toBe(true);
});

function work(at: number): Pick<Command, "type" | "body">[] {
  const step = plant.content.operations[at]?.steps[0];
  const field = step?.fields[0];
  if (!step || !field) throw new Error("no step");
  const place = { step: step.id, field: field.id, position: "1", sample: 1 };
  return [
    { type: "presentStep", body: { step: step.id, language: "en" } },
    { type: "startStep", body: { step: step.id } },
    { type: "recordReading", body: { ...place, value: "pass", source: "tap", confirmed: [] } },
    { type: "completeStep", body: { step: step.id } },
  ] as Pick<Command, "type" | "body">[];
}

const codes = (verdicts: readonly CommandVerdict[]) =>
  verdicts.map((of) => (of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict));

async function worked(tablet: TestTablet): Promise<string> {
  const [traveler = ""] = await released(plant, `S-${uuidv7().slice(-8)}`);
  const acts = work(0).map((act) => tablet.envelope(olga, traveler, act));
  expect(codes(await tablet.send(...acts))).toEqual(Array(4).fill("applied"));
  return traveler;
}
const goOn = (tablet: TestTablet, traveler: string) =>
  tablet.send(...work(1).map((act) => tablet.envelope(olga, traveler, act)));

type Signed = { traveler: string; command: string; sealed: string; verdict: string | undefined };
type How = {
  who?: TestPerson;
  typed?: { badge?: string; pin?: string };
  /** What the box is made for, where it is not this act. */
  of?: Partial<BoxOf>;
  /** Another box than one made for this act. */
  box?: string;
  at?: Parameters<TestTablet["envelope"]>[4];
  asserts?: { key: ReturnType<typeof anAuthenticator>; passkey: string };
};

/** One of the two signs at the tablet at which Olga is signed in. */
async function signs(
  tablet: TestTablet,
  traveler: string,
  as: "first" | "second",
  how: How = {},
): Promise<Signed> {
  const [operation] = plant.content.operations;
  const requirement = operation?.buyoffs[as === "first" ? 0 : 1];
  if (!operation || !requirement) throw new Error("nothing to sign");
  const { who = as === "first" ? olga : omar, typed = {}, of = {}, asserts } = how;
  const place = { operation: operation.id, step: null, requirement: requirement.id };
  const state = await stateOf(plant, traveler);
  const contentSha256 = canonicalSha256(buyoffContent(state, plant.content, place));
  const command = uuidv7();
  const box = { device: tablet.device, command, person: who.id, contentSha256, ...of };
  const given = { badge: badgeOf(who), pin: who === olga ? pin : othersPin, ...typed };
  const sealed = asserts
    ? asserts.key.answer(box)
    : (how.box ?? (await sealTo(sealingKey(), JSON.stringify(given), box)));
  const named = asserts ? { passkey: asserts.passkey } : { key: sealingKey().id };
  const facts = { person: who.id, sha256: sha256Hex(sealed), ...named };
  const { person: _, ...own } = facts;
  const auth = {
    first: asserts ? { asserted: own } : { sealed: own },
    second: asserts ? { secondAsserted: facts } : { secondSealed: facts },
  }[as] as Partial<Envelope["auth"]>;
  const act = { id: command, type: "signBuyoff", body: { ...place, contentSha256 } } as const;
  const envelope = tablet.envelope(olga, traveler, act, auth, how.at);
  const [verdict] = codes(await tablet.send(envelope));
  return { traveler, command, sealed, verdict };
}

async function pair(tablet: TestTablet, first: How = {}, second: How = {}) {
  const traveler = await worked(tablet);
  const one = await signs(tablet, traveler, "first", first);
  const two = await signs(tablet, traveler, "second", second);
  expect([one.verdict, two.verdict]).toEqual(["applied", "applied"]);
  return { traveler, one, two };
}

async function found(signed: Signed, at: TestTablet, when?: Instant) {
  const answer = await verifySealed(at.actor, signed, actorOfVerifier(plant.site), when);
  return answer.ok ? answer.value : answer.error.code;
}
const statuses = async (traveler: string) =>
  (await stateOf(plant, traveler)).buyoffs.map(({ status }) => status);
const causes = async (traveler: string) => {
  const entries = await forSite(plant.site).entry.findMany({
    where: { streamId: traveler, type: "buyoff.rejected" },
    orderBy: { seq: "asc" },
  });
  return entries.map(({ line }) => JSON.parse(line).body.cause);
};
const due = async (traveler: string) =>
  (await forSite(plant.site).traveler.findUniqueOrThrow({ where: { id: traveler } })).buyoffsDue;

describe("two people who signed at one tablet without a network", () => {
  it("are pending until both are verified, and the record names both", async () => {
    const tablet = await plant.tablet();
    const { traveler, one, two } = await pair(tablet);
    expect(await statuses(traveler)).toEqual(["pending_verification", "pending_verification"]);
    expect(await found(two, tablet)).toEqual({ status: "pending_verification", held: false });
    // Asked again, because the answer was lost, it is not opened again: nobody tries what has changed since.
    await setPin(plant.seed, omar.id, "615084");
    expect(await found(two, tablet)).toEqual({ status: "pending_verification", held: false });
    await setPin(plant.seed, omar.id, othersPin);
    const tried = { streamId: tablet.device, type: "signing.refused" };
    expect(await forSite(plant.site).entry.count({ where: tried })).toBe(0);
    expect(await found(one, tablet)).toEqual({ status: "signed", held: false });
    expect(await statuses(traveler)).toEqual(["signed", "signed"]);
    const rows = await forSite(plant.site).buyoff.findMany({ where: { travelerId: traveler } });
    expect(rows.map(({ status, personId }) => [status, personId]).toSorted()).toEqual(
      [
        ["signed", olga.id],
        ["signed", omar.id],
      ].toSorted(),
    );
    const entry = await forSite(plant.site).entry.findFirstOrThrow({
      where: { commandId: two.command, type: "buyoff.signed" },
    });
    expect(JSON.parse(entry.line)).toMatchObject({ person: olga.id, second: omar.id });
  });

  it("of whom the first typed a wrong PIN are both rejected, and it is said whose held", async () => {
    const tablet = await plant.tablet();
    const { traveler, one, two } = await pair(tablet, { typed: { pin: "000000" } });
    await found(two, tablet);
    expect(await found(one, tablet)).toEqual({ status: "rejected", held: false });
    expect(await causes(traveler)).toEqual(["components_wrong", "signed_over_rejected"]);
    const [, held] = (await stateOf(plant, traveler)).buyoffs;
    expect(held).toMatchObject({ status: "rejected", checkedAt: expect.any(String) });
    expect(await due(traveler)).toEqual(["operator"]);
    // In the other order the second's is not looked into any more: it counts for nothing.
    const again = await pair(tablet, { typed: { pin: "000000" } });
    expect(await found(again.one, tablet)).toMatchObject({ status: "rejected" });
    expect(await found(again.two, tablet)).toEqual({ status: "rejected", held: false });
    expect((await stateOf(plant, again.traveler)).buyoffs[1]?.checkedAt).toBeUndefined();
  });

  it("of whom the second typed a wrong PIN lose that signature alone, and it is due again", async () => {
    const tablet = await plant.tablet();
    const { traveler, one, two } = await pair(tablet, {}, { typed: { pin: "000000" } });
    expect(await found(two, tablet)).toEqual({ status: "rejected", held: false });
    expect(await found(one, tablet)).toEqual({ status: "signed", held: false });
    expect(await statuses(traveler)).toEqual(["signed", "rejected"]);
    expect(await causes(traveler)).toEqual(["components_wrong"]);
    expect(await due(traveler)).toEqual(["second_operator"]);
  });

  it("are one and the same where the first gave their own badge and PIN for both: found when the box is opened", async () => {
    const tablet = await plant.tablet();
    const { traveler, one, two } = await pair(tablet, {}, { typed: { badge: badgeOf(olga), pin } });
    expect(await found(two, tablet)).toEqual({ status: "rejected", held: false });
    expect(await found(one, tablet)).toMatchObject({ status: "signed" });
    expect(await causes(traveler)).toEqual(["same_person"]);
  });

  it("over whom work went on put the unit on hold for quality, whichever of them failed", async () => {
    for (const wrong of ["first", "second"] as const) {
      const tablet = await plant.tablet();
      const typed = { typed: { pin: "000000" } };
      const { traveler, one, two } = await pair(
        tablet,
        wrong === "first" ? typed : {},
        wrong === "second" ? typed : {},
      );
      expect(codes(await goOn(tablet, traveler))).toEqual(Array(4).fill("applied"));
      await found(two, tablet);
      await found(one, tablet);
      const state = await stateOf(plant, traveler);
      expect(state.holds, wrong).toMatchObject([
        { reason: "signature_rejected", owner: "quality" },
      ]);
      expect(state.readings).toHaveLength(2);
    }
  });
});

describe("the second person", () => {
  it("is not who is signed in, and the tablet's word is not enough", async () => {
    const tablet = await plant.tablet();
    const traveler = await worked(tablet);
    await signs(tablet, traveler, "first");
    const self = await signs(tablet, traveler, "second", { who: olga });
    expect(self.verdict).toMatch(/^signer_/);
    const nobody = { id: uuidv7(), name: "Nobody", roles: ["operator"] } as TestPerson;
    expect((await signs(tablet, traveler, "second", { who: nobody })).verdict).not.toBe("applied");
    expect(await statuses(traveler)).toEqual(["pending_verification"]);
  });

  it("counts as an attempt of their own: after five wrong ones the box waits, and the first one's opens all the same", async () => {
    const tablet = await plant.tablet();
    const other = await anotherOperator("Odile");
    for (const guess of ["100000", "200000", "300000", "400000", "500000"]) {
      const { two } = await pair(tablet, {}, { who: other, typed: { pin: guess } });
      expect(await found(two, tablet)).toMatchObject({ status: "rejected" });
    }
    const { traveler, one, two } = await pair(tablet, {}, { who: other });
    expect(await found(two, tablet)).toBe("credentials_locked");
    expect(await found(one, tablet)).toMatchObject({ status: "signed" });
    expect(await statuses(traveler)).toEqual(["signed", "pending_verification"]);
    const later = instant(Date.now() + 61_000);
    expect(await found(two, tablet, later)).toEqual({ status: "signed", held: false });
  });

  it("whose badge was withdrawn before the box comes is rejected, before or after the act alike", async () => {
    const tablet = await plant.tablet();
    const other = await anotherOperator("Otto");
    const { one, two } = await pair(tablet, {}, { who: other });
    expect((await withdrawBadge(plant.seed, badgeOf(other).split("~")[1] ?? "")).ok).toBe(true);
    expect(await found(two, tablet)).toMatchObject({ status: "rejected" });
    expect(await found(one, tablet)).toMatchObject({ status: "signed" });
    const after = await pair(tablet, {}, { who: other });
    expect(await found(after.two, tablet)).toMatchObject({ status: "rejected" });
  });

  it("who was no longer active before the act has signed nothing; who was then still, has", async () => {
    const tablet = await plant.tablet();
    const other = await anotherOperator("Oona");
    const traveler = await worked(tablet);
    await signs(tablet, traveler, "first");
    const before = {
      wall: instant(Date.now() - 60_000),
      lastServerContact: instant(Date.now() - 120_000),
    };
    expect((await deactivatePerson(plant.seed, other.id)).ok).toBe(true);
    const at = { ...before, uncertainty: 100, step: 0 };
    const then = await signs(tablet, traveler, "second", { who: other, at });
    expect(then.verdict).toBe("applied");
    const next = await worked(tablet);
    await signs(tablet, next, "first");
    expect((await signs(tablet, next, "second", { who: other })).verdict).toBe("person_not_active");
  });

  it("signs with their own passkey beside badge and PIN of the first; withdrawn before the act it is wrong", async () => {
    const tablet = await plant.tablet();
    const key = anAuthenticator();
    const asking = { person: omar.id, badge: badgeOf(omar), pin: othersPin };
    const toMake = await passkeyToMake(tablet.actor, asking);
    if (!toMake.ok) throw new Error(toMake.error.code);
    const made = { answer: key.make(toMake.value.options.challenge), name: "Red key" };
    const enrolled = await enrolPasskey(tablet.actor, made, actorOfPresence);
    if (!enrolled.ok) throw new Error(enrolled.error.code);
    const passkey = enrolled.value.passkeys[0]?.id ?? "";
    const { traveler, one, two } = await pair(tablet, {}, { asserts: { key, passkey } });
    expect(await found(one, tablet)).toMatchObject({ status: "signed" });
    expect(await found(two, tablet)).toEqual({ status: "signed", held: false, by: "passkey" });
    expect((await stateOf(plant, traveler)).buyoffs[1]).toMatchObject({
      method: "passkey_offline",
      person: omar.id,
    });
    const form = { command: uuidv7(), passkey, reason: "Lost" };
    expect((await withdrawPasskey(plant.seed, form)).ok).toBe(true);
    const after = await pair(tablet, {}, { asserts: { key, passkey } });
    expect(await found(after.two, tablet)).toMatchObject({ status: "rejected" });
    expect(await causes(after.traveler)).toEqual(["passkey_withdrawn"]);
  });

  it("has a box of their own for this act: another one's, replayed, opens nothing", async () => {
    const tablet = await plant.tablet();
    const { one, two } = await pair(tablet);
    // Not looked into: the act named another.
    expect(await found({ ...one, sealed: two.sealed }, tablet)).toMatchObject({
      status: "unknown",
    });
    const replayed = await pair(tablet, {}, { box: two.sealed });
    expect(await found(replayed.two, tablet)).toMatchObject({ status: "rejected" });
    expect(await causes(replayed.traveler)).toEqual(["box_unreadable"]);
    const firsts = await pair(tablet, {}, { of: { person: olga.id } });
    expect(await found(firsts.two, tablet)).toMatchObject({ status: "rejected" });
    expect(await found(two, tablet)).toMatchObject({ status: "pending_verification" });
    expect(await found(one, await plant.tablet())).toMatchObject({ status: "unknown" });
    expect(await found(one, tablet)).toMatchObject({ status: "signed" });
  });

  it("signs nothing that the plant has switched off meanwhile", async () => {
    const tablet = await plant.tablet();
    const traveler = await worked(tablet);
    await signs(tablet, traveler, "first");
    expect((await decide(["operator"], "Audit finding 12")).ok).toBe(true);
    const two = await signs(tablet, traveler, "second");
    expect(two.verdict).toBe("offline_policy");
    expect(await found(two, tablet)).toMatchObject({ status: "unknown" });
    expect((await decide(["operator", "second_operator"], "QP-7 rev 5")).ok).toBe(true);
  });
});

it("what was in the boxes is kept nowhere, the record folds to its rows, and the rules say the same again", async () => {
  const scoped = forSite(plant.site);
  const kept = JSON.stringify(
    [
      await scoped.entry.findMany({ where: { siteId: plant.site } }),
      await scoped.receipt.findMany({ where: { siteId: plant.site } }),
      await scoped.traveler.findMany({ where: { siteId: plant.site } }),
    ],
    (_, value) => (typeof value === "bigint" ? `${value}` : value),
  );
  expect(kept).toContain("signed_over_rejected");
  for (const typed of [pin, othersPin, "p256a256gcm.1"]) expect(kept).not.toContain(typed);
  const travelers = await scoped.traveler.findMany({ where: { siteId: plant.site } });
  for (const { id } of travelers) {
    expect(await verifyStream(actorOfSeed(plant.site), id), id).toMatchObject({ broken: null });
  }
  expect(await replayRecord(plant.site)).toMatchObject({ different: 0, differences: [] });
});
