import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type ImageType, photoBytesMax, pixelsMax, sideMax } from "#lib/blobs/image.rules";
import { stripped } from "#lib/blobs/stripped.rules";
import type { Core } from "./core.ts";
import { isTaken } from "./memory.ts";

export type TakenPhoto = {
  sha256: string;
  mediaType: ImageType;
  bytes: number;
  preview: string;
};

/** Of a picture that has to be drawn anew. */
const LONGEST_SIDE_PX = 4000;
export const FREE_BYTES_MIN = 200 * 1024 * 1024;

/** Under this the tablet could lose what is more important than a picture. */
export async function hasRoomForPhotos(): Promise<boolean> {
  const estimate = await navigator.storage?.estimate?.();
  if (estimate?.quota === undefined) return true;
  return estimate.quota - (estimate.usage ?? 0) > FREE_BYTES_MIN;
}

/**
 * As the camera made it, without what it wrote beside the picture: no place and no device leave the tablet.
 * What is hashed and sent is what was previewed. Throws for what this browser can't show.
 */
export async function takePhoto(file: Blob): Promise<TakenPhoto & { data: ArrayBuffer }> {
  const kept = (await asTaken(file)) ?? (await drawnAnew(file));
  return {
    sha256: bytesToHex(sha256(new Uint8Array(kept.data))),
    mediaType: kept.mediaType,
    bytes: kept.data.byteLength,
    preview: URL.createObjectURL(new Blob([kept.data], { type: kept.mediaType })),
    data: kept.data,
  };
}

type Picture = { mediaType: ImageType; data: ArrayBuffer };

/** Null: of another kind than is kept, or larger. */
async function asTaken(file: Blob): Promise<Picture | null> {
  const picture = stripped(new Uint8Array(await file.arrayBuffer()));
  if (picture === null || picture.bytes.byteLength > photoBytesMax) return null;
  const { bytes, mediaType } = picture;
  const bitmap = await createImageBitmap(new Blob([bytes], { type: mediaType }));
  const { width, height } = bitmap;
  bitmap.close();
  const isTooLarge = width * height > pixelsMax || Math.max(width, height) > sideMax;
  return isTooLarge ? null : { mediaType, data: bytes.buffer };
}

/** Pixel by pixel and upright: what is too large, and kinds of picture that this browser knows and the record does not. */
async function drawnAnew(file: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const redrawn = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", 0.86),
  );
  if (redrawn === null) throw new Error("this picture can't be read");
  return { mediaType: "image/jpeg", data: await redrawn.arrayBuffer() };
}

/**
 * A photo or a machine's report, in the tablet's memory before the command that names it. False: the disk
 * did not take it; no browser need say beforehand how much it would take.
 */
export async function keepPhoto(
  core: Core,
  traveler: string,
  photo: { sha256: string; mediaType: string; data: ArrayBuffer },
): Promise<boolean> {
  const { sha256: hash, data: bytes, mediaType } = photo;
  if ((await core.db.getKey("blobs", hash)) !== undefined) return true;
  return isTaken(async () => {
    const tx = core.db.transaction("blobs", "readwrite", { durability: "strict" });
    const blob = { sha256: hash, bytes, mediaType, traveler, sentAt: null };
    await Promise.all([tx.store.put(blob), tx.done]);
  });
}
