import * as z from "zod/mini";
import { code, command, dayOrNothing, id, reason, wordsOrNothing } from "./fields.schema.ts";

const codeOrNothing = z.union([z.literal(""), code], "code_needed");

const known = {
  revision: codeOrNothing,
  /** Last day on which it may be installed; nothing: it keeps. */
  expiresOn: dayOrNothing,
  supplier: wordsOrNothing(120),
  certificate: wordsOrNothing(120),
};
const received = {
  part: code,
  serial: codeOrNothing,
  lot: codeOrNothing,
  ...known,
  receivedOn: dayOrNothing,
};
const isOne = z.refine<{ serial: string; lot: string }>(
  ({ serial, lot }) => (serial === "") !== (lot === ""),
  { path: ["lot"], message: "serial_or_lot" },
);

export const stockRow = z.object(received).check(isOne);
export type StockRow = z.output<typeof stockRow>;

export const stockForm = z.object({ command, ...received }).check(isOne);
export type StockForm = z.output<typeof stockForm>;

/** What it is stays: a serial that was typed wrong goes on hold and is received again. */
export const stockChangeForm = z.object({ command, stock: id, ...known, reason });
export type StockChangeForm = z.output<typeof stockChangeForm>;

export const stockHoldForm = z.object({ command, stock: id, reason });
export type StockHoldForm = z.output<typeof stockHoldForm>;
