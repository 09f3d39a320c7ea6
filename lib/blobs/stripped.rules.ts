import { type ImageType, imageTypeOf } from "./image.rules.ts";

export type Stripped = { mediaType: ImageType; bytes: Uint8Array<ArrayBuffer> };

/**
 * The same picture, its pixels untouched, without anything that says where, when or with what it was taken.
 * Of all that stands beside the pixels only colors stay, and which side is up. Null: no still JPEG, PNG or
 * WebP that can be followed to its end.
 */
export function stripped(bytes: Uint8Array): Stripped | null {
  const parts = partsOf(bytes);
  if (parts === null) return null;
  const joined = new Uint8Array(parts.kept.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts.kept) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return imageTypeOf(joined) === parts.mediaType
    ? { mediaType: parts.mediaType, bytes: joined }
    : null;
}

type Parts = { mediaType: ImageType; kept: Uint8Array[] };

function partsOf(bytes: Uint8Array): Parts | null {
  const [first, second, , fourth] = bytes;
  if (first === 0xff && second === 0xd8) return ofJpeg(bytes);
  if (first === 0x89 && second === 0x50 && fourth === 0x47) return ofPng(bytes);
  return textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP" ? ofWebp(bytes) : null;
}

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const textAt = (bytes: Uint8Array, from: number, length: number) =>
  String.fromCharCode(...bytes.subarray(from, from + length));

function ofJpeg(bytes: Uint8Array): Parts | null {
  const kept: Uint8Array[] = [];
  let orientation: number | null = null;
  let hasPixels = false;
  let at = 2;
  while (at + 2 <= bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    // Fill bytes before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9) {
      if (!hasPixels) return null;
      // What is glued behind the end, a film or a second picture, is not taken along.
      const turned = isTurned(orientation) ? [jpegOrientation(orientation)] : [];
      const ends = [bytes.subarray(0, 2), ...turned, ...kept, bytes.subarray(at, at + 2)];
      return { mediaType: "image/jpeg", kept: ends };
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    let end = at + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    const body = bytes.subarray(at + 4, end);
    if (marker === 0xe1 && textAt(body, 0, 6) === "Exif\0\0") {
      orientation ??= orientationIn(body.subarray(6));
    }
    if (marker === 0xda) {
      hasPixels = true;
      end = scanEnd(bytes, end);
    }
    if (isOfPicture(marker, body)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return null;
}

/** Application segments and comments may say anything; of the first, those that a decoder needs stay. */
function isOfPicture(marker: number, body: Uint8Array): boolean {
  if (marker === 0xe0) return textAt(body, 0, 5) === "JFIF\0";
  if (marker === 0xe2) return textAt(body, 0, 12) === "ICC_PROFILE\0";
  if (marker === 0xee) return textAt(body, 0, 5) === "Adobe";
  return marker !== 0xfe && (marker < 0xe0 || marker > 0xef);
}

/** Where the coded pixels end: at the next marker that is neither a stuffed byte nor a restart. */
function scanEnd(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1 && at + 1 < bytes.length) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0x00 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
    at = bytes.indexOf(0xff, at + (next === 0xff ? 1 : 2));
  }
  return bytes.length;
}

/** Pixels, colors and transparency; time, text and places in chunks of any other name are left out. */
const pngKept = new Set(
  "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP".split(" "),
);

function ofPng(bytes: Uint8Array): Parts | null {
  const view = viewOf(bytes);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let orientation: number | null = null;
  let at = 8;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    const name = textAt(bytes, at + 4, 4);
    if (name === "eXIf") orientation ??= orientationIn(bytes.subarray(at + 8, end - 4));
    if (pngKept.has(name)) kept.push(bytes.subarray(at, end));
    if (name === "IEND") {
      if (isTurned(orientation)) kept.splice(2, 0, pngOrientation(orientation));
      return { mediaType: "image/png", kept };
    }
    at = end;
  }
  return null;
}

const webpKept = new Set(["VP8X", "VP8 ", "VP8L", "ALPH", "ICCP"]);
const hasExif = 0x08;
const hasXmp = 0x04;
const isMoving = 0x02;

function ofWebp(bytes: Uint8Array): Parts | null {
  const view = viewOf(bytes);
  const chunks: Uint8Array[] = [];
  let orientation: number | null = null;
  let flagsAt: Uint8Array | null = null;
  let at = 12;
  const whole = Math.min(bytes.length, 8 + view.getUint32(4, true));
  while (at + 8 <= whole) {
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length + (length % 2);
    if (end > bytes.length) return null;
    const name = textAt(bytes, at, 4);
    if (name === "EXIF")
      orientation ??= orientationIn(tiffOf(bytes.subarray(at + 8, at + 8 + length)));
    if (webpKept.has(name)) {
      const chunk = new Uint8Array(bytes.subarray(at, end));
      if (name === "VP8X") flagsAt = chunk;
      chunks.push(chunk);
    }
    at = end;
  }
  if (flagsAt) {
    const flags = flagsAt[8] ?? 0;
    if (flags & isMoving) return null;
    flagsAt[8] = (flags & ~(hasExif | hasXmp)) | (isTurned(orientation) ? hasExif : 0);
    if (isTurned(orientation)) chunks.push(webpOrientation(orientation));
  }
  const head = new Uint8Array(bytes.subarray(0, 12));
  const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 4);
  viewOf(head).setUint32(4, length, true);
  return { mediaType: "image/webp", kept: [head, ...chunks] };
}

const isTurned = (orientation: number | null): orientation is number =>
  orientation !== null && orientation > 1;

/** Some writers put JPEG's own prefix before the block in other formats, too. */
const tiffOf = (block: Uint8Array): Uint8Array =>
  textAt(block, 0, 6) === "Exif\0\0" ? block.subarray(6) : block;

const orientationTag = 0x0112;

/** Which side is up, as the camera wrote it (1 to 8); null: it does not say. */
export function orientationIn(tiff: Uint8Array): number | null {
  const order = textAt(tiff, 0, 2);
  if (tiff.length < 8 || (order !== "II" && order !== "MM")) return null;
  const view = viewOf(tiff);
  const isLittle = order === "II";
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return null;
  const count = view.getUint16(directory, isLittle);
  for (let entry = 0; entry < count; entry += 1) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return null;
    if (view.getUint16(at, isLittle) !== orientationTag) continue;
    const value = view.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/** A directory of one entry: which side is up, and nothing else. */
const tiffWith = (orientation: number): number[] => [
  ...[0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8],
  ...[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
  ...[0, 0, 0, 0],
];

function jpegOrientation(orientation: number): Uint8Array {
  const body = [...codesOf("Exif\0\0"), ...tiffWith(orientation)];
  return Uint8Array.from([0xff, 0xe1, 0, body.length + 2, ...body]);
}

function pngOrientation(orientation: number): Uint8Array {
  const body = tiffWith(orientation);
  const named = Uint8Array.from([...codesOf("eXIf"), ...body]);
  const chunk = new Uint8Array(named.length + 8);
  viewOf(chunk).setUint32(0, body.length);
  chunk.set(named, 4);
  viewOf(chunk).setUint32(4 + named.length, crcOf(named));
  return chunk;
}

function webpOrientation(orientation: number): Uint8Array {
  const body = tiffWith(orientation);
  return Uint8Array.from([...codesOf("EXIF"), body.length, 0, 0, 0, ...body]);
}

const codesOf = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

/** CRC-32 as PNG wants it; of 30 bytes, so without a table. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
