import { actorOfPresence } from "#lib/boundary/actor";
import { endpoint } from "#lib/boundary/endpoint";
import { enrolPasskey } from "#lib/people/passkeys.commands";
import { passkeyEnrolSchema } from "#lib/people/passkeys.schema";

export const POST = endpoint("device", passkeyEnrolSchema, (device, input) =>
  enrolPasskey(device, input, actorOfPresence),
);
