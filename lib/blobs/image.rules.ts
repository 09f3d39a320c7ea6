export const imageTypes = ["image/jpeg", "image/png", "image/webp"] as const;
export type ImageType = (typeof imageTypes)[number];

export const photoBytesMax = 10 * 1024 * 1024;
/** 50 million pixels: more than any tablet's camera, and small enough to be opened safely. */
export const pixelsMax = 5e7;
export const sideMax = 20_000;

const startsWith = (bytes: Uint8Array, ...expected: number[]) =>
  expected.every((byte, index) => bytes[index] === byte);
const textAt = (bytes: Uint8Array, from: number, length: number) =>
  String.fromCharCode(...bytes.subarray(from, from + length));

/** By the first bytes and the last: something glued behind a picture makes it another kind of file as well. */
export function imageTypeOf(bytes: Uint8Array): ImageType | null {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return endsAsJpeg(bytes) ? "image/jpeg" : null;
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) {
    return textAt(bytes, bytes.length - 8, 4) === "IEND" ? "image/png" : null;
  }
  if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP") {
    return riffLength(bytes) === bytes.length ? "image/webp" : null;
  }
  return null;
}

const endsAsJpeg = (bytes: Uint8Array) =>
  bytes.length > 4 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;

function riffLength(bytes: Uint8Array): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8;
  return length + (length % 2);
}

/** Every EXIF block of the file, wherever it hides: a reader that stops at the first misses the second. */
export function metadataBlocks(bytes: Uint8Array, type: ImageType): Uint8Array[] {
  if (type === "image/jpeg") return jpegExif(bytes);
  return type === "image/png" ? chunks(bytes, 8, false) : chunks(bytes, 12, true);
}

function jpegExif(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    // Start of scan: what follows is the picture itself.
    if (marker === 0xda) break;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < 2) break;
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && textAt(segment, 0, 4) === "Exif") blocks.push(segment);
    at += 2 + length;
  }
  return blocks;
}

// PNG: length, name, data, checksum, big-endian. RIFF: name, length, data, padded, little-endian.
function chunks(bytes: Uint8Array, from: number, isRiff: boolean): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Uint8Array[] = [];
  let at = from;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(isRiff ? at + 4 : at, isRiff);
    const name = textAt(bytes, isRiff ? at : at + 4, 4);
    if (name.toLowerCase() === "exif") blocks.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + (isRiff ? length % 2 : 4);
  }
  return blocks;
}
