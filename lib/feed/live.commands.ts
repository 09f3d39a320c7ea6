import "server-only";
import type { Db } from "#lib/db/client";
import { type LiveChange, liveChannel } from "./live.schema.ts";

/** A notice has less than 8,000 bytes (PostgreSQL, NOTIFY); a traveler's id takes 40 of them. */
const travelersPerNotice = 150;

/** Heard once the transaction is committed, and never if it isn't. */
export async function tellLive(
  on: Pick<Db, "$executeRaw">,
  site: string,
  { kinds, travelers }: Omit<LiveChange, "all">,
): Promise<void> {
  for (let from = 0; from === 0 || from < travelers.length; from += travelersPerNotice) {
    const some = travelers.slice(from, from + travelersPerNotice);
    const said = JSON.stringify({ site, kinds, travelers: some });
    await on.$executeRaw`
      select pg_notify(${liveChannel}, (${said}::jsonb
        || jsonb_build_object('at', (extract(epoch from clock_timestamp()) * 1000)::bigint))::text)`;
  }
}
