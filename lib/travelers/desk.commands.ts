import "server-only";
import { err, ok, type Result } from "#lib/kit/result";
import { proveAtDesk } from "#lib/people/desk-signing.commands";
import type { Actor } from "#lib/people/schema";
import { applyCommand, type DirectCommand } from "./commands.ts";
import type { DeclineForm, EndCheckOutForm, SignForm } from "./desk.schema.ts";

export type NotApplied = { code: string; params: Readonly<Record<string, string>> };
export type Outcome = Promise<Result<{ seq: number }, NotApplied>>;

/** The desk gives its commands to the same rules as a tablet does, and has the same answers. */
export async function give(
  actor: Actor,
  traveler: string,
  command: DirectCommand["command"],
  proof?: string,
): Outcome {
  const verdict = await applyCommand(actor, {
    traveler,
    command,
    ...(proof === undefined ? {} : { proof }),
  });
  switch (verdict.verdict) {
    case "applied":
      return ok({ seq: verdict.seq });
    case "recorded_not_applied":
      return err(verdict.refusal);
    case "retry_later":
      return err({ code: "retry_later", params: {} });
    case "malformed":
      throw new TypeError(`the desk sent ${command.type} wrong: ${verdict.problem}`);
  }
}

/**
 * A buyoff given from the desk, where the instruction allows it: badge and PIN are checked and forgotten,
 * and the command carries only the proof that they were given for exactly this content.
 */
export async function signRemotely(actor: Actor, form: SignForm): Outcome {
  const { command, traveler, operation, requirement, contentSha256, badge, pin } = form;
  const step = form.step === "" ? null : form.step;
  const proven = await proveAtDesk(actor, { command, contentSha256, badge, pin });
  if (!proven.ok) return proven;
  const body = { operation, step, requirement, contentSha256 };
  return give(actor, traveler, { id: command, type: "signBuyoff", body }, proven.value.proof);
}

/** A no is no signature: who says it is known by the session, and why stands in the record. */
export const declineRemotely = (actor: Actor, form: DeclineForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "declineBuyoff",
    body: {
      operation: form.operation,
      step: form.step === "" ? null : form.step,
      requirement: form.requirement,
      reason: form.reason,
    },
  });

/** The tablet that has it can't give it back: lost, broken, or in a place that nobody goes to. */
export const endCheckOut = (
  actor: Actor,
  { command: id, traveler, device, reason }: EndCheckOutForm,
): Outcome => give(actor, traveler, { id, type: "endCheckOut", body: { device, reason } });
