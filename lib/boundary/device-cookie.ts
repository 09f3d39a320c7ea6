import "server-only";
import { env } from "#lib/kit/env";
import { sealingKey } from "#lib/kit/sealing-keys";
import { millis } from "#lib/kit/time";
import type { DeviceSessionOpened, RevokedSession } from "#lib/people/devices.commands";
import { relyingPartyOf } from "#lib/people/passkeys.rules";
import { cookieHeader, deviceCookie } from "./cookies.ts";

const secondsUntil = (at: string): number => Math.floor((millis(at) - Date.now()) / 1000);

/** A tablet that was revoked is told so; with its cookie it hands over what it still has. */
export const farewell = ({ token, expiresAt }: RevokedSession): Response =>
  Response.json(
    { ok: false, error: { code: "device_revoked", params: {} } },
    {
      headers: {
        "set-cookie": cookieHeader(deviceCookie.name, token, secondsUntil(expiresAt)),
        "cache-control": "private, no-store",
      },
    },
  );

/** What an enrolled tablet is told of itself; its session travels in the cookie alone. */
export function welcome({ token, expiresAt, at }: DeviceSessionOpened): Response {
  const { site, station, ...device } = at;
  const seconds = secondsUntil(expiresAt);
  const passkeys = relyingPartyOf(env.BUYOFF_ORIGIN);
  return Response.json(
    { ok: true, value: { device, station, site, sealing: sealingKey(), passkeys } },
    {
      headers: {
        "set-cookie": cookieHeader(deviceCookie.name, token, seconds),
        "cache-control": "private, no-store",
      },
    },
  );
}
