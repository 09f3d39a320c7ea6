import { bytesToHex, hexToBytes, randomBytes } from "@noble/hashes/utils.js";
import { sha256Hex } from "./canonical.ts";

/** A time-ordered UUID (RFC 9562, version 7). `nowMs` and `random` are arguments so that a test can choose them. */
export function uuidv7(nowMs: number = Date.now(), random: Uint8Array = randomBytes(10)): string {
  const bytes = new Uint8Array(16);
  for (let index = 0; index < 6; index += 1) {
    bytes[index] = Math.floor(nowMs / 2 ** (8 * (5 - index))) % 256;
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return hyphenated(bytes);
}

/**
 * An id that follows from another one (RFC 9562, version 8): the tablet and the server, deciding on
 * the same command, name what it makes alike.
 */
export function derivedId(from: string, label: string): string {
  const bytes = hexToBytes(sha256Hex(`${from}/${label}`).slice(0, 32));
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return hyphenated(bytes);
}

function hyphenated(bytes: Uint8Array): string {
  const hex = bytesToHex(bytes);
  return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, hex);
}
