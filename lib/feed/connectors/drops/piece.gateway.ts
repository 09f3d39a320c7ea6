import "server-only";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type Chunks, wordsOf } from "../publishers/link.gateway.ts";

export type Digest = { bytes: number; sha256: string };
/** A file on its way there. */
export type Piece = Digest & { name: string; mediaType: string; open(): Chunks };

/**
 * Where batches go. Until `finish` a batch has another name than its own, or lacks its last file: nobody takes
 * a half one for a whole one.
 */
export type Place = {
  uriOf(folder: string): string;
  /** A small file of a batch that is whole; null: it is not there. */
  read(folder: string, name: string): Promise<string | null>;
  /** Of a file of the batch in the making, by reading all of it back; null: not there. */
  digest(folder: string, name: string): Promise<Digest | null>;
  write(folder: string, piece: Piece): Promise<void>;
  finish(folder: string): Promise<void>;
  close(): Promise<void>;
};

/** Piece by piece: no file is ever in memory as a whole. */
export async function digestOf(chunks: Chunks): Promise<Digest> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

export const pieceOfFile = (about: Omit<Piece, "open">, file: string): Piece => ({
  ...about,
  open: () => createReadStream(file, { highWaterMark: 256 * 1024 }),
});

export function pieceOfText(name: string, mediaType: string, text: string): Piece {
  const bytes = Buffer.from(text, "utf8");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, mediaType, bytes: bytes.length, sha256, open: () => [bytes] };
}

/** Said by a file system, a bucket or an SFTP server that has no room left. */
export function isFull(problem: unknown): boolean {
  const code = (problem as { code?: unknown }).code;
  if (code === "ENOSPC" || code === "EDQUOT") return true;
  return /no space left|quota|disk full|InsufficientStorage|XMinioStorageFull|\b507\b/i.test(
    wordsOf(problem),
  );
}
