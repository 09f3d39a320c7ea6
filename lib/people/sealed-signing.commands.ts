import "server-only";
import type * as z from "zod/mini";
import { ok, type Result } from "#lib/kit/result";
import type { BoxOf } from "#lib/kit/sealing";
import { openSealed } from "#lib/kit/sealing-keys";
import { type Instant, instant } from "#lib/kit/time";
import { personOfBadgeAndPin, subjectOfBadge } from "./credentials.queries.ts";
import { clearAttempt, countersOf, overRate, takeAttempt } from "./lockout.commands.ts";
import type { Actor } from "./schema.ts";
import {
  attemptsPerMinute,
  type CredentialRefusal,
  credentialRefused,
  note,
} from "./sign-in.commands.ts";
import { floorSignInSchema } from "./sign-in.schema.ts";

export type SealedOutcome = "right" | "components_wrong" | "box_unreadable";

/**
 * Whether the two components in a box are those of the person who is said to have signed. It counts as an
 * attempt like any other at this tablet: a box is no way to guess for nothing. Badge and PIN are checked as they
 * are now; what was withdrawn or changed since can't be told from wrong any more.
 */
export async function proveSealed(
  device: Actor,
  input: { sealed: string; of: BoxOf },
  at: Instant = instant(Date.now()),
): Promise<Result<SealedOutcome, CredentialRefusal>> {
  const tablet = device.device;
  if (!tablet) return credentialRefused("not_at_tablet");
  const wait = await overRate(`credentials/${tablet.id}`, attemptsPerMinute, 60, at);
  if (wait !== null) return credentialRefused("too_many_attempts", { seconds: String(wait) });
  const { sealed, of } = input;
  const typed = componentsIn(await openSealed(sealed, of));
  if (!typed) return ok("box_unreadable");
  const { subject } = await subjectOfBadge(typed.badge);
  const counters = countersOf(subject, tablet.id);
  const { lockedSeconds } = await takeAttempt(counters, at);
  // Nothing was tried: the tablet keeps the box and comes again.
  if (lockedSeconds !== null) {
    return credentialRefused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const person = await personOfBadgeAndPin(typed.badge, typed.pin, device.site);
  // Nobody signs as somebody else, not even with right credentials of their own.
  if (person?.id !== of.person) {
    const about = { subject, command: of.command, contentSha256: of.contentSha256 };
    await note(device, "signing.refused", { ...about, why: "wrong" });
    return ok("components_wrong");
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
