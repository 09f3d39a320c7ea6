import type { StreamKind } from "#lib/record/schema";
import type { LiveChange, LiveKind } from "./live.schema.ts";

/** What a batch of routed entries says to the screens of each site: one change, whatever its size. */
export function changesBySite(
  entries: readonly { site: string; kind: StreamKind; stream: string }[],
): Map<string, Omit<LiveChange, "all">> {
  const bySite = Map.groupBy(entries, ({ site }) => site);
  return new Map(
    [...bySite].map(([site, own]) => [
      site,
      {
        kinds: [...new Set(own.map(({ kind }) => kind))],
        travelers: [
          ...new Set(own.filter(({ kind }) => kind === "traveler").map(({ stream }) => stream)),
        ],
      },
    ]),
  );
}

/** What may have taken somebody's right to listen away: a session, a role, a tablet. */
const aboutWho: readonly LiveKind[] = ["session", "person", "device"];
export const isAboutWho = ({ kinds }: Pick<LiveChange, "kinds">): boolean =>
  kinds.some((kind) => aboutWho.includes(kind));

/** What stands on every traveler's record: a hold of the plant, its order, its instruction. */
const ofThePlant: readonly LiveKind[] = ["site", "order", "instruction"];
const recordOf = /^\/travelers\/([0-9a-f-]{36})(?:\/|$)/;

/**
 * Does a room show what changed? The record of one traveler stands still until something happens to that
 * one or to the plant; every other room counts and lists.
 */
export function concerns(path: string, change: LiveChange): boolean {
  if (change.all) return true;
  const traveler = recordOf.exec(path)?.[1];
  if (!traveler) return change.kinds.some((kind) => kind !== "session");
  const isPlant = change.kinds.some((kind) => ofThePlant.includes(kind));
  return isPlant || change.travelers.includes(traveler);
}

/** The whole of it: after a gap nobody knows what was missed. */
export const everything: LiveChange = { all: true, kinds: [], travelers: [] };

/** One event of a stream (WHATWG HTML, 9.2.6). The data is JSON, which has no line break of its own. */
export const serverSentEvent = (event: string, data: object, id: number | null = null): string =>
  `${id === null ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
