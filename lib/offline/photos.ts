import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Core } from "./core.ts";

export type TakenPhoto = {
  sha256: string;
  mediaType: "image/jpeg";
  bytes: number;
  preview: string;
};

const LONGEST_SIDE_PX = 2400;
export const FREE_BYTES_MIN = 200 * 1024 * 1024;

/** Under this the tablet could lose what is more important than a picture. */
export async function hasRoomForPhotos(): Promise<boolean> {
  const estimate = await navigator.storage?.estimate?.();
  if (estimate?.quota === undefined) return true;
  return estimate.quota - (estimate.usage ?? 0) > FREE_BYTES_MIN;
}

/**
 * Drawn again pixel by pixel, upright as the camera meant it: no EXIF and so no place and no device
 * leave the tablet. What is hashed and sent is what was previewed.
 */
export async function takePhoto(file: Blob): Promise<TakenPhoto & { data: ArrayBuffer }> {
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
  const data = await redrawn.arrayBuffer();
  return {
    sha256: bytesToHex(sha256(new Uint8Array(data))),
    mediaType: "image/jpeg",
    bytes: data.byteLength,
    preview: URL.createObjectURL(redrawn),
    data,
  };
}

/** A photo or a machine's report, in the tablet's memory before the command that names it. */
export async function keepPhoto(
  core: Core,
  traveler: string,
  photo: { sha256: string; mediaType: string; data: ArrayBuffer },
): Promise<void> {
  const tx = core.db.transaction("blobs", "readwrite", { durability: "strict" });
  const isKnown = (await tx.store.getKey(photo.sha256)) !== undefined;
  const { sha256: hash, data: bytes, mediaType } = photo;
  if (!isKnown) await tx.store.put({ sha256: hash, bytes, mediaType, traveler, sentAt: null });
  await tx.done;
}
