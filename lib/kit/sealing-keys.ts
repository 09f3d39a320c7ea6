import "server-only";
import { createECDH, createHash, hkdfSync } from "node:crypto";
import { env } from "./env.ts";
import { keyFor } from "./keys.ts";
import { type BoxOf, keyIdOf, openBox, type SealingKey } from "./sealing.ts";

type KeyPair = SealingKey & { privateKey: JsonWebKey };
const pairs = new Map<number, KeyPair>();

/** Of P-256: a private key is a number from 1 to one below it (FIPS 186-5, A.2.1). */
const curveOrder = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

/**
 * Derived from the master key, like every other key, and so kept outside of the database. Each generation is a
 * key of its own: the newest is given out, the ones before still open what was sealed to them.
 */
function pairOf(generation: number): KeyPair {
  const known = pairs.get(generation);
  if (known) return known;
  const info = `buyoff/v1/sealed-signature/${generation}`;
  const wide = Buffer.from(
    hkdfSync("sha256", keyFor("sealed-signature"), "buyoff", info, 48),
  ).toString("hex");
  const number = (BigInt(`0x${wide}`) % (curveOrder - 1n)) + 1n;
  const secret = Buffer.from(number.toString(16).padStart(64, "0"), "hex");
  const own = createECDH("prime256v1");
  own.setPrivateKey(secret);
  const point = own.getPublicKey();
  const publicKey = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  } as const;
  const mark = createHash("sha256").update(point).digest("hex").slice(0, 12);
  const privateKey = { ...publicKey, d: secret.toString("base64url") };
  const pair = { id: `${generation}-${mark}`, publicKey, privateKey };
  pairs.set(generation, pair);
  return pair;
}

/** What a tablet is given to seal to. */
export function sealingKey(generation = env.BUYOFF_SEALING_KEY): SealingKey {
  const { id, publicKey } = pairOf(generation);
  return { id, publicKey };
}

/** What is in a box; null: of another server, of something else, or changed on the way. */
export async function openSealed(sealed: string, of: BoxOf): Promise<string | null> {
  const keyId = keyIdOf(sealed);
  const generation = Number(/^([1-9]\d{0,2})-[0-9a-f]{12}$/.exec(keyId ?? "")?.[1] ?? 0);
  if (generation === 0) return null;
  const { id, privateKey } = pairOf(generation);
  return id === keyId ? openBox(privateKey, sealed, of) : null;
}
