import * as z from "zod/mini";
import { reading } from "#lib/boundary/endpoint";
import { err, ok } from "#lib/kit/result";
import { lotFamily } from "#lib/travelers/family.queries";

/** Asked at a lot: which other lots its order has, where they are, and which of them could be merged into it. */
export const GET = reading("device", async (device, { params }) => {
  const id = z.uuid().safeParse(params.id);
  const family = id.success ? await lotFamily(device, id.data) : null;
  return family ? ok(family) : err({ code: "traveler_unknown", params: {} });
});
