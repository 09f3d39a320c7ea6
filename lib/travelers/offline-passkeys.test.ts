import { beforeAll, expect, it } from "vitest";
import { actorOfPresence, actorOfSeed, actorOfVerifier } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { anAuthenticator, type Otherwise } from "#lib/db/test-authenticator";
import {
  aPlant,
  firstStep,
  released,
  stateOf,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { issueBadge, setPin } from "#lib/people/commands";
import { enrolPasskey, passkeyToMake, withdrawPasskey } from "#lib/people/passkeys.commands";
import { decideOfflineSigning } from "#lib/plant/signing-policy.commands";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { aSignature, operationsSigned } from "./bench/offline-operations.ts";
import { buyoffContent } from "./buyoffs.rules.ts";
import { verifySealed } from "./offline-signing.commands.ts";

const pin = "482917";

/** One operation of one step, which its operator signs and may sign without a network. */
const signedOnce = () => operationsSigned([aSignature("operator")]);

let plant: TestPlant;
let tablet: TestTablet;
let passkey: string;
const key = anAuthenticator();
beforeAll(async () => {
  plant = await aPlant(signedOnce());
  tablet = await plant.tablet();
  const seed = actorOfSeed(plant.site);
  const types = ["operator" as const];
  const decision = { command: uuidv7(), types, reason: "QP-7 rev 2" };
  expect((await decideOfflineSigning(seed, decision)).ok).toBe(true);
  const person = plant.people.operator.id;
  await setPin(seed, person, pin);
  const badge = await issueBadge(seed, person);
  if (!badge.ok) throw new Error("no badge");
  const asked = await passkeyToMake(tablet.actor, { person, badge: badge.value, pin });
  if (!asked.ok) throw new Error(asked.error.code);
  const made = { answer: key.make(asked.value.options.challenge), name: "Blue key" };
  const enrolled = await enrolPasskey(tablet.actor, made, actorOfPresence);
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  passkey = enrolled.value.passkeys[0]?.id ?? "";
});

/** Does the work and signs it with the passkey, all without a network; then all acts are sent. */
async function signed(of: Otherwise = {}, named = passkey) {
  const { operator } = plant.people;
  const [traveler = ""] = await released(plant, uuidv7().slice(-10).toUpperCase());
  const acts = firstStep(plant).map((act) => tablet.envelope(operator, traveler, act));
  await tablet.send(...acts);
  const [operation] = plant.content.operations;
  const requirement = operation?.buyoffs[0]?.id ?? "";
  const place = { operation: operation?.id ?? "", step: null, requirement };
  const state = await stateOf(plant, traveler);
  const contentSha256 = canonicalSha256(buyoffContent(state, plant.content, place));
  const command = uuidv7();
  const box = { device: tablet.device, command, person: operator.id, contentSha256 };
  const sealed = key.answer(box, of);
  const auth = { asserted: { sha256: sha256Hex(sealed), passkey: named } };
  const act = { id: command, type: "signBuyoff", body: { ...place, contentSha256 } } as const;
  const [verdict] = await tablet.send(tablet.envelope(operator, traveler, act, auth));
  expect(verdict).toMatchObject({ verdict: "applied" });
  return { traveler, command, sealed };
}
type Signed = Awaited<ReturnType<typeof signed>>;

async function found(of: Signed, at = tablet) {
  const answer = await verifySealed(at.actor, of, actorOfVerifier(plant.site));
  return answer.ok ? answer.value : answer.error.code;
}
const buyoff = async ({ traveler, command }: Signed) =>
  (await stateOf(plant, traveler)).buyoffs.find(({ id }) => id === command);
const rejections = async ({ traveler }: Signed) => {
  const entries = await forSite(plant.site).entry.findMany({
    where: { streamId: traveler, type: "buyoff.rejected" },
  });
  return entries.map(({ line }) => JSON.parse(line).body.cause);
};

it("is pending until the passkey's answer has come, then verified, and its answer stays on the record", async () => {
  const of = await signed();
  expect(await buyoff(of)).toMatchObject({
    status: "pending_verification",
    method: "passkey_offline",
    passkey,
    sealedSha256: sha256Hex(of.sealed),
  });
  expect(await found(of)).toEqual({ status: "signed", held: false, by: "passkey" });
  // Asked again, because the answer was lost: the same, and no copy of the key is seen in it.
  expect(await found(of)).toEqual({ status: "signed", held: false, by: "passkey" });
  const kept = { siteId: plant.site, sha256: sha256Hex(of.sealed) };
  expect(await forSite(plant.site).textBlob.findFirst({ where: kept })).toMatchObject({
    text: of.sealed,
  });
});

it("is rejected where its owner was not verified, and is due again", async () => {
  const of = await signed({ flags: ["up"] });
  expect(await found(of)).toEqual({ status: "rejected", held: false, by: "passkey" });
  expect(await rejections(of)).toEqual(["passkey_wrong"]);
});

it("is rejected where it was given for another act", async () => {
  const [one, two] = [await signed(), await signed()];
  // Another answer than the act named is not even looked at.
  expect(await found({ ...one, sealed: two.sealed })).toMatchObject({ status: "unknown" });
  const replayed = await signed({ challenge: "AAAA" });
  expect(await found(replayed)).toMatchObject({ status: "rejected" });
  expect(await found(one)).toMatchObject({ status: "signed" });
  expect(await found(two)).toMatchObject({ status: "signed" });
});

it("is taken from the tablet that signed, and from no other", async () => {
  const of = await signed();
  expect(await found(of, await plant.tablet())).toEqual({ status: "unknown", held: false });
  expect(await found(of)).toMatchObject({ status: "signed" });
});

it("is rejected under the name of a passkey that nobody has", async () => {
  const of = await signed({}, uuidv7());
  expect(await found(of)).toMatchObject({ status: "rejected" });
});

it("says that there may be a copy, where the key counts as it has counted before", async () => {
  expect(await found(await signed({ count: 900 }))).toMatchObject({ status: "signed" });
  const of = await signed({ count: 900 });
  expect(await found(of)).toMatchObject({ status: "rejected" });
  expect(await rejections(of)).toEqual(["passkey_copied"]);
});

it("counts when it was given before the passkey was withdrawn, and not after", async () => {
  const before = await signed({ count: 1000 });
  const form = { command: uuidv7(), passkey, reason: "Lost" };
  expect((await withdrawPasskey(actorOfSeed(plant.site), form)).ok).toBe(true);
  const after = await signed({ count: 1001 });
  expect(await found(before)).toMatchObject({ status: "signed" });
  expect(await found(after)).toMatchObject({ status: "rejected" });
  expect(await rejections(after)).toEqual(["passkey_withdrawn"]);
});

it("the record of all of it is whole, and the rules say the same again", async () => {
  const travelers = await forSite(plant.site).traveler.findMany({ where: { siteId: plant.site } });
  for (const { id } of travelers) {
    expect(await verifyStream(actorOfSeed(plant.site), id), id).toMatchObject({ broken: null });
  }
  expect(await replayRecord(plant.site)).toMatchObject({ different: 0, differences: [] });
});
