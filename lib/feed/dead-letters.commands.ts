import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { type Canonical, canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { connectorById, isRecordsConnector } from "./connector.queries.ts";
import { readBack } from "./connectors/rest/talk.gateway.ts";
import {
  type DeadLetterRefusal,
  edited,
  mayAskDiscard,
  mayDecideDiscard,
  mayLink,
  type Stopped,
} from "./dead-letters.rules.ts";
import type {
  DecideDiscardForm,
  DiscardForm,
  EditForm,
  LinkForm,
  RetryManyForm,
} from "./dead-letters.schema.ts";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import { keepBefore } from "./delivery-edits.commands.ts";
import { keepExternal } from "./external.commands.ts";
import type { FeedProcess } from "./processes.schema.ts";

type Outcome = Promise<Result<null, DeadLetterRefusal>>;
const refused = (code: DeadLetterRefusal["code"]) => err<DeadLetterRefusal>({ code, params: {} });

type Row = Stopped & {
  id: string;
  connector: string;
  traveler: string | null;
  defect: string | null;
  externalKey: string;
  payload: unknown;
  payloadSha256: string;
};

/** Held until the end of the transaction: two people who decide at once decide one after the other. */
async function stoppedOf(tx: Tx, actor: Actor, id: string): Promise<Row | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    select id, connector_id as connector, traveler_id as traveler, defect_id as defect,
      external_key as "externalKey", state::text as state, operation, process,
      external_id as "externalId", discard_asked_by as "discardAskedBy", payload,
      payload_sha256 as "payloadSha256"
    from deliveries where id = ${id}::uuid and site_id = ${actor.site}::uuid for update`;
  return row
    ? {
        ...row,
        state: row.state as DeliveryState,
        operation: row.operation as DeliveryOperation,
        process: row.process as FeedProcess,
      }
    : null;
}

/** In the stream of the system that it was to go to. */
const happened = (
  row: Row,
  type: Happening["type"],
  body: Readonly<Record<string, Canonical>> = {},
  texts: string[] = [],
): Happening => ({
  kind: "feed",
  stream: row.connector,
  type,
  body: { delivery: row.id, key: row.externalKey, ...body },
  texts,
});

const noMoreAsked = { discardAskedBy: null, discardAskedAt: null, discardReasonSha256: null };

/** From the beginning, with all of its attempts: after a person has put right what stopped it. */
const again = () => ({ attempts: 0, lookups: 0, nextAt: new Date(), updatedAt: new Date() });

/**
 * A person says that what stopped a delivery has been put right. It goes on with the search for our key,
 * so a record that came about meanwhile is adopted and not made twice; what the QMS has is read back.
 */
export function retryDelivery(actor: Actor, id: string, reason?: string): Outcome {
  return recorded(actor, async (tx) => {
    const row = await stoppedOf(tx, actor, id);
    if (!row || (row.state !== "parked" && row.state !== "dead"))
      return refused("delivery_not_stopped");
    // Among many it is nobody's decision against a wish to discard it.
    if (reason !== undefined && row.discardAskedBy !== null) return refused("delivery_not_stopped");
    const isThere = row.externalId !== null;
    if (isThere && row.operation !== "create") return refused("delivery_not_stopped");
    await tx.delivery.update({
      where: { id },
      data: { ...again(), ...noMoreAsked, state: isThere ? "delivered" : "pending" },
    });
    const body = { was: row.state, ...(reason !== undefined && { reason: sha256Hex(reason) }) };
    const event = happened(row, "delivery.retried", body, reason === undefined ? [] : [reason]);
    return ok({ value: null, events: [event] });
  });
}

/**
 * The same for all that were shown, each an act of its own with the same reason: what somebody else has
 * started, linked or discarded meanwhile is left as it is, and so is what waits for a second person.
 */
export async function retryMany(
  actor: Actor,
  { deliveries, reason }: RetryManyForm,
): Promise<Result<{ again: number; left: number }, DeadLetterRefusal>> {
  let again = 0;
  for (const id of new Set(deliveries)) {
    if ((await retryDelivery(actor, id, reason)).ok) again += 1;
  }
  if (again === 0) return refused("delivery_not_stopped");
  return ok({ again, left: deliveries.length - again });
}

/** It is not to be sent any more, says the first of two. Until the second has decided, it stays stopped. */
export function askDiscard(actor: Actor, form: DiscardForm): Outcome {
  return recorded(actor, async (tx) => {
    const row = await stoppedOf(tx, actor, form.delivery);
    if (!row) return refused("delivery_not_stopped");
    const may = mayAskDiscard(row);
    if (!may.ok) return may;
    const reason = sha256Hex(form.reason);
    await tx.delivery.update({
      where: { id: row.id },
      data: {
        discardAskedBy: actor.id,
        discardAskedAt: new Date(),
        discardReasonSha256: reason,
        updatedAt: new Date(),
      },
    });
    const event = happened(row, "delivery.discard_asked", { reason }, [form.reason]);
    return ok({ value: null, events: [event] });
  });
}

/** The second of two: discarded for good, or stopped as it was before anybody asked. */
export function decideDiscard(actor: Actor, form: DecideDiscardForm): Outcome {
  return recorded(actor, async (tx) => {
    const row = await stoppedOf(tx, actor, form.delivery);
    if (!row) return refused("delivery_not_stopped");
    const may = mayDecideDiscard(row, actor.id);
    if (!may.ok) return may;
    const isDiscarded = form.decision === "discard";
    await tx.delivery.update({
      where: { id: row.id },
      data: {
        updatedAt: new Date(),
        ...(isDiscarded ? { state: "cancelled" as const, lastResult: "discarded" } : noMoreAsked),
      },
    });
    const body = { reason: sha256Hex(form.reason), askedBy: row.discardAskedBy };
    const type = isDiscarded ? "delivery.discarded" : "delivery.discard_refused";
    return ok({ value: null, events: [happened(row, type, body, [form.reason])] });
  });
}

/**
 * The record is there already: somebody typed it there, or a restore has lost our knowledge of it. It is
 * read before it is taken on, and a record has one delivery: another's is refused.
 */
export async function linkDelivery(actor: Actor, form: LinkForm): Outcome {
  const asked = await inTransaction(async (tx) => {
    const row = await stoppedOf(tx, actor, form.delivery);
    return row ? { row, connector: await connectorById(tx, row.connector) } : null;
  }, actor.site);
  if (!asked?.connector) return refused("delivery_not_stopped");
  const may = mayLink(asked.row);
  if (!may.ok) return may;
  const { connector } = asked;
  if (!isRecordsConnector(connector)) return refused("delivery_makes_no_record");
  const read = await readBack(connector, form.externalId, { onSend: async () => undefined });
  if (read.kind === "not_found") return refused("record_not_found");
  if (read.kind !== "done") {
    return err({ code: "record_unreachable", params: { reason: read.reason } });
  }
  const { externalId, number } = read.value.record;
  const linked = await recorded<null, DeadLetterRefusal>(actor, async (tx) => {
    const row = await stoppedOf(tx, actor, form.delivery);
    const still = row ? mayLink(row) : refused("delivery_not_stopped");
    if (!row || !still.ok) return still.ok ? refused("delivery_not_stopped") : still;
    const another = await tx.delivery.findFirst({
      where: { connectorId: row.connector, externalId, operation: "create", id: { not: row.id } },
      select: { externalNumber: true },
    });
    if (another) return err({ code: "record_is_anothers", params: { number } });
    await tx.delivery.update({
      where: { id: row.id },
      data: {
        ...again(),
        ...noMoreAsked,
        state: "tracking",
        externalId,
        externalNumber: number,
        lastResult: "linked by hand",
      },
    });
    const reason = sha256Hex(form.reason);
    const event = happened(row, "delivery.linked", { externalId, number, reason }, [form.reason]);
    return ok({ value: null, events: [event] });
  });
  if (linked.ok) await keepExternal(connector, asked.row, read.value);
  return linked;
}

/** Sent with other words than the record's, by a named person for a reason; what it said before stays. */
export function editDelivery(actor: Actor, form: EditForm): Outcome {
  return recorded(actor, async (tx) => {
    const row = await stoppedOf(tx, actor, form.delivery);
    if (!row) return refused("delivery_not_stopped");
    const changed = edited(row, row.payload, form.payload);
    if (!changed.ok) return changed;
    const after = canonicalSha256(changed.value as Canonical);
    const reason = sha256Hex(form.reason);
    await keepBefore(tx, actor, row, { edit: form.command, reason });
    await tx.delivery.update({
      where: { id: row.id },
      data: {
        ...again(),
        ...noMoreAsked,
        state: "pending",
        payload: changed.value as object,
        payloadSha256: after,
      },
    });
    const body = { before: row.payloadSha256, after, reason };
    return ok({ value: null, events: [happened(row, "delivery.edited", body, [form.reason])] });
  });
}
