import { welcome } from "#lib/boundary/device-cookie";
import { endpoint } from "#lib/boundary/endpoint";
import { openDeviceSession } from "#lib/people/devices.commands";
import { deviceSessionSchema } from "#lib/people/sign-in.schema";

export const POST = endpoint("public", deviceSessionSchema, async (_nobody, input) => {
  const session = await openDeviceSession(input);
  return session.ok ? welcome(session.value) : session;
});
