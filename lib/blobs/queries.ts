import "server-only";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { forSite } from "#lib/db/client";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";
import { type ImageType, imageTypes } from "./image.rules.ts";

const hash = /^[0-9a-f]{64}$/;
export const isBlobHash = (text: string): boolean => hash.test(text);

/** Named by site and content alone; nothing that a person typed is ever part of a path. */
export const pathOf = (site: string, sha256: string): string => {
  if (!isBlobHash(sha256)) throw new Error("not a hash");
  return path.join(env.BUYOFF_BLOBS, site, sha256.slice(0, 2), sha256);
};

/** A photo of the actor's own site; null is the same for "not there" and "not yours". */
export async function photo(
  actor: Actor,
  sha256: string,
): Promise<{ bytes: Uint8Array; mediaType: ImageType } | null> {
  if (!isBlobHash(sha256)) return null;
  const row = await forSite(actor.site).blob.findUnique({
    where: { siteId_sha256: { siteId: actor.site, sha256 } },
    select: { mediaType: true },
  });
  const mediaType = imageTypes.find((type) => type === row?.mediaType);
  if (!mediaType) return null;
  return { bytes: await readFile(pathOf(actor.site, sha256)), mediaType };
}
