import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** A value that has exactly one canonical text. Fractions and times travel as strings. */
export type Canonical =
  | string
  | number
  | boolean
  | null
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined };

/**
 * RFC 8785 canonical JSON, in the narrower profile of the record: ASCII keys, integers within
 * ±(2^53−1), NFC text. Throws a TypeError for anything else: what has no single text can't be hashed.
 * A member whose value is undefined is left out, as in JSON.
 */
export function canonicalJson(value: Canonical): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`);
    // −0 is an integer to JavaScript but has no place in a record.
    return String(value === 0 ? 0 : value);
  }
  if (typeof value === "string") return canonicalString(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`no canonical text for a ${typeof value}`);
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => {
      if (!/^[\x20-\x7e]+$/.test(key)) throw new TypeError(`key is not ASCII: ${key}`);
      return `${JSON.stringify(key)}:${canonicalJson(value[key] as Canonical)}`;
    });
  return `{${members.join(",")}}`;
}

const isList = (value: Canonical): value is readonly Canonical[] => Array.isArray(value);

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("text holds half a character");
  if (text.normalize("NFC") !== text) throw new TypeError("text is not in NFC");
  return JSON.stringify(text);
}

export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** SHA-256 of a value's canonical JSON, as 64 lower-case hex digits. */
export const canonicalSha256 = (value: Canonical): string => sha256Hex(canonicalJson(value));

/** The hash of one line of the record: SHA-256(0x00 ‖ line), the leaf hash of RFC 6962. */
export const entryHash = (line: string): string =>
  bytesToHex(sha256(concatBytes(new Uint8Array([0]), utf8ToBytes(line))));
