import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import { changesIn } from "#lib/plant/changes.rules";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { type ListProblem, listIn } from "./qualification-lists.rules.ts";
import type { ToldList, ToldRow, ToldState } from "./qualification-lists.schema.ts";
import { given, type QualificationRefusal, withdrawn } from "./qualifications.commands.ts";
import type { Actor } from "./schema.ts";

export type ToldOutcome = {
  employeeNumber: string;
  qualification: string;
  state: ToldState;
  refusal: QualificationRefusal | null;
};
export type ListOutcome = {
  asOf: Instant;
  rows: readonly ToldOutcome[];
  /** Held by this system's word and not in its complete list: still held here until it says otherwise. */
  notTold: readonly { employeeNumber: string; qualification: string; validFrom: string }[];
};

/**
 * The list of whoever masters qualifications: HR, QMS or a training system. Each row is an act of its
 * own, so that one that can't be taken stops no other; sent again, it changes nothing. An older list than
 * the last is refused as a whole: it would give back what was withdrawn since.
 */
export async function receiveQualifications(
  actor: Actor,
  sent: { type: string; text: string },
  at: Instant = instant(Date.now()),
): Promise<Result<ListOutcome, ListProblem>> {
  const read = listIn(sent, at);
  if (!read.ok) return read;
  const list = read.value;
  const asOf = instant(Date.parse(list.asOf));
  const begun = await begin(actor, list, { asOf, at, body: sha256Hex(sent.text) });
  if (!begun.ok) return begun;
  const rows: ToldOutcome[] = [];
  for (const row of list.qualifications) rows.push(await take(actor, row, asOf));
  return ok({
    asOf,
    rows,
    notTold: await ended(actor, { asOf, isComplete: list.complete, rows, body: sent.text }),
  });
}

/** One list of a system at a time, and none that is older than its last. */
function begin(
  actor: Actor,
  list: ToldList,
  { asOf, at, body }: { asOf: Instant; at: Instant; body: string },
): Promise<Result<null, ListProblem>> {
  return inTransaction(async (tx) => {
    const key = { siteId: actor.site, system: actor.name };
    const told = { receivedAt: new Date(at), told: list.qualifications.length, bodySha256: body };
    const data = { ...told, asOf: new Date(asOf), refused: 0 };
    await tx.$executeRaw`
      select pg_advisory_xact_lock(hashtextextended(${`qualifications/${actor.site}/${actor.name}`}, 0))`;
    const last = await tx.qualificationSource.findUnique({
      where: { siteId_system: key },
    });
    if (last && last.asOf > data.asOf) {
      return err<ListProblem>({ code: "older_list", asOf: instant(last.asOf.getTime()) });
    }
    await tx.qualificationSource.upsert({
      where: { siteId_system: key },
      create: { ...key, ...data },
      update: data,
    });
    return ok(null);
  }, actor.site);
}

async function take(actor: Actor, row: ToldRow, asOf: Instant): Promise<ToldOutcome> {
  const { employeeNumber, code } = row;
  const done = await recorded(actor, (tx) => taken(tx, actor, row, asOf));
  return {
    employeeNumber,
    qualification: code,
    state: done.ok ? done.value : "refused",
    refusal: done.ok ? null : done.error,
  };
}

type Taken = Result<{ value: ToldState; events: readonly Happening[] }, QualificationRefusal>;
const refused = (code: QualificationRefusal["code"]) =>
  err<QualificationRefusal>({ code, params: {} });

async function taken(tx: Tx, actor: Actor, row: ToldRow, asOf: Instant): Promise<Taken> {
  const { employeeNumber, code, validFrom } = row;
  const person = await tx.person.findUnique({ where: { employeeNumber } });
  const works =
    person &&
    (await tx.personRole.findFirst({ where: { personId: person.id, siteId: actor.site } }));
  if (!person || !works) return refused("person_unknown");
  await tx.$queryRaw`select id from people where id = ${person.id}::uuid for update`;
  const all = await tx.personQualification.findMany({
    where: { personId: person.id, code },
    orderBy: [{ validFrom: "desc" }, { id: "desc" }],
  });
  const standing = all.filter(({ withdrawnOn }) => withdrawnOn === null);
  const same = standing.find((held) => dayOf(held.validFrom) === validFrom);
  const source = { system: actor.name, asOf };
  if (row.withdrawnOn !== "") {
    if (same) {
      return withdrawn(tx, actor, same, {
        withdrawnOn: row.withdrawnOn,
        authority: row.authority,
        reason: row.reason ?? "",
        source,
      }).then((done) => (done.ok ? ok({ value: "withdrawn", events: done.value }) : done));
    }
    const isKnown = all.some((held) => dayOf(held.validFrom) === validFrom);
    return isKnown ? ok({ value: "unchanged", events: [] }) : refused("qualification_not_held");
  }
  if (same) return corrected(tx, same, row, source);
  const [newest] = standing;
  const of = { id: uuidv7(), person: person.id, renews: newest?.id ?? null };
  const done = await given(tx, actor, of, row, source);
  if (!done.ok) return done;
  return ok({ value: newest ? "renewed" : "given", events: done.value.events });
}

type HeldHere = {
  id: string;
  personId: string;
  authority: string;
  evidence: string;
  validUntil: Date | null;
};
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** Held since the same day: what is stated of it otherwise is changed, and the rest is told to be fresh. */
async function corrected(
  tx: Tx,
  held: HeldHere,
  row: ToldRow,
  source: { system: string; asOf: Instant },
): Promise<Taken> {
  const before = {
    authority: held.authority,
    evidence: held.evidence,
    validUntil: held.validUntil ? dayOf(held.validUntil) : "",
  };
  const { authority, evidence, validUntil, code } = row;
  const changes = changesIn(before, { authority, evidence, validUntil });
  await tx.personQualification.update({
    where: { id: held.id },
    data: {
      authority,
      evidence,
      validUntil: validUntil === "" ? null : new Date(`${validUntil}T00:00:00Z`),
      source: source.system,
      toldAsOf: new Date(source.asOf),
    },
  });
  if (Object.keys(changes).length === 0) return ok({ value: "unchanged", events: [] });
  const body = { person: held.personId, qualification: held.id, code, changes, source };
  const stream = held.personId;
  const event = { kind: "person", stream, type: "qualification.corrected", body } as const;
  return ok({ value: "corrected", events: [event] });
}

/** That a list came stands on the record with what became of it; the list itself beside it. */
async function ended(
  actor: Actor,
  of: { asOf: Instant; isComplete: boolean; rows: readonly ToldOutcome[]; body: string },
): Promise<ListOutcome["notTold"]> {
  const { asOf, isComplete, rows, body } = of;
  const done = await recorded(actor, async (tx) => {
    const counts = Object.fromEntries(
      [...Map.groupBy(rows, ({ state }) => state)].map(([state, some]) => [state, some.length]),
    );
    await tx.qualificationSource.update({
      where: { siteId_system: { siteId: actor.site, system: actor.name } },
      data: { refused: counts.refused ?? 0 },
    });
    const said = { system: actor.name, asOf, counts, list: sha256Hex(body) };
    const event = {
      kind: "site",
      stream: actor.site,
      type: "qualifications.received",
      body: said,
      texts: [body],
    } as const;
    return ok({ value: isComplete ? await leftOut(tx, actor, asOf) : [], events: [event] });
  });
  if (!done.ok) throw new Error("a list that was taken can't be refused");
  return done.value;
}

async function leftOut(tx: Tx, actor: Actor, asOf: Instant): Promise<ListOutcome["notTold"]> {
  const rows = await tx.$queryRaw<{ number: string; code: string; from: string }[]>`
    select p.employee_number as number, q.code, q.valid_from::text as from
    from person_qualifications q join people p on p.id = q.person_id
    where q.source = ${actor.name} and q.told_as_of < ${new Date(asOf)} and q.withdrawn_on is null
      and (q.valid_until is null or q.valid_until >= ${new Date(asOf)}::date)
      and exists (select from person_roles r
        where r.person_id = p.id and r.site_id = ${actor.site}::uuid)
    order by 1, 2, 3 limit 500`;
  return rows.map(({ number, code, from }) => ({
    employeeNumber: number,
    qualification: code,
    validFrom: from,
  }));
}
