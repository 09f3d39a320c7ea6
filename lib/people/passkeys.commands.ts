import "server-only";
import { randomBytes } from "node:crypto";
import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { z } from "zod/mini";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { env } from "#lib/kit/env";
import { uuidv7 } from "#lib/kit/ids";
import { isMacOf, macOf } from "#lib/kit/keys";
import { log } from "#lib/kit/log";
import type { RelyingParty } from "#lib/kit/passkey-challenge";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant, millis } from "#lib/kit/time";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { overRate } from "./lockout.commands.ts";
import { passkeysHeld } from "./passkeys.queries.ts";
import { relyingPartyOf } from "./passkeys.rules.ts";
import type {
  HeldPasskey,
  ownPasskeySchema,
  passkeyAskSchema,
  passkeyEnrolSchema,
  WithdrawPasskeyForm,
} from "./passkeys.schema.ts";
import { type PersonAtSite, personAtSite } from "./queries.ts";
import type { Actor } from "./schema.ts";
import { type CredentialRefusal, credentialRefused, personHere } from "./sign-in.commands.ts";

export type PasskeyRefusal = {
  code:
    | "passkeys_not_here"
    | "passkey_wrong"
    | "passkey_known"
    | "passkey_many"
    | "passkey_unknown";
  params: Readonly<Record<string, string>>;
};
const refused = (code: PasskeyRefusal["code"]) => err<PasskeyRefusal>({ code, params: {} });
type ActorAt = (site: string, as: { id: string; name: string }) => Actor;
type Held = Promise<Result<{ passkeys: HeldPasskey[] }, PasskeyRefusal | CredentialRefusal>>;

/** ES256, EdDSA and RS256: what authenticators have, and what an auditor can still check in ten years. */
const algorithms = [-7, -8, -257];
const heldMax = 10;
const askedMinutes = 5;

const relyingParty = (): RelyingParty | null => relyingPartyOf(env.BUYOFF_ORIGIN);

async function ownerHere(
  device: Actor,
  { badge, pin, person }: z.output<typeof passkeyAskSchema>,
  at: Instant,
): Promise<Result<PersonAtSite, CredentialRefusal>> {
  const proven = await personHere(device, { badge, pin }, at);
  // Nobody enrols or withdraws for somebody else, not even with right credentials of their own.
  return proven.ok && proven.value.id !== person ? credentialRefused("credentials_wrong") : proven;
}

/**
 * What the browser asks an authenticator to make, for whoever has just shown badge and PIN at this tablet: who may
 * grant themselves another means to sign has both (21 CFR 11.300).
 */
export async function passkeyToMake(
  device: Actor,
  input: z.output<typeof passkeyAskSchema>,
  at: Instant = instant(Date.now()),
): Promise<
  Result<{ options: PublicKeyCredentialCreationOptionsJSON }, PasskeyRefusal | CredentialRefusal>
> {
  const party = relyingParty();
  if (!party) return refused("passkeys_not_here");
  const owner = await ownerHere(device, input, at);
  if (!owner.ok) return owner;
  const { id, name, employeeNumber } = owner.value;
  const held = await passkeysHeld(id);
  if (held.length >= heldMax) return refused("passkey_many");
  const options = await generateRegistrationOptions({
    rpName: "Buyoff",
    rpID: party.id,
    userID: new Uint8Array(Buffer.from(id, "utf8")),
    userName: employeeNumber,
    userDisplayName: name,
    challenge: new Uint8Array(Buffer.from(asked(id, device.id, at), "utf8")),
    timeout: askedMinutes * 60_000,
    attestationType: "none",
    excludeCredentials: held.map(({ credential }) => ({ id: credential })),
    authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
    supportedAlgorithmIDs: algorithms,
  });
  return ok({ options });
}

/** Stateless: the server's own mark on person, tablet, time and a random part. */
function asked(person: string, device: string, at: Instant): string {
  const random = randomBytes(16).toString("base64url");
  const said = [person, device, millis(at).toString(36), random].join(".");
  return `${said}.${macOf("passkey-enrolment", said)}`;
}

/** Whom it was asked for, if this server asked it of this tablet a moment ago. */
function askedFor(device: string, challenge: string, at: Instant): string | null {
  const text = Buffer.from(challenge, "base64url").toString("utf8");
  const [person, of, issued, random, mac, ...rest] = text.split(".");
  if (!person || !of || !issued || !random || !mac || rest.length > 0 || of !== device) return null;
  const said = [person, of, issued, random].join(".");
  if (!isMacOf("passkey-enrolment", said, mac)) return null;
  const ageMs = millis(at) - Number.parseInt(issued, 36);
  return ageMs >= -1000 && ageMs <= askedMinutes * 60_000 ? person : null;
}

/** Keeps what the authenticator has made. Each question is answered once. */
export async function enrolPasskey(
  device: Actor,
  { answer, name }: z.output<typeof passkeyEnrolSchema>,
  actorAt: ActorAt,
  at: Instant = instant(Date.now()),
): Held {
  const party = relyingParty();
  if (!party) return refused("passkeys_not_here");
  let question = "";
  let person: string | null = null;
  const made = await verifyRegistrationResponse({
    response: { ...answer, clientExtensionResults: {} } as RegistrationResponseJSON,
    expectedChallenge: (challenge) => {
      question = challenge;
      person = askedFor(device.id, challenge, at);
      return person !== null;
    },
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch((error: unknown) => {
    log.info({ err: error, device: device.id }, "an authenticator's answer was not right");
    return null;
  });
  if (!made?.verified || person === null) return refused("passkey_wrong");
  const isFirst =
    (await overRate(
      `passkey/${sha256Hex(question)}`,
      { limit: 1, seconds: askedMinutes * 120 },
      at,
    )) === null;
  const owner = await personAtSite(person, device.site);
  if (!isFirst || !owner?.active) return refused("passkey_wrong");
  const { credential, credentialDeviceType, credentialBackedUp, aaguid } = made.registrationInfo;
  const row = {
    id: uuidv7(millis(at)),
    personId: owner.id,
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString("base64url"),
    signCount: credential.counter,
    transports: [...(answer.response.transports ?? [])],
    aaguid,
    deviceType: credentialDeviceType === "multiDevice" ? "multi_device" : "single_device",
    backedUp: credentialBackedUp,
    name,
  };
  const enrolled = await recorded(actorAt(device.site, owner), async (tx) => {
    const { count } = await tx.passkey.createMany({
      data: [{ ...row, enrolledAt: new Date(at) }],
      skipDuplicates: true,
    });
    if (count === 0) return refused("passkey_known");
    const { id, personId, credentialId, ...told } = row;
    // With the key itself: what it signs can be checked by anybody who has the record.
    const body = {
      person: personId,
      passkey: id,
      credential: credentialId,
      ...told,
      device: device.id,
    };
    return ok({ value: null, events: [happened(personId, "passkey.enrolled", body)] });
  });
  return enrolled.ok ? ok({ passkeys: await passkeysHeld(owner.id) }) : enrolled;
}

/** By whoever it belongs to, at a tablet, with badge and PIN. */
export async function withdrawOwnPasskey(
  device: Actor,
  { passkey, reason, ...input }: z.output<typeof ownPasskeySchema>,
  actorAt: ActorAt,
  at: Instant = instant(Date.now()),
): Held {
  const owner = await ownerHere(device, input, at);
  if (!owner.ok) return owner;
  const { id } = owner.value;
  const done = await recorded(actorAt(device.site, owner.value), (tx) =>
    withdrawn(tx, { id: passkey, personId: id }, reason, at),
  );
  return done.ok ? ok({ passkeys: await passkeysHeld(id) }) : done;
}

/** By an administrator of a site where its owner works: it was lost, or is in doubt. */
export function withdrawPasskey(
  actor: Actor,
  { passkey, reason }: WithdrawPasskeyForm,
  at: Instant = instant(Date.now()),
): Promise<Result<{ person: string }, PasskeyRefusal>> {
  return recorded(actor, async (tx) => {
    const row = await tx.passkey.findUnique({ where: { id: passkey }, select: { personId: true } });
    const role = row && { personId: row.personId, siteId: actor.site };
    if (!role || !(await tx.personRole.findFirst({ where: role })))
      return refused("passkey_unknown");
    return withdrawn(tx, { id: passkey, personId: row.personId }, reason, at);
  });
}

async function withdrawn(
  tx: Tx,
  { id, personId }: { id: string; personId: string },
  reason: string,
  at: Instant,
) {
  const { count } = await tx.passkey.updateMany({
    where: { id, personId, withdrawnAt: null },
    data: { withdrawnAt: new Date(at) },
  });
  if (count === 0) return refused("passkey_unknown");
  const { name } = await tx.passkey.findUniqueOrThrow({ where: { id }, select: { name: true } });
  const body = { person: personId, passkey: id, name, reason: sha256Hex(reason) };
  const event = happened(personId, "passkey.withdrawn", body, [reason]);
  return ok({ value: { person: personId }, events: [event] });
}

const happened = (
  stream: string,
  type: "passkey.enrolled" | "passkey.withdrawn",
  body: Happening["body"],
  texts: string[] = [],
): Happening => ({ kind: "person", stream, type, body, texts });
