import * as z from "zod/mini";
import { reading } from "#lib/boundary/endpoint";
import { err, ok } from "#lib/kit/result";
import { headForTablet } from "#lib/travelers/queries";

const unknown = err({ code: "traveler_unknown", params: {} });

export const GET = reading("device", async (device, { params }) => {
  const id = z.uuid().safeParse(params.id);
  if (!id.success) return unknown;
  const head = await headForTablet(device, id.data);
  return head ? ok(head) : unknown;
});
