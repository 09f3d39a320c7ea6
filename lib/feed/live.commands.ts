import "server-only";
import type { Db } from "#lib/db/client";
import { type LiveChange, liveChannel } from "./live.schema.ts";

/** Heard once the transaction is committed, and never if it isn't. */
export async function tellLive(
  on: Pick<Db, "$executeRaw">,
  site: string,
  { kinds, travelers }: Omit<LiveChange, "all">,
): Promise<void> {
  const said = JSON.stringify({ site, kinds, travelers });
  await on.$executeRaw`
    select pg_notify(${liveChannel}, (${said}::jsonb
      || jsonb_build_object('at', (extract(epoch from clock_timestamp()) * 1000)::bigint))::text)`;
}
