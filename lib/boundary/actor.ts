import "server-only";
import { FOLLOWS_COOKIE } from "#lib/feed/live.schema";
import { askedPathHeader, signInFor } from "#lib/kit/return-path";
import { type Instant, instant } from "#lib/kit/time";
import { seenDeskSession } from "#lib/people/desk.commands";
import { type DeviceOfSession, tabletOfSession } from "#lib/people/devices.queries";
import type { Actor } from "#lib/people/schema";
import { tokenOfCall } from "#lib/people/tokens.queries";
import type { Scope } from "#lib/people/tokens.schema";
import { cookieOf, deskCookie, deviceCookie } from "./cookies.ts";
import { type Grant, grantCovers } from "./grant.ts";
import { may, type Permission } from "./permissions.ts";

// The only place where an Actor comes into being: each way in proves itself before `mint`.
const mint = (actor: Omit<Actor, "__proven" | "session"> & { session?: string }): Actor =>
  ({ session: null, ...actor }) as Actor;

const atDevice = (device: DeviceOfSession): Actor["device"] => ({
  id: device.id,
  station: device.station.code,
  workCenter: device.station.workCenter,
  name: device.name,
});

/** The tablet itself, without a person: it may hand over commands and read what its station needs. */
export async function actorOfDevice(
  request: { headers: Headers },
  { evenRevoked = false } = {},
): Promise<Actor | null> {
  const token = cookieOf(request.headers.get("cookie"), deviceCookie.name);
  const found = token ? await tabletOfSession(token, instant(Date.now())) : null;
  if (!found || (found.isRevoked && !evenRevoked)) return null;
  const { device } = found;
  return mint({
    id: device.id,
    name: device.name,
    site: device.site.id,
    roles: [],
    via: "device",
    device: atDevice(device),
  });
}

/** The tablet that an act in quarantine came from: whose grant it was is asked of it as it was then. */
export const actorOfTablet = (site: string, device: NonNullable<Actor["device"]>): Actor =>
  mint({ id: device.id, name: "", site, roles: [], via: "device", device });

/**
 * The person whom a grant names, at this tablet. `at` is when the act was done. The name is left to
 * the record's person card: a grant carries none.
 */
export function actorOfGrant(grant: Grant | null, device: Actor, at: Instant): Actor | null {
  if (!grant || device.via !== "device" || !device.device) return null;
  if (grant.device !== device.device.id || grant.site !== device.site) return null;
  if (!grantCovers(grant, at)) return null;
  return mint({
    id: grant.person,
    name: "",
    site: grant.site,
    roles: grant.roles,
    via: "grant",
    device: device.device,
    grantedAt: grant.issuedAt,
  });
}

/** Who signed in at the desk. The session's row is read on every request, so an end takes effect on the next. */
export async function currentActor(): Promise<Actor | null> {
  // Loaded here, because the worker and the seed mint actors too and know no Next.
  const { cookies } = await import("next/headers");
  const jar = await cookies();
  const isPresence = !jar.has(FOLLOWS_COOKIE);
  return actorOfDeskCookie(jar.get(deskCookie.name)?.value, { isPresence });
}

/** `isPresence`: somebody asked, and not a screen by itself. */
export async function actorOfDeskCookie(
  value: string | undefined,
  { isPresence = true } = {},
): Promise<Actor | null> {
  if (!value) return null;
  const { sessionTokenOf } = await import("./desk-cookie.ts");
  const token = await sessionTokenOf(value);
  return token ? actorOfSession(token, instant(Date.now()), { isPresence }) : null;
}

/** The person behind a desk session's opaque token. */
export async function actorOfSession(
  token: string,
  at = instant(Date.now()),
  { isPresence = true } = {},
): Promise<Actor | null> {
  const session = await seenDeskSession(token, at, isPresence);
  if (!session?.person.active) return null;
  const { person } = session;
  return mint({
    id: person.id,
    name: person.name,
    site: session.site,
    roles: person.roles,
    via: "session",
    device: null,
    session: session.id,
  });
}

/** For pages: whoever may not see this page is sent to sign in, or told that there is nothing. */
export async function requireActor(permission: Permission): Promise<Actor> {
  const { notFound, redirect } = await import("next/navigation");
  const actor = await currentActor();
  if (!actor) {
    const { headers } = await import("next/headers");
    return redirect(signInFor((await headers()).get(askedPathHeader)));
  }
  return may(actor, permission) ? actor : notFound();
}

/**
 * Somebody or some tablet in the act of proving itself, for the entry that says so. It holds no role,
 * so it may do nothing else.
 */
export const actorOfPresence = (site: string, as: { id: string; name: string }): Actor =>
  mint({ id: as.id, name: as.name, site, roles: [], via: "session", device: null });

/**
 * The system that a bearer token stands for (RFC 6750), with what it may do. What it does goes through
 * doors and commands of its own; a cookie beside it counts for nothing.
 */
export async function actorOfToken(
  request: { headers: Headers },
  at = instant(Date.now()),
): Promise<{ actor: Actor; scopes: readonly Scope[] } | null> {
  const presented = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const found = presented === undefined ? null : await tokenOfCall(presented, at);
  if (!found) return null;
  const { id, name, site, scopes } = found;
  return {
    actor: mint({ id, name, site, roles: ["integrator"], via: "token", device: null }),
    scopes,
  };
}

/** A connector that brings an answer of the QMS; its own id stands in the record. */
export const actorOfConnector = (site: string, connectorId: string, name = "connector"): Actor =>
  mint({ id: connectorId, name, site, roles: ["integrator"], via: "connector", device: null });

/** The server itself, saying what it found in a box that a tablet sealed to it. */
export const actorOfVerifier = (site: string): Actor =>
  mint({
    id: verifierId,
    name: "offline signatures",
    site,
    roles: ["integrator"],
    via: "connector",
    device: null,
  });

const verifierId = "00000000-0000-8000-8000-0000000005ea";

/** A routing rule that places a hold: it may do what anybody on the floor may, and no more. */
export const actorOfRule = (site: string, ruleId: string, name: string): Actor =>
  mint({ id: ruleId, name, site, roles: ["operator"], via: "connector", device: null });

/**
 * The seed and set-up act through the same commands as people. `as` lends it a person, a device and
 * their roles, because rules ask who did it.
 */
export const actorOfSeed = (
  site: string,
  as: Partial<Pick<Actor, "id" | "name" | "roles" | "device">> = {},
): Actor =>
  mint({
    id: as.id ?? seedId,
    name: as.name ?? "seed",
    site,
    roles: as.roles ?? ["administrator", "quality", "supervisor", "manufacturing_engineer"],
    via: "seed",
    device: as.device ?? null,
  });

/** Fixed, so that the same seed gives the same hashes. */
export const seedId = "00000000-0000-8000-8000-000000005eed";
