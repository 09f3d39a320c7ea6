import "server-only";
import { inTransaction } from "#lib/db/client";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import { recordEvents } from "#lib/record/commands";
import { personProven, presented } from "./credentials.queries.ts";
import { clearAttempt, countersOf, overRate, takeAttempt } from "./lockout.commands.ts";
import type { Actor } from "./schema.ts";
import { attemptsRate, type CredentialRefusal, credentialRefused } from "./sign-in.commands.ts";

export type DeskSigningRefusal =
  | CredentialRefusal
  | { code: "not_at_desk" | "components_wrong"; params: Readonly<Record<string, string>> };

type ToSign = { command: string; contentSha256: string; badge: string; pin: string };

/** The command is sent with it in the same breath; it has to live through a retry and no longer. */
const proofMinutes = 2;

/**
 * Proof that the person of this session gave both components here, for one command and exactly this
 * content. A desk has no continuous period of signing: both are asked for every time (21 CFR 11.200
 * (a)(1)(ii)). The same command asked again gives the same proof, so that a lost answer can be repeated.
 */
export async function proveAtDesk(
  actor: Actor,
  input: ToSign,
  at: Instant = instant(Date.now()),
): Promise<Result<{ proof: string }, DeskSigningRefusal>> {
  const { session } = actor;
  if (actor.via !== "session" || session === null) return err({ code: "not_at_desk", params: {} });
  const wait = await overRate(`credentials/${session}`, attemptsRate, at);
  if (wait !== null) return credentialRefused("too_many_attempts", { seconds: String(wait) });
  const about = { subject: actor.id, command: input.command, contentSha256: input.contentSha256 };
  // Counted on whose session it is, whatever badge is held up: nobody locks out somebody else, and a new
  // session brings no new attempts.
  const counters = countersOf(actor.id, "desk-signing").filter(
    ({ counted }) => counted === "person_at_tablet",
  );
  const { lockedSeconds } = await takeAttempt(counters, at);
  if (lockedSeconds !== null) {
    await refusedAtDesk(actor, { ...about, why: "locked" });
    return credentialRefused("credentials_locked", { seconds: String(lockedSeconds) });
  }
  const place = { site: actor.site, device: session };
  const seen = await presented(place, { badge: input.badge }, at);
  const person = await personProven(seen, input.pin);
  // Nobody signs as somebody else, nor in somebody else's session.
  if (person?.id !== actor.id) {
    await refusedAtDesk(actor, { ...about, why: "wrong" });
    return err({ code: "components_wrong", params: {} });
  }
  await clearAttempt(counters);
  return ok({ proof: await giveProof(actor, session, input, at) });
}

function giveProof(actor: Actor, session: string, of: ToSign, at: Instant): Promise<string> {
  const id = derivedId(of.command, `proof/${session}/${of.contentSha256}`);
  return inTransaction(async (tx) => {
    await tx.signProof.createMany({
      data: [
        {
          id,
          siteId: actor.site,
          personId: actor.id,
          deviceId: session,
          commandId: of.command,
          contentSha256: of.contentSha256,
          method: "badge_pin",
          createdAt: new Date(at),
          expiresAt: new Date(plusMinutes(at, proofMinutes)),
        },
      ],
      skipDuplicates: true,
    });
    return id;
  }, actor.site);
}

/** On the person's own stream: at a desk there is no tablet whose stream could say it. */
const refusedAtDesk = (actor: Actor, body: Readonly<Record<string, string>>) =>
  recordEvents(actor, { kind: "person", stream: actor.id, type: "signing.refused", body });
