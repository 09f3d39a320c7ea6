import { endpoint } from "#lib/boundary/endpoint";
import { ok } from "#lib/kit/result";
import { endPeriod } from "#lib/people/periods.commands";
import { endPeriodSchema } from "#lib/people/sign-in.schema";

export const POST = endpoint("device", endPeriodSchema, async (device, { why }) => {
  await endPeriod(device, why);
  return ok(null);
});
