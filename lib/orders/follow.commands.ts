import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import { changesIn } from "#lib/plant/changes.rules";
import { addPlantHold, endPlantHold } from "#lib/plant/holds.commands";
import { releasedOf } from "#lib/plant/orders.commands";
import type { Happening } from "#lib/record/commands";
import { applyCommand } from "#lib/travelers/commands";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { type Asked, askedOf, isBefore, type Kept } from "./asked.rules.ts";
import { type OrderMessage, orderMessage } from "./messages.schema.ts";
import { type OrderRow, oursOf } from "./queries.ts";
import {
  type Difference,
  mayBeSplit,
  type OrderFacts,
  type Ours,
  type Parked,
  reconcile,
} from "./reconcile.rules.ts";
import type { MessageState } from "./schema.ts";

/** An order that a message makes is named by its number: what waited for it stands in its stream already. */
export const orderIdOf = (site: string, number: string): string =>
  derivedId(site, `order/${number}`);

type Driven = { events: readonly Happening[]; ending: readonly Ending[] };
/** Units that nobody has begun of an order that was cancelled: ended by the rules, after this transaction. */
type Ending = { traveler: string; message: string; reason: string };
/** Of a message that changes nothing. */
export const nothing: Driven = { events: [], ending: [] };
const together = (...all: Driven[]): Driven => ({
  events: all.flatMap(({ events }) => events),
  ending: all.flatMap(({ ending }) => ending),
});

/** The order, and what hangs on it: the one it is split off from, and those that waited for it. */
export async function driveFamily(
  tx: Tx,
  actor: Actor,
  { system, number, ...message }: OrderMessage,
  id: string,
): Promise<Driven> {
  const of = { tx, actor, system };
  const own = await drive(of, number, id);
  const waiting = await tx.orderMessage.findMany({
    where: { siteId: actor.site, system, parent: number, action: "split", state: "parked" },
    select: { id: true, number: true },
    orderBy: { receivedAt: "asc" },
  });
  const children: Driven[] = [];
  for (const child of waiting) children.push(await drive(of, child.number, child.id));
  const parents = [
    ...(message.action === "split" ? [message.parent] : []),
    ...(waiting.length > 0 ? [number] : []),
  ];
  const again: Driven[] = [];
  for (const parent of parents) again.push(await drive(of, parent, null));
  return together(own, ...children, ...again);
}

type Of = { tx: Tx; actor: Actor; system: string };
const done = ["applied", "differs", "unchanged", "older"];

/** Makes of an order what all its messages ask for, as far as it can be; `now` is the one that came. */
async function drive(of: Of, number: string, now: string | null): Promise<Driven> {
  const { tx, actor, system } = of;
  const site = { siteId: actor.site, system };
  const rows = await tx.orderMessage.findMany({
    where: { ...site, number, state: { notIn: ["duplicate", "unreadable"] } },
    orderBy: { receivedAt: "asc" },
  });
  if (rows.length === 0) return nothing;
  const splits = await tx.orderMessage.findMany({
    where: {
      ...site,
      parent: number,
      action: "split",
      state: { in: done },
      orderId: { not: null },
    },
  });
  const messages = rows.map(keptOf);
  const asked = askedOf(messages, splits.map(keptOf));
  const row = await tx.workOrder.findFirst({ where: { siteId: actor.site, number } });
  const ours = row && oursOf(row);
  const facts = await factsOf(of, number, asked);
  const unfit = ours === null ? await unfitToSplit(of, asked, messages) : null;
  const elsewhere = await elsewhereOf(of, number, asked);
  const plan = elsewhere
    ? { parked: elsewhere }
    : unfit
      ? { parked: unfit }
      : reconcile(system, asked, ours, facts);
  if ("parked" in plan) {
    const { parked } = plan;
    // Whatever waits: a hold that can lie on something lies on it now, and ends when it is ended.
    const events = row ? await holdAsAsked(of, number, asked, messages) : [];
    await decide(tx, rows, asked, ({ id, state, action }) => {
      if (id !== now && state !== "parked") return null;
      const isHold = row !== null && (action === "hold" || action === "release");
      return isHold
        ? became("applied", row.id)
        : { state: "parked", ...parked, orderId: row?.id ?? null };
    });
    return { events, ending: [] };
  }
  const { order, differences } = plan;
  const id = row?.id ?? orderIdOf(actor.site, number);
  const written = await write(of, { id, number, row, order, differences, asked });
  const held = await holdAsAsked(of, number, asked, messages);
  const hasChanged = written.length > 0 || held.length > 0;
  await decide(tx, rows, asked, ({ id: message, state, action }) => {
    if (message !== now && state !== "parked" && state !== "differs") return null;
    const isOfHold = action === "hold" || action === "release";
    if (differences.length > 0 && !isOfHold) return became("differs", id);
    return became(hasChanged || state !== "unchanged" ? "applied" : "unchanged", id);
  });
  return { events: [...written, ...held], ending: await endingOf(of, number, asked) };
}

const became = (state: MessageState, orderId: string): Decision => ({
  state,
  code: null,
  params: {},
  orderId,
});

type Row = Awaited<ReturnType<Tx["orderMessage"]["findMany"]>>[number];
const keptOf = ({ id, contentSha256, message }: Row): Kept => ({
  id,
  sha256: contentSha256,
  message: orderMessage.parse(message),
});

type Decision = {
  state: MessageState;
  code: string | null;
  params: Readonly<Record<string, string>>;
  orderId: string | null;
};

/** Says of each message what became of it: one that decides nothing was overtaken by a later one. */
async function decide(
  tx: Tx,
  rows: readonly Row[],
  asked: Asked,
  of: (row: Row) => Decision | null,
): Promise<void> {
  for (const row of rows) {
    const meant = of(row);
    if (meant === null) continue;
    const isOvertaken = !asked.decisive.includes(row.id);
    const decision: Decision = isOvertaken
      ? { state: "older", code: null, params: {}, orderId: meant.orderId }
      : meant;
    await tx.orderMessage.update({
      where: { id: row.id },
      data: { ...decision, params: { ...decision.params }, decidedAt: new Date() },
    });
  }
}

const begun = ["in_work", "on_hold", "complete"] as const;

async function factsOf({ tx, actor }: Of, number: string, asked: Asked): Promise<OrderFacts> {
  const where = { siteId: actor.site, workOrder: number };
  const units = await tx.traveler.findMany({
    where: { ...where, status: { not: "cancelled" } },
    select: { serial: true, lot: true, status: true },
  });
  const instructions = await tx.$queryRaw<OrderFacts["instructions"]>`
    select content::jsonb->'part'->>'number' as part, content::jsonb->>'number' as number, revision
      from instruction_revisions where status in ('effective', 'approved')`;
  const { statement } = asked;
  const parent =
    statement?.action === "split"
      ? await tx.workOrder.findFirst({
          where: { siteId: actor.site, number: statement.parent },
          select: { partNumber: true, partRevision: true, customer: true, status: true },
        })
      : null;
  return {
    released: await releasedOf(tx, actor, number),
    releasedUnits: units.flatMap(({ serial, lot }) => serial ?? lot ?? []),
    begun: units.filter(({ status }) => begun.some((one) => one === status)).length,
    instructions,
    parent,
  };
}

/** Asked only while the part split off is not here: afterwards its units are its own. */
async function unfitToSplit(
  { tx, actor, system }: Of,
  { statement }: Asked,
  messages: readonly Kept[],
): Promise<Parked | null> {
  if (statement?.action !== "split") return null;
  const { parent: number } = statement;
  const parent = await tx.workOrder.findFirst({ where: { siteId: actor.site, number } });
  if (!parent) return null;
  const stated = await tx.orderMessage.findMany({
    where: { siteId: actor.site, system, number, state: { in: done } },
  });
  const split = messages.find(({ message }) => message === statement);
  const units = await tx.traveler.findMany({
    where: { siteId: actor.site, workOrder: number, status: { not: "cancelled" } },
    select: { serial: true, lot: true },
  });
  return mayBeSplit(
    { quantity: statement.quantity, units: statement.serials ?? [] },
    {
      quantity: parent.quantity,
      released: await releasedOf(tx, actor, number),
      releasedUnits: units.flatMap(({ serial, lot }) => serial ?? lot ?? []),
    },
    split !== undefined && isBefore(split, stated.map(keptOf)),
  );
}

/** The other system's id stands on another order here: a number that changed, or one used again. */
async function elsewhereOf(
  { tx, actor, system }: Of,
  number: string,
  { statement }: Asked,
): Promise<Parked | null> {
  if (!statement?.externalId) return null;
  const found = await tx.workOrder.findFirst({
    where: {
      siteId: actor.site,
      system,
      externalId: statement.externalId,
      number: { not: number },
    },
    select: { number: true },
  });
  return found && { code: "order_id_elsewhere", params: { order: found.number } };
}

async function write(
  { tx, actor }: Of,
  at: {
    id: string;
    number: string;
    row: OrderRow | null;
    order: Omit<Ours, "isCancelledThere">;
    differences: readonly Difference[];
    asked: Asked;
  },
): Promise<Happening[]> {
  const { id, number, row, order, differences, asked } = at;
  const { statement } = asked;
  const data = {
    ...order,
    dueAt: order.dueAt && new Date(order.dueAt),
    units: [...order.units],
    isCancelledThere: asked.cancelled !== null,
    differences: differences.map((of) => ({ ...of })),
  };
  const facts = { ...order, units: order.units.join(", ") };
  if (row === null) {
    const parent =
      statement?.action === "split"
        ? await tx.workOrder.findFirst({
            where: { siteId: actor.site, number: statement.parent },
            select: { id: true },
          })
        : null;
    await tx.workOrder.create({
      data: { ...data, id, siteId: actor.site, number, parentId: parent?.id ?? null },
    });
    const body = { number, ...facts, parent: parent?.id ?? null };
    return [{ kind: "order", stream: id, type: "order.created", body }];
  }
  const before = oursOf(row);
  const { isCancelledThere: _, ...known } = before;
  const changes = changesIn({ ...known, units: before.units.join(", ") }, facts);
  const isSame =
    Object.keys(changes).length === 0 &&
    row.isCancelledThere === data.isCancelledThere &&
    JSON.stringify(row.differences) === JSON.stringify(data.differences);
  if (isSame) return [];
  await tx.workOrder.update({ where: { id }, data });
  if (Object.keys(changes).length === 0) return [];
  const reason = asked.cancelled?.reason;
  const body = { changes, ...(reason !== undefined && { reason: sha256Hex(reason) }) };
  const texts = reason === undefined ? [] : [reason];
  return [{ kind: "order", stream: id, type: "order.changed", body, texts }];
}

/** The reason of a hold from another system, where the plant's list has none for it. */
const mesReason = { code: "mes", owner: "production" } as const;

/**
 * A hold of another system lies on the whole order and stops its units through the rules, like every hold
 * of the plant. Its release ends that hold and no other; one that a person has released stays released.
 */
async function holdAsAsked(
  { tx, actor, system }: Of,
  number: string,
  { hold }: Asked,
  messages: readonly Kept[],
): Promise<Happening[]> {
  const ids = messages.filter(({ message }) => message.action === "hold").map(({ id }) => id);
  const known = await tx.plantHold.findMany({ where: { siteId: actor.site, id: { in: ids } } });
  const events: Happening[] = [];
  for (const old of known) {
    if (old.releasedAt !== null || old.id === hold?.message) continue;
    const released = messages.findLast(({ message }) => message.action === "release")?.message;
    const reason = released?.action === "release" ? released.reason : undefined;
    const words = hold?.reason ?? reason ?? system;
    events.push(await endPlantHold(tx, actor, old, words));
  }
  if (hold && !known.some(({ id }) => id === hold.message)) {
    const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
    const policy = site.policy as unknown as Partial<PlantPolicy>;
    const reason = policy.holdReasons?.find(({ code }) => code === mesReason.code) ?? mesReason;
    const placed = {
      id: hold.message,
      scope: "order" as const,
      subject: number,
      reason: reason.code,
      owner: reason.owner,
      comment: hold.reason,
    };
    events.push(await addPlantHold(tx, actor, placed));
  }
  return events;
}

async function endingOf(
  { tx, actor }: Of,
  number: string,
  { cancelled }: Asked,
): Promise<Ending[]> {
  if (!cancelled) return [];
  const units = await tx.traveler.findMany({
    where: { siteId: actor.site, workOrder: number, status: "released" },
    select: { id: true },
  });
  return units.map(({ id }) => ({ traveler: id, ...cancelled }));
}

/** Once the transaction is through: ends the units. What the rules refuse by then has been begun meanwhile: the order shows it to a person. */
export async function carryOut(actor: Actor, ending: readonly Ending[]): Promise<void> {
  for (const { traveler, message, reason } of ending) {
    const command = {
      id: derivedId(message, traveler),
      type: "cancelTraveler",
      body: { reason },
    } as const;
    await applyCommand(actor, { traveler, command });
  }
}
