import "server-only";
import { createHash } from "node:crypto";
import { forSite } from "#lib/db/client";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";
import { type KeptType, keptTypes } from "./document.rules.ts";
import { type ImageType, imageTypes } from "./image.rules.ts";
import { blobStoreOf, isBlobHash } from "./store.gateway.ts";

export const store = blobStoreOf(env);

/** A photo or document of the actor's own site; null is the same for "not there" and "not yours". */
export async function kept(
  actor: Actor,
  sha256: string,
): Promise<{ bytes: Uint8Array; mediaType: KeptType } | null> {
  const mediaType = await typeOf(actor, sha256);
  if (!mediaType) return null;
  const bytes = await store.read({ site: actor.site, sha256 });
  if (!bytes) throw new Error(`${sha256} is in the record and not in ${store.name}`);
  // Evidence is shown as it was taken or not at all.
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw new Error(`${sha256} in ${store.name} is no longer what its hash says`);
  }
  return { bytes, mediaType };
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

/** Is it spoken of by an act of this tablet that is, or was, in quarantine? Such an act is kept whole. */
export async function isInQuarantine(device: Actor, sha256: string): Promise<boolean> {
  if (!isBlobHash(sha256)) return false;
  const found = await forSite(device.site).$queryRaw<unknown[]>`
    select 1
      from signals s
      join entries e on e.stream_id = s.traveler_id and e.seq = s.seq
      join text_blobs t on t.site_id = s.site_id
       and t.sha256 = e.line::jsonb -> 'body' ->> 'commandSha256'
     where s.site_id = ${device.site}::uuid and s.kind = 'quarantined'
       and e.device_id = ${device.id}::uuid and strpos(t.text, ${sha256}) > 0
     limit 1`;
  return found.length > 0;
}

async function typeOf(actor: Actor, sha256: string): Promise<KeptType | null> {
  if (!isBlobHash(sha256)) return null;
  const row = await forSite(actor.site).blob.findUnique({
    where: { siteId_sha256: { siteId: actor.site, sha256 } },
    select: { mediaType: true },
  });
  return keptTypes.find((type) => type === row?.mediaType) ?? null;
}
