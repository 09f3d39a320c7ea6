import "server-only";
import { db, forSite, inTransaction } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { tellLive } from "#lib/feed/live.commands";
import { env } from "#lib/kit/env";
import { macOf } from "#lib/kit/keys";
import { err, ok, type Result } from "#lib/kit/result";
import { isSecret, newToken, tokenHash } from "#lib/kit/secrets";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import { recordEvents } from "#lib/record/commands";
import { personProven, presented } from "./credentials.queries.ts";
import { sitesOf } from "./devices.queries.ts";
import { clearAttempt, countersOf, overRate, takeAttempt } from "./lockout.commands.ts";
import { asPerson, type PersonAtSite, type PersonTold } from "./queries.ts";
import type { Actor } from "./schema.ts";
import type { DeskSignIn } from "./sign-in.schema.ts";
import { spendTotp } from "./totp.commands.ts";

const idleMinutes = env.BUYOFF_DESK_IDLE_MINUTES;
const absoluteMinutes = env.BUYOFF_DESK_SESSION_HOURS * 60;

export type DeskRefusal = {
  code: "credentials_wrong" | "credentials_locked" | "tablet_needed" | "too_many_attempts";
  params: Readonly<Record<string, string>>;
};
const refused = (code: DeskRefusal["code"], params: DeskRefusal["params"] = {}) =>
  err<DeskRefusal>({ code, params });

export type DeskSessionOpened = { token: string; person: string; site: string };
/** Lent by the boundary, which alone mints actors. */
type ActorAt = (site: string, as: { id: string; name: string }) => Actor;
type Way<W extends DeskSignIn["way"]> = Extract<DeskSignIn, { way: W }>;

/** Two factors either way: badge and PIN on an enrolled tablet, or password and one-time code anywhere. */
export async function signInAtDesk(
  input: DeskSignIn,
  device: Actor | null,
  actorAt: ActorAt,
  at: Instant = instant(Date.now()),
): Promise<Result<DeskSessionOpened, DeskRefusal>> {
  const checked =
    input.way === "badge"
      ? await byBadge(input, device, at)
      : await byPassword(input, device, actorAt, at);
  if (!checked.ok) return checked;
  const { person, site, counters } = checked.value;
  await clearAttempt(counters);
  const token = newToken();
  await inTransaction(
    (tx) =>
      tx.deskSession.create({
        data: {
          tokenHash: tokenHash(token),
          personId: person,
          siteId: site,
          deviceId: device?.device?.id ?? null,
          createdAt: new Date(at),
          lastSeenAt: new Date(at),
          expiresAt: new Date(plusMinutes(at, absoluteMinutes)),
        },
      }),
    site,
  );
  const happening = { kind: "person", stream: person, type: "desk.signed_in" } as const;
  await recordEvents(actorAt(site, { id: person, name: "" }), {
    ...happening,
    body: { person, by: input.way },
  });
  return ok({ token, person, site });
}

type Admitted = Result<
  { person: string; site: string; counters: ReturnType<typeof countersOf> },
  DeskRefusal
>;

async function byBadge(input: Way<"badge">, device: Actor | null, at: Instant): Promise<Admitted> {
  if (!device?.device) return refused("tablet_needed");
  const place = { site: device.site, device: device.device.id };
  const seen = await presented(place, { badge: input.badge }, at);
  const { subject } = seen;
  const counters = countersOf(subject, device.device.id);
  const { lockedSeconds } = await takeAttempt(counters, at);
  if (lockedSeconds !== null) {
    return refused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const person = await personProven(seen, input.pin);
  if (person) return ok({ person: person.id, site: device.site, counters });
  await recordEvents(device, {
    kind: "device",
    stream: device.device.id,
    type: "sign_in.refused",
    body: { subject, why: "wrong", at: "desk" },
  });
  return refused("credentials_wrong");
}

/** All the places of the desk count as one, so that guessing from many machines gains nothing. */
async function byPassword(
  input: Way<"password">,
  device: Actor | null,
  actorAt: ActorAt,
  at: Instant,
): Promise<Admitted> {
  const wait = await overRate("desk-password", { limit: 120, seconds: 60 }, at);
  if (wait !== null) return refused("too_many_attempts", { seconds: String(wait) });
  const person = await db.person.findUnique({ where: { employeeNumber: input.employeeNumber } });
  // What stands in the wrong field may be a password or a PIN: the record gets a mark of it, not the text.
  const unknown = macOf("unknown-account", input.employeeNumber).slice(0, 16);
  const subject = person?.id ?? `number ${unknown}`;
  const counters = countersOf(subject, "desk").filter(({ counted }) => counted !== "tablet");
  const { lockedSeconds } = await takeAttempt(counters, at);
  if (lockedSeconds !== null) {
    return refused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const credential = person
    ? await db.credential.findUnique({ where: { personId: person.id } })
    : null;
  const isPassword = await isSecret(credential?.passwordHash, input.password.normalize("NFKC"));
  const site = person ? await siteFor(person.id, device) : null;
  const isRight =
    isPassword &&
    person?.status === "active" &&
    site !== null &&
    (await spendTotp(person.id, credential?.totpSecret ?? null, input.code, at));
  if (isRight) return ok({ person: person.id, site, counters });
  // A stranger's attempt is kept with the first site, so that it takes as long as a known person's.
  const keptAt = site ?? (await db.site.findFirst({ orderBy: { code: "asc" } }))?.id;
  if (keptAt) {
    await recordEvents(actorAt(keptAt, { id: keptAt, name: "" }), {
      kind: "site",
      stream: keptAt,
      type: "sign_in.refused",
      body: { subject, why: "wrong", at: "desk" },
    });
  }
  return refused("credentials_wrong");
}

/** At a tablet of one of their plants that one's desk, anywhere else the first. */
async function siteFor(person: string, device: Actor | null): Promise<string | null> {
  const sites = await sitesOf("person", person);
  if (device && sites.includes(device.site)) return device.site;
  const rows = await db.site.findMany({
    where: { id: { in: sites } },
    select: { id: true },
    orderBy: { code: "asc" },
  });
  return rows[0]?.id ?? null;
}

type FoundDeskSession = {
  id: string;
  site: string;
  lastSeenAt: Instant;
  expiresAt: Instant;
  endedAt: Instant | null;
  isTabletGone: boolean;
  person: PersonTold | null;
};

const askingWhose = { name: "desk_session_of", text: "select desk_session_of($1) as found" };

/**
 * Whose session a token stands for, while it lives; somebody's asking for it keeps it from falling idle. One round
 * trip: it stands before every page of the desk.
 */
export async function seenDeskSession(
  token: string,
  at: Instant,
  isPresence = true,
): Promise<{ id: string; person: PersonAtSite; site: string } | null> {
  const hash = tokenHash(token);
  const [row] = await direct<{ found: FoundDeskSession | null }>(askingWhose, [hash]);
  const found = row?.found;
  if (!found || found.endedAt || found.expiresAt <= at || found.isTabletGone) return null;
  const { id, site, lastSeenAt, person } = found;
  if (person === null || plusMinutes(lastSeenAt, idleMinutes) < at) return null;
  // Once a minute is enough to know whether somebody is there.
  if (isPresence && plusMinutes(lastSeenAt, 1) < at) {
    await forSite(site).deskSession.updateMany({
      where: { tokenHash: hash },
      data: { lastSeenAt: new Date(at) },
    });
  }
  return { id, person: asPerson(person), site };
}

export async function endDeskSession(
  token: string,
  at: Instant = instant(Date.now()),
): Promise<void> {
  const hash = tokenHash(token);
  const [site] = await sitesOf("desk_session", hash);
  if (!site) return;
  await inTransaction(async (tx) => {
    await tx.deskSession.updateMany({
      where: { tokenHash: hash, endedAt: null },
      data: { endedAt: new Date(at) },
    });
    // Screens that follow are asked again who they are.
    await tellLive(tx, site, { kinds: ["session"], travelers: [] });
  }, site);
}
