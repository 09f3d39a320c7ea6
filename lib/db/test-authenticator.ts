import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { env } from "#lib/kit/env";
import { challengeOf } from "#lib/kit/passkey-challenge";
import type { BoxOf } from "#lib/kit/sealing";
import { relyingPartyOf } from "#lib/people/passkeys.rules";

const flagBits = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40 } as const;

/** What a test has otherwise than a browser and an honest authenticator would. */
export type Otherwise = {
  origin?: string;
  rpId?: string;
  type?: string;
  challenge?: string;
  flags?: readonly (keyof typeof flagBits)[];
  count?: number;
  key?: KeyObject;
  id?: string;
};

const party = () => {
  const found = relyingPartyOf(env.BUYOFF_ORIGIN);
  if (!found) throw new Error("no passkeys at this address");
  return found;
};

const base64url = (bytes: Buffer | string) => Buffer.from(bytes).toString("base64url");
const clientData = (type: string, challenge: string, origin: string) =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

type Flags = readonly (keyof typeof flagBits)[];

function dataOf(rpId: string, flags: Flags, count: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(count);
  const bits = flags.reduce((sum, flag) => sum | flagBits[flag], 0);
  const hash = createHash("sha256").update(rpId).digest();
  return Buffer.concat([hash, Buffer.from([bits]), counter]);
}

/** In CBOR: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}, RFC 9053. */
const coseOf = ({ x = "", y = "" }: JsonWebKey): Buffer =>
  Buffer.concat([
    Buffer.from("a5010203262001215820", "hex"),
    Buffer.from(x, "base64url"),
    Buffer.from("225820", "hex"),
    Buffer.from(y, "base64url"),
  ]);

/** In CBOR: {"fmt": "none", "attStmt": {}, "authData": bytes}. */
const attestationOf = (authData: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746158", "hex"),
    Buffer.from([authData.length]),
    authData,
  ]);

/** An authenticator with one ES256 key, as WebAuthn L3 says that it answers (6.1, 6.5): it can be told to lie. */
export function anAuthenticator({ counts = true } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const bytes = randomBytes(20);
  const id = base64url(bytes);
  let count = 0;
  const counted = () => {
    count += counts ? 1 : 0;
    return count;
  };
  const make = (challenge: string, of: Otherwise = {}) => {
    const { origin, id: rpId } = party();
    const { type = "webauthn.create", flags = ["up", "uv", "at"] } = of;
    const said = clientData(type, of.challenge ?? challenge, of.origin ?? origin);
    const authData = Buffer.concat([
      dataOf(of.rpId ?? rpId, flags, of.count ?? counted()),
      Buffer.alloc(16),
      Buffer.from([0, bytes.length]),
      bytes,
      coseOf(publicKey.export({ format: "jwk" })),
    ]);
    const transports: "usb"[] = ["usb"];
    const response = {
      clientDataJSON: base64url(said),
      attestationObject: base64url(attestationOf(authData)),
      transports,
    };
    return { id, rawId: id, type: "public-key" as const, response };
  };
  /** As the tablet keeps it. */
  const answer = (box: BoxOf, of: Otherwise = {}): string => {
    const { origin, id: rpId } = party();
    const { type = "webauthn.get", flags = ["up", "uv"], id: named = id } = of;
    const said = clientData(type, of.challenge ?? challengeOf(box), of.origin ?? origin);
    const authData = dataOf(of.rpId ?? rpId, flags, of.count ?? counted());
    const signed = Buffer.concat([authData, createHash("sha256").update(said).digest()]);
    const response = {
      clientDataJSON: base64url(said),
      authenticatorData: base64url(authData),
      signature: base64url(sign("sha256", signed, of.key ?? privateKey)),
    };
    return JSON.stringify({ id: named, rawId: named, type: "public-key", response });
  };
  return { id, make, answer };
}
