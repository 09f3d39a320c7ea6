import { storeDocument } from "#lib/blobs/commands";
import { documentBytesMax, documentTypes } from "#lib/blobs/document.rules";
import { bytesOf } from "#lib/boundary/body";
import { turnAway, uploading } from "#lib/boundary/endpoint";

/** What a disposition is typed from. A handler and not an action: an action's body ends at a megabyte. */
export const POST = uploading("receiveDisposition", async (actor, { request }) => {
  const bytes = await bytesOf(request, documentBytesMax);
  if (!bytes.ok) return turnAway(bytes.error === "too_large" ? "too_large" : "invalid_input");
  const mediaType = request.headers.get("content-type") ?? "";
  const stored = await storeDocument(actor, { mediaType, bytes: bytes.value });
  // A form of a foreign page can't say of itself that it is a document: it gets a status, and the words.
  const isDeclared = documentTypes.some((type) => type === mediaType);
  return stored.ok || isDeclared ? stored : Response.json(stored, { status: 415 });
});
