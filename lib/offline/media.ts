import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Core, nowInstant } from "./core.ts";
import { picturesOf } from "./leaving.ts";
import type { Packet } from "./wire.schema.ts";

/** A stored picture and not a drawing of the page's own, which the service worker keeps. */
export const isStored = (src: string): boolean => /^[0-9a-f]{64}$/.test(src);

/**
 * The pictures of a traveler's instruction and those taken of it, so that they are there without a network. One that
 * can't be had now is asked for when the traveler is opened again; what doesn't have its own hash is not kept.
 */
export async function keepMedia(
  core: Core,
  packet: Pick<Packet, "content" | "state">,
): Promise<void> {
  for (const hash of new Set(picturesOf(packet).filter(isStored))) {
    if ((await core.db.getKey("blobs", hash)) !== undefined) continue;
    const response = await fetch(`/api/blobs/${hash}`).catch(() => null);
    if (response === null || !response.ok) continue;
    const bytes = await response.arrayBuffer().catch(() => null);
    if (bytes === null || bytesToHex(sha256(new Uint8Array(bytes))) !== hash) continue;
    const mediaType = response.headers.get("content-type") ?? "image/jpeg";
    const sentAt = nowInstant(core);
    await core.db.put("blobs", { sha256: hash, bytes, mediaType, traveler: "", sentAt });
  }
}
