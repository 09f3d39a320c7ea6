import "server-only";
import { db, inTransaction, type Tx } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { afterTry, type BreakerPolicy, isAnswer } from "./breaker.rules.ts";
import type { Trace } from "./connectors/rest/talk.gateway.ts";
import type { Claim } from "./delivery.queries.ts";
import type { Change, Outcome } from "./delivery.rules.ts";
import type { FlowNow } from "./flow.queries.ts";
import { noticeOf, tellLive } from "./live.commands.ts";
import type { LiveChange } from "./live.schema.ts";

/** Somebody else has the delivery by now: what this worker does for it no longer counts. */
export class LeaseLost extends Error {
  constructor(claim: Claim) {
    super(`delivery ${claim.id} is no longer ours under fence ${claim.fence}`);
  }
}

/** Acts that only ask: what a flow stood on is kept of the moment in which something was sent. */
const reads: ReadonlySet<string> = new Set(["lookup", "read_back", "look"]);

/**
 * Before anything leaves: the attempt is on record and the lease starts anew, and with what is sent stands what its
 * flow is validated as. Whoever has lost the lease sends nothing. Found open later, it says that something may have
 * been sent.
 */
export async function openAttempt(
  claim: Claim,
  act: string,
  request: string,
  { leaseMs, flow }: { leaseMs: number; flow: FlowNow },
): Promise<string> {
  const id = uuidv7();
  const isSending = !reads.has(act);
  const opened = await db.$executeRaw`
    with mine as (
      update deliveries
         set leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond',
             validation = case when ${isSending} then ${flow.validation} else validation end,
             validation_run = case when ${isSending} then ${flow.run}::uuid else validation_run end,
             flow_sha256 = case when ${isSending} then ${flow.sha256} else flow_sha256 end
       where id = ${claim.id}::uuid and fence = ${claim.fence} and leased_until > clock_timestamp()
      returning id)
    insert into delivery_attempts (id, delivery_id, site_id, fence, act, request, started_at)
    select ${id}::uuid, mine.id, ${claim.site}::uuid, ${claim.fence}, ${act}, ${request}, clock_timestamp() from mine`;
  if (opened !== 1) throw new LeaseLost(claim);
  return id;
}

/** What came back is evidence even when the lease has gone meanwhile. */
export async function closeAttempt(id: string, trace: Trace): Promise<void> {
  await db.$executeRaw`
    update delivery_attempts
       set response = ${trace.response}, classification = ${trace.classification}, ended_at = clock_timestamp()
     where id = ${id}::uuid and ended_at is null`;
}

export type Made = { externalId: string; number: string };

/** What a try says of the system itself, beside the delivery. */
export type Tried = { outcome: Pick<Outcome, "kind">; policy: BreakerPolicy; jitter: number };

/** An answer closes the circuit, and costs nothing while it is closed; the tries without one are counted. */
async function keepCircuit(
  tx: Tx,
  connector: string,
  { outcome, policy, jitter }: Tried,
): Promise<void> {
  if (isAnswer(outcome)) {
    await tx.$executeRaw`
      update connectors set failures_in_row = 0, open_until = null
       where id = ${connector}::uuid and failures_in_row > 0`;
    return;
  }
  const [now] = await tx.$queryRaw<{ failures: number; at: Date }[]>`
    select failures_in_row as failures, clock_timestamp() as at from connectors
     where id = ${connector}::uuid for update`;
  if (!now) return;
  const after = afterTry(now, outcome, policy, instant(now.at.getTime()), jitter);
  await tx.$executeRaw`
    update connectors set failures_in_row = ${after.failures}, open_until = ${after.openUntil}::timestamptz
     where id = ${connector}::uuid`;
}

/** A person sent it again, and its record is known to have ended there: read once more, it is not followed again. */
const isOverThere = Prisma.sql`exists (select from replayed_deliveries v where v.delivery_id = deliveries.id)
  and exists (select from external_records r
    where r.connector_id = deliveries.connector_id and r.external_id = deliveries.external_id
      and r.status in ('closed', 'void', 'merged'))`;

type Saved = { claim: Claim; change: Change; made: Made | null; kept: boolean };

/** The next state of a delivery, where it is still ours: the fence is compared in the same statement. */
const savedState = ({ claim, change, made, kept }: Saved) => Prisma.sql`
  update deliveries
     set state = case when ${change.state} = 'tracking' and ${isOverThere} then 'closed'::delivery_state
                      else ${change.state}::delivery_state end, attempts = ${change.attempts}, lookups = ${change.lookups},
         next_at = ${change.nextAt}::timestamptz, last_result = ${change.lastResult.slice(0, 1_000)},
         external_id = coalesce(${made?.externalId ?? null}, external_id),
         external_number = coalesce(${made?.number ?? null}, external_number),
         leased_until = case when ${kept} then leased_until end,
         updated_at = clock_timestamp()
   where id = ${claim.id}::uuid and fence = ${claim.fence}`;

const newsOf = ({ traveler }: Claim): Omit<LiveChange, "all"> => ({
  kinds: ["delivery"],
  travelers: traveler === null ? [] : [traveler],
});

/** Nearly all of them: the system has answered, and nothing else follows. One round trip, all of it or nothing. */
async function saveAnswered(saved: Saved): Promise<void> {
  const { claim } = saved;
  const [done] = await db.$queryRaw<{ count: number }[]>`
    with saved as (${savedState(saved)} returning id),
    closed as (
      update connectors set failures_in_row = 0, open_until = null
       where id = ${claim.connector}::uuid and failures_in_row > 0 and exists (select from saved))
    select count(${noticeOf(claim.site, newsOf(claim))})::int as count from saved`;
  if (done?.count !== 1) throw new LeaseLost(claim);
}

/**
 * The delivery's next state, if it is still ours: a worker that comes back late changes nothing. `kept` holds on to the
 * lease for the next act.
 */
export async function saveChange(
  claim: Claim,
  change: Change,
  made: Made | null,
  tried: Tried,
  kept = false,
): Promise<void> {
  const of = { claim, change, made, kept };
  if (isAnswer(tried.outcome) && !change.connector && claim.operation !== "attach")
    return saveAnswered(of);
  await inTransaction(async (tx) => {
    if ((await tx.$executeRaw(savedState(of))) !== 1) throw new LeaseLost(claim);
    if (claim.operation === "attach") {
      await tx.$executeRaw`
        update delivery_attachments set state = ${change.state}, external_ref = ${made?.externalId ?? null}
         where delivery_id = ${claim.id}::uuid`;
    }
    await keepCircuit(tx, claim.connector, tried);
    await tellLive(tx, claim.site, newsOf(claim));
    if (!change.connector) return;
    if ("paused" in change.connector)
      await pauseConnectorIn(tx, claim.connector, change.connector.paused);
    else {
      await tx.$executeRaw`
        update connectors set paused_until = greatest(paused_until, ${change.connector.pausedUntil}::timestamptz)
         where id = ${claim.connector}::uuid`;
    }
  });
}

type Executing = Pick<typeof db, "$executeRaw">;

/** Of several that waited in vain together one says so: the patience is still the one that they had. */
export async function keepPatience(
  { connector, patienceMs }: Pick<Claim, "connector" | "patienceMs">,
  nextMs: number | null,
): Promise<void> {
  await db.$executeRaw`
    update connectors set patience_ms = ${nextMs}::int
     where id = ${connector}::uuid and patience_ms is not distinct from ${patienceMs}::int`;
}

/** Until a person has put the credential right: no attempt is spent and the system isn't knocked at. */
export async function pauseConnectorIn(
  tx: Executing,
  connector: string,
  why: string,
): Promise<void> {
  await tx.$executeRaw`
    update connectors set status = 'paused', status_note = ${why.slice(0, 300)}
     where id = ${connector}::uuid and status = 'active'`;
}

export async function cancelDelivery(claim: Claim, why: string): Promise<void> {
  const saved = await db.$executeRaw`
    update deliveries set state = 'cancelled', last_result = ${why}, leased_until = null, updated_at = clock_timestamp()
     where id = ${claim.id}::uuid and fence = ${claim.fence}`;
  if (saved !== 1) throw new LeaseLost(claim);
}
