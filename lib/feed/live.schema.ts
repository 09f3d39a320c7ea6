import * as z from "zod/mini";
import { streamKinds } from "#lib/record/schema";

/** Live screens listen here. */
export const liveChannel = "buyoff_feed";

/** A request that a screen makes by itself, because something changed, is no sign that somebody is there. */
export const FOLLOWS_COOKIE = "buyoff-follows";

export const liveKinds = [...streamKinds, "delivery", "session"] as const;
export type LiveKind = (typeof liveKinds)[number];

/** That something changed and of what kind, never what: ids of travelers, no people and no values. */
export const liveNotice = z.object({
  site: z.uuid(),
  /** The database's clock, in milliseconds: what comes later has more. */
  at: z.int(),
  kinds: z.array(z.enum(liveKinds)),
  /** Which travelers, where it was travelers. */
  travelers: z.array(z.uuid()),
});
export type LiveNotice = z.output<typeof liveNotice>;

/** What a screen is told; `all`: something may have been missed, everything may have changed. */
export type LiveChange = Pick<LiveNotice, "kinds" | "travelers"> & { all: boolean };
