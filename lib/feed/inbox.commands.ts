import "server-only";
import type { Tx } from "#lib/db/client";
import { type Canonical, canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { ruleId } from "./default-rules.commands.ts";
import { keepBefore } from "./delivery-edits.commands.ts";
import { changedDraft } from "./drafts.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";
import type { ChangeDraftForm, LetGoForm, RejectForm } from "./rules-forms.schema.ts";

export type InboxRefusal = {
  code: "document_not_waiting" | "document_differs" | "nothing_changed" | "payload_not_right";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ delivery: string }, InboxRefusal>>;
const refused = (
  code: InboxRefusal["code"],
  params: Readonly<Record<string, string>> = {},
): Result<never, InboxRefusal> => err({ code, params });

type Waiting = {
  id: string;
  rule: string;
  ruleVersion: number;
  process: string;
  externalKey: string;
  orderingKey: string;
  payload: unknown;
  payloadSha256: string;
};

/** Held until the end of the transaction: of two who decide at once, one does. */
async function waitingOf(tx: Tx, actor: Actor, id: string): Promise<Waiting | null> {
  const [row] = await tx.$queryRaw<Waiting[]>`
    select id, rule, rule_version as "ruleVersion", process, external_key as "externalKey",
      ordering_key as "orderingKey", payload, payload_sha256 as "payloadSha256"
    from deliveries
    where id = ${id}::uuid and site_id = ${actor.site}::uuid and state = 'gated' for update`;
  return row ?? null;
}

/** In the stream of the rule that made it. */
const happened = (
  actor: Actor,
  row: Waiting,
  type: Happening["type"],
  more: Readonly<Record<string, Canonical>> = {},
  texts: readonly string[] = [],
): Happening => ({
  kind: "feed",
  stream: ruleId(actor.site, row.rule),
  type,
  body: {
    delivery: row.id,
    externalKey: row.externalKey,
    rule: row.rule,
    version: row.ruleVersion,
    process: row.process,
    payloadSha256: row.payloadSha256,
    ...more,
  },
  texts,
});

const onItsWay = (actor: Actor) => ({
  state: "pending" as const,
  nextAt: new Date(),
  updatedAt: new Date(),
  lastResult: `let go by ${actor.name}`,
});

/** A quality engineer has read the draft and lets it go, as it was read. */
export function letGo(actor: Actor, form: LetGoForm): Outcome {
  return recorded(actor, async (tx) => {
    const row = await waitingOf(tx, actor, form.delivery);
    if (!row) return refused("document_not_waiting");
    if (row.payloadSha256 !== form.payloadSha256) return refused("document_differs");
    await tx.delivery.update({ where: { id: row.id }, data: onItsWay(actor) });
    return ok({ value: { delivery: row.id }, events: [happened(actor, row, "document.let_go")] });
  });
}

/** Let go with other words, for a reason; what the rule had made of the event stays beside it. */
export function letGoChanged(actor: Actor, form: ChangeDraftForm): Outcome {
  return recorded(actor, async (tx) => {
    const row = await waitingOf(tx, actor, form.delivery);
    if (!row) return refused("document_not_waiting");
    if (row.payloadSha256 !== form.payloadSha256) return refused("document_differs");
    const made = changedDraft(
      row.process as FeedProcess,
      row.payload as Readonly<Record<string, unknown>>,
      form,
    );
    if (!made.ok) return refused(made.error, { members: row.process });
    const { payload, changed } = made.value;
    const after = canonicalSha256(payload as Canonical);
    const reason = sha256Hex(form.reason);
    await keepBefore(tx, actor, row, { edit: form.command, reason });
    await tx.delivery.update({
      where: { id: row.id },
      data: { ...onItsWay(actor), payload: payload as object, payloadSha256: after },
    });
    const event = happened(actor, row, "document.let_go", { after, changed, reason }, [
      form.reason,
    ]);
    return ok({ value: { delivery: row.id }, events: [event] });
  });
}

/** Nothing of it is sent, nor what waits behind it; what it said, and why it is not sent, stay. */
export function reject(actor: Actor, form: RejectForm): Outcome {
  return recorded(actor, async (tx) => {
    const row = await waitingOf(tx, actor, form.delivery);
    if (!row) return refused("document_not_waiting");
    const over = { state: "cancelled" as const, updatedAt: new Date() };
    await tx.delivery.update({
      where: { id: row.id },
      data: { ...over, lastResult: `rejected by ${actor.name}` },
    });
    await tx.delivery.updateMany({
      where: { siteId: actor.site, orderingKey: row.orderingKey, state: "pending", fence: 0n },
      data: { ...over, lastResult: "its record was rejected" },
    });
    const reason = sha256Hex(form.reason);
    const event = happened(actor, row, "document.rejected", { reason }, [form.reason]);
    return ok({ value: { delivery: row.id }, events: [event] });
  });
}
