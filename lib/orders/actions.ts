"use server";
import { action } from "#lib/boundary/action";
import * as orders from "./commands.ts";
import { redriveForm, settleForm } from "./schema.ts";

export const redriveMessage = action("order.messages", redriveForm, orders.redriveMessage);
export const settleDifferences = action("order.manage", settleForm, orders.settleDifferences);
