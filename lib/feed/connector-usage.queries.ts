import "server-only";
import { db } from "#lib/db/client";
import type { OpenConnector } from "./connector.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";

/**
 * Takes one request out of what the system allows, and gives 0; or takes none, and gives the milliseconds
 * until the next may be sent. Counted in the database, for all workers together. What is urgent may spend
 * the reserve as well.
 */
export async function requestWaitMs(
  connector: Pick<OpenConnector<RestConnectorConfig>, "id" | "site" | "config">,
  isUrgent: boolean,
): Promise<number> {
  const { limits } = connector.config;
  if (!limits) return 0;
  const [taken] = await db.$queryRaw<{ wait: number }[]>`
    select take_request(${connector.id}::uuid, ${connector.site}::uuid, ${limits.perMinute ?? null}::int,
      ${limits.perDay ?? null}::int, ${limits.reserve}::numeric, ${isUrgent}) as wait`;
  return taken?.wait ?? 0;
}
