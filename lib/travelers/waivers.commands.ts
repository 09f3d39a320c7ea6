import "server-only";
import { canonicalSha256 } from "#lib/kit/canonical";
import { proveAtDesk } from "#lib/people/desk-signing.commands";
import type { Actor } from "#lib/people/schema";
import type { DirectCommand } from "./commands.ts";
import { give, type Outcome } from "./desk.commands.ts";
import { textHash } from "./ruling.rules.ts";
import { waiverContent } from "./waivers.rules.ts";
import type { GrantWaiverForm, RequestWaiverForm, RevokeWaiverForm } from "./waivers.schema.ts";

type ToSign = { command: string; traveler: string; badge: string; pin: string };

/** Badge and PIN are checked and forgotten; the command carries the proof that they were given for this. */
async function signed(
  actor: Actor,
  { command, traveler, badge, pin }: ToSign,
  contentSha256: string,
  asked: Pick<DirectCommand["command"], "type" | "body">,
): Outcome {
  const proven = await proveAtDesk(actor, { command, contentSha256, badge, pin });
  if (!proven.ok) return proven;
  const given = { id: command, ...asked } as DirectCommand["command"];
  return give(actor, traveler, given, proven.value.proof);
}

/** A lead asks from the desk, and signs what the form says: its fields are all that is signed. */
export function requestWaiver(actor: Actor, form: RequestWaiverForm): Outcome {
  const { traveler, waiver, person, qualification, validUntil, reason } = form;
  const of = { waiver, person, qualification, validUntil };
  const contentSha256 = canonicalSha256(
    waiverContent({ id: traveler }, { ...of, reason: textHash(reason) }),
  );
  const body = { ...of, reason, contentSha256 };
  return signed(actor, form, contentSha256, { type: "requestWaiver", body });
}

/** Quality grants what another has asked for, as it was shown. */
export function grantWaiver(actor: Actor, form: GrantWaiverForm): Outcome {
  const { waiver, contentSha256 } = form;
  const body = { waiver, contentSha256 };
  return signed(actor, form, contentSha256, { type: "grantWaiver", body });
}

/** Who takes it back is known by the session, and why stands in the record: it is no signature. */
export const revokeWaiver = (actor: Actor, form: RevokeWaiverForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "revokeWaiver",
    body: { waiver: form.waiver, reason: form.reason },
  });
