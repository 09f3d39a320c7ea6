import "server-only";
import { db } from "#lib/db/client";
import { askedGauge } from "#lib/kit/metrics";

/** How the feed stands, of all sites: asked of the worker, whose role sees them. */
export function tellFeedMetrics(): void {
  askedGauge(
    "buyoff_routing_queue_entries",
    "Entries the router has not taken yet",
    [],
    async (set) => {
      const [row] = await db.$queryRaw<{ count: number }[]>`
      select count(*)::int as count from routing_queue`;
      set({}, row?.count ?? 0);
    },
  );
  askedGauge("buyoff_deliveries", "Deliveries by state", ["state"], async (set) => {
    const rows = await db.$queryRaw<{ state: string; count: number }[]>`
      select state::text, count(*)::int as count from deliveries group by state`;
    for (const { state, count } of rows) set({ state }, count);
  });
  askedGauge(
    "buyoff_delivery_oldest_seconds",
    "Age of the oldest delivery that is not in the other system yet",
    [],
    async (set) => {
      const [row] = await db.$queryRaw<{ seconds: number | null }[]>`
        select extract(epoch from now() - min(created_at))::float8 as seconds from deliveries
          where state in ('pending', 'gated', 'sending', 'outcome_unknown', 'parked', 'dead')`;
      set({}, row?.seconds ?? 0);
    },
  );
}
