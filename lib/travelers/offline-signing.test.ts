import { beforeAll, describe, expect, it } from "vitest";
import { actorOfSeed, actorOfVerifier } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import {
  aHold,
  aPlant,
  aTablet,
  released,
  stateOf,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { type BoxOf, type SealingKey, sealTo } from "#lib/kit/sealing";
import { sealingKey } from "#lib/kit/sealing-keys";
import { instant } from "#lib/kit/time";
import { issueBadge, setPin } from "#lib/people/commands";
import { decideOfflineSigning } from "#lib/plant/signing-policy.commands";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { aSignature, operationsSigned } from "./bench/offline-operations.ts";
import { buyoffContent } from "./buyoffs.rules.ts";
import { applyCommand } from "./commands.ts";
import { conflictsFound } from "./conflicts.queries.ts";
import { verifySealed } from "./offline-signing.commands.ts";
import type { Command, CommandVerdict } from "./schema.ts";

const pin = "482917";
/** Two operations of one step; the operator signs each, and may do so without a network. */
const twice = () => operationsSigned([aSignature("operator")], [aSignature("operator")]);

let plant: TestPlant;
let badge: string;
beforeAll(async () => {
  plant = await aPlant(twice());
  badge = await credentials(plant.people.operator.id);
  const decided = await decideOfflineSigning(actorOfSeed(plant.site), {
    command: uuidv7(),
    types: ["operator"],
    reason: "QP-7 rev 2",
  });
  expect(decided.ok).toBe(true);
});

async function credentials(person: string): Promise<string> {
  const seed = actorOfSeed(plant.site);
  await setPin(seed, person, pin);
  const issued = await issueBadge(seed, person);
  if (!issued.ok) throw new Error("no badge");
  return issued.value;
}

/** What does one step, up to its end. */
function work(at: number): Pick<Command, "type" | "body">[] {
  const step = plant.content.operations[at]?.steps[0];
  const field = step?.fields[0];
  if (!step || !field) throw new Error("no step");
  const place = { step: step.id, field: field.id, position: "1", sample: 1 };
  const acts = [
    { type: "presentStep", body: { step: step.id, language: "en" } },
    { type: "startStep", body: { step: step.id } },
    {
      type: "recordReading",
      body: { ...place, value: "pass", source: "tap", confirmed: [] },
    },
    { type: "completeStep", body: { step: step.id } },
  ];
  return acts as Pick<Command, "type" | "body">[];
}

const codes = (verdicts: readonly CommandVerdict[]) =>
  verdicts.map((of) => (of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict));

type Typed = { badge?: string; pin?: string };
type Signed = { traveler: string; command: string; sealed: string; verdict: string | undefined };

type Sealing = { key?: SealingKey; of?: Partial<BoxOf>; clock?: Away };
/** When it was done, and since when nobody had answered. */
type Away = Parameters<TestTablet["envelope"]>[4];

const aSerial = () => `S-${uuidv7().slice(-8)}`;

/** At the tablet without a network: the first operation done and signed into a box. */
async function signedOffline(tablet: TestTablet, typed: Typed = {}, sealing: Sealing = {}) {
  const [traveler = ""] = await released(plant, aSerial());
  const { operator } = plant.people;
  const acts = work(0).map((act) => tablet.envelope(operator, traveler, act));
  expect(codes(await tablet.send(...acts))).toEqual(Array(4).fill("applied"));
  return signedInto(tablet, traveler, typed, sealing);
}

/** The first operation, which is done, signed into a box. */
async function signedInto(
  tablet: TestTablet,
  traveler: string,
  typed: Typed = {},
  { key = sealingKey(), of = {}, clock = {} }: Sealing = {},
): Promise<Signed> {
  const { operator } = plant.people;
  const operation = plant.content.operations[0];
  const requirement = operation?.buyoffs[0];
  if (!operation || !requirement) throw new Error("nothing to sign");
  const place = { operation: operation.id, step: null, requirement: requirement.id };
  const state = await stateOf(plant, traveler);
  const contentSha256 = canonicalSha256(buyoffContent(state, plant.content, place));
  const command = uuidv7();
  const box = { device: tablet.device, command, person: operator.id, contentSha256, ...of };
  const sealed = await sealTo(key, JSON.stringify({ badge, pin, ...typed }), box);
  const auth = { sealed: { sha256: sha256Hex(sealed), key: key.id } };
  const body = { ...place, contentSha256 };
  const signing = { id: command, type: "signBuyoff", body } as const;
  const [verdict] = codes(
    await tablet.send(tablet.envelope(operator, traveler, signing, auth, clock)),
  );
  return { traveler, command, sealed, verdict };
}

const goOn = async (tablet: TestTablet, traveler: string) =>
  codes(
    await tablet.send(
      ...work(1).map((act) => tablet.envelope(plant.people.operator, traveler, act)),
    ),
  );

const open = ({ traveler, command, sealed }: Signed, tablet: TestTablet) =>
  verifySealed(tablet.actor, { traveler, command, sealed }, actorOfVerifier(plant.site));
const found = async (signed: Signed, tablet: TestTablet) => {
  const answer = await open(signed, tablet);
  return answer.ok ? answer.value : answer.error.code;
};
const types = async (traveler: string) => {
  const entries = await forSite(plant.site).entry.findMany({
    where: { streamId: traveler },
    orderBy: { seq: "asc" },
  });
  return entries.map(({ type }) => type);
};
const buyoff = async ({ traveler, command }: Signed) =>
  (await stateOf(plant, traveler)).buyoffs.find(({ id }) => id === command);

describe("a signature that was given without a network", () => {
  it("is pending on the record until its box has come, and is verified for the person who signed", async () => {
    const tablet = await plant.tablet();
    const signed = await signedOffline(tablet);
    expect(signed.verdict).toBe("applied");
    expect(await buyoff(signed)).toMatchObject({
      status: "pending_verification",
      method: "badge_pin_offline",
      person: plant.people.operator.id,
      sealedSha256: sha256Hex(signed.sealed),
    });
    expect(await found(signed, tablet)).toEqual({ status: "signed", held: false });
    const row = await forSite(plant.site).buyoff.findUniqueOrThrow({
      where: { id: signed.command },
    });
    expect(row).toMatchObject({ status: "signed", method: "badge_pin_offline" });
    // Asked again it gets the same answer, and nothing is written twice.
    expect(await found(signed, tablet)).toEqual({ status: "signed", held: false });
    expect(
      (await types(signed.traveler)).filter((type) => type === "buyoff.verified"),
    ).toHaveLength(1);
  });

  it("whose PIN was wrong is rejected, and is due again", async () => {
    const tablet = await plant.tablet();
    const signed = await signedOffline(tablet, { pin: "000000" });
    expect(await found(signed, tablet)).toEqual({ status: "rejected", held: false });
    const state = await stateOf(plant, signed.traveler);
    expect(state.holds).toEqual([]);
    const row = await forSite(plant.site).traveler.findUniqueOrThrow({
      where: { id: signed.traveler },
    });
    expect(row.buyoffsDue).toEqual(["operator"]);
    expect(await found(signed, tablet)).toEqual({ status: "rejected", held: false });
  });

  it("whose PIN was wrong and over which work went on puts the unit on hold for quality", async () => {
    const tablet = await plant.tablet();
    const signed = await signedOffline(tablet, { pin: "000000" });
    expect(await goOn(tablet, signed.traveler)).toEqual(Array(4).fill("applied"));
    expect(await found(signed, tablet)).toEqual({ status: "rejected", held: true });
    const state = await stateOf(plant, signed.traveler);
    expect(state.status).toBe("on_hold");
    expect(state.holds).toMatchObject([{ reason: "signature_rejected", owner: "quality" }]);
    // What was done meanwhile stays on the record.
    expect(state.readings).toHaveLength(2);
    expect(await found(signed, tablet)).toEqual({ status: "rejected", held: true });
  });

  it("is nobody else's: not with right badge and PIN of their own", async () => {
    const tablet = await plant.tablet();
    const other = await credentials(plant.people.inspector.id);
    const signed = await signedOffline(tablet, { badge: other });
    expect(await found(signed, tablet)).toMatchObject({ status: "rejected" });
  });

  it("counts as an attempt: after five wrong ones the next box waits, and is no free guess", async () => {
    const tablet = await plant.tablet();
    for (const guess of ["100000", "200000", "300000", "400000", "500000"]) {
      const signed = await signedOffline(tablet, { pin: guess });
      expect(await found(signed, tablet)).toMatchObject({ status: "rejected" });
    }
    const right = await signedOffline(tablet);
    expect(await found(right, tablet)).toBe("credentials_locked");
    expect((await buyoff(right))?.status).toBe("pending_verification");
    // After the wait the same box opens.
    const later = new Date(Date.now() + 61_000).toISOString() as never;
    const answer = await verifySealed(tablet.actor, right, actorOfVerifier(plant.site), later);
    expect(answer).toMatchObject({ ok: true, value: { status: "signed" } });
  });
});

describe("a box", () => {
  it("is bound to its act: one of another command opens nothing", async () => {
    const tablet = await plant.tablet();
    const [one, two] = [await signedOffline(tablet), await signedOffline(tablet)];
    // Another box than the act named is not even looked into.
    expect(await found({ ...one, sealed: two.sealed }, tablet)).toEqual({
      status: "unknown",
      held: false,
    });
    expect((await buyoff(one))?.status).toBe("pending_verification");
    // And an act that names a box that was made for another one is not signed by it.
    const replayed = await signedOffline(tablet, {}, { of: { command: one.command } });
    expect(await found(replayed, tablet)).toEqual({ status: "rejected", held: false });
    expect(await found(one, tablet)).toEqual({ status: "signed", held: false });
  });

  it("is bound to tablet, person and content as well", async () => {
    const tablet = await plant.tablet();
    const others = [
      { device: uuidv7() },
      { person: plant.people.inspector.id },
      { contentSha256: sha256Hex("something else") },
    ];
    for (const of of others) {
      const signed = await signedOffline(tablet, {}, { of });
      expect(await found(signed, tablet), JSON.stringify(of)).toMatchObject({ status: "rejected" });
    }
  });

  it("is taken from the tablet that signed, and from no other", async () => {
    const [tablet, another] = [await plant.tablet(), await plant.tablet()];
    const signed = await signedOffline(tablet);
    expect(await found(signed, another)).toEqual({ status: "unknown", held: false });
    expect((await buyoff(signed))?.status).toBe("pending_verification");
    expect(await found(signed, tablet)).toMatchObject({ status: "signed" });
  });

  it("of a tablet of another site is not known here", async () => {
    const tablet = await plant.tablet();
    const signed = await signedOffline(tablet);
    const elsewhere = await aPlant(twice());
    const foreign = await aTablet(elsewhere.site, elsewhere.station);
    expect(await found(signed, foreign)).toMatchObject({ status: "unknown" });
  });

  it("sealed to an older key still opens after a new one was made; to a stranger's key it never does", async () => {
    const tablet = await plant.tablet();
    const older = await signedOffline(tablet, {}, { key: sealingKey(7) });
    expect(sealingKey(7).id).not.toBe(sealingKey().id);
    expect(await found(older, tablet)).toMatchObject({ status: "signed" });
    const stranger = { ...sealingKey(8), id: sealingKey(9).id };
    const lost = await signedOffline(tablet, {}, { key: stranger });
    expect(await found(lost, tablet)).toMatchObject({ status: "rejected" });
  });

  it("is kept nowhere, and neither is what was in it", async () => {
    const tablet = await plant.tablet();
    const signed = await signedOffline(tablet);
    await found(signed, tablet);
    const scoped = forSite(plant.site);
    const kept = JSON.stringify(
      [
        await scoped.entry.findMany({ where: { siteId: plant.site } }),
        await scoped.receipt.findMany({ where: { siteId: plant.site } }),
        await scoped.traveler.findMany({ where: { siteId: plant.site } }),
      ],
      (_, value) => (typeof value === "bigint" ? `${value}` : value),
    );
    expect(kept).toContain(sha256Hex(signed.sealed));
    expect(kept).not.toContain(signed.sealed);
    expect(kept).not.toContain(pin);
  });
});

describe("what the plant has decided", () => {
  it("is asked by the server, whatever the tablet had heard, and stands on the record", async () => {
    const tablet = await plant.tablet();
    const seed = actorOfSeed(plant.site);
    const decide = (types: "operator"[], reason: string) =>
      decideOfflineSigning(seed, { command: uuidv7(), types, reason });
    expect((await decide(["operator"], "again")).ok).toBe(false);
    expect((await decide([], "Audit finding 12")).ok).toBe(true);
    const signed = await signedOffline(tablet);
    expect(signed.verdict).toBe("offline_policy");
    expect(await found(signed, tablet)).toMatchObject({ status: "unknown" });
    expect((await decide(["operator"], "QP-7 rev 3")).ok).toBe(true);
    const entries = await forSite(plant.site).entry.findMany({
      where: { siteId: plant.site, type: "offline_signing.changed" },
      orderBy: { seq: "asc" },
    });
    const decided = entries.map(({ line }) => JSON.parse(line).body.changes.offlineSigning.after);
    expect(decided).toEqual([["operator"], [], ["operator"]]);
  });
});

it("the record of all of it is whole: it folds to its rows, and the rules say the same again", async () => {
  const site = forSite(plant.site);
  const travelers = await site.traveler.findMany({ where: { siteId: plant.site } });
  expect(travelers.length).toBeGreaterThan(10);
  for (const { id } of travelers) {
    expect(await verifyStream(actorOfSeed(plant.site), id), id).toMatchObject({ broken: null });
  }
  expect(await replayRecord(plant.site)).toMatchObject({ different: 0, differences: [] });
});

it("story 10: forty-one minutes without a network, 23 acts, two signatures to verify, one conflict to review", async () => {
  const tablet = await plant.tablet();
  const [first = "", second = "", third = ""] = await released(
    plant,
    aSerial(),
    aSerial(),
    aSerial(),
  );
  const back = Date.now();
  const ago = (minutes: number) => instant(back - minutes * 60_000);
  let acts = 0;
  // One every hundred seconds: the last a minute before the network is back.
  const clock = (): Away => {
    acts += 1;
    return {
      wall: ago(41 - acts * 1.74),
      lastServerContact: ago(41),
      uncertainty: 100,
      step: 0,
      asOf: ago(41),
    };
  };
  const does = async (traveler: string, ...deeds: readonly Pick<Command, "type" | "body">[]) =>
    codes(
      await tablet.send(
        ...deeds.map((deed) => tablet.envelope(plant.people.operator, traveler, deed, {}, clock())),
      ),
    );
  const hold = { ...aHold(), id: uuidv7() } as Command;
  const quality = actorOfSeed(plant.site, { ...plant.people.quality });
  await applyCommand(quality, { traveler: third, command: hold, at: ago(20) });

  const [presented, started, measured] = work(0);
  if (!presented || !started || !measured) throw new Error("no step");
  const note = (text: string) =>
    ({ type: "addNote", body: { step: null, text } }) as Pick<Command, "type" | "body">;
  const verdicts = [...(await does(third, presented, started)), ...(await does(first, ...work(0)))];
  const one = await signedInto(tablet, first, {}, { clock: clock() });
  verdicts.push(one.verdict ?? "", ...(await does(first, ...work(1))));
  verdicts.push(...(await does(first, ...["a", "b", "c", "d", "e", "f"].map(note))));
  verdicts.push(...(await does(second, ...work(0))));
  const two = await signedInto(tablet, second, {}, { clock: clock() });
  verdicts.push(two.verdict ?? "", ...(await does(third, measured)));
  expect(verdicts).toEqual([...Array(22).fill("applied"), "on_hold"]);

  expect(await buyoff(one)).toMatchObject({ status: "pending_verification" });
  expect(await buyoff(two)).toMatchObject({ status: "pending_verification" });
  for (const signed of [one, two]) {
    expect(await found(signed, tablet)).toEqual({ status: "signed", held: false });
    const { at = "", verifiedAt = "" } = (await buyoff(signed)) ?? {};
    expect(at < ago(1) && (verifiedAt ?? "") >= instant(back)).toBe(true);
  }
  const { conflicts } = await conflictsFound(quality);
  const ours = conflicts.filter((of) => [first, second, third].includes(of.traveler));
  expect(ours).toMatchObject([{ traveler: third, kind: "conflict" }]);
  for (const traveler of [first, second, third]) {
    expect(await verifyStream(plant.seed, traveler)).toMatchObject({ broken: null });
  }
  const entries = await forSite(plant.site).entry.findMany({
    where: { streamId: { in: [first, second, third] }, deviceId: tablet.device },
  });
  const span = entries.map(({ occurredAt }) => occurredAt.getTime());
  // From the first act to the last, as they were done; all of it was heard of afterwards.
  expect(Math.round((Math.max(...span) - Math.min(...span)) / 60_000)).toBe(38);
  expect(await replayRecord(plant.site)).toMatchObject({ different: 0 });
});
