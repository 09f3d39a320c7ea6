import type { RelyingParty } from "#lib/kit/passkey-challenge";
import type { Instant } from "#lib/kit/time";

/**
 * What passkeys are bound to at the plant's address; null: at that address there can be none. Browsers know them
 * only under a name and over https, and on the machine itself as localhost; no number is a name.
 */
export function relyingPartyOf(address: string): RelyingParty | null {
  const url = URL.parse(address);
  if (url === null) return null;
  const isHere = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (isHere) {
    const { protocol, port } = url;
    return { id: "localhost", origin: `${protocol}//localhost${port === "" ? "" : `:${port}`}` };
  }
  const isNumber = url.hostname.startsWith("[") || /^[\d.]+$/.test(url.hostname);
  if (url.protocol !== "https:" || isNumber) return null;
  return { id: url.hostname, origin: url.origin };
}

/** How far a key had counted at a signature, which was given between these two. */
export type PasskeyUse = { count: number; earliest: Instant; latest: Instant };

/**
 * Whether this count says that there are two of the key (WebAuthn L3, 6.1.1): it was there already, or it is lower
 * than one of an earlier signature, or not lower than one of a later. In the order in which they were given, and
 * not in which they came: a security key signs at two tablets, and the one that was away longer sends last. One
 * that doesn't count says nothing.
 */
export function isCopied(known: readonly PasskeyUse[], now: PasskeyUse): boolean {
  return known.some(({ count, earliest, latest }) => {
    if (count === 0 && now.count === 0) return false;
    if (count === now.count) return true;
    return latest < now.earliest ? count > now.count : now.latest < earliest && count < now.count;
  });
}

/** Withdrawn before the signature; an interval that straddles it counts as before. */
export const isWithdrawnBefore = (
  withdrawnAt: Instant | null,
  { latest }: Pick<PasskeyUse, "latest">,
): boolean => withdrawnAt !== null && withdrawnAt <= latest;
