import "server-only";
import { sealingKey } from "#lib/kit/sealing-keys";
import { millis } from "#lib/kit/time";
import type { DeviceSessionOpened } from "#lib/people/devices.commands";
import { cookieHeader, deviceCookie } from "./cookies.ts";

/** What an enrolled tablet is told of itself; its session travels in the cookie alone. */
export function welcome({ token, expiresAt, at }: DeviceSessionOpened): Response {
  const { site, station, ...device } = at;
  const seconds = Math.floor((millis(expiresAt) - Date.now()) / 1000);
  return Response.json(
    { ok: true, value: { device, station, site, sealing: sealingKey() } },
    {
      headers: {
        "set-cookie": cookieHeader(deviceCookie.name, token, seconds),
        "cache-control": "private, no-store",
      },
    },
  );
}
