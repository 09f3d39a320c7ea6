import "server-only";
import { db } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { breakerPolicy } from "./breaker.rules.ts";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";

/** A delivery on loan to this worker, until the lease ends or somebody else takes a higher fence. */
export type Claim = {
  id: string;
  site: string;
  connector: string;
  process: FeedProcess;
  /** Null for an event that is not about a traveler, and with it the defect. */
  traveler: string | null;
  defect: string | null;
  orderingKey: string;
  externalKey: string;
  operation: DeliveryOperation;
  /** As it was found: `sending` means that whoever had it before never came back. */
  found: DeliveryState;
  state: DeliveryState;
  attempts: number;
  lookups: number;
  payload: unknown;
  externalId: string | null;
  fence: bigint;
  /** How long the system's answers are waited for by now; null: as configured. */
  patienceMs: number | null;
  /** It tries whether the system answers again, and has waited for so long; null: it is no such try. */
  probedAfterMs: number | null;
  /** When it happened that this tells of: its codes are looked up as they were then. */
  eventAt: Date;
};

/** What could be taken now, of a delivery d. */
const isDue = Prisma.sql`d.state in ('pending', 'sending', 'outcome_unknown', 'delivered')
  and d.next_at <= clock_timestamp()
  and (d.leased_until is null or d.leased_until < clock_timestamp())
  and not exists (
    select from deliveries before
     where before.connector_id = d.connector_id and before.ordering_key = d.ordering_key
       and before.position < d.position and before.operation <> 'attach'
       and (before.state in ('pending', 'gated', 'sending', 'outcome_unknown')
         or (before.state in ('parked', 'dead') and before.external_id is null)))`;

/** Systems that answer as configured, and those that have become slower: nobody waits behind these. */
export type Lane = "usual" | "slow";

/** Where anything may be sent, of a connector c. */
const isOpen = (lane: Lane | null) => Prisma.sql`c.status = 'active'
  and (${lane}::text is null or (c.patience_ms is not null) = (${lane}::text = 'slow'))
  and (c.paused_until is null or c.paused_until <= clock_timestamp())
  and (c.open_until is null or c.open_until <= clock_timestamp())`;

/**
 * Takes what is due, skipping what another worker is taking. Of one ordering key only the head: nothing
 * overtakes what is before it. A photo keeps back nobody, because its bytes may come hours later or be
 * refused, and a withdrawal must not wait for them. What is parked or dead with its record made does
 * not either: it waits for a person, the record is there. Of a system that has not answered for a while
 * only one: the others follow when that one has an answer. Of what is due, what its rule calls more urgent
 * goes first.
 */
export const claimDue = (
  leaseMs: number,
  limit: number,
  lane: Lane | null = null,
): Promise<Claim[]> =>
  db.$queryRaw<Claim[]>`
    with probes as materialized (
      select distinct on (d.connector_id) d.id
        from deliveries d
        join connectors c on c.id = d.connector_id
       where c.failures_in_row >= ${breakerPolicy.failuresMax} and ${isOpen(lane)} and ${isDue}
         and not exists (
           select from deliveries tried
            where tried.connector_id = c.id and tried.leased_until >= clock_timestamp())
       order by d.connector_id, d.priority, d.next_at, d.position),
    due as (
      select d.id, d.state as found, c.patience_ms as patience,
             c.failures_in_row >= ${breakerPolicy.failuresMax} as probes
        from deliveries d
        join connectors c on c.id = d.connector_id
       where ${isOpen(lane)} and ${isDue}
         and (c.failures_in_row < ${breakerPolicy.failuresMax} or d.id in (select id from probes))
       order by d.priority, d.next_at, d.position
       limit ${limit}
         for update of d skip locked)
    update deliveries d
       set fence = d.fence + 1,
           leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond',
           state = case when due.found = 'pending' then 'sending'::delivery_state else due.found end,
           updated_at = clock_timestamp()
      from due where d.id = due.id
    returning d.id, d.site_id as site, d.connector_id as connector, d.process, d.traveler_id as traveler,
      d.defect_id as defect, d.ordering_key as "orderingKey", d.external_key as "externalKey", d.operation,
      due.found::text as found, d.state::text as state, d.attempts, d.lookups, d.payload,
      d.external_id as "externalId", d.fence, due.patience as "patienceMs",
      case when due.probes then (extract(epoch from clock_timestamp() - d.created_at) * 1000)::float8 end
        as "probedAfterMs",
      coalesce((select min(e.occurred_at) from delivery_events v
                  join entries e on e.stream_id = v.stream_id and e.seq = v.seq
                 where v.delivery_id = d.id), d.created_at) as "eventAt"`;

/** The NCR that a comment or photo belongs to, by its create; null while it has none. */
export async function parentOf(
  claim: Claim,
): Promise<{ externalId: string | null; state: DeliveryState } | null> {
  const [row] = await db.$queryRaw<{ externalId: string | null; state: DeliveryState }[]>`
    select external_id as "externalId", state::text as state from deliveries
     where connector_id = ${claim.connector}::uuid and external_key = ${claim.orderingKey}`;
  return row ?? null;
}

/**
 * Was it accepted before and only sent again by a person? Then what people have changed there since is theirs, and not
 * compared with what was sent: that is the reconciliation's to show.
 */
export async function isLookedAtAgain(delivery: string): Promise<boolean> {
  const [last] = await db.$queryRaw<{ effect: string }[]>`
    select v.effect from replayed_deliveries v join replays r on r.id = v.replay_id
     where v.delivery_id = ${delivery}::uuid and v.effect in ('looked_at', 'made_again')
     order by r.at desc limit 1`;
  return last?.effect === "looked_at";
}
