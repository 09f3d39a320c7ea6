import "server-only";
import type { Tx } from "#lib/db/client";
import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { askDiscard, decideDiscard } from "./dead-letters.commands.ts";
import type { DeadLetterRefusal } from "./dead-letters.rules.ts";
import { tellLive } from "./live.commands.ts";
import { askedForUpdate, type Candidate } from "./replay.queries.ts";
import {
  type Replayed,
  type ReplayRefusal,
  rangeOf,
  replayEffects,
  replayOf,
} from "./replay.rules.ts";
import type { DecideManyForm, DiscardManyForm, ReplayForm } from "./replay.schema.ts";

type Going = { of: Candidate; to: Extract<Replayed, { effect: string }> };
type Counts = { replayed: number; left: number };

/** Behind what is new: who waits for today's NCR doesn't wait for thousands of last week's. */
const replayPriority = 90;

/**
 * Sends again what a person was shown, on purpose and for a reason: one entry in the stream of the system that it goes
 * to, and each message keeps what it was. They go the way of all messages, in the order of their keys and within the
 * system's budgets.
 */
export async function replayMessages(
  actor: Actor,
  form: ReplayForm,
): Promise<Result<Counts, ReplayRefusal>> {
  const range = rangeOf(form);
  if (!range.ok) return range;
  return recorded<Counts, ReplayRefusal>(actor, async (tx) => {
    const known = await tx.replay.findUnique({ where: { id: form.command } });
    if (known)
      return ok({ value: { replayed: known.replayed, left: known.leftAlone }, events: [] });
    const connector = await tx.connector.findFirst({
      where: { id: form.connector, siteId: actor.site, status: { not: "retired" } },
      select: { id: true },
    });
    if (!connector) return err({ code: "connector_unknown", params: {} });
    const site = await tx.site.findUniqueOrThrow({
      where: { id: actor.site },
      select: { timeZone: true },
    });
    const { connector: to, from, to: until, search, rule, said, also } = form;
    const asked = { connector: to, from, to: until, search, rule, said };
    const rows = await askedForUpdate(tx, actor, site.timeZone, asked, form.deliveries);
    const named = { discarded: also.includes("discarded"), gone: also.includes("gone") };
    const going = rows.flatMap((of): Going[] => {
      const answer = replayOf(of, named);
      return "effect" in answer ? [{ of, to: answer }] : [];
    });
    if (going.length === 0) return err({ code: "replay_nothing", params: {} });
    const counts = { replayed: going.length, left: new Set(form.deliveries).size - going.length };
    const reason = sha256Hex(form.reason);
    await keep(tx, actor, { id: form.command, asked: { ...asked, also }, reason, counts, going });
    await startAll(tx, going);
    await tellLive(tx, actor.site, { kinds: ["delivery"], travelers: [] });
    const { connector: _, ...range } = asked;
    const event: Happening = {
      kind: "feed",
      stream: connector.id,
      type: "delivery.replayed",
      body: {
        replay: form.command,
        ...range,
        also,
        ...counts,
        effects: Object.fromEntries(
          replayEffects.map((effect) => [
            effect,
            going.filter((one) => one.to.effect === effect).length,
          ]),
        ),
        // Which ones they were: their ids are in the table of the replay, in this order.
        deliveriesSha256: canonicalSha256(going.map(({ of }) => of.id)),
        reason,
      },
      texts: [form.reason],
    };
    return ok({ value: counts, events: [event] });
  });
}

async function keep(
  tx: Tx,
  actor: Actor,
  of: { id: string; asked: object; reason: string; counts: Counts; going: readonly Going[] },
): Promise<void> {
  await tx.replay.create({
    data: {
      id: of.id,
      siteId: actor.site,
      connectorId: (of.asked as { connector: string }).connector,
      asked: of.asked,
      by: actor.id,
      at: new Date(),
      reasonSha256: of.reason,
      replayed: of.counts.replayed,
      leftAlone: of.counts.left,
    },
  });
  await tx.replayedDelivery.createMany({
    data: of.going.map((one) => ({
      replayId: of.id,
      deliveryId: one.of.id,
      siteId: actor.site,
      effect: one.to.effect,
      was: one.of.state,
      externalId: one.of.externalId,
    })),
  });
}

const startAll = (tx: Tx, going: readonly Going[]) => {
  const to = JSON.stringify(
    going.map(({ of, to: { state, externalId } }) => ({ id: of.id, state, external: externalId })),
  );
  return tx.$executeRaw`
    update deliveries d
       set state = g.state::delivery_state, external_id = g.external, attempts = 0, lookups = 0,
           priority = greatest(d.priority, ${replayPriority}::int), next_at = clock_timestamp(),
           updated_at = clock_timestamp(), leased_until = null,
           discard_asked_by = null, discard_asked_at = null, discard_reason_sha256 = null
      from jsonb_to_recordset(${to}::jsonb) as g (id uuid, state text, external text)
     where d.id = g.id`;
};

type Many = Promise<Result<{ done: number; left: number }, DeadLetterRefusal>>;

/** Each an act of its own with the same reason: what stands otherwise by now is left as it is. */
async function each(
  deliveries: readonly string[],
  act: (delivery: string) => Promise<Result<null, DeadLetterRefusal>>,
): Many {
  let done = 0;
  let last: Result<null, DeadLetterRefusal> | null = null;
  for (const delivery of new Set(deliveries)) {
    last = await act(delivery);
    if (last.ok) done += 1;
  }
  if (done === 0 && last && !last.ok) return last;
  return ok({ done, left: deliveries.length - done });
}

/** The first of two says of all that were shown that they are not to be sent. */
export const askDiscardMany = (
  actor: Actor,
  { command, deliveries, reason }: DiscardManyForm,
): Many => each(deliveries, (delivery) => askDiscard(actor, { command, delivery, reason }));

/** The second decides on all that somebody else has asked for. */
export const decideDiscardMany = (
  actor: Actor,
  { command, deliveries, decision, reason }: DecideManyForm,
): Many =>
  each(deliveries, (delivery) => decideDiscard(actor, { command, delivery, decision, reason }));
