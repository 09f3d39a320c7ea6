"use server";
import * as z from "zod/mini";
import { action } from "#lib/boundary/action";
import { err } from "#lib/kit/result";
import { retryDelivery } from "./commands.ts";

const delivery = z.object({ delivery: z.uuid() });

export const retry = action("feed.manage", delivery, async (actor, input) => {
  const again = await retryDelivery(actor, input.delivery);
  return again.ok ? again : err({ code: again.error, params: {} });
});
