import { base64url } from "#lib/kit/base64url";
import type { Core } from "./core.ts";
import { keep, kept, type TabletDb } from "./memory.ts";
import type { Answer } from "./server.ts";
import type { DemoKit, DeviceSession } from "./wire.schema.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;

/** The tablet's own key can sign but never leave it: what is copied from its storage is no tablet. */
async function keyPair(core: Core): Promise<CryptoKeyPair> {
  const known = await kept(core.db, "keys");
  if (known !== null) return known;
  const made = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  await keep(core.db, "keys", made);
  return made;
}

export async function enrol(
  core: Core,
  code: string,
  name: string,
): Promise<Answer<DeviceSession>> {
  const keys = await keyPair(core);
  const publicKey = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const answer = await core.server.post<DeviceSession>("/api/devices/enrol", {
    code,
    publicKey: { kty: publicKey.kty, crv: publicKey.crv, x: publicKey.x, y: publicKey.y },
    name,
  });
  if (answer.kind === "ok") {
    await keep(core.db, "session", answer.value);
    core.set({ session: answer.value, phase: "locked", isRevoked: false });
    await askToLast();
  }
  return answer;
}

/**
 * That the browser keeps this memory when its disk runs short: asked for and perhaps not given, and then again with
 * each new session, because browsers give it to what is used. Unsent records are shown on the lock screen either way.
 */
async function askToLast(): Promise<void> {
  if ((await navigator.storage?.persisted?.()) === false) await navigator.storage.persist?.();
}

/** `revoked`: what it still has it may hand over, for somebody to look at; nothing else is open to it. */
type Renewed = "renewed" | "revoked" | "silence" | "unknown";
const renewals = new WeakMap<TabletDb, Promise<Renewed>>();

/**
 * Proves itself again with its key. A revoked tablet is not let in and shows the enrolment page. Whoever asks
 * while it is being asked hears the same answer: a challenge is good once.
 */
export function renewSession(core: Core): Promise<Renewed> {
  const under = renewals.get(core.db);
  if (under !== undefined) return under;
  const mine = renewNow(core).finally(() => renewals.delete(core.db));
  renewals.set(core.db, mine);
  return mine;
}

async function renewNow(core: Core): Promise<Renewed> {
  const session = await kept(core.db, "session");
  const keys = await kept(core.db, "keys");
  if (session === null || keys === null) return "unknown";
  const challenge = await core.server.post<{ nonce: string }>("/api/devices/challenge", {
    device: session.device.id,
  });
  if (challenge.kind === "silence") return "silence";
  if (challenge.kind !== "ok") return "unknown";
  const nonce = challenge.value.nonce;
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    keys.privateKey,
    new TextEncoder().encode(nonce),
  );
  const answer = await core.server.post<DeviceSession>("/api/devices/session", {
    device: session.device.id,
    nonce,
    signature: base64url(signature),
  });
  if (answer.kind === "silence") return "silence";
  if (answer.kind === "refused" && answer.error.code === "device_revoked") {
    core.set({ phase: "not_enrolled", signedIn: null, isRevoked: true });
    return "revoked";
  }
  if (answer.kind !== "ok") return "unknown";
  await keep(core.db, "session", answer.value);
  core.set({ session: answer.value });
  void askToLast();
  return "renewed";
}

export async function loadDemo(core: Core): Promise<void> {
  const answer = await core.server.get<DemoKit>("/api/floor/demo");
  core.set({ demo: answer.kind === "ok" ? answer.value : null });
}
