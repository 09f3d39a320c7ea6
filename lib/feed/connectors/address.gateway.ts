import "server-only";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isAllowedAddress } from "./rest/address.rules.ts";

type Address =
  | { ok: true; address: string; family: number }
  | { ok: false; reason: string; isPrivate: boolean };

/**
 * A host's address, resolved once and looked at; the caller connects to this address and to none that
 * the name may have a moment later.
 */
export async function permittedAddress(
  hostname: string,
  allow: readonly string[],
): Promise<Address> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  let found: { address: string; family: number };
  try {
    found = family ? { address: host, family } : await lookup(host);
  } catch {
    return { ok: false, reason: `the name ${host} can't be resolved`, isPrivate: false };
  }
  if (!isAllowedAddress(host, found.address, allow)) {
    return {
      ok: false,
      reason: `${host} has the private address ${found.address}, which is not allowed`,
      isPrivate: true,
    };
  }
  return { ok: true, ...found };
}
