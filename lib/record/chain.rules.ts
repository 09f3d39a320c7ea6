import { type EntryLine, type SealedEntry, seal } from "./schema.ts";

/** How far a stream is: its last sequence number, and the hash of that entry (null before the first). */
export type Head = { seq: number; hash: string | null };

/** An entry before it has its place in a chain. */
export type EntryDraft = Omit<EntryLine, "v" | "seq" | "prev">;

/** The drafts as entries that follow `head`, each naming the one before it. */
export function chained(
  head: Head,
  drafts: readonly EntryDraft[],
): { sealed: SealedEntry[]; head: Head } {
  const sealed: SealedEntry[] = [];
  let last = head;
  for (const draft of drafts) {
    const entry = seal({ ...draft, v: 1, seq: last.seq + 1, prev: last.hash });
    sealed.push(entry);
    last = { seq: entry.entry.seq, hash: entry.hash };
  }
  return { sealed, head: last };
}

/** What an entry says when nothing of a traveler's context applies to it. */
export const outsideTravelers = {
  unit: null,
  order: null,
  part: null,
  partRevision: null,
  instruction: null,
  step: null,
  attempt: null,
  requirementHash: null,
} as const satisfies Partial<EntryDraft>;
