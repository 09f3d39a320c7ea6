import "server-only";
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { env } from "./env.ts";

/** What each derived key is for. A label is never used for a second purpose. */
export type KeyPurpose =
  | "grant"
  | "device-challenge"
  | "enrolment-code"
  | "pin-reset"
  | "password-credential"
  | "desk-session-cookie"
  | "unknown-account"
  | "connector-credential"
  | "webhook-secret"
  | "event-reference"
  | "passkey-enrolment"
  | "sealed-signature";

const keys = new Map<string, Buffer>();

/** HKDF-SHA256 of the installation's secret, so that a leaked key opens one door and not all. */
export function keyFor(purpose: KeyPurpose): Buffer {
  const secret = env.BUYOFF_SECRET;
  const known = keys.get(`${purpose}/${secret}`);
  if (known) return known;
  const material = Buffer.from(secret, "base64url");
  if (material.length < 32) throw new Error("BUYOFF_SECRET must be 32 random bytes as base64url");
  const key = Buffer.from(hkdfSync("sha256", material, "buyoff", `buyoff/v1/${purpose}`, 32));
  keys.set(`${purpose}/${secret}`, key);
  return key;
}

/** HMAC-SHA256 as base64url. */
export const macOf = (purpose: KeyPurpose, text: string): string =>
  createHmac("sha256", keyFor(purpose)).update(text, "utf8").digest("base64url");

/** Compares in a time that does not depend on where the two differ. */
export function isMacOf(purpose: KeyPurpose, text: string, mac: string): boolean {
  const expected = Buffer.from(macOf(purpose, text), "utf8");
  const given = Buffer.from(mac, "utf8");
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/**
 * AES-256-GCM. `boundTo` names the row the text belongs to: a ciphertext moved to another row
 * doesn't open there. The first part names algorithm and key generation, for rotation.
 */
export function sealText(purpose: KeyPurpose, text: string, boundTo: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyFor(purpose), nonce);
  cipher.setAAD(Buffer.from(`${purpose}/${boundTo}`, "utf8"));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `a256gcm.1.${nonce.toString("base64url")}.${body.toString("base64url")}`;
}

/** Null when the key, the row or a byte of it is not the one it was sealed with. */
export function openText(purpose: KeyPurpose, sealed: string, boundTo: string): string | null {
  const [algorithm, generation, nonce, body] = sealed.split(".");
  if (algorithm !== "a256gcm" || generation !== "1" || !nonce || !body) return null;
  const bytes = Buffer.from(body, "base64url");
  if (bytes.length < 16) return null;
  try {
    const cipher = createDecipheriv(
      "aes-256-gcm",
      keyFor(purpose),
      Buffer.from(nonce, "base64url"),
    );
    cipher.setAAD(Buffer.from(`${purpose}/${boundTo}`, "utf8"));
    cipher.setAuthTag(bytes.subarray(-16));
    return cipher.update(bytes.subarray(0, -16), undefined, "utf8") + cipher.final("utf8");
  } catch {
    return null;
  }
}
