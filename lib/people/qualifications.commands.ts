import "server-only";
import type { Tx } from "#lib/db/client";
import type { Localized } from "#lib/instructions/schema";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { dateIn, type Instant, instant } from "#lib/kit/time";
import { changesIn } from "#lib/plant/changes.rules";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import type {
  GrantForm,
  HeldRow,
  QualificationChangeForm,
  QualificationForm,
  RenewForm,
  WithdrawQualificationForm,
} from "./qualifications.schema.ts";
import type { Actor } from "./schema.ts";

export type QualificationRefusal = {
  code:
    | "person_unknown"
    | "qualification_unknown"
    | "qualification_taken"
    | "qualification_held"
    | "qualification_not_held"
    | "qualification_ended"
    | "withdrawn_in_future"
    | "own_qualifications"
    | "nothing_changed";
  params: Readonly<Record<string, string>>;
};
type Outcome<T> = Promise<Result<T, QualificationRefusal>>;
const refused = (code: QualificationRefusal["code"], params: QualificationRefusal["params"] = {}) =>
  err<QualificationRefusal>({ code, params });

const onDay = (day: string): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
const dayBefore = (day: string): string => dayOf(new Date(onDay(day).getTime() - 86_400_000));

const happened = (
  person: string,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
) => ({ kind: "person", stream: person, type, body, texts }) satisfies Happening;

/** Which system told it, and as of when; null: it was given here. */
export type Source = { system: string; asOf: Instant } | null;
const sourceColumns = (source: Source) =>
  source ? { source: source.system, toldAsOf: new Date(source.asOf) } : {};

type Given = Pick<GrantForm, "code" | "authority" | "evidence" | "validFrom" | "validUntil">;

/** Within a transaction, for a form, a file and another system alike. Nobody vouches for their own. */
export async function given(
  tx: Tx,
  actor: Actor,
  of: { id: string; person: string; renews: string | null },
  { code, authority, evidence, validFrom, ...until }: Given,
  source: Source = null,
) {
  const { id, person, renews } = of;
  if (person === actor.id) return refused("own_qualifications");
  if (!(await tx.qualification.findUnique({ where: { code } }))) {
    return refused("qualification_unknown");
  }
  const validUntil = until.validUntil === "" ? null : until.validUntil;
  await tx.$queryRaw`select id from people where id = ${person}::uuid for update`;
  const held = { personId: person, code, validFrom: onDay(validFrom), withdrawnOn: null };
  if (await tx.personQualification.findFirst({ where: held })) {
    return refused("qualification_held", { code, validFrom });
  }
  await tx.personQualification.create({
    data: {
      id,
      personId: person,
      code,
      authority,
      evidence,
      validFrom: onDay(validFrom),
      validUntil: validUntil && onDay(validUntil),
      ...sourceColumns(source),
    },
  });
  const what = { person, qualification: id, code, authority, evidence, validFrom, validUntil };
  const body = { ...what, ...(source && { source }) };
  const event =
    renews === null
      ? happened(person, "qualification.given", body)
      : happened(person, "qualification.renewed", { ...body, renews });
  return ok({ value: { person }, events: [event] });
}

export const grantQualification = (
  actor: Actor,
  { command, person, ...form }: GrantForm,
): Outcome<{ person: string }> =>
  recorded(actor, async (tx) => {
    const works = await tx.personRole.findFirst({
      where: { personId: person, siteId: actor.site },
    });
    if (!works) return refused("person_unknown");
    return given(tx, actor, { id: command, person, renews: null }, form);
  });

/** Who it is for is said by number: a list comes from where qualifications are kept. */
export async function addHeld(
  tx: Tx,
  actor: Actor,
  id: string,
  { employeeNumber, ...row }: HeldRow,
) {
  const person = await tx.person.findUnique({ where: { employeeNumber } });
  if (!person) return refused("person_unknown");
  return given(tx, actor, { id, person: person.id, renews: null }, row);
}

/** The row, held until the transaction ends, if it is of somebody who works at the actor's site. */
async function heldRow(tx: Tx, actor: Actor, id: string) {
  await tx.$queryRaw`select id from person_qualifications where id = ${id}::uuid for update`;
  const row = await tx.personQualification.findUnique({ where: { id } });
  const works =
    row &&
    (await tx.personRole.findFirst({ where: { personId: row.personId, siteId: actor.site } }));
  return works ? row : null;
}

/** Held further, on new evidence. What was held before stays as it was. */
export const renewQualification = (
  actor: Actor,
  { command, qualification, ...form }: RenewForm,
): Outcome<{ person: string }> =>
  recorded(actor, async (tx) => {
    const row = await heldRow(tx, actor, qualification);
    if (!row) return refused("qualification_not_held");
    const of = { id: command, person: row.personId, renews: row.id };
    return given(tx, actor, of, { ...form, code: row.code });
  });

type Standing = {
  id: string;
  personId: string;
  code: string;
  validUntil: Date | null;
};

/** Within a transaction. Ends before its time: from its day on, no rule finds it held. */
export async function withdrawn(
  tx: Tx,
  actor: Actor,
  row: Standing,
  of: { withdrawnOn: string; authority: string; reason: string; source: Source },
): Promise<Result<Happening[], QualificationRefusal>> {
  const { withdrawnOn, authority, source } = of;
  const { personId: person, code } = row;
  if (person === actor.id) return refused("own_qualifications");
  const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
  const today = dateIn(site.timeZone, instant(Date.now()));
  if (withdrawnOn > today) return refused("withdrawn_in_future", { today });
  const before = row.validUntil && dayOf(row.validUntil);
  if (before !== null && before < withdrawnOn) {
    return refused("qualification_ended", { code, validUntil: before });
  }
  const after = dayBefore(withdrawnOn);
  const reason = sha256Hex(of.reason);
  await tx.personQualification.update({
    where: { id: row.id },
    data: {
      validUntil: onDay(after),
      withdrawnOn: onDay(withdrawnOn),
      withdrawnReasonSha256: reason,
      ...sourceColumns(source),
    },
  });
  const changes = { validUntil: { before, after } };
  const what = { person, qualification: row.id, code, withdrawnOn, authority, changes, reason };
  const body = { ...what, ...(source && { source }) };
  return ok([happened(person, "qualification.withdrawn", body, [of.reason])]);
}

export const withdrawQualification = (
  actor: Actor,
  { qualification, ...form }: WithdrawQualificationForm,
): Outcome<{ person: string }> =>
  recorded(actor, async (tx) => {
    const row = await heldRow(tx, actor, qualification);
    if (!row || row.withdrawnOn !== null) return refused("qualification_not_held");
    const events = await withdrawn(tx, actor, row, { ...form, source: null });
    return events.ok ? ok({ value: { person: row.personId }, events: events.value }) : events;
  });

const nameOf = (en: string, es: string): Localized => (es === "" ? { en } : { en, es });

/** What can be required of people: the company's list, told in the stream of the site that changed it. */
export const createQualification = (
  actor: Actor,
  { code, nameEn, nameEs, waivableBy }: QualificationForm,
): Outcome<{ code: string }> =>
  recorded(actor, async (tx) => {
    const name = nameOf(nameEn, nameEs);
    const { count } = await tx.qualification.createMany({
      data: [{ code, name, waivableBy }],
      skipDuplicates: true,
    });
    if (count === 0) return refused("qualification_taken", { code });
    const body = { code, name, waivableBy };
    const event = {
      kind: "site",
      stream: actor.site,
      type: "qualification.created",
      body,
    } as const;
    return ok({ value: { code }, events: [event] });
  });

export const changeQualification = (
  actor: Actor,
  { code, nameEn, nameEs, waivableBy, reason }: QualificationChangeForm,
): Outcome<{ code: string }> =>
  recorded(actor, async (tx) => {
    await tx.$queryRaw`select code from qualifications where code = ${code} for update`;
    const found = await tx.qualification.findUnique({ where: { code } });
    if (!found) return refused("qualification_unknown");
    const name = found.name as unknown as Localized;
    const before = { nameEn: name.en, nameEs: name.es ?? "", waivableBy: found.waivableBy };
    const changes = changesIn(before, { nameEn, nameEs, waivableBy });
    if (Object.keys(changes).length === 0) return refused("nothing_changed");
    const data = { name: nameOf(nameEn, nameEs), waivableBy };
    await tx.qualification.update({ where: { code }, data });
    const body = { code, changes, reason: sha256Hex(reason) };
    const event = {
      kind: "site",
      stream: actor.site,
      type: "qualification.changed",
      body,
    } as const;
    return ok({ value: { code }, events: [{ ...event, texts: [reason] }] });
  });
