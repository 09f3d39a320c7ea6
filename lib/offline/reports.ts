import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { mediaTypeOf, recordBytesMax } from "#lib/travelers/measurement-records.rules";

export type ReadReport = {
  name: string;
  sha256: string;
  /** By its name's ending; empty: of no format that is kept. The rules say so. */
  mediaType: string;
  data: ArrayBuffer;
};

/** A machine's report as it is, hashed; null: larger than is kept. */
export async function readReport(file: File): Promise<ReadReport | null> {
  if (file.size > recordBytesMax || file.size === 0) return null;
  const data = await file.arrayBuffer();
  const name = file.name.normalize("NFC").slice(-200);
  const hash = bytesToHex(sha256(new Uint8Array(data)));
  return { name, sha256: hash, mediaType: mediaTypeOf(name) ?? "", data };
}
