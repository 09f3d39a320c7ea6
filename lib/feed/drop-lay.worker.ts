import "server-only";
import { sha256Hex } from "#lib/kit/canonical";
import {
  type Digest,
  type Piece,
  type Place,
  pieceOfText,
} from "./connectors/drops/piece.gateway.ts";
import { PublishTrouble } from "./connectors/publishers/link.gateway.ts";
import type { Spooled } from "./drop-files.worker.ts";
import { type Drop, writtenBefore } from "./drops.queries.ts";
import { completeText, contentSha256, folderName, manifestText } from "./drops.rules.ts";
import { type DropContent, dropManifest } from "./drops.schema.ts";

/** What lies there is not what was written, twice. */
export class Mismatch extends Error {}

/** A batch that lies where it belongs. */
export type Laid = {
  folder: string;
  uri: string;
  contentSha256: string;
  manifest: string;
  supersedes: string | null;
  counts: DropContent["counts"];
  files: number;
};

const manifestName = "manifest.json";
const completeName = "complete";

/**
 * Every file, read back; then the manifest; then, as the last, what says that it is whole. What an earlier try left
 * there stays if it is right, and a batch that is whole there is not written again.
 */
export async function laid(
  drop: Drop,
  { content, pieces }: Pick<Spooled, "content" | "pieces">,
  place: Place,
  goesOn: (written?: number) => void,
): Promise<Laid> {
  const folder = folderName(content);
  const hash = contentSha256(content);
  const before = await writtenBefore(drop, hash);
  const known = await wholeThere(place, folder, hash);
  const result = (manifest: string): Laid => {
    const { supersedes } = dropManifest.parse(JSON.parse(manifest));
    return {
      folder,
      uri: place.uriOf(folder),
      contentSha256: hash,
      manifest,
      supersedes:
        supersedes?.manifestSha256 === before?.manifestSha256 ? (before?.id ?? null) : null,
      counts: content.counts,
      files: pieces.length,
    };
  };
  if (known !== null) return result(known);
  const supersedes = before && { folder: before.folder, manifestSha256: before.manifestSha256 };
  const manifest = manifestText({ v: 1, content, supersedes });
  for (const [at, piece] of pieces.entries()) {
    goesOn(at);
    await keptThere(place, folder, piece);
  }
  goesOn(pieces.length);
  await keptThere(place, folder, pieceOfText(manifestName, "application/json", manifest));
  await keptThere(
    place,
    folder,
    pieceOfText(completeName, "text/plain", completeText(sha256Hex(manifest))),
  );
  await finished(place, folder, hash);
  if ((await wholeThere(place, folder, hash)) !== manifest)
    throw new Mismatch(`${manifestName} read back is another one`);
  return result(manifest);
}

/** Another worker may have given it its name a moment before. */
async function finished(place: Place, folder: string, hash: string): Promise<void> {
  try {
    await place.finish(folder);
  } catch (problem) {
    if ((await wholeThere(place, folder, hash)) === null) throw problem;
  }
}

/** The manifest of a batch that is whole there; null: there is none. */
async function wholeThere(place: Place, folder: string, hash: string): Promise<string | null> {
  const complete = await place.read(folder, completeName);
  if (complete === null) return null;
  const manifest = (await place.read(folder, manifestName)) ?? "";
  const isOurs =
    complete === completeText(sha256Hex(manifest)) &&
    contentSha256(dropManifest.parse(JSON.parse(manifest)).content) === hash;
  if (!isOurs) throw new PublishTrouble("rejected", `${folder} is there with another content`);
  return manifest;
}

const isSame = (there: Digest | null, { bytes, sha256 }: Digest): boolean =>
  there !== null && there.bytes === bytes && there.sha256 === sha256;

/** What is already there and right is left; what was written is read back and compared. */
async function keptThere(place: Place, folder: string, piece: Piece): Promise<void> {
  if (isSame(await place.digest(folder, piece.name), piece)) return;
  await place.write(folder, piece);
  const there = await place.digest(folder, piece.name);
  if (isSame(there, piece)) return;
  const seen = there === null ? "nothing" : `${there.bytes} bytes with SHA-256 ${there.sha256}`;
  throw new Mismatch(
    `${piece.name} has ${piece.bytes} bytes with SHA-256 ${piece.sha256}; read back: ${seen}`,
  );
}
