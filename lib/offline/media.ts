import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Core, nowInstant } from "./core.ts";
import { picturesOf } from "./leaving.ts";
import type { Packet } from "./wire.schema.ts";

/** A stored picture and not a drawing of the page's own, which the service worker keeps. */
export const isStored = (src: string): boolean => /^[0-9a-f]{64}$/.test(src);

/** A picture of some megabytes over a weak network; a network that says nothing at all is not waited for longer. */
const PATIENCE_MS = 30_000;

/** Of the pictures that belong to it, those that are not on this tablet. */
export async function missingPictures(
  core: Core,
  packet: Pick<Packet, "content" | "state">,
): Promise<string[]> {
  const all = [...new Set(picturesOf(packet).filter(isStored))];
  const keys = await Promise.all(all.map((hash) => core.db.getKey("blobs", hash)));
  return all.filter((_, index) => keys[index] === undefined);
}

/**
 * The pictures of a traveler's instruction and those taken of it, so that they are there without a network. One that
 * can't be had now is asked for when the traveler is opened again; what doesn't have its own hash is not kept.
 */
export async function keepMedia(
  core: Core,
  packet: Pick<Packet, "content" | "state">,
): Promise<void> {
  for (const hash of await missingPictures(core, packet)) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`/api/blobs/${hash}`, { signal }).catch(() => null);
    // Nobody answers: the others would be waited for as long, one after the other.
    if (response === null) return;
    if (!response.ok) continue;
    const bytes = await response.arrayBuffer().catch(() => null);
    if (bytes === null || bytesToHex(sha256(new Uint8Array(bytes))) !== hash) continue;
    const mediaType = response.headers.get("content-type") ?? "image/jpeg";
    const sentAt = nowInstant(core);
    await core.db.put("blobs", { sha256: hash, bytes, mediaType, traveler: "", sentAt });
  }
}
