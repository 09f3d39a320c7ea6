/** A record as the QMS's own ledger has it: its comments in the order in which they were taken. */
export type QmsRecord = { external_key: string; comments: { external_key: string }[] };

/** Of the messages that were sent, in their order: which are not there exactly once, what is there unasked, and what overtook. */
export function againstLedger(
  records: readonly QmsRecord[],
  sent: readonly { key: string }[],
): { notOnce: number; unknown: number; inversions: number } {
  const there = new Map<string, number>();
  for (const key of records.flatMap(keysIn)) there.set(key, (there.get(key) ?? 0) + 1);
  const place = new Map(sent.map(({ key }, at) => [key, at]));
  return {
    notOnce: sent.filter(({ key }) => there.get(key) !== 1).length,
    unknown: [...there.keys()].filter((key) => !place.has(key)).length,
    inversions: records.reduce((sum, of) => sum + inverted(keysIn(of), place), 0),
  };
}

const keysIn = ({ external_key: key, comments }: QmsRecord): string[] => [
  key,
  ...comments.map((comment) => comment.external_key),
];

/** Neighbors that stand the other way round in our order. */
function inverted(keys: readonly string[], place: ReadonlyMap<string, number>): number {
  const places = keys.map((key) => place.get(key) ?? -1);
  return places.filter((at, index) => index > 0 && at < (places[index - 1] ?? -1)).length;
}
