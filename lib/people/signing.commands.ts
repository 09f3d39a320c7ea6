import "server-only";
import { direct } from "#lib/db/direct";
import { uuidv7 } from "#lib/kit/ids";
import { ok, type Result } from "#lib/kit/result";
import { type Instant, instant, millis, plusMinutes } from "#lib/kit/time";
import { personProven, presented } from "./credentials.queries.ts";
import { clearAttempt, cleared, countersOf, takeAttempt, waitOf } from "./lockout.commands.ts";
import { periodPolicy } from "./periods.commands.ts";
import type { PersonAtSite } from "./queries.ts";
import type { Actor } from "./schema.ts";
import {
  attemptsRate,
  type CredentialRefusal,
  credentialRefused,
  note,
} from "./sign-in.commands.ts";
import { type Period, periodAfter, pinSuffices } from "./signing.rules.ts";

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
  const seen = await presented({ site: device.site, device: tablet.id }, input, at, {
    key: `credentials/${tablet.id}`,
    ...attemptsRate,
  });
  const wait = seen.rate && waitOf(seen.rate, attemptsRate, at);
  if (wait !== null) return credentialRefused("too_many_attempts", { seconds: String(wait) });
  // Before anything is checked, so that the answer says nothing about the PIN.
  if (method === "pin" && !pinSuffices(seen.period, seen.subject, at, periodPolicy)) {
    return credentialRefused("badge_needed");
  }
  const { subject } = seen;
  const counters = countersOf(subject, tablet.id);
  const about = { subject, command: input.command, contentSha256: input.contentSha256 };
  const { lockedSeconds } = await takeAttempt(counters, at);
  if (lockedSeconds !== null) {
    await note(device, "signing.refused", { ...about, why: "locked" });
    return credentialRefused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const person = await personProven(seen, input.pin);
  // Nobody signs as somebody else, not even with right credentials of their own.
  if (!person || (input.person !== undefined && person.id !== input.person)) {
    await note(device, "signing.refused", { ...about, why: "wrong" });
    return credentialRefused("credentials_wrong");
  }
  const by = { person: person.id, method } as const;
  const proof = await giveProof(device, tablet.id, { ...input, by, counters }, seen.period, at);
  if (!proof) return credentialRefused("badge_needed");
  return ok({ proof, method, person });
}

const giving = { name: "give_proof", text: "select give_proof($1, $2, $3::jsonb) as moved" };

/**
 * Clears the attempt, moves the tablet's period on and leaves the proof, in one statement, if the period is still
 * `last`; else it is decided again on what it is now. Null when it ended while the PIN was checked.
 */
async function giveProof(
  device: Actor,
  tablet: string,
  of: Pick<ToSign, "command" | "contentSha256"> & {
    by: { person: string; method: ProofGiven["method"] };
    counters: ReturnType<typeof countersOf>;
  },
  last: Period | null,
  at: Instant,
): Promise<string | null> {
  const { command, contentSha256, by, counters } = of;
  const after = periodAfter(last, by, at, periodPolicy);
  if (!after) {
    await clearAttempt(counters);
    return null;
  }
  const proof = uuidv7(millis(at));
  const given = {
    at,
    known: last,
    clear: cleared(counters),
    changed: after.changed,
    begun: after.begins ? { id: uuidv7(millis(at)), person: by.person } : null,
    proof: {
      ...by,
      id: proof,
      command,
      contentSha256,
      expiresAt: plusMinutes(at, proofMinutes),
    },
  };
  const [row] = await direct<{ moved: { period: Period | null } | null }>(giving, [
    device.site,
    tablet,
    JSON.stringify(given),
  ]);
  return row?.moved ? giveProof(device, tablet, of, row.moved.period, at) : proof;
}
