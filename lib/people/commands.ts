import "server-only";
import type { Prisma } from "#lib/db/generated/client";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { hashSecret, newTypedCode } from "#lib/kit/secrets";
import { type Instant, instant } from "#lib/kit/time";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { isPasswordAcceptable, isPinAcceptable } from "./passwords.rules.ts";
import type { Actor } from "./schema.ts";
import { newTotp } from "./totp.commands.ts";

export type PeopleRefusal = {
  code:
    | "person_unknown"
    | "employee_number_taken"
    | "badge_taken"
    | "badge_unknown"
    | "stamp_taken"
    | "qualification_unknown"
    | "pin_too_simple"
    | "password_too_simple";
  params: Readonly<Record<string, string>>;
};
const refused = (code: PeopleRefusal["code"]) => err<PeopleRefusal>({ code, params: {} });
type Outcome<T> = Promise<Result<T, PeopleRefusal>>;

/** When it happened, where that is not now: the seed tells a history. */
export type When = { at?: Instant; recordedAt?: Instant };
const now = (): Instant => instant(Date.now());

const happened = (
  person: string,
  type: Happening["type"],
  body: Happening["body"],
  when: When,
): Happening => ({ kind: "person", stream: person, type, body, ...when });

/** The name stays beside the record; entries name the person's card by its hash. */
export function createPerson(
  actor: Actor,
  input: { id?: string; employeeNumber: string; name: string; locale?: string },
  when: When = {},
): Outcome<string> {
  const id = input.id ?? uuidv7();
  return recorded(actor, async (tx) => {
    const { count } = await tx.person.createMany({
      data: [
        {
          id,
          employeeNumber: input.employeeNumber,
          name: input.name.normalize("NFC"),
          locale: input.locale ?? "en",
        },
      ],
      skipDuplicates: true,
    });
    if (count === 0) return refused("employee_number_taken");
    const event = happened(id, "person.created", { person: id }, when);
    return ok({ value: id, events: [event] });
  });
}

/** Deactivated and never deleted: the id is never given to anybody else (21 CFR 11.100 (a)). */
export function deactivatePerson(actor: Actor, person: string, when: When = {}): Outcome<null> {
  return recorded(actor, async (tx) => {
    const { count } = await tx.person.updateMany({
      where: { id: person, status: "active" },
      data: { status: "inactive" },
    });
    if (count === 0) return refused("person_unknown");
    await tx.deskSession.updateMany({
      where: { personId: person, endedAt: null },
      data: { endedAt: new Date(when.at ?? now()) },
    });
    return ok({ value: null, events: [happened(person, "person.deactivated", { person }, when)] });
  });
}

/** Returns what the badge has to say, once: only its hash is kept. */
export async function issueBadge(
  actor: Actor,
  person: string,
  given?: { id: string; secret: string },
  when: When = {},
): Outcome<string> {
  const badge = given ?? {
    id: newTypedCode(2).replace("-", ""),
    secret: newTypedCode(4).replaceAll("-", ""),
  };
  const secretHash = await hashSecret(badge.secret);
  return recorded(actor, async (tx) => {
    if (!(await tx.person.findUnique({ where: { id: person } }))) return refused("person_unknown");
    const issuedAt = new Date(when.at ?? now());
    const { count } = await tx.badge.createMany({
      data: [{ id: badge.id, personId: person, secretHash, issuedAt }],
      skipDuplicates: true,
    });
    if (count === 0) return refused("badge_taken");
    const event = happened(person, "badge.issued", { person, badge: badge.id }, when);
    return ok({ value: `BDG~${badge.id}~${badge.secret}`, events: [event] });
  });
}

export function withdrawBadge(actor: Actor, badge: string, when: When = {}): Outcome<null> {
  return recorded(actor, async (tx) => {
    const row = await tx.badge.findUnique({ where: { id: badge } });
    if (!row || row.withdrawnAt) return refused("badge_unknown");
    await tx.badge.update({
      where: { id: badge },
      data: { withdrawnAt: new Date(when.at ?? now()) },
    });
    const body = { person: row.personId, badge };
    return ok({ value: null, events: [happened(row.personId, "badge.withdrawn", body, when)] });
  });
}

/** The entry says that a PIN was set and by whom, and nothing about it. */
export async function setPin(
  actor: Actor,
  person: string,
  pin: string,
  when: When = {},
): Outcome<null> {
  if (!isPinAcceptable(pin)) return refused("pin_too_simple");
  const pinHash = await hashSecret(pin);
  return recorded(actor, async (tx) => {
    if (!(await tx.person.findUnique({ where: { id: person } }))) return refused("person_unknown");
    const changedAt = new Date(when.at ?? now());
    await tx.credential.upsert({
      where: { personId: person },
      create: { personId: person, pinHash, changedAt },
      update: { pinHash, changedAt },
    });
    return ok({ value: null, events: [happened(person, "pin.set", { person }, when)] });
  });
}

/** For the desk away from a tablet. Returns the one-time password's secret, shown once. */
export async function setPassword(
  actor: Actor,
  person: string,
  password: string,
  when: When & { totpSecret?: string } = {},
): Outcome<{ totpUri: string; totpSecret: string }> {
  if (!isPasswordAcceptable(password)) return refused("password_too_simple");
  const passwordHash = await hashSecret(password.normalize("NFKC"));
  const { totpSecret, ...at } = when;
  return recorded(actor, async (tx) => {
    const found = await tx.person.findUnique({ where: { id: person } });
    if (!found) return refused("person_unknown");
    const totp = newTotp(person, found.employeeNumber, totpSecret);
    const changed = {
      passwordHash,
      totpSecret: totp.sealed,
      totpStep: null,
      changedAt: new Date(at.at ?? now()),
    };
    await tx.credential.upsert({
      where: { personId: person },
      create: { personId: person, ...changed },
      update: changed,
    });
    await tx.deskSession.updateMany({
      where: { personId: person, endedAt: null },
      data: { endedAt: new Date(at.at ?? now()) },
    });
    const value = { totpUri: totp.uri, totpSecret: totp.secret };
    return ok({ value, events: [happened(person, "password.set", { person }, at)] });
  });
}

/** A role at the actor's site. */
export function giveRole(actor: Actor, person: string, role: Role, when: When = {}): Outcome<null> {
  return recorded(actor, async (tx) => {
    if (!(await tx.person.findUnique({ where: { id: person } }))) return refused("person_unknown");
    const row = { personId: person, siteId: actor.site, role };
    await tx.personRole.createMany({ data: [row], skipDuplicates: true });
    return ok({ value: null, events: [happened(person, "role.given", { person, role }, when)] });
  });
}

export type QualificationGiven = {
  code: string;
  authority: string;
  evidence: string;
  /** Calendar dates; `validUntil` is the last day on which it holds. */
  validFrom: string;
  validUntil: string | null;
};

export function giveQualification(
  actor: Actor,
  person: string,
  given: QualificationGiven,
  when: When & { id?: string } = {},
): Outcome<string> {
  const { id = uuidv7(), ...at } = when;
  return recorded(actor, async (tx) => {
    if (!(await tx.person.findUnique({ where: { id: person } }))) return refused("person_unknown");
    const known = await tx.qualification.findUnique({ where: { code: given.code } });
    if (!known) return refused("qualification_unknown");
    await tx.personQualification.create({
      data: {
        id,
        personId: person,
        code: given.code,
        authority: given.authority,
        evidence: given.evidence,
        validFrom: new Date(given.validFrom),
        validUntil: given.validUntil ? new Date(given.validUntil) : null,
      },
    });
    const body = { person, qualification: id, ...given };
    return ok({ value: id, events: [happened(person, "qualification.given", body, at)] });
  });
}

/** For the seed: a number has one holder at a time. The desk asks more: lib/people/stamps.commands.ts. */
export function issueStamp(
  actor: Actor,
  person: string,
  stamp: { number: string; kind: "operator" | "inspection" | "quality"; issuedOn: string },
  when: When = {},
): Outcome<null> {
  return recorded(actor, async (tx) => {
    if (!(await tx.person.findUnique({ where: { id: person } }))) return refused("person_unknown");
    const row: Prisma.StampCreateManyInput = {
      number: stamp.number,
      personId: person,
      kind: stamp.kind,
      issuedOn: new Date(stamp.issuedOn),
    };
    const { count } = await tx.stamp.createMany({ data: [row], skipDuplicates: true });
    if (count === 0) return refused("stamp_taken");
    return ok({
      value: null,
      events: [happened(person, "stamp.issued", { person, ...stamp }, when)],
    });
  });
}
