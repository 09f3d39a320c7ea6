import * as z from "zod/mini";
import { reading } from "#lib/boundary/endpoint";
import { err, ok } from "#lib/kit/result";
import { exposedBy } from "#lib/travelers/tools.queries";

/** Asked beside a hold for a tool that did not come back: which other units it may be in. */
export const GET = reading("device", async (device, { params, request }) => {
  const id = z.uuid().safeParse(params.id);
  const defect = z.uuid().safeParse(new URL(request.url).searchParams.get("defect"));
  if (!id.success || !defect.success) return err({ code: "traveler_unknown", params: {} });
  return ok(await exposedBy(device, id.data, defect.data));
});
