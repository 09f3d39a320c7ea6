import { bytesMaxOf, storePart, storeUpload } from "#lib/blobs/parts.commands";
import { partBytesMax, partRange } from "#lib/blobs/parts.rules";
import { isInQuarantine, kept } from "#lib/blobs/queries";
import { isBlobHash } from "#lib/blobs/store.gateway";
import { actorOfDevice, currentActor } from "#lib/boundary/actor";
import { bytesOf } from "#lib/boundary/body";
import { type Asked, reading, turnAway, uploading } from "#lib/boundary/endpoint";
import { may } from "#lib/boundary/permissions";
import type { Actor } from "#lib/people/schema";

/** The whole at once, or with Content-Range a part of it: what broke off goes on where it was. */
const keepUpload = async (device: Actor, { request, params }: Asked) => {
  const { sha256 = "" } = params;
  if (!isBlobHash(sha256)) return turnAway("invalid_input");
  const mediaType = request.headers.get("content-type") ?? "";
  const asked = request.headers.get("content-range");
  const range = asked === null ? null : partRange(asked);
  if (asked !== null && range === null) return turnAway("invalid_input");
  const bytesMax = bytesMaxOf(mediaType);
  if (range !== null && range.total > bytesMax) return turnAway("too_large");
  const bytes = await bytesOf(request, range === null ? bytesMax : partBytesMax);
  if (!bytes.ok) return turnAway(bytes.error === "too_large" ? "too_large" : "invalid_input");
  if (range !== null && bytes.value.byteLength !== range.length) return turnAway("invalid_input");
  const upload = { sha256, mediaType, bytes: bytes.value };
  const stored =
    range === null
      ? await storeUpload(device, upload)
      : await storePart(device, { ...upload, range });
  // Not a refusal of an act but of a file: a status of its own, so that no tablet sends it for ever.
  return stored.ok ? stored : Response.json(stored, { status: 415 });
};

/** Of a tablet that was revoked only what belongs to an act in quarantine: without its photo no unit could be completed. */
export const PUT = uploading("device", keepUpload, (device, { params }) =>
  isInQuarantine(device, params.sha256 ?? ""),
);

const extension = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "application/pdf": "pdf",
  "application/xml": "xml",
  "text/csv": "csv",
  "text/plain": "txt",
} as const;

/**
 * For a tablet of the site or for who may read travelers there. Always as what it was checked to be, in
 * a sandbox: opened on its own it can run nothing. A document or report is only ever saved: whatever its
 * reader would run, it does not run it at our address.
 */
export const GET = reading("public", async (_nobody, { request, params }) => {
  const device = await actorOfDevice(request);
  const person = device ? null : await currentActor();
  if (!device && !person) return turnAway("not_signed_in", 401);
  if (person && !may(person, "traveler.read")) return turnAway("not_permitted", 403);
  const { sha256 = "" } = params;
  const actor = device ?? person;
  const found = actor ? await kept(actor, sha256) : null;
  if (!found) return turnAway("unknown", 404);
  const name = `${sha256.slice(0, 12)}.${extension[found.mediaType]}`;
  const way = found.mediaType.startsWith("image/") ? "inline" : "attachment";
  return new Response(Buffer.from(found.bytes), {
    headers: {
      "content-type": found.mediaType,
      "content-length": String(found.bytes.byteLength),
      "content-disposition": `${way}; filename="${name}"`,
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "cache-control": "private, max-age=3600",
      vary: "cookie",
    },
  });
});
