import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

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
  if (typeof value === "string") return canonicalString(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`);
    // −0 is an integer to JavaScript but has no place in a record.
    return String(value === 0 ? 0 : value);
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`no canonical text for a ${typeof value}`);
  let members = "";
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    if (!/^[\x20-\x7e]+$/.test(key)) throw new TypeError(`key is not ASCII: ${key}`);
    members += `${members === "" ? "" : ","}${canonicalString(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

const isList = (value: Canonical): value is readonly Canonical[] => Array.isArray(value);

// Most of what is said is ASCII without anything to escape: such a text is in NFC, and its own JSON.
const isPlain = (text: string) => /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(text);

function canonicalString(text: string): string {
  if (isPlain(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError("text holds half a character");
  if (text.normalize("NFC") !== text) throw new TypeError("text is not in NFC");
  return JSON.stringify(text);
}

/**
 * SHA-256 in hex of a text's UTF-8. A browser has none that answers at once, and none at all on plain
 * http; where Node's own is there, it takes a tenth of the time.
 */
export const sha256Hex: (text: string) => string = (() => {
  const native = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (native) return (text) => native.hash("sha256", text, "hex");
  return (text) => bytesToHex(sha256(utf8ToBytes(text)));
})();

/** SHA-256 of a value's canonical JSON, as 64 lower-case hex digits. */
export const canonicalSha256 = (value: Canonical): string => sha256Hex(canonicalJson(value));

/** The hash of one line of the record: SHA-256(0x00 ‖ line), the leaf hash of RFC 6962. */
export const entryHash = (line: string): string => sha256Hex(`\0${line}`);
