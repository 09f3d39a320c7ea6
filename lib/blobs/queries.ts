import "server-only";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { forSite } from "#lib/db/client";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";
import { type KeptType, keptTypes } from "./document.rules.ts";
import { type ImageType, imageTypes } from "./image.rules.ts";

const hash = /^[0-9a-f]{64}$/;
export const isBlobHash = (text: string): boolean => hash.test(text);

/** Named by site and content alone; nothing that a person typed is ever part of a path. */
export const pathOf = (site: string, sha256: string): string => {
  if (!isBlobHash(sha256)) throw new Error("not a hash");
  return path.join(env.BUYOFF_BLOBS, site, sha256.slice(0, 2), sha256);
};

/** A photo or document of the actor's own site; null is the same for "not there" and "not yours". */
export async function kept(
  actor: Actor,
  sha256: string,
): Promise<{ bytes: Uint8Array; mediaType: KeptType } | null> {
  const mediaType = await typeOf(actor, sha256);
  if (!mediaType) return null;
  return { bytes: await readFile(pathOf(actor.site, sha256)), mediaType };
}

/** The same where only a picture will do. */
export async function photo(
  actor: Actor,
  sha256: string,
): Promise<{ bytes: Uint8Array; mediaType: ImageType } | null> {
  const found = await kept(actor, sha256);
  const mediaType = imageTypes.find((type) => type === found?.mediaType);
  return found && mediaType ? { bytes: found.bytes, mediaType } : null;
}

/** Is there something under this hash at the actor's site? */
export const isKept = async (actor: Actor, sha256: string): Promise<boolean> =>
  (await typeOf(actor, sha256)) !== null;

async function typeOf(actor: Actor, sha256: string): Promise<KeptType | null> {
  if (!isBlobHash(sha256)) return null;
  const row = await forSite(actor.site).blob.findUnique({
    where: { siteId_sha256: { siteId: actor.site, sha256 } },
    select: { mediaType: true },
  });
  return keptTypes.find((type) => type === row?.mediaType) ?? null;
}
