import { base64url, bytesOf } from "./base64url.ts";
import { type Canonical, canonicalJson } from "./canonical.ts";

/** A public key of the server, as a tablet keeps it. */
export type SealingKey = {
  id: string;
  publicKey: { kty: "EC"; crv: "P-256"; x: string; y: string };
};

/** What a box is of: opened for anything else it stays shut. */
export type BoxOf = { device: string; command: string; person: string; contentSha256: string };

const version = "p256a256gcm.1";
const curve = { name: "ECDH", namedCurve: "P-256" } as const;
/** All boxes are of one length, so that it says nothing about a PIN. */
const textBytes = 512;

/**
 * ECDH on P-256 with a key made for this box alone, HKDF-SHA256, AES-256-GCM: what WebCrypto has in every
 * browser and in Node. Whoever reads the tablet afterwards can't open it, not even on that tablet.
 */
export async function sealTo(key: SealingKey, text: string, of: BoxOf): Promise<string> {
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const server = await crypto.subtle.importKey("jwk", key.publicKey, curve, false, []);
  const secret = await contentKey(own.privateKey, server, point, key.id, "encrypt");
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const padded = text.padEnd(textBytes, " ");
  const box = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: boundTo(key.id, of) },
    secret,
    new TextEncoder().encode(padded),
  );
  return [version, key.id, base64url(point), base64url(nonce), base64url(box)].join(".");
}

/** The key's id that a box names; null: nothing that was ever sealed here. */
export const keyIdOf = (sealed: string): string | null => partsOf(sealed)?.keyId ?? null;

/** Null when the key, what it is of, or a byte of it is not what it was sealed with. */
export async function openBox(
  privateKey: JsonWebKey,
  sealed: string,
  of: BoxOf,
): Promise<string | null> {
  const parts = partsOf(sealed);
  if (!parts) return null;
  const { keyId, point, nonce, box } = parts;
  try {
    const mine = await crypto.subtle.importKey("jwk", privateKey, curve, false, ["deriveBits"]);
    const theirs = await crypto.subtle.importKey("raw", point, curve, false, []);
    const secret = await contentKey(mine, theirs, point, keyId, "decrypt");
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: nonce, additionalData: boundTo(keyId, of) },
      secret,
      box,
    );
    return new TextDecoder().decode(text).trimEnd();
  } catch {
    return null;
  }
}

async function contentKey(
  mine: CryptoKey,
  theirs: CryptoKey,
  point: Uint8Array<ArrayBuffer>,
  keyId: string,
  use: "encrypt" | "decrypt",
): Promise<CryptoKey> {
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(`buyoff/${version}/${keyId}`);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    [use],
  );
}

const boundTo = (keyId: string, of: BoxOf): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(canonicalJson({ ...of, key: keyId } as Canonical));

function partsOf(sealed: string) {
  const [named, generation, keyId, point, nonce, box, ...rest] = sealed.split(".");
  const isOurs = `${named}.${generation}` === version && rest.length === 0;
  if (!isOurs || !keyId || !point || !nonce || !box) return null;
  try {
    return { keyId, point: bytesOf(point), nonce: bytesOf(nonce), box: bytesOf(box) };
  } catch {
    return null;
  }
}
