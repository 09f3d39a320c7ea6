import "server-only";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { forSite } from "#lib/db/client";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { checkedImage, type ImageFault } from "./image.queries.ts";
import { pathOf } from "./queries.ts";

export type BlobRefusal = {
  code: ImageFault | "hash_differs";
  params: Readonly<Record<string, string>>;
};
const refused = (code: BlobRefusal["code"]) => err<BlobRefusal>({ code, params: {} });

export const photoBytesMax = 10 * 1024 * 1024;

/**
 * Keeps a photo under the hash of its bytes. Told again, it is the same photo: nothing changes. The
 * row follows the file, so that what the record believes to be there is there.
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
  await writeOnce(pathOf(actor.site, sha256), input.bytes);
  await forSite(actor.site).blob.createMany({
    data: [
      {
        siteId: actor.site,
        sha256,
        mediaType: image.value,
        bytes: input.bytes.byteLength,
        receivedAt: new Date(at),
        receivedBy: actor.id,
      },
    ],
    skipDuplicates: true,
  });
  return ok(null);
}

// On the disk before it has its name, and the name before anybody is told: a power cut leaves the
// whole photo or none.
async function writeOnce(target: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = path.join(folder, `.${randomUUID()}`);
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
