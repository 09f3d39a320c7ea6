import * as z from "zod/mini";
import { code, command, id, positive, reason, wordsOrNothing } from "./fields.schema.ts";

export const orderRow = z.object({
  number: code,
  partNumber: code,
  partRevision: code,
  quantity: positive,
  customer: wordsOrNothing(120),
});
export type OrderRow = z.output<typeof orderRow>;

export const orderForm = z.extend(orderRow, { command });
export type OrderForm = z.output<typeof orderForm>;

export const orderStatus = z.enum(["released", "on_hold", "closed"], "needed");

/** The part stays: units may have been released for it. A wrong order is closed and another entered. */
export const orderChangeForm = z.object({
  command,
  order: id,
  quantity: positive,
  customer: wordsOrNothing(120),
  status: orderStatus,
  reason,
});
export type OrderChangeForm = z.output<typeof orderChangeForm>;
