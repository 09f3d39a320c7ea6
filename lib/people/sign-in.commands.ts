import "server-only";
import { inTransaction } from "#lib/db/client";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import { recordEvents } from "#lib/record/commands";
import { personProven, presented } from "./credentials.queries.ts";
import { clearAttempt, countersOf, takeAttempt, waitOf } from "./lockout.commands.ts";
import { beginPeriod, endOpenPeriod, lockTablet, periodPolicy } from "./periods.commands.ts";
import type { PersonAtSite } from "./queries.ts";
import type { Actor } from "./schema.ts";

export type CredentialRefusal = {
  /** One word for every wrong badge, PIN and person: it tells nobody which of them it was. */
  code:
    | "credentials_wrong"
    | "credentials_locked"
    | "badge_needed"
    | "not_at_tablet"
    | "too_many_attempts";
  params: Readonly<Record<string, string>>;
};
/** More than a shift's change at one tablet needs, and far less than a guessing machine wants. */
export const attemptsRate = { limit: 60, seconds: 60 } as const;

export const credentialRefused = (
  code: CredentialRefusal["code"],
  params: CredentialRefusal["params"] = {},
) => err<CredentialRefusal>({ code, params });

export type SignedIn = {
  person: PersonAtSite;
  period: string;
  issuedAt: Instant;
  notAfter: Instant;
  /** After how many minutes without a touch the tablet locks. */
  idleMinutes: number;
};

/** A person takes over this tablet, by badge and PIN. Whoever was signed in here no longer is. */
export async function signInAtTablet(
  device: Actor,
  input: { badge: string; pin: string },
  at: Instant = instant(Date.now()),
): Promise<Result<SignedIn, CredentialRefusal>> {
  const tablet = device.device;
  if (!tablet) return credentialRefused("not_at_tablet");
  const proven = await personHere(device, input, at);
  if (!proven.ok) return proven;
  const person = proven.value;
  const period = await inTransaction(async (tx) => {
    await lockTablet(tx, tablet.id);
    await endOpenPeriod(tx, tablet.id, "other_sign_in", at);
    return beginPeriod(tx, { person: person.id, device: tablet.id, site: device.site }, at);
  }, device.site);
  await note(device, "sign_in.accepted", { person: person.id, period });
  const notAfter = plusMinutes(at, periodPolicy.absoluteMinutes);
  const { idleMinutes } = periodPolicy;
  return ok({ person, period, issuedAt: at, notAfter, idleMinutes });
}

/** Whose badge and PIN these are, who is active and has a role here. Counted as any attempt at this tablet. */
export async function personHere(
  device: Actor,
  { badge, pin }: { badge: string; pin: string },
  at: Instant,
): Promise<Result<PersonAtSite, CredentialRefusal>> {
  const tablet = device.device;
  if (!tablet) return credentialRefused("not_at_tablet");
  const seen = await presented({ site: device.site, device: tablet.id }, { badge }, at, {
    key: `credentials/${tablet.id}`,
    ...attemptsRate,
  });
  const wait = seen.rate && waitOf(seen.rate, attemptsRate, at);
  if (wait !== null) return credentialRefused("too_many_attempts", { seconds: String(wait) });
  const { subject } = seen;
  const counters = countersOf(subject, tablet.id);
  const { lockedSeconds } = await takeAttempt(counters, at);
  if (lockedSeconds !== null) {
    await note(device, "sign_in.refused", { subject, why: "locked" });
    return credentialRefused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const person = await personProven(seen, pin);
  if (!person) {
    await note(device, "sign_in.refused", { subject, why: "wrong" });
    return credentialRefused("credentials_wrong");
  }
  await clearAttempt(counters);
  return ok(person);
}

/** On the tablet's own stream. Nothing of a badge's secret or a PIN is ever in it. */
export async function note(
  device: Actor,
  type: "sign_in.accepted" | "sign_in.refused" | "signing.refused",
  body: Readonly<Record<string, string>>,
): Promise<void> {
  await recordEvents(device, {
    stream: device.device?.id ?? device.id,
    kind: "device",
    type,
    body,
  });
}
