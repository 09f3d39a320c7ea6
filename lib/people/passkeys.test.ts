import { generateKeyPairSync } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { actorOfPresence, actorOfSeed } from "#lib/boundary/actor";
import { db, forSite } from "#lib/db/client";
import { anAuthenticator, type Otherwise } from "#lib/db/test-authenticator";
import { aPerson, aSite, aTablet, type TestSite, valueIn } from "#lib/db/test-plant";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant, plusMinutes } from "#lib/kit/time";
import { streamOf } from "#lib/record/streams.rules";
import { deactivatePerson } from "./commands.ts";
import { provePasskey } from "./passkey-signing.commands.ts";
import {
  enrolPasskey,
  passkeyToMake,
  withdrawOwnPasskey,
  withdrawPasskey,
} from "./passkeys.commands.ts";

let site: TestSite;
let tablet: Awaited<ReturnType<typeof aTablet>>;
beforeAll(async () => {
  site = await aSite();
});
// Of its own, for each: more than sixty tries a minute are none.
beforeEach(async () => {
  tablet = await aTablet(site);
});

const now = instant(Date.now());
const code = (result: { ok: boolean; error?: { code: string } }) =>
  result.ok ? "ok" : result.error?.code;
type Person = Awaited<ReturnType<typeof aPerson>>;
type Tablet = Awaited<ReturnType<typeof aTablet>>;
type Authenticator = ReturnType<typeof anAuthenticator>;

const ask = ({ id, badge, pin }: Person, at: Tablet = tablet) =>
  passkeyToMake(at.actor, { person: id, badge, pin }, now);

async function enrol(
  person: Person,
  key: Authenticator,
  { of = {} as Otherwise, at = tablet, when = now } = {},
) {
  const { options } = valueIn(await ask(person));
  const answer = key.make(options.challenge, of);
  return enrolPasskey(at.actor, { answer, name: "Blue key" }, actorOfPresence, when);
}

async function aSigner({ counts = true } = {}) {
  const person = await aPerson(site);
  const key = anAuthenticator({ counts });
  const { passkeys } = valueIn(await enrol(person, key));
  return { person, key, passkey: passkeys[0]?.id ?? "" };
}
type Signer = Awaited<ReturnType<typeof aSigner>>;

const boxOf = ({ person }: Pick<Signer, "person">, of: object = {}) => ({
  device: tablet.id,
  command: uuidv7(),
  person: person.id,
  contentSha256: sha256Hex("what was shown"),
  ...of,
});
const at = (minutes: number) => ({
  earliest: plusMinutes(now, minutes),
  latest: plusMinutes(now, minutes),
});

/** Signs, and asks the server what it finds. */
async function found(
  signer: Signer,
  of: Otherwise = {},
  { box = boxOf(signer), when = at(1) } = {},
) {
  const answer = signer.key.answer(box, of);
  return valueIn(
    await provePasskey(tablet.actor, { answer, passkey: signer.passkey, of: box, when }),
  );
}

const told = async (person: string) => {
  const entries = await forSite(site.id).entry.findMany({
    where: { streamId: streamOf("person", person, site.id), type: { startsWith: "passkey." } },
    orderBy: { seq: "asc" },
  });
  return entries.map(({ line, type, personId }) => ({
    type,
    by: personId,
    body: JSON.parse(line).body,
  }));
};

describe("a passkey is enrolled", () => {
  it("by its owner, with badge and PIN, and stands on the record with its public key", async () => {
    const person = await aPerson(site);
    const key = anAuthenticator();
    const { options } = valueIn(await ask(person));
    expect(options).toMatchObject({
      rp: { id: "localhost" },
      attestation: "none",
      authenticatorSelection: { userVerification: "required" },
    });
    expect(options.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-7, -8, -257]);
    const answer = key.make(options.challenge);
    const done = await enrolPasskey(
      tablet.actor,
      { answer, name: "Blue key" },
      actorOfPresence,
      now,
    );
    expect(valueIn(done).passkeys).toMatchObject([
      { name: "Blue key", credential: key.id, transports: ["usb"] },
    ]);
    const row = await db.passkey.findFirstOrThrow({ where: { personId: person.id } });
    expect(row).toMatchObject({ signCount: 1n, deviceType: "single_device", backedUp: false });
    expect(await told(person.id)).toMatchObject([
      {
        type: "passkey.enrolled",
        by: person.id,
        body: { passkey: row.id, credential: key.id, publicKey: row.publicKey, device: tablet.id },
      },
    ]);
    // And is not asked of the same authenticator again.
    const again = valueIn(await ask(person));
    expect(again.options.excludeCredentials).toMatchObject([{ id: key.id }]);
  });

  it("by nobody without badge and PIN, and for nobody else", async () => {
    const [person, other] = [await aPerson(site), await aPerson(site)];
    expect(code(await ask({ ...person, pin: "000000" }))).toBe("credentials_wrong");
    expect(code(await ask({ ...person, id: other.id }))).toBe("credentials_wrong");
    const key = anAuthenticator();
    // What this server would ask, but for its mark.
    const forged = [person.id, tablet.id, Date.parse(now).toString(36), "random", "mark"].join(".");
    for (const challenge of ["", "AAAA", Buffer.from(forged).toString("base64url")]) {
      const answer = key.make(challenge);
      const done = await enrolPasskey(tablet.actor, { answer, name: "x" }, actorOfPresence, now);
      expect(code(done), challenge).toBe("passkey_wrong");
    }
    expect(await told(person.id)).toEqual([]);
  });

  it("at the tablet that asked, within minutes, once", async () => {
    const person = await aPerson(site);
    const elsewhere = await aTablet(site);
    expect(code(await enrol(person, anAuthenticator(), { at: elsewhere }))).toBe("passkey_wrong");
    const late = { when: plusMinutes(now, 6) };
    expect(code(await enrol(person, anAuthenticator(), late))).toBe("passkey_wrong");
    const { options } = valueIn(await ask(person));
    const answers = [anAuthenticator(), anAuthenticator()].map((key) =>
      key.make(options.challenge),
    );
    const codes = [];
    for (const answer of answers) {
      codes.push(
        code(await enrolPasskey(tablet.actor, { answer, name: "x" }, actorOfPresence, now)),
      );
    }
    expect(codes).toEqual(["ok", "passkey_wrong"]);
  });

  it.each([
    ["of a foreign page", { origin: "https://evil.example" }],
    ["for another plant", { rpId: "evil.example" }],
    ["without its owner verified", { flags: ["up", "at"] }],
    ["with nobody there", { flags: ["uv", "at"] }],
    ["that is a signature and no enrolment", { type: "webauthn.get" }],
  ] as [string, Otherwise][])("never from an answer %s", async (_, of) => {
    const person = await aPerson(site);
    expect(code(await enrol(person, anAuthenticator(), { of }))).toBe("passkey_wrong");
  });

  it("never twice, not even by somebody else", async () => {
    const signer = await aSigner();
    expect(code(await enrol(await aPerson(site), signer.key))).toBe("passkey_known");
  });

  it("by nobody who has left meanwhile", async () => {
    const person = await aPerson(site);
    const { options } = valueIn(await ask(person));
    valueIn(await deactivatePerson(actorOfSeed(site.id), person.id));
    const answer = anAuthenticator().make(options.challenge);
    const done = await enrolPasskey(tablet.actor, { answer, name: "x" }, actorOfPresence, now);
    expect(code(done)).toBe("passkey_wrong");
  });
});

describe("a passkey is withdrawn", () => {
  it("by its owner with badge and PIN and a reason, once, and by nobody else that way", async () => {
    const [signer, other] = [await aSigner(), await aPerson(site)];
    const { id, badge, pin } = signer.person;
    const asked = { passkey: signer.passkey, reason: "Lost it" };
    const withdraw = (who: object) =>
      withdrawOwnPasskey(
        tablet.actor,
        { person: id, badge, pin, ...asked, ...who },
        actorOfPresence,
        now,
      );
    expect(code(await withdraw({ pin: "000000" }))).toBe("credentials_wrong");
    const { id: person, ...theirs } = other;
    expect(code(await withdraw({ person, badge: theirs.badge }))).toBe("passkey_unknown");
    expect(valueIn(await withdraw({})).passkeys).toEqual([]);
    expect(code(await withdraw({}))).toBe("passkey_unknown");
    expect((await told(id)).at(-1)).toMatchObject({
      type: "passkey.withdrawn",
      by: id,
      body: { passkey: signer.passkey, reason: sha256Hex("Lost it") },
    });
  });

  it("by an administrator of a site where its owner works, and of no other", async () => {
    const signer = await aSigner();
    const form = { command: uuidv7(), passkey: signer.passkey, reason: "Found in the yard" };
    const elsewhere = await aSite();
    expect(code(await withdrawPasskey(actorOfSeed(elsewhere.id), form))).toBe("passkey_unknown");
    expect(code(await withdrawPasskey(actorOfSeed(site.id), form))).toBe("ok");
    expect(code(await withdrawPasskey(actorOfSeed(site.id), form))).toBe("passkey_unknown");
  });
});

describe("a signature by passkey", () => {
  it("is right for exactly the tablet, act, person and content that it was given for", async () => {
    const signer = await aSigner();
    expect(await found(signer)).toBe("right");
    for (const of of [
      { device: uuidv7() },
      { command: uuidv7() },
      { contentSha256: sha256Hex("something else") },
    ]) {
      const [signed, box] = [boxOf(signer), { ...boxOf(signer), ...of }];
      const answer = signer.key.answer(signed);
      const proof = { answer, passkey: signer.passkey, of: box, when: at(1) };
      expect(valueIn(await provePasskey(tablet.actor, proof)), JSON.stringify(of)).toBe(
        "passkey_wrong",
      );
    }
  });

  it("is nobody else's: not with a passkey of their own, nor under the name of another one", async () => {
    const [signer, other] = [await aSigner(), await aSigner()];
    const box = boxOf(signer);
    const theirs = other.key.answer(box);
    for (const passkey of [signer.passkey, other.passkey]) {
      const proof = { answer: theirs, passkey, of: box, when: at(1) };
      expect(valueIn(await provePasskey(tablet.actor, proof))).toBe("passkey_wrong");
    }
    expect(await found(signer, { id: other.key.id })).toBe("passkey_wrong");
  });

  const { privateKey: strange } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  it.each([
    ["of a foreign page", { origin: "https://evil.example" }],
    ["for another plant", { rpId: "evil.example" }],
    ["without its owner verified", { flags: ["up"] }],
    ["with nobody there", { flags: ["uv"] }],
    ["that is an enrolment", { type: "webauthn.create" }],
    ["to another question", { challenge: "AAAA" }],
    ["with a key that is not its own", { key: strange }],
    ["of one that can suddenly be copied", { flags: ["up", "uv", "be"] }],
  ] as [string, Otherwise][])("is wrong %s", async (_, of) => {
    expect(await found(await aSigner(), of)).toBe("passkey_wrong");
  });

  it("is wrong where it is no answer at all", async () => {
    const signer = await aSigner();
    for (const answer of ["", "{}", "null", "[]", "\u0000", '{"id":1}']) {
      const proof = { answer, passkey: signer.passkey, of: boxOf(signer), when: at(1) };
      expect(valueIn(await provePasskey(tablet.actor, proof)), answer).toBe("passkey_wrong");
    }
  });

  it("counts when it was given before the passkey was withdrawn, and not after", async () => {
    const signer = await aSigner();
    const { passkey } = signer;
    const form = { command: uuidv7(), passkey, reason: "Lost" };
    valueIn(await withdrawPasskey(actorOfSeed(site.id), form, plusMinutes(now, 10)));
    expect(await found(signer, {}, { box: boxOf(signer), when: at(5) })).toBe("right");
    expect(await found(signer, {}, { box: boxOf(signer), when: at(15) })).toBe("passkey_withdrawn");
    const straddling = { earliest: plusMinutes(now, 5), latest: plusMinutes(now, 15) };
    expect(await found(signer, {}, { box: boxOf(signer), when: straddling })).toBe(
      "passkey_withdrawn",
    );
  });

  it("shows a copied key by its count, and is found right again when it is asked again", async () => {
    const signer = await aSigner();
    const box = boxOf(signer);
    const answer = signer.key.answer(box);
    const proof = { answer, passkey: signer.passkey, of: box, when: at(2) };
    expect(valueIn(await provePasskey(tablet.actor, proof))).toBe("right");
    expect(valueIn(await provePasskey(tablet.actor, proof))).toBe("right");
    expect(await found(signer, { count: 2 }, { box: boxOf(signer), when: at(3) })).toBe(
      "passkey_copied",
    );
    expect(await found(signer, { count: 1 }, { box: boxOf(signer), when: at(3) })).toBe(
      "passkey_copied",
    );
    expect(await found(signer, { count: 9 }, { box: boxOf(signer), when: at(4) })).toBe("right");
    // What was signed in between and comes later is no sign of a copy.
    expect(await found(signer, { count: 5 }, { box: boxOf(signer), when: at(3) })).toBe("right");
  });

  it("is right each time with a passkey that doesn't count", async () => {
    const signer = await aSigner({ counts: false });
    expect(await found(signer)).toBe("right");
    expect(await found(signer)).toBe("right");
  });
});
