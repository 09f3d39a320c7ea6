"use server";
import { action } from "#lib/boundary/action";
import * as stock from "./stock.commands.ts";
import { stockChangeForm, stockForm, stockHoldForm } from "./stock.schema.ts";

export const receiveStock = action("stock.manage", stockForm, stock.receiveStock);
export const changeStock = action("stock.manage", stockChangeForm, stock.changeStock);
export const holdStock = action("stock.hold", stockHoldForm, stock.holdStock);
export const releaseStock = action("stock.release", stockHoldForm, stock.releaseStock);
