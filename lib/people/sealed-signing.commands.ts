import "server-only";
import type * as z from "zod/mini";
import { ok, type Result } from "#lib/kit/result";
import type { BoxOf } from "#lib/kit/sealing";
import { openSealed } from "#lib/kit/sealing-keys";
import { type Instant, instant } from "#lib/kit/time";
import { personProven, presented } from "./credentials.queries.ts";
import { clearAttempt, countersOf, overRate, takeAttempt } from "./lockout.commands.ts";
import type { Actor } from "./schema.ts";
import {
  attemptsRate,
  type CredentialRefusal,
  credentialRefused,
  note,
} from "./sign-in.commands.ts";
import { floorSignInSchema } from "./sign-in.schema.ts";

export type SealedOutcome = "right" | "components_wrong" | "box_unreadable" | "same_person";

/**
 * Whether the two components in a box are those of the person who is said to have signed. It counts as an
 * attempt like any other at this tablet: a box is no way to guess for nothing. Badge and PIN are checked as they
 * are now; what was withdrawn or changed since can't be told from wrong any more.
 */
export async function proveSealed(
  device: Actor,
  input: {
    sealed: string;
    of: BoxOf;
    /** Beside whom the signer stood: who gives one of their badges here has signed for both. */
    beside?: readonly string[];
  },
  at: Instant = instant(Date.now()),
): Promise<Result<SealedOutcome, CredentialRefusal>> {
  const tablet = device.device;
  if (!tablet) return credentialRefused("not_at_tablet");
  const wait = await overRate(`credentials/${tablet.id}`, attemptsRate, at);
  if (wait !== null) return credentialRefused("too_many_attempts", { seconds: String(wait) });
  const { sealed, of, beside = [] } = input;
  const typed = componentsIn(await openSealed(sealed, of));
  if (!typed) return ok("box_unreadable");
  const place = { site: device.site, device: tablet.id };
  const seen = await presented(place, { badge: typed.badge }, at);
  const { subject } = seen;
  const counters = countersOf(subject, tablet.id);
  const { lockedSeconds } = await takeAttempt(counters, at);
  // Nothing was tried: the tablet keeps the box and comes again.
  if (lockedSeconds !== null) {
    return credentialRefused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const person = await personProven(seen, typed.pin);
  // Nobody signs as somebody else, not even with right credentials of their own.
  if (person?.id !== of.person) {
    const about = { subject, command: of.command, contentSha256: of.contentSha256 };
    await note(device, "signing.refused", { ...about, why: "wrong" });
    return ok(beside.includes(subject) ? "same_person" : "components_wrong");
  }
  await clearAttempt(counters);
  return ok("right");
}

function componentsIn(text: string | null): z.output<typeof floorSignInSchema> | null {
  if (text === null) return null;
  try {
    const parsed = floorSignInSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
