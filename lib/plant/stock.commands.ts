import "server-only";
import type { Tx } from "#lib/db/client";
import type { Stock } from "#lib/db/generated/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { dateIn, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { changesIn } from "./changes.rules.ts";
import type { StockChangeForm, StockForm, StockHoldForm, StockRow } from "./stock.schema.ts";

export type StockRefusal = {
  code:
    | "stock_taken"
    | "stock_not_here"
    | "stock_on_hold_already"
    | "stock_not_on_hold"
    | "received_in_future"
    | "nothing_changed";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ stock: string }, StockRefusal>>;
const refused = (code: StockRefusal["code"], params: StockRefusal["params"] = {}) =>
  err<StockRefusal>({ code, params });

const happened = (
  stock: string,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
) => ({ kind: "lot", stream: stock, type, body, texts }) satisfies Happening;

const orNull = (text: string): string | null => (text === "" ? null : text);
const onDay = (day: string | null): Date | null =>
  day === null ? null : new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null;

/** Within a transaction, for a form and for a file alike. */
export async function addStock(tx: Tx, actor: Actor, id: string, row: StockRow) {
  const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
  const today = dateIn(site.timeZone, instant(Date.now()));
  const facts = {
    part: row.part,
    revision: orNull(row.revision),
    serial: orNull(row.serial),
    lot: orNull(row.lot),
    expiresOn: orNull(row.expiresOn),
    supplier: orNull(row.supplier),
    certificate: orNull(row.certificate),
    receivedOn: row.receivedOn === "" ? today : row.receivedOn,
  };
  if (facts.receivedOn > today) return refused("received_in_future", { today });
  const { count } = await tx.stock.createMany({
    data: [
      {
        id,
        siteId: actor.site,
        ...facts,
        expiresOn: onDay(facts.expiresOn),
        receivedOn: onDay(facts.receivedOn),
      },
    ],
    skipDuplicates: true,
  });
  return count === 0
    ? refused("stock_taken", { part: row.part, item: facts.serial ?? facts.lot ?? "" })
    : ok({ value: { stock: id }, events: [happened(id, "stock.received", facts)] });
}

export const receiveStock = (actor: Actor, { command, ...row }: StockForm): Outcome =>
  recorded(actor, (tx) => addStock(tx, actor, command, row));

/** The row, held until the transaction ends: what the entry calls `before` is what was there. */
async function heldStock(tx: Tx, actor: Actor, id: string): Promise<Stock | null> {
  await tx.$queryRaw`select id from stock where id = ${id}::uuid for update`;
  return tx.stock.findFirst({ where: { id, siteId: actor.site } });
}

/** Shelf life that was extended, a certificate that came later: with the reason, and what it was before. */
export function changeStock(actor: Actor, form: StockChangeForm): Outcome {
  const { stock: id, reason } = form;
  const asked = {
    revision: orNull(form.revision),
    expiresOn: orNull(form.expiresOn),
    supplier: orNull(form.supplier),
    certificate: orNull(form.certificate),
  };
  return recorded(actor, async (tx) => {
    const stock = await heldStock(tx, actor, id);
    if (!stock) return refused("stock_not_here");
    const { revision, supplier, certificate } = stock;
    const before = { revision, expiresOn: dayOf(stock.expiresOn), supplier, certificate };
    const changes = changesIn(before, asked);
    if (Object.keys(changes).length === 0) return refused("nothing_changed");
    const data = { ...asked, expiresOn: onDay(asked.expiresOn) };
    await tx.stock.update({ where: { id }, data });
    const body = { changes, reason: sha256Hex(reason) };
    return ok({ value: { stock: id }, events: [happened(id, "stock.changed", body, [reason])] });
  });
}

/** On hold, nothing of it is installed any more; what is installed already is for quality to find. */
const setHold = (actor: Actor, { stock: id, reason }: StockHoldForm, isHeld: boolean): Outcome =>
  recorded(actor, async (tx) => {
    const stock = await heldStock(tx, actor, id);
    if (!stock) return refused("stock_not_here");
    if (stock.onHold === isHeld) {
      return refused(isHeld ? "stock_on_hold_already" : "stock_not_on_hold");
    }
    await tx.stock.update({ where: { id }, data: { onHold: isHeld } });
    const type = isHeld ? "stock.held" : "stock.released";
    const body = { reason: sha256Hex(reason) };
    return ok({ value: { stock: id }, events: [happened(id, type, body, [reason])] });
  });

export const holdStock = (actor: Actor, form: StockHoldForm): Outcome => setHold(actor, form, true);
export const releaseStock = (actor: Actor, form: StockHoldForm): Outcome =>
  setHold(actor, form, false);
