import { canonicalSha256 } from "#lib/kit/canonical";
import { subtract } from "#lib/kit/decimal";
import { millis } from "#lib/kit/time";
import type { OrderMessage, Statement } from "./messages.schema.ts";

export type Kept = { id: string; sha256: string; message: OrderMessage };

/** Of what a message says, however it was written: the same said again is the same message. */
export const contentOf = (message: OrderMessage): string => canonicalSha256(message);

/**
 * What another system has asked for, made from everything that it ever said of an order. It is a
 * function of the set of its messages: their order of arrival, and repeats, make no difference.
 */
export type Asked = {
  /** The order as it was last stated; null: nothing but a hold or a cancellation so far. */
  statement: Statement | null;
  /** Of the statement, less what was split off since. */
  quantity: string | null;
  hold: { message: string; reason: string } | null;
  cancelled: { message: string; reason: string } | null;
  /** The messages that decide any of it. Every other one was overtaken. */
  decisive: readonly string[];
};

/**
 * `splits`: those off this order that were carried out. Later by version, if every message has one, and
 * else by when it was said; two of one moment are told apart by what they say.
 */
export function askedOf(messages: readonly Kept[], splits: readonly Kept[] = []): Asked {
  const later = laterOf([...messages, ...splits]);
  const newest = (...actions: OrderMessage["action"][]): Kept | null =>
    messages
      .filter(({ message }) => actions.includes(message.action))
      .toSorted(later)
      .at(-1) ?? null;
  const stated = newest("order", "split");
  const statement = (stated?.message ?? null) as Statement | null;
  const held = newest("hold", "release");
  const ended = newest("cancel");
  const isCancelled = ended !== null && (stated === null || later(stated, ended) < 0);
  const since = splits.filter((split) => stated !== null && later(stated, split) < 0);
  const quantity = since.reduce<string | null>(
    (left, { message }) =>
      left === null || !("quantity" in message) ? left : subtract(left, message.quantity),
    statement?.quantity ?? null,
  );
  return {
    statement,
    quantity,
    hold:
      held?.message.action === "hold" ? { message: held.id, reason: held.message.reason } : null,
    cancelled:
      isCancelled && ended.message.action === "cancel"
        ? { message: ended.id, reason: ended.message.reason }
        : null,
    decisive: [stated, held, isCancelled ? ended : null].flatMap((of) => of?.id ?? []),
  };
}

/** Is this one said before the order was last stated? Then the statement knows of it already. */
export function isBefore(split: Kept, messages: readonly Kept[]): boolean {
  const later = laterOf([...messages, split]);
  const stated = messages
    .filter(({ message }) => message.action === "order" || message.action === "split")
    .toSorted(later)
    .at(-1);
  return stated !== undefined && later(split, stated) < 0;
}

function laterOf(all: readonly Kept[]): (a: Kept, b: Kept) => number {
  const areCounted = all.every(({ message }) => message.version !== undefined);
  return (a, b) => {
    const versions = areCounted ? Number(a.message.version) - Number(b.message.version) : 0;
    const times = millis(a.message.sentAt) - millis(b.message.sentAt);
    return versions || times || (a.sha256 < b.sha256 ? -1 : Number(a.sha256 > b.sha256));
  };
}
