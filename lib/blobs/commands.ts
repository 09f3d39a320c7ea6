import "server-only";
import { createHash } from "node:crypto";
import { direct } from "#lib/db/direct";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { isPdf, isReport, type KeptType, reportTypes } from "./document.rules.ts";
import { checkedImage, type ImageFault } from "./image.queries.ts";
import { photoBytesMax } from "./image.rules.ts";
import { store } from "./queries.ts";

export type BlobRefusal = {
  code: ImageFault | "hash_differs" | "not_a_document" | "not_a_report";
  params: Readonly<Record<string, string>>;
};
const refused = (code: BlobRefusal["code"]) => err<BlobRefusal>({ code, params: {} });

/**
 * Keeps a photo under the hash of its bytes. Told again, it is the same photo: nothing changes. The
 * row follows the bytes, so that what the record believes to be there is there.
 */
export async function storePhoto(
  actor: Actor,
  input: { sha256: string; mediaType: string; bytes: Uint8Array },
  at: Instant = instant(Date.now()),
): Promise<Result<null, BlobRefusal>> {
  const sha256 = createHash("sha256").update(input.bytes).digest("hex");
  if (sha256 !== input.sha256) return refused("hash_differs");
  const image = await checkedImage(input.bytes, input.mediaType);
  if (!image.ok) return refused(image.error);
  await keep(actor, { sha256, mediaType: image.value, bytes: input.bytes }, at);
  return ok(null);
}

/** Keeps the PDF, or the photo or scan, that a decision is typed from; the act then names its hash. */
export async function storeDocument(
  actor: Actor,
  input: { mediaType: string; bytes: Uint8Array },
  at: Instant = instant(Date.now()),
): Promise<Result<{ sha256: string }, BlobRefusal>> {
  const { mediaType, bytes } = input;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (mediaType.startsWith("image/")) {
    if (bytes.byteLength > photoBytesMax) return refused("image_too_large");
    const stored = await storePhoto(actor, { sha256, mediaType, bytes }, at);
    return stored.ok ? ok({ sha256 }) : stored;
  }
  if (!isPdf(bytes)) return refused("not_a_document");
  if (mediaType !== "application/pdf") return refused("type_differs");
  await keep(actor, { sha256, mediaType, bytes }, at);
  return ok({ sha256 });
}

/** Keeps the report of a measuring machine as it was written, under the hash that the tablet named. */
export async function storeReport(
  actor: Actor,
  input: { sha256: string; mediaType: string; bytes: Uint8Array },
  at: Instant = instant(Date.now()),
): Promise<Result<null, BlobRefusal>> {
  const sha256 = createHash("sha256").update(input.bytes).digest("hex");
  if (sha256 !== input.sha256) return refused("hash_differs");
  const mediaType = reportTypes.find((type) => type === input.mediaType);
  if (!mediaType || !isReport(input.bytes, mediaType)) return refused("not_a_report");
  await keep(actor, { sha256, mediaType, bytes: input.bytes }, at);
  return ok(null);
}

const keeping = {
  name: "keep_blob",
  text: "select keep_blob($1, $2, $3, $4, $5, $6)",
};

async function keep(
  actor: Actor,
  of: { sha256: string; mediaType: KeptType; bytes: Uint8Array },
  at: Instant,
): Promise<void> {
  await store.write({ site: actor.site, sha256: of.sha256 }, of.bytes);
  await direct(keeping, [
    actor.site,
    of.sha256,
    of.mediaType,
    String(of.bytes.byteLength),
    at,
    actor.id,
  ]);
}
