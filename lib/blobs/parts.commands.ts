import "server-only";
import { forSite } from "#lib/db/client";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { type BlobRefusal, storePhoto, storeReport } from "./commands.ts";
import { documentBytesMax, reportTypes } from "./document.rules.ts";
import { photoBytesMax } from "./image.rules.ts";
import { type PartRange, partsKeptMs, unfinishedMax } from "./parts.rules.ts";
import { isKept } from "./queries.ts";

/** How many of its bytes are here; all of them: it is whole, its hash is right and it is kept. */
export type Received = { received: number };
export type Upload = { sha256: string; mediaType: string };

const isReport = (mediaType: string) => reportTypes.some((type) => type === mediaType);

export const bytesMaxOf = (mediaType: string): number =>
  isReport(mediaType) ? documentBytesMax : photoBytesMax;

/** The whole at once. */
export const storeUpload = (
  device: Actor,
  upload: Upload & { bytes: Uint8Array },
  at: Instant = instant(Date.now()),
): Promise<Result<null, BlobRefusal>> =>
  (isReport(upload.mediaType) ? storeReport : storePhoto)(device, upload, at);

/**
 * A part of an upload, where the parts before it are here; otherwise nothing changes. Either way the answer
 * is how far it has come, so that whoever lost an answer goes on from there. With the last part the whole
 * is hashed: one that is not what it is called is thrown away and begins anew.
 */
export async function storePart(
  device: Actor,
  upload: Upload & { range: PartRange; bytes: Uint8Array },
  at: Instant = instant(Date.now()),
): Promise<Result<Received, BlobRefusal>> {
  const { sha256, range, bytes } = upload;
  const { start, total } = range;
  if (await isKept(device, sha256)) return ok({ received: total });
  if (start === 0 && bytes.byteLength === total) {
    const stored = await storeUpload(device, { ...upload, bytes }, at);
    return stored.ok ? ok({ received: total }) : stored;
  }
  const before = await receivedOf(device, sha256, total);
  if (before < total && (start !== before || bytes.byteLength === 0))
    return ok({ received: before });
  if (before === 0) await tidied(device, at);
  const received = before < total ? await keepPart(device, upload, before, at) : before;
  return received < total ? ok({ received }) : finished(device, upload, total, at);
}

const partsOf = (device: Actor, sha256: string) => ({
  siteId: device.site,
  deviceId: device.id,
  sha256,
});

/** Somebody who says another length than before means another upload: it begins anew. */
async function receivedOf(device: Actor, sha256: string, total: number): Promise<number> {
  const parts = forSite(device.site).blobPart;
  const where = partsOf(device, sha256);
  await parts.deleteMany({ where: { ...where, NOT: { total } } });
  const { _sum } = await parts.aggregate({ where, _sum: { length: true } });
  return _sum.length ?? 0;
}

/** Of two that come at once with the same part, one is kept. */
async function keepPart(
  device: Actor,
  { sha256, bytes, range }: Upload & { range: PartRange; bytes: Uint8Array },
  start: number,
  at: Instant,
): Promise<number> {
  const data = new Uint8Array(bytes);
  const part = { start, total: range.total, length: data.byteLength, data };
  await forSite(device.site).blobPart.createMany({
    data: [{ ...partsOf(device, sha256), ...part, receivedAt: new Date(at) }],
    skipDuplicates: true,
  });
  return receivedOf(device, sha256, range.total);
}

async function finished(
  device: Actor,
  { sha256, mediaType }: Upload,
  total: number,
  at: Instant,
): Promise<Result<Received, BlobRefusal>> {
  const where = partsOf(device, sha256);
  const parts = forSite(device.site).blobPart;
  const rows = await parts.findMany({ where, orderBy: { start: "asc" }, select: { data: true } });
  const bytes = new Uint8Array(Buffer.concat(rows.map(({ data }) => data)));
  // The other of two that came at once has finished it meanwhile.
  if (bytes.byteLength !== total) {
    return (await isKept(device, sha256)) ? ok({ received: total }) : ok({ received: 0 });
  }
  const stored = await storeUpload(device, { sha256, mediaType, bytes }, at);
  await parts.deleteMany({ where });
  return stored.ok ? ok({ received: total }) : err(stored.error);
}

/** What was begun and never finished: of anybody after a week, of this tablet when there are too many. */
async function tidied(device: Actor, at: Instant): Promise<void> {
  const parts = forSite(device.site).blobPart;
  const longAgo = new Date(Date.parse(at) - partsKeptMs);
  await parts.deleteMany({ where: { siteId: device.site, receivedAt: { lt: longAgo } } });
  const begun = await parts.findMany({
    where: { siteId: device.site, deviceId: device.id, start: 0 },
    orderBy: { receivedAt: "desc" },
    select: { sha256: true },
    skip: unfinishedMax - 1,
  });
  if (begun.length === 0) return;
  await parts.deleteMany({
    where: {
      siteId: device.site,
      deviceId: device.id,
      sha256: { in: begun.map(({ sha256 }) => sha256) },
    },
  });
}
