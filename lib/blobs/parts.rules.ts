/** Small enough to get through a bad network before it is cut again. The table takes no larger one. */
export const partBytesMax = 256 * 1024;
/** What nobody has gone on with for so long is not coming any more. */
export const partsKeptMs = 7 * 24 * 3_600_000;
/** A tablet sends one after the other: of more unfinished ones the oldest goes. */
export const unfinishedMax = 8;

/** `start` null: nothing is sent, it is asked how far the upload has come. */
export type PartRange = { start: number | null; length: number; total: number };

const range = /^bytes (?:(\d{1,9})-(\d{1,9})|\*)\/(\d{1,9})$/;

/**
 * Content-Range as RFC 9110 has it for a partial PUT: "bytes 0-262143/4000000", and with an asterisk for
 * the bytes where none are sent. Null: of another form.
 */
export function partRange(header: string): PartRange | null {
  const [matched, first, last, whole] = range.exec(header) ?? [];
  if (matched === undefined) return null;
  const total = Number(whole);
  if (total < 1) return null;
  if (first === undefined) return { start: null, length: 0, total };
  const start = Number(first);
  const length = Number(last) - start + 1;
  return length >= 1 && start + length <= total ? { start, length, total } : null;
}

export const rangeOf = (start: number | null, length: number, total: number): string =>
  start === null ? `bytes */${total}` : `bytes ${start}-${start + length - 1}/${total}`;
