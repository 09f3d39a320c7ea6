import { type BlobSettings, type BlobStore, blobStoreOf } from "#lib/blobs/store.gateway";
import { Problem } from "./problem.ts";

/** Asked before anything begins that would need it: a bucket that isn't there is told now, in a sentence. */
export async function blobStoreHere(settings: BlobSettings): Promise<BlobStore> {
  const store = blobStoreOf(settings);
  const fault = await store.fault();
  if (fault !== null) throw new Problem(`${fault} docs/operations.md says what each setting is.`);
  return store;
}
