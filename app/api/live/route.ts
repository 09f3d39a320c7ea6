import { following } from "#lib/boundary/following";
import { followSite } from "#lib/feed/live.queries";

/** Server-sent events: that something changed at the site, for screens that then read it themselves. */
export const GET = following("desk.enter", followSite);

export const dynamic = "force-dynamic";
