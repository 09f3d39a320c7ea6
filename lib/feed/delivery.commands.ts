import "server-only";
import { db, inTransaction, type Tx } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { gathered } from "#lib/kit/gathered";
import { instant } from "#lib/kit/time";
import { type Attempts, type Came, LeaseLost, listed, together } from "./attempts.commands.ts";
import { afterTry, type BreakerPolicy, isAnswer } from "./breaker.rules.ts";
import type { Claim } from "./delivery.queries.ts";
import type { Change, Outcome } from "./delivery.rules.ts";
import { liveChannel } from "./live.schema.ts";

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

type Saved = { claim: Claim; change: Change; made: Made | null; isKept: boolean };

const saidOf = ({ claim, change, made, isKept }: Saved, isAnswered: boolean) => ({
  id: claim.id,
  fence: claim.fence,
  state: change.state,
  attempts: change.attempts,
  lookups: change.lookups,
  nextAt: change.nextAt,
  lastResult: change.lastResult.slice(0, 1_000),
  externalId: made?.externalId ?? null,
  number: made?.number ?? null,
  isKept,
  isAnswered,
});

/** One word to the screens of each site, however many messages it is of. */
const newsOf = (claims: readonly Claim[]) =>
  [...Map.groupBy(claims, ({ site }) => site)].map(([site, own]) => ({
    site,
    kinds: ["delivery"],
    travelers: [...new Set(own.flatMap(({ traveler }) => traveler ?? []))],
  }));

const saving = {
  name: "save_deliveries",
  text: "select id from save_deliveries($1::jsonb, $2::jsonb, $3::jsonb, $4)",
};

/** Nearly all of them: the system has answered, and nothing else follows. As many as come together in one round trip. */
const savedAnswered = gathered<{ saved: Saved; came: readonly Came[] }, boolean>(async (all) => {
  const said = all.map(({ saved }) => saidOf(saved, true));
  const rows = await direct<{ id: string }>(saving, [
    listed(said.toSorted((one, other) => (one.id < other.id ? -1 : 1))),
    listed(all.flatMap(({ came }) => came)),
    listed(newsOf(all.map(({ saved }) => saved.claim))),
    liveChannel,
  ]);
  const ours = new Set(rows.map(({ id }) => id));
  return all.map(({ saved }) => ours.has(saved.claim.id));
}, together);

/**
 * The delivery's next state, if it is still ours: a worker that comes back late changes nothing, and what came back is
 * evidence all the same. `isKept` holds on to the lease for the next act.
 */
export async function saveChange(
  { claim, attempts }: { claim: Claim; attempts: Attempts },
  change: Change,
  made: Made | null,
  tried: Tried,
  isKept = false,
): Promise<void> {
  const saved = { claim, change, made, isKept };
  if (isAnswer(tried.outcome) && !change.connector && claim.operation !== "attach") {
    const isOurs = await savedAnswered({ saved, came: attempts.unwritten() });
    attempts.written();
    if (!isOurs) throw new LeaseLost(claim);
    return;
  }
  await attempts.end();
  await inTransaction(async (tx) => {
    const [ours] = await tx.$queryRaw<{ id: string }[]>`
      select id from save_deliveries(${listed([saidOf(saved, false)])}::jsonb, '[]'::jsonb,
        ${listed(newsOf([claim]))}::jsonb, ${liveChannel})`;
    if (!ours) throw new LeaseLost(claim);
    if (claim.operation === "attach") {
      await tx.$executeRaw`
        update delivery_attachments set state = ${change.state}, external_ref = ${made?.externalId ?? null}
         where delivery_id = ${claim.id}::uuid`;
    }
    await keepCircuit(tx, claim.connector, tried);
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
     where id = ${claim.id}::uuid and fence = ${claim.fence}::bigint`;
  if (saved !== 1) throw new LeaseLost(claim);
}
