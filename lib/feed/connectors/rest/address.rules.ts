/**
 * May this address be connected to? Private, loopback and link-local ones only where an administrator
 * has named the host: otherwise a connector's URL would be a door into the plant's own network.
 * The cloud's metadata address is refused in any case.
 */
export function isAllowedAddress(host: string, address: string, allow: readonly string[]): boolean {
  const plain = bare(address);
  if (plain.startsWith("169.254.") || plain.startsWith("fe80:")) return false;
  return isPublic(plain) || allow.some((named) => bare(named) === bare(host));
}

/** Without the brackets of a URL and without the IPv6 form of an IPv4 address. */
const bare = (address: string): string =>
  address
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "");

function isPublic(address: string): boolean {
  if (address.includes(":")) {
    // Global unicast only, without documentation, translation (64:ff9b) and 6to4 or Teredo tunnels.
    return (
      /^[23][0-9a-f]{3}:/.test(address) &&
      !/^(2001:0?0?0?0?:|2001:0?db8:|2002:|3ffe:)/.test(address)
    );
  }
  const [a = 0, b = 0, c = 0] = address.split(".").map(Number);
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if (a === 100 && b >= 64 && b <= 127) return false;
  if (a === 172 && b >= 16 && b <= 31) return false;
  if (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)))) return false;
  if (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) return false;
  return !(a === 203 && b === 0 && c === 113);
}
