import { actorOfPresence } from "#lib/boundary/actor";
import { endpoint } from "#lib/boundary/endpoint";
import { withdrawOwnPasskey } from "#lib/people/passkeys.commands";
import { ownPasskeySchema } from "#lib/people/passkeys.schema";

export const POST = endpoint("device", ownPasskeySchema, (device, input) =>
  withdrawOwnPasskey(device, input, actorOfPresence),
);
