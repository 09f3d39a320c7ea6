import "server-only";
import type { Tx } from "#lib/db/client";
import type { Prisma } from "#lib/db/generated/client";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { contentOf } from "./asked.rules.ts";
import { type BodyProblem, messagesIn } from "./bodies.rules.ts";
import { carryOut, driveFamily, nothing, orderIdOf } from "./follow.commands.ts";
import { type OrderMessage, orderMessage } from "./messages.schema.ts";
import type { Difference } from "./reconcile.rules.ts";
import type { MessageState, RedriveForm, SettleForm } from "./schema.ts";

export type MessageOutcome = {
  message: string;
  number: string;
  action: string;
  state: MessageState;
  code: string | null;
  params: Readonly<Record<string, string>>;
  order: string | null;
  differences: readonly Difference[];
};

export type OrderMessageRefusal = {
  code: "order_message_not_here" | "order_message_not_waiting" | "order_has_no_difference";
  params: Readonly<Record<string, string>>;
};
const refused = (code: OrderMessageRefusal["code"]) =>
  err<OrderMessageRefusal>({ code, params: {} });

/** What a system is called in codes: its token's name, without what no code has. */
export const systemOf = (actor: Pick<Actor, "name">): string =>
  actor.name
    .normalize("NFD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60) || "mes";

/**
 * The orders of a body, one after the other, each in a transaction of its own: what is sent again after
 * a cut finds what was done. Whatever came is kept, also what nobody can read.
 */
export async function receiveOrders(
  actor: Actor,
  sent: { type: string; text: string },
): Promise<Result<readonly MessageOutcome[], BodyProblem>> {
  const read = messagesIn(sent.type, sent.text, systemOf(actor));
  if (!read.ok) {
    await keepUnreadable(actor, sent, read.error);
    return read;
  }
  const outcomes: MessageOutcome[] = [];
  for (const message of read.value) outcomes.push(await receiveOrder(actor, sent, message));
  return ok(outcomes);
}

async function keepUnreadable(
  actor: Actor,
  { type, text }: { type: string; text: string },
  problem: BodyProblem,
): Promise<void> {
  const said =
    problem.code === "body_unreadable"
      ? problem.problem
      : problem.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
  const raw = sha256Hex(text);
  await recorded(actor, async (tx) => {
    const id = uuidv7();
    await tx.orderMessage.create({
      data: {
        id,
        siteId: actor.site,
        tokenId: tokenOf(actor),
        system: systemOf(actor),
        number: "",
        action: "unreadable",
        contentSha256: raw,
        rawSha256: raw,
        mediaType: type,
        receivedAt: new Date(),
        decidedAt: new Date(),
        state: "unreadable",
        code: problem.code,
        params: { problem: said.slice(0, 500) },
      },
    });
    const body = {
      message: id,
      system: systemOf(actor),
      raw,
      state: "unreadable",
      code: problem.code,
    };
    const event = { kind: "site", stream: actor.site, type: "order.unreadable", body } as const;
    return ok({ value: id, events: [{ ...event, texts: [text] }] });
  });
}

const tokenOf = (actor: Actor): string | null => (actor.via === "token" ? actor.id : null);

async function receiveOrder(
  actor: Actor,
  { type, text }: { type: string; text: string },
  message: OrderMessage,
): Promise<MessageOutcome> {
  const { system, number, action } = message;
  const id = uuidv7();
  const done = await recorded(actor, async (tx) => {
    await oneAtATime(tx, actor);
    const sha256 = contentOf(message);
    const said = { siteId: actor.site, system, number };
    const twin = await tx.orderMessage.findFirst({
      where: { ...said, contentSha256: sha256, state: { notIn: ["duplicate", "unreadable"] } },
    });
    await tx.orderMessage.create({
      data: {
        ...said,
        id,
        tokenId: tokenOf(actor),
        parent: message.action === "split" ? message.parent : null,
        action,
        sentAt: new Date(message.sentAt),
        version: message.version ?? null,
        message: message as unknown as Prisma.InputJsonValue,
        contentSha256: sha256,
        rawSha256: sha256Hex(text),
        mediaType: type,
        receivedAt: new Date(),
        decidedAt: new Date(),
        // Until it is decided, within this transaction.
        state: twin ? "duplicate" : "unchanged",
        code: null,
        orderId: twin?.orderId ?? null,
      },
    });
    const driven = twin ? nothing : await driveFamily(tx, actor, message, id);
    const row = await tx.orderMessage.findUniqueOrThrow({ where: { id } });
    const body = {
      message: id,
      action,
      system,
      number,
      version: message.version ?? null,
      sentAt: message.sentAt,
      content: sha256,
      raw: sha256Hex(text),
      state: row.state,
      code: row.code,
      params: row.params as Record<string, string>,
    };
    const stream = row.orderId ?? orderIdOf(actor.site, number);
    const told = { kind: "order", stream, type: "order.message", body, texts: [text] } as const;
    const order = await tx.workOrder.findFirst({ where: { siteId: actor.site, number } });
    return ok({
      value: { row, order, ending: driven.ending },
      events: [told, ...driven.events] satisfies Happening[],
    });
  });
  if (!done.ok) throw new Error("a message was refused");
  const { row, order, ending } = done.value;
  await carryOut(actor, ending);
  return {
    message: id,
    number,
    action,
    state: row.state as MessageState,
    code: row.code,
    params: row.params as Record<string, string>,
    order: order?.id ?? null,
    differences: (order?.differences ?? []) as unknown as Difference[],
  };
}

/** What waits is tried once more, after somebody has entered what it lacked. */
export async function redriveMessage(
  actor: Actor,
  form: RedriveForm,
): Promise<Result<{ state: string }, OrderMessageRefusal>> {
  const done = await recorded(actor, async (tx) => {
    await oneAtATime(tx, actor);
    const found = await tx.orderMessage.findFirst({
      where: { id: form.message, siteId: actor.site },
    });
    if (!found) return refused("order_message_not_here");
    if (found.state !== "parked" && found.state !== "differs") {
      return refused("order_message_not_waiting");
    }
    const message = orderMessage.parse(found.message);
    const driven = await driveFamily(tx, actor, message, found.id);
    const row = await tx.orderMessage.findUniqueOrThrow({ where: { id: found.id } });
    const { system, number, state, code } = row;
    const body = {
      message: found.id,
      action: found.action,
      system,
      number,
      state,
      code,
      params: row.params as Record<string, string>,
      before: found.state,
    };
    const stream = row.orderId ?? orderIdOf(actor.site, number);
    const told = { kind: "order", stream, type: "order.message", body } as const;
    return ok({
      value: { state, ending: driven.ending },
      events: [told, ...driven.events] satisfies Happening[],
    });
  });
  if (!done.ok) return done;
  await carryOut(actor, done.value.ending);
  return ok({ state: done.value.state });
}

/** A person has seen what can't be as the other system states it, and says why it stays as it is. */
export function settleDifferences(
  actor: Actor,
  { order: id, reason }: SettleForm,
): Promise<Result<{ order: string }, OrderMessageRefusal>> {
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from work_orders where id = ${id}::uuid for update`;
    const order = await tx.workOrder.findFirst({ where: { id, siteId: actor.site } });
    const differences = (order?.differences ?? []) as unknown as Difference[];
    if (!order || differences.length === 0) return refused("order_has_no_difference");
    await tx.workOrder.update({ where: { id }, data: { differences: [] } });
    const changes = Object.fromEntries(
      differences.map(({ field, ours, theirs }) => [field, { before: theirs, after: ours }]),
    );
    const body = { changes, reason: sha256Hex(reason) };
    const told = { kind: "order", stream: id, type: "order.settled", body } as const;
    return ok({ value: { order: id }, events: [{ ...told, texts: [reason] }] });
  });
}

/** Orders come a few at a time, and a split concerns two of them: one message after the other at a site. */
const oneAtATime = (tx: Tx, actor: Actor) =>
  tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`order-messages/${actor.site}`}, 0))`;
