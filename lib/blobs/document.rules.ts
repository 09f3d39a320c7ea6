import { type ImageType, imageTypes } from "./image.rules.ts";

/** The documents that a decision was typed from: a PDF, or a picture of a paper. */
export const documentTypes = [...imageTypes, "application/pdf"] as const;
/** What a measuring machine writes. */
export const reportTypes = [
  "application/pdf",
  "application/xml",
  "text/csv",
  "text/plain",
] as const;
export type ReportType = (typeof reportTypes)[number];
/** Everything that is kept by its hash. */
export const keptTypes = [...imageTypes, ...reportTypes] as const;
export type KeptType = ImageType | ReportType;

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

/** Printable in any one-byte alphabet or UTF-8: machines write both, and neither needs other controls. */
const isText = (bytes: Uint8Array): boolean =>
  bytes.length > 0 &&
  bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)) &&
  !bytes.includes(0x7f);

/**
 * A machine's report by its bytes. Of XML nothing that its reader would fetch or unfold is kept: it may be
 * opened by a program that does as it is told (XXE, entity expansion).
 */
export function isReport(bytes: Uint8Array, mediaType: ReportType): boolean {
  if (mediaType === "application/pdf") return isPdf(bytes);
  if (!isText(bytes)) return false;
  if (mediaType !== "application/xml")
    return !/^\s*<(!doctype|html|svg|script|\?xml)/i.test(head(bytes));
  const text = new TextDecoder("utf-8").decode(bytes);
  return (
    /^\uFEFF?\s*<(\?xml|[a-z_])/i.test(text) && !/<!(doctype|entity)|<\?xml-stylesheet/i.test(text)
  );
}

const head = (bytes: Uint8Array): string => textOf(bytes.subarray(0, 200));
