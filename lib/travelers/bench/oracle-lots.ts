import { add, compare, subtract } from "#lib/kit/decimal";
import type { RecordedEvent } from "../events.schema.ts";

/** The pieces of one lot, and what became of those that are not here any more. */
export type Pieces = { here: string; scrapped: string; left: string };

/**
 * Where every piece of a family is, read from the entries of all its lots alone and by other means than the
 * rules: each entry moves pieces from one place to another.
 */
export function piecesOf(
  family: ReadonlyMap<string, readonly RecordedEvent[]>,
): Map<string, Pieces> {
  const places = new Map<string, Pieces>();
  const none: Pieces = { here: "0", scrapped: "0", left: "0" };
  const at = (lot: string) => places.get(lot) ?? none;
  const change = (lot: string, by: (of: Pieces) => Partial<Pieces>) =>
    places.set(lot, { ...at(lot), ...by(at(lot)) });
  const leaves = (lot: string, quantity: string) =>
    change(lot, ({ here, left }) => ({
      here: subtract(here, quantity),
      left: add(left, quantity),
    }));
  for (const [lot, events] of family) {
    for (const { type, body } of events) {
      if (type === "traveler.released") {
        change(lot, ({ here }) => ({ here: add(here, body.unit.quantity) }));
      }
      if (type === "traveler.split_off") {
        change(lot, ({ here }) => ({ here: add(here, body.quantity) }));
        leaves(body.from.traveler, body.quantity);
      }
      if (type === "traveler.merged") {
        for (const { traveler, quantity } of body.from) {
          change(lot, ({ here }) => ({ here: add(here, quantity) }));
          leaves(traveler, quantity);
        }
      }
      if (type === "quantity.scrapped") {
        change(lot, ({ here, scrapped }) => ({
          here: subtract(here, body.quantity),
          scrapped: add(scrapped, body.quantity),
        }));
      }
    }
  }
  // Whole lots last: by then it is known how many were still in them.
  for (const [lot, events] of family) {
    if (events.some(({ type }) => type === "traveler.scrapped")) {
      change(lot, ({ here, scrapped }) => ({ here: "0", scrapped: add(scrapped, here) }));
    }
  }
  return places;
}

/** What a lot that is complete still misses of its count, its holds and its defects. */
export function stillUncounted(events: readonly RecordedEvent[], pieces: Pieces): string[] {
  const counted = events.findLast(({ type }) => type === "quantity.accounted")?.body as
    | { accepted: string; scrapped: string; transferredOut: string }
    | undefined;
  if (!counted) return ["never counted"];
  const is = (a: string, b: string) => compare(a, b) === 0;
  return [
    ...(is(counted.accepted, pieces.here) ? [] : ["accepted is not what is here"]),
    ...(is(counted.scrapped, pieces.scrapped) ? [] : ["scrapped is not what was scrapped"]),
    ...(is(counted.transferredOut, pieces.left) ? [] : ["transferred out is not what left"]),
  ];
}
