import "server-only";
import { sha256Hex } from "#lib/kit/canonical";
import type { TextFile } from "./connectors/rest/fitting.rules.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import type { Outcome } from "./delivery.rules.ts";
import {
  exchange,
  type Found,
  isThere,
  only,
  type RecordWork,
  seenAfter,
} from "./exchange.worker.ts";
import { type NcrPhoto, type NcrUpdate, ncrPhoto } from "./schema.ts";
import { failedRead, failedWrite } from "./talked.worker.ts";

/** How long a photo is waited for whose bytes are still on a tablet. */
export const photoWaitMs = 10_000;

/** All of a text that was too long for its field, beside the record. Null: it is there. */
export async function attachText(
  work: RecordWork,
  record: rest.ReadRecord,
  file: TextFile,
): Promise<Outcome | null> {
  const { connector } = work;
  const { externalId } = record.record;
  const bytes = new TextEncoder().encode(file.text);
  const sha256 = sha256Hex(file.text);
  const isHeld = async (read: rest.ReadRecord): Promise<boolean | Outcome> => {
    const seen = await exchange(work, (tell) => rest.shown(connector, "attach", read, tell));
    if (seen.kind !== "done") return failedRead(seen);
    return rest.isPhotoThere(connector, { sha256, bytes: bytes.length }, seen.value);
  };
  const before = await isHeld(record);
  if (before !== false) return before === true ? null : before;
  const photo = { name: file.name, mediaType: "text/plain", sha256, bytes };
  const sent = await exchange(work, (tell) => rest.attach(connector, externalId, photo, tell));
  if (sent.kind !== "done") return failedWrite(sent);
  const read = await exchange(work, (tell) => rest.readBack(connector, externalId, tell));
  if (read.kind !== "done") return failedRead(read);
  const after = await isHeld(read.value);
  if (after === false) return { kind: "mismatch", members: [file.name] };
  return after === true ? null : after;
}

/** Copies that were kept otherwise than they were sent, before somebody has to look. */
const spoiledMax = 3;

/** A photo on a record that was read and doesn't have it: `shown` is what it has. */
export async function attachPhoto(
  work: RecordWork,
  read: rest.ReadRecord,
  shown: unknown,
): Promise<Found> {
  const { claim, connector, ports } = work;
  const { externalId, number } = read.record;
  const photo = ncrPhoto.parse(claim.payload);
  if (photo.bytes > connector.config.attachmentBytesMax) {
    return only({
      kind: "rejected",
      reason: `larger than ${connector.config.attachmentBytesMax} bytes`,
    });
  }
  const bytes = await ports.readBlob(claim.site, claim.connector, photo.sha256);
  if (!bytes)
    return only({
      kind: "waiting",
      reason: "the photo has not come from the tablet yet",
      waitMs: photoWaitMs,
    });
  const sent = await exchange(work, (tell) =>
    rest.attach(connector, externalId, { ...photo, bytes }, tell),
  );
  if (sent.kind !== "done") return only(failedWrite(sent));
  const seen = await seenAfter(work, externalId);
  if (seen.kind !== "done") return only({ kind: "unknown", reason: seen.reason });
  if (await isThere(work, seen.value))
    return { outcome: { kind: "there", how: "made" }, made: { externalId, number } };
  // Kept by its size and SHA-256: an upload cut short by something in between is not taken for a photo.
  await markSpoiled(work, photo, externalId, { before: shown, after: seen.value });
  return claim.attempts + 1 < spoiledMax
    ? only({ kind: "spoiled", reason: `differs in the QMS, to be sent again: ${photo.name}` })
    : only({ kind: "mismatch", members: [photo.name] });
}

/** What this upload has left there under the photo's name stays, with a word beside it that it is not the photo. */
async function markSpoiled(
  { claim, ...work }: RecordWork,
  photo: NcrPhoto,
  externalId: string,
  shown: { before: unknown; after: unknown },
): Promise<void> {
  const { connector } = work;
  const known = new Set((await rest.heldIn(connector, shown.before)).map(copyOf));
  const left = (await rest.heldIn(connector, shown.after)).find(
    (held) => held.name === photo.name && !known.has(copyOf(held)),
  );
  if (!left) return;
  const update: NcrUpdate = {
    v: 1,
    process: "NCR",
    event: "photo.attached",
    entry: photo.entry,
    by: photo.by,
    at: photo.at,
    text: `Not evidence: of what is attached as ${photo.name} the one of ${left.bytes ?? "unknown"} bytes (SHA-256 ${left.sha256 ?? "unknown"}) came here incomplete. The photo has ${photo.bytes} bytes and SHA-256 ${photo.sha256}.`,
  };
  const key = `${claim.externalKey}:spoiled${claim.attempts + 1}`;
  // Where this word gets lost, the photo is sent again all the same.
  await exchange({ claim, ...work }, (tell) =>
    rest.update(connector, key, externalId, update, tell),
  );
}

const copyOf = ({ name, sha256, bytes }: rest.Held): string =>
  JSON.stringify([name, sha256, bytes]);
