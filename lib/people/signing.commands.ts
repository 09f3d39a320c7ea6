import "server-only";
import { inTransaction } from "#lib/db/client";
import { uuidv7 } from "#lib/kit/ids";
import { ok, type Result } from "#lib/kit/result";
import { type Instant, instant, millis, plusMinutes } from "#lib/kit/time";
import { personOfBadgeAndPin, personOfPin, subjectOfBadge } from "./credentials.queries.ts";
import { clearAttempt, countersOf, overRate, takeAttempt } from "./lockout.commands.ts";
import {
  beginPeriod,
  endOpenPeriod,
  lastPeriod,
  lockTablet,
  periodPolicy,
} from "./periods.commands.ts";
import type { PersonAtSite } from "./queries.ts";
import type { Actor } from "./schema.ts";
import {
  attemptsPerMinute,
  type CredentialRefusal,
  credentialRefused,
  note,
} from "./sign-in.commands.ts";
import { afterSignature, pinSuffices } from "./signing.rules.ts";

export type ProofGiven = {
  proof: string;
  method: "badge_pin" | "pin";
  person: PersonAtSite;
};

type ToSign = {
  command: string;
  contentSha256: string;
  pin: string;
  badge?: string | undefined;
  person?: string | undefined;
};

/** Long enough for a command to reach the server over a bad link, too short to keep one in a drawer. */
const proofMinutes = 10;

/**
 * Proof that this person gave their components here, for one command and exactly this content. The
 * command carries only the proof; `append` spends it in the statement that writes the buyoff.
 */
export async function proveSignature(
  device: Actor,
  input: ToSign,
  at: Instant = instant(Date.now()),
): Promise<Result<ProofGiven, CredentialRefusal>> {
  const tablet = device.device;
  if (!tablet) return credentialRefused("not_at_tablet");
  const method = input.badge === undefined ? "pin" : "badge_pin";
  const mayUsePin = async () =>
    input.person !== undefined &&
    pinSuffices(await periodAt(device, tablet.id, at), input.person, at, periodPolicy);
  const wait = await overRate(`credentials/${tablet.id}`, attemptsPerMinute, 60, at);
  if (wait !== null) return credentialRefused("too_many_attempts", { seconds: String(wait) });
  // Before anything is checked, so that the answer says nothing about the PIN.
  if (method === "pin" && !(await mayUsePin())) return credentialRefused("badge_needed");

  const subject =
    input.badge === undefined ? (input.person ?? "") : (await subjectOfBadge(input.badge)).subject;
  const counters = countersOf(subject, tablet.id);
  const about = { subject, command: input.command, contentSha256: input.contentSha256 };
  const { lockedSeconds } = await takeAttempt(counters, at);
  if (lockedSeconds !== null) {
    await note(device, "signing.refused", { ...about, why: "locked" });
    return credentialRefused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const person =
    input.badge === undefined
      ? await personOfPin(subject, input.pin, device.site)
      : await personOfBadgeAndPin(input.badge, input.pin, device.site);
  // Nobody signs as somebody else, not even with right credentials of their own.
  if (!person || (input.person !== undefined && person.id !== input.person)) {
    await note(device, "signing.refused", { ...about, why: "wrong" });
    return credentialRefused("credentials_wrong");
  }
  await clearAttempt(counters);
  const proof = await giveProof(device, tablet.id, person.id, input, method, at);
  if (!proof) return credentialRefused("badge_needed");
  return ok({ proof, method, person });
}

const periodAt = (device: Actor, tablet: string, at: Instant) =>
  inTransaction((tx) => lastPeriod(tx, tablet, at), device.site);

/** Null when the period ended while the PIN was checked. */
function giveProof(
  device: Actor,
  tablet: string,
  person: string,
  of: Pick<ToSign, "command" | "contentSha256">,
  method: ProofGiven["method"],
  at: Instant,
): Promise<string | null> {
  return inTransaction(async (tx) => {
    await lockTablet(tx, tablet);
    const last = await lastPeriod(tx, tablet, at);
    if (method === "pin" && !pinSuffices(last, person, at, periodPolicy)) return null;
    const next = method === "pin" ? "continue" : afterSignature(last, person, at, periodPolicy);
    if (next === "continue" && last) {
      await tx.signingPeriod.update({
        where: { id: last.id },
        data: { usedAt: new Date(at), signedAt: new Date(last.signedAt ?? at) },
      });
    } else {
      await endOpenPeriod(tx, tablet, "other_signature", at);
    }
    if (next === "begin") {
      await beginPeriod(tx, { person, device: tablet, site: device.site, signedAt: at }, at);
    }
    const id = uuidv7(millis(at));
    await tx.signProof.create({
      data: {
        id,
        siteId: device.site,
        personId: person,
        deviceId: tablet,
        commandId: of.command,
        contentSha256: of.contentSha256,
        method,
        createdAt: new Date(at),
        expiresAt: new Date(plusMinutes(at, proofMinutes)),
      },
    });
    return id;
  }, device.site);
}
