import { endpoint } from "#lib/boundary/endpoint";
import { signGrant } from "#lib/boundary/grant";
import { ok } from "#lib/kit/result";
import { passkeysHeld } from "#lib/people/passkeys.queries";
import { signInAtTablet } from "#lib/people/sign-in.commands";
import { floorSignInSchema } from "#lib/people/sign-in.schema";

export const POST = endpoint("device", floorSignInSchema, async (device, input) => {
  const signedIn = await signInAtTablet(device, input);
  if (!signedIn.ok) return signedIn;
  const { person, period, issuedAt, notAfter, idleMinutes } = signedIn.value;
  const grant = signGrant({
    person: person.id,
    device: device.id,
    site: device.site,
    roles: [...person.roles],
    period,
    issuedAt,
    notAfter,
  });
  const passkeys = await passkeysHeld(person.id);
  return ok({
    grant,
    person: { ...person, passkeys },
    notAfter,
    idleMinutes,
    serverTime: issuedAt,
  });
});
