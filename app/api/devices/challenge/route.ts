import { endpoint } from "#lib/boundary/endpoint";
import { ok } from "#lib/kit/result";
import { challenge } from "#lib/people/devices.commands";
import { challengeSchema } from "#lib/people/sign-in.schema";

/** The same for a tablet that is known and one that is not: only the session tells. */
export const POST = endpoint("public", challengeSchema, async (_nobody, { device }) =>
  ok({ nonce: challenge(device) }),
);
