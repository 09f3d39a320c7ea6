import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aDayThatLasts } from "#lib/db/test-day";
import { aSite, type TestSite, valueIn } from "#lib/db/test-plant";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { previewImport, runImport } from "./import.commands.ts";
import { changeStock, holdStock, receiveStock, releaseStock } from "./stock.commands.ts";
import { stockAtSite, stockItem } from "./stock.queries.ts";
import { type StockForm, stockForm } from "./stock.schema.ts";

const today = await aDayThatLasts("America/Chicago");
const daysOn = (days: number) =>
  instant(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).slice(0, 10);
const aLot = (more: Partial<StockForm> = {}): StockForm => ({
  command: uuidv7(),
  part: "PS-B2",
  revision: "",
  serial: "",
  lot: `L-${randomUUID().slice(0, 8)}`,
  expiresOn: daysOn(90),
  supplier: "Sealants Inc.",
  certificate: "COC-5521",
  receivedOn: "",
  ...more,
});
const codeOf = async (done: Promise<{ ok: boolean; error?: { code: string } }>) => {
  const result = await done;
  return result.ok ? "done" : result.error?.code;
};
const entriesOf = async (site: TestSite, stream: string) => {
  const rows = await forSite(site.id).entry.findMany({
    where: { streamId: stream },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ type, line }) => ({ type, body: JSON.parse(line).body }));
};

test("a lot is received with its entry, on the plant's own day, once", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const form = aLot();
  const { stock } = valueIn(await receiveStock(actor, form));
  expect(await codeOf(receiveStock(actor, { ...form, command: uuidv7() }))).toBe("stock_taken");
  expect(await codeOf(receiveStock(actor, aLot({ receivedOn: daysOn(2) })))).toBe(
    "received_in_future",
  );
  expect(await entriesOf(site, stock)).toMatchObject([
    { type: "stock.received", body: { part: "PS-B2", lot: form.lot, expiresOn: daysOn(90) } },
  ]);
  expect(await stockItem(actor, stock)).toMatchObject({ certificate: "COC-5521", onHold: false });
});

test("it is a serial or a lot, and the form says so", () => {
  const codes = (more: Partial<StockForm>) =>
    stockForm.safeParse(aLot(more)).error?.issues.map(({ message }) => message) ?? [];
  expect(codes({})).toEqual([]);
  expect(codes({ serial: "S-1", lot: "" })).toEqual([]);
  expect(codes({ serial: "S-1" })).toEqual(["serial_or_lot"]);
  expect(codes({ lot: "" })).toEqual(["serial_or_lot"]);
});

test("a use-by day is moved with the reason, and what it was stays on the record", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const { stock } = valueIn(await receiveStock(actor, aLot()));
  const form = {
    command: uuidv7(),
    stock,
    revision: "",
    expiresOn: daysOn(180),
    supplier: "Sealants Inc.",
    certificate: "COC-5521",
    reason: "shelf life extended, LAB-77",
  };
  expect(await codeOf(changeStock(actor, form))).toBe("done");
  expect(await codeOf(changeStock(actor, form))).toBe("nothing_changed");
  expect((await entriesOf(site, stock)).at(-1)).toEqual({
    type: "stock.changed",
    body: {
      changes: { expiresOn: { before: daysOn(90), after: daysOn(180) } },
      reason: sha256Hex("shelf life extended, LAB-77"),
    },
  });
});

test("a hold and its release each say why, and neither comes twice", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const { stock } = valueIn(await receiveStock(actor, aLot()));
  const form = (reason: string) => ({ command: uuidv7(), stock, reason });
  expect(await codeOf(releaseStock(actor, form("?")))).toBe("stock_not_on_hold");
  expect(await codeOf(holdStock(actor, form("bag was open")))).toBe("done");
  expect(await codeOf(holdStock(actor, form("again")))).toBe("stock_on_hold_already");
  expect(await stockItem(actor, stock)).toMatchObject({ onHold: true });
  expect(await codeOf(releaseStock(actor, form("bag was whole")))).toBe("done");
  const told = (await entriesOf(site, stock)).slice(1);
  expect(told).toEqual([
    { type: "stock.held", body: { reason: sha256Hex("bag was open") } },
    { type: "stock.released", body: { reason: sha256Hex("bag was whole") } },
  ]);
  const elsewhere = actorOfSeed((await aSite()).id);
  expect(await codeOf(holdStock(elsewhere, form("not mine")))).toBe("stock_not_here");
  expect(await stockItem(elsewhere, stock)).toBeNull();
});

test("the list shows what runs out first, what is expired, on hold and looked for", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const lots = {
    old: aLot({ lot: "OLD-1", expiresOn: daysOn(-1) }),
    last: aLot({ lot: "LAST-1", expiresOn: today }),
    soon: aLot({ lot: "SOON-1", expiresOn: daysOn(30) }),
    later: aLot({ lot: "LATE-1", expiresOn: daysOn(31) }),
    keeps: aLot({ part: "NUT-5", serial: "NUT-5-77", lot: "", expiresOn: "" }),
  };
  for (const form of Object.values(lots)) valueIn(await receiveStock(actor, form));
  valueIn(await holdStock(actor, { command: uuidv7(), stock: lots.keeps.command, reason: "x" }));
  const shown = async (show: "all" | "on_hold" | "expired" | "soon", q = "") => {
    const { lines } = await stockAtSite(actor, { show, q, today, page: 0 });
    return lines.map(({ serial, lot }) => serial ?? lot);
  };
  expect(await shown("all")).toEqual(["OLD-1", "LAST-1", "SOON-1", "LATE-1", "NUT-5-77"]);
  expect(await shown("expired")).toEqual(["OLD-1"]);
  expect(await shown("soon")).toEqual(["LAST-1", "SOON-1"]);
  expect(await shown("on_hold")).toEqual(["NUT-5-77"]);
  expect(await shown("all", "nut")).toEqual(["NUT-5-77"]);
  expect(await shown("all", "%")).toEqual([]);
});

test("a list of stock enters whole, with serials and lots in one file", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const text = [
    "part;serial;lot;revision;use by;expires;supplier;coc;received",
    `PS-B2;;L-1;;;${daysOn(90)};Sealants;C-1;${today}`,
    "NUT-5;S-1;;A;;;Nuts;C-2;",
    "NUT-5;S-1;;A;;;Nuts;C-2;",
    "NUT-5;S-2;L-2;A;;;Nuts;C-2;",
  ].join("\n");
  const { rows, unknown } = valueIn(await previewImport(actor, "stock", { text }));
  expect(unknown).toEqual(["use by"]);
  expect(rows.map(({ problems }) => problems.map(({ code }) => code))).toEqual([
    [],
    [],
    ["twice_in_file"],
    ["serial_or_lot"],
  ]);
  const good = text.split("\n").slice(0, 3).join("\n");
  valueIn(await runImport(actor, "stock", { command: uuidv7(), text: good }));
  const { counts } = await stockAtSite(actor, { show: "all", q: "", today, page: 0 });
  expect(counts.all).toBe(2);
});
