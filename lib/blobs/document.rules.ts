import { type ImageType, imageTypes } from "./image.rules.ts";

/** What is kept by its hash: photos, and the documents that a decision was typed from. */
export const keptTypes = [...imageTypes, "application/pdf"] as const;
export type KeptType = ImageType | "application/pdf";

/** Larger than a photo may be: a signed disposition comes with its drawings. */
export const documentBytesMax = 20 * 1024 * 1024;

/** Where the last line of a PDF has to stand: readers look no further back than this. */
const tailBytes = 1024;
const textOf = (bytes: Uint8Array) => String.fromCharCode(...bytes);

/**
 * A PDF by its own first and last bytes. What stands between them is not looked into: it is handed
 * out to be saved and is never opened in a page of ours.
 */
export function isPdf(bytes: Uint8Array): boolean {
  const begins = /^%PDF-[12]\.\d[\r\n]/.test(textOf(bytes.subarray(0, 9)));
  return begins && /%%EOF[\r\n\0 ]*$/.test(textOf(bytes.subarray(-tailBytes)));
}
