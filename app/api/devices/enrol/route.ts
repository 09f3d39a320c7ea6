import { actorOfDevice, actorOfPresence } from "#lib/boundary/actor";
import { welcome } from "#lib/boundary/device-cookie";
import { endpoint } from "#lib/boundary/endpoint";
import { enrolDevice } from "#lib/people/devices.commands";
import { enrolSchema } from "#lib/people/sign-in.schema";

export const POST = endpoint("public", enrolSchema, async (_nobody, input, { request }) => {
  const before = await actorOfDevice(request);
  const enrolled = await enrolDevice(input, actorOfPresence, undefined, before);
  return enrolled.ok ? welcome(enrolled.value) : enrolled;
});
