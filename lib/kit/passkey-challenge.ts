import { base64url } from "./base64url.ts";
import { type Canonical, canonicalSha256 } from "./canonical.ts";
import type { BoxOf } from "./sealing.ts";

/** What a passkey belongs to: the name in the plant's address, and the address of the page (WebAuthn, 5.1.4). */
export type RelyingParty = { id: string; origin: string };

/**
 * What a passkey signs: SHA-256 of which tablet, which act, which person and the hash of exactly what was shown.
 * Good for nothing else, and for that act once, because an act is taken once.
 */
export const challengeOf = ({ device, command, person, contentSha256 }: BoxOf): string => {
  const said = { for: "buyoff/passkey.1", device, command, person, contentSha256 };
  const hex = canonicalSha256(said as Canonical);
  return base64url(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
};
