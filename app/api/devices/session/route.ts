import { farewell, welcome } from "#lib/boundary/device-cookie";
import { endpoint } from "#lib/boundary/endpoint";
import { openDeviceSession } from "#lib/people/devices.commands";
import { deviceSessionSchema } from "#lib/people/sign-in.schema";

export const POST = endpoint("public", deviceSessionSchema, async (_nobody, input) => {
  const session = await openDeviceSession(input);
  if (!session.ok) return session;
  const { value } = session;
  return value.at === null ? farewell(value) : welcome({ ...value, at: value.at });
});
