import "server-only";
import type { Db } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { type LiveChange, liveChannel } from "./live.schema.ts";

/** A notice has less than 8,000 bytes (PostgreSQL, NOTIFY); a traveler's id takes 40 of them. */
const travelersPerNotice = 150;

/** One notice, as part of a statement: of no more than a few travelers. */
export function noticeOf(site: string, { kinds, travelers }: Omit<LiveChange, "all">): Prisma.Sql {
  const said = JSON.stringify({ site, kinds, travelers });
  return Prisma.sql`pg_notify(${liveChannel}, (${said}::jsonb
    || jsonb_build_object('at', (extract(epoch from clock_timestamp()) * 1000)::bigint))::text)`;
}

/** Heard once the transaction is committed, and never if it isn't. */
export async function tellLive(
  on: Pick<Db, "$executeRaw">,
  site: string,
  { kinds, travelers }: Omit<LiveChange, "all">,
): Promise<void> {
  for (let from = 0; from === 0 || from < travelers.length; from += travelersPerNotice) {
    const some = travelers.slice(from, from + travelersPerNotice);
    await on.$executeRaw`select ${noticeOf(site, { kinds, travelers: some })}`;
  }
}
