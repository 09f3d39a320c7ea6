import { endpoint } from "#lib/boundary/endpoint";
import { passkeyToMake } from "#lib/people/passkeys.commands";
import { passkeyAskSchema } from "#lib/people/passkeys.schema";

export const POST = endpoint("device", passkeyAskSchema, (device, input) =>
  passkeyToMake(device, input),
);
