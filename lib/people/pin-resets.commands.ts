import "server-only";
import { db } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { macOf } from "#lib/kit/keys";
import { err, ok, type Result } from "#lib/kit/result";
import { asTyped, hashSecret, newTypedCode } from "#lib/kit/secrets";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import { recorded } from "#lib/record/recorded.commands";
import type { AskPinResetForm, NewPinForm, PinResetForm } from "./changes.schema.ts";
import { sitesOf } from "./devices.queries.ts";
import { overRate } from "./lockout.commands.ts";
import { isPinAcceptable } from "./passwords.rules.ts";
import type { Actor } from "./schema.ts";

export type PinResetRefusal = {
  code:
    | "person_unknown"
    | "own_pin"
    | "reset_waiting"
    | "reset_unknown"
    | "reset_needs_another"
    | "reset_code_wrong"
    | "pin_too_simple"
    | "too_many_attempts";
  params: Readonly<Record<string, string>>;
};
const refused = (code: PinResetRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<PinResetRefusal>({ code, params });

/** How long the person has to come and choose. */
const codeMinutes = 30;
const codeHash = (code: string): string => macOf("pin-reset", asTyped(code));

/** Half of a reset: asks for it. Somebody else has to approve. */
export function askPinReset(
  actor: Actor,
  form: AskPinResetForm,
  at: Instant = instant(Date.now()),
): Promise<Result<{ reset: string }, PinResetRefusal>> {
  const reasonSha256 = sha256Hex(form.reason);
  return recorded(actor, async (tx) => {
    const { person } = form;
    const held = await tx.personRole.findFirst({
      where: { personId: person, siteId: actor.site },
    });
    if (!held) return refused("person_unknown");
    if (person === actor.id) return refused("own_pin");
    await tx.$queryRaw`select id from people where id = ${person}::uuid for update`;
    const waiting = await tx.pinReset.findFirst({ where: { personId: person, approvedAt: null } });
    if (waiting) return refused("reset_waiting");
    const row = { id: form.command, personId: person, askedBy: actor.id, reasonSha256 };
    await tx.pinReset.create({ data: { ...row, askedAt: new Date(at) } });
    const body = { person, reset: form.command, reason: reasonSha256 };
    const event = { kind: "person", stream: person, type: "pin_reset.asked", body } as const;
    return ok({ value: { reset: form.command }, events: [{ ...event, texts: [form.reason] }] });
  });
}

/**
 * The other half, by somebody who neither asked nor is the person. Returns the code to hand over: shown
 * once, good once, and good for nothing but choosing one's own PIN.
 */
export function approvePinReset(
  actor: Actor,
  form: PinResetForm,
  at: Instant = instant(Date.now()),
): Promise<Result<{ code: string; expiresAt: Instant }, PinResetRefusal>> {
  const code = newTypedCode(3);
  const expiresAt = plusMinutes(at, codeMinutes);
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from pin_resets where id = ${form.reset}::uuid for update`;
    const reset = await tx.pinReset.findUnique({ where: { id: form.reset } });
    const held = reset && {
      personId: reset.personId,
      siteId: actor.site,
    };
    if (!reset || !held || reset.approvedAt || !(await tx.personRole.findFirst({ where: held }))) {
      return refused("reset_unknown");
    }
    if (reset.personId === actor.id) return refused("own_pin");
    if (reset.askedBy === actor.id) return refused("reset_needs_another");
    await tx.pinReset.update({
      where: { id: reset.id },
      data: {
        approvedBy: actor.id,
        approvedAt: new Date(at),
        codeHash: codeHash(code),
        expiresAt: new Date(expiresAt),
      },
    });
    const body = { person: reset.personId, reset: reset.id, askedBy: reset.askedBy };
    const event = {
      kind: "person",
      stream: reset.personId,
      type: "pin_reset.approved",
      body,
    } as const;
    return ok({ value: { code, expiresAt }, events: [event] });
  });
}

/** The person chooses. The code is spent by the statement that finds it unspent. */
export async function chooseNewPin(
  form: NewPinForm,
  actorAt: (site: string, as: { id: string; name: string }) => Actor,
  at: Instant = instant(Date.now()),
): Promise<Result<null, PinResetRefusal>> {
  const wait = await overRate("pin-reset", { limit: 30, seconds: 60 }, at);
  if (wait !== null) return refused("too_many_attempts", { seconds: String(wait) });
  if (!isPinAcceptable(form.pin)) return refused("pin_too_simple");
  const person = await db.person.findUnique({ where: { employeeNumber: form.employeeNumber } });
  const pinHash = await hashSecret(form.pin);
  const [site] = person ? await sitesOf("person", person.id) : [];
  if (person?.status !== "active" || !site) return refused("reset_code_wrong");
  const changedAt = new Date(at);
  return recorded(actorAt(site, { id: person.id, name: person.name }), async (tx) => {
    const { count } = await tx.pinReset.updateMany({
      where: {
        personId: person.id,
        codeHash: codeHash(form.code),
        usedAt: null,
        expiresAt: { gt: changedAt },
      },
      data: { usedAt: changedAt },
    });
    if (count === 0) return refused("reset_code_wrong");
    await tx.credential.upsert({
      where: { personId: person.id },
      create: { personId: person.id, pinHash, changedAt },
      update: { pinHash, changedAt },
    });
    const body = { person: person.id, by: "reset" };
    const event = { kind: "person", stream: person.id, type: "pin.set", body } as const;
    return ok({ value: null, events: [event] });
  });
}
