import "server-only";
import { createPublicKey, randomBytes, verify } from "node:crypto";
import type { z } from "zod/mini";
import { inTransaction, type Tx } from "#lib/db/client";
import { uuidv7 } from "#lib/kit/ids";
import { isMacOf, macOf } from "#lib/kit/keys";
import { err, ok, type Result } from "#lib/kit/result";
import { asTyped, newToken, newTypedCode, tokenHash } from "#lib/kit/secrets";
import { type Instant, instant, millis, plusMinutes } from "#lib/kit/time";
import { recorded } from "#lib/record/recorded.commands";
import { type DeviceOfSession, deviceAtSite, deviceKey, sitesOf } from "./devices.queries.ts";
import { overRate } from "./lockout.commands.ts";
import type { Actor } from "./schema.ts";
import { type enrolSchema, p256Key } from "./sign-in.schema.ts";

export type DeviceRefusal = {
  code: "enrolment_code_wrong" | "device_unknown" | "too_many_attempts" | "station_unknown";
  params: Record<string, string>;
};
const refused = (code: DeviceRefusal["code"], params: Record<string, string> = {}) =>
  err({ code, params });

export type DeviceSessionOpened = { token: string; expiresAt: Instant; at: DeviceOfSession };
/** Good for handing over what it still has, which goes into quarantine. */
export type RevokedSession = { token: string; expiresAt: Instant; at: null };

const codeMinutes = 15;
const sessionMinutes = 12 * 60;
const nonceSeconds = 60;

/** A code that lets one browser enrol at this station, once, within a quarter of an hour. */
export async function makeEnrolmentCode(
  actor: Actor,
  station: string,
  at: Instant = instant(Date.now()),
  validMinutes = codeMinutes,
): Promise<Result<{ code: string; expiresAt: Instant }, DeviceRefusal>> {
  const code = newTypedCode(3);
  const expiresAt = plusMinutes(at, validMinutes);
  return recorded(actor, async (tx) => {
    const found = await tx.station.findUnique({ where: { id: station }, select: { code: true } });
    if (!found) return refused("station_unknown");
    await tx.enrolmentCode.create({
      data: {
        hash: codeHash(code),
        siteId: actor.site,
        stationId: station,
        createdBy: actor.via === "session" ? actor.id : null,
        expiresAt: new Date(expiresAt),
      },
    });
    const event = {
      type: "enrolment_code.made",
      body: { station: found.code, expiresAt },
    } as const;
    return ok({
      value: { code, expiresAt },
      events: [{ ...event, stream: actor.site, kind: "site" }],
    });
  });
}

// Short enough to type, so a plain hash of a stolen table could be turned back: keyed instead.
const codeHash = (code: string): string => macOf("enrolment-code", asTyped(code));

/**
 * Turns a code into an enrolled tablet. The code is spent by the statement that finds it unspent. `before`:
 * the tablet that this browser was until now. It has lost its key with all its memory, or it would not enrol
 * again: whatever it had not sent is gone, and its stream says so.
 */
export async function enrolDevice(
  input: z.output<typeof enrolSchema>,
  actorAt: (site: string, as: { id: string; name: string }) => Actor,
  at: Instant = instant(Date.now()),
  before: Actor | null = null,
): Promise<Result<DeviceSessionOpened, DeviceRefusal>> {
  const wait = await overRate("enrol", { limit: 60, seconds: 60 }, at);
  if (wait !== null) return refused("too_many_attempts", { seconds: String(wait) });
  const hash = codeHash(input.code);
  const [site] = await sitesOf("enrolment_code", hash);
  if (!site || !isPointOnCurve(input.publicKey)) return refused("enrolment_code_wrong");
  const id = uuidv7(millis(at));
  const actor = actorAt(site, { id, name: input.name });
  const enrolled = await recorded(actor, async (tx) => {
    const spent = await tx.$queryRaw<{ station_id: string; created_by: string | null }[]>`
      update enrolment_codes set used_at = ${new Date(at)}
      where hash = ${hash} and used_at is null and expires_at > ${new Date(at)}
      returning station_id, created_by`;
    const [code] = spent;
    if (!code) return refused("enrolment_code_wrong");
    const name = await nameAt(tx, code.station_id, input.name);
    await tx.device.create({
      data: {
        id,
        siteId: site,
        stationId: code.station_id,
        name,
        publicKey: input.publicKey,
        enrolledBy: code.created_by,
        enrolledAt: new Date(at),
      },
    });
    const body = { device: id, station: code.station_id, name, by: code.created_by };
    const wiped = before?.site === site ? await wipedAs(tx, before.id, id) : [];
    return ok({
      value: id,
      events: [{ stream: id, kind: "device", type: "device.enrolled", body }, ...wiped],
    });
  });
  return enrolled.ok ? openSession(site, id, at) : enrolled;
}

/** Of tablets at a station each has a name of its own: who takes a unit over from one says from which. */
async function nameAt(tx: Tx, station: string, name: string): Promise<string> {
  const where = { stationId: station, name: { startsWith: name } };
  const alike = await tx.device.findMany({ where, select: { name: true } });
  const taken = new Set(alike.map((device) => device.name));
  let own = name;
  for (let nth = 2; taken.has(own); nth += 1) own = `${name} ${nth}`;
  return own;
}

async function wipedAs(tx: Tx, device: string, now: string) {
  const known = await tx.device.findUnique({
    where: { id: device },
    select: { lastSeq: true, lastHash: true },
  });
  if (!known) return [];
  const expected = { seq: known.lastSeq + 1, prev: known.lastHash };
  const body = { kind: "wiped", expected, received: null, now };
  return [{ stream: device, kind: "device" as const, type: "device.gap" as const, body }];
}

/**
 * What the tablet has to sign. Stateless: the server's own mark on the device, the time and a random
 * part; that it was used is remembered by the session it made.
 */
export function challenge(device: string, at: Instant = instant(Date.now())): string {
  const said = [device, millis(at).toString(36), randomBytes(16).toString("base64url")].join(".");
  return `${said}.${macOf("device-challenge", said)}`;
}

/** A session for whoever holds the tablet's private key now. Each challenge opens one session. */
export async function openDeviceSession(
  input: { device: string; nonce: string; signature: string },
  at: Instant = instant(Date.now()),
): Promise<Result<DeviceSessionOpened | RevokedSession, DeviceRefusal>> {
  if (!isFreshChallenge(input.device, input.nonce, at)) return refused("device_unknown");
  const known = await deviceKey(input.device);
  const key = p256Key.safeParse(known?.publicKey);
  if (!known || !key.success) return refused("device_unknown");
  const isSigned = verify(
    "sha256",
    Buffer.from(input.nonce, "utf8"),
    {
      key: createPublicKey({ key: key.data, format: "jwk" }),
      dsaEncoding: "ieee-p1363",
    },
    Buffer.from(input.signature, "base64url"),
  );
  if (!isSigned) return refused("device_unknown");
  // A second use within the nonce's life finds it counted.
  if (
    (await overRate(
      `nonce/${tokenHash(input.nonce)}`,
      { limit: 1, seconds: nonceSeconds * 2 },
      at,
    )) !== null
  ) {
    return refused("device_unknown");
  }
  if (!known.isRevoked) return openSession(known.site, input.device, at);
  return ok({ ...(await newSession(known.site, input.device, at)), at: null });
}

function isFreshChallenge(device: string, nonce: string, at: Instant): boolean {
  const [of, issued, random, mac, ...rest] = nonce.split(".");
  if (!of || !issued || !random || !mac || rest.length > 0 || of !== device) return false;
  if (!isMacOf("device-challenge", [of, issued, random].join("."), mac)) return false;
  const ageMs = millis(at) - Number.parseInt(issued, 36);
  return ageMs >= -1000 && ageMs <= nonceSeconds * 1000;
}

async function openSession(
  site: string,
  device: string,
  at: Instant,
): Promise<Result<DeviceSessionOpened, DeviceRefusal>> {
  const session = await newSession(site, device, at);
  const found = await deviceAtSite(site, device);
  return found ? ok({ ...session, at: found }) : refused("device_unknown");
}

async function newSession(site: string, device: string, at: Instant) {
  const token = newToken();
  const expiresAt = plusMinutes(at, sessionMinutes);
  await inTransaction(
    (tx) =>
      tx.deviceSession.create({
        data: {
          tokenHash: tokenHash(token),
          deviceId: device,
          siteId: site,
          createdAt: new Date(at),
          expiresAt: new Date(expiresAt),
        },
      }),
    site,
  );
  return { token, expiresAt };
}

/** From the next request on this tablet is a stranger: its sessions, its period and its key are over. */
export function revokeDevice(
  actor: Actor,
  device: string,
  at: Instant = instant(Date.now()),
): Promise<Result<null, DeviceRefusal>> {
  return recorded(actor, async (tx) => {
    const { count } = await tx.device.updateMany({
      where: { id: device, revokedAt: null },
      data: { revokedAt: new Date(at) },
    });
    if (count === 0) return refused("device_unknown");
    await tx.deviceSession.updateMany({
      where: { deviceId: device, endedAt: null },
      data: { endedAt: new Date(at) },
    });
    await tx.signingPeriod.updateMany({
      where: { deviceId: device, endedAt: null },
      data: { endedAt: new Date(at), endedBy: "revoked" },
    });
    const body = { device };
    return ok({
      value: null,
      events: [{ stream: device, kind: "device", type: "device.revoked", body }],
    });
  });
}

// WebCrypto would refuse it on the tablet; here it would only surface at the first session.
function isPointOnCurve(key: z.output<typeof p256Key>): boolean {
  try {
    return (
      createPublicKey({ key, format: "jwk" }).asymmetricKeyDetails?.namedCurve === "prime256v1"
    );
  } catch {
    return false;
  }
}
