import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { dateIn, instant } from "#lib/kit/time";
import { recorded } from "#lib/record/recorded.commands";
import { personAtSite } from "./queries.ts";
import type { Actor } from "./schema.ts";
import {
  mayHold,
  mayIssue,
  mayWithdraw,
  type StampIssued,
  type StampRefusal,
} from "./stamps.rules.ts";
import type { CoolDownForm, StampForm, WithdrawStampForm } from "./stamps.schema.ts";

export type StampCommandRefusal =
  | StampRefusal
  | {
      code: "person_unknown" | "stamp_unknown" | "own_stamp" | "nothing_changed";
      params: Readonly<Record<string, string>>;
    };
type Outcome = Promise<Result<{ person: string }, StampCommandRefusal>>;
const refused = (code: StampCommandRefusal["code"]) =>
  err<StampCommandRefusal>({ code, params: {} });

const onDay = (day: string): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

async function siteDay(tx: Tx, actor: Actor): Promise<{ today: string; coolDownMonths: number }> {
  const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
  const today = dateIn(site.timeZone, instant(Date.now()));
  return { today, coolDownMonths: site.stampCoolDownMonths };
}

/** Nobody issues a stamp to themselves; to whom it goes, and whether the number is free, is for the rules. */
export function issueStampByForm(actor: Actor, form: StampForm): Outcome {
  const { person: id, number, kind, issuedOn } = form;
  return recorded(actor, async (tx) => {
    // Two who issue a number at once take turns: the second sees what the first has done.
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`stamp/${number}`}, 0))`;
    const person = await personAtSite(id, actor.site);
    if (!person) return refused("person_unknown");
    if (id === actor.id) return refused("own_stamp");
    const { today, coolDownMonths } = await siteDay(tx, actor);
    const holds = mayHold(kind, person, issuedOn);
    if (!holds.ok) return holds;
    const earlier = (await tx.stamp.findMany({ where: { number } })).map(issuedOf);
    const free = mayIssue(number, { person: id, issuedOn, today }, earlier, coolDownMonths);
    if (!free.ok) return free;
    await tx.stamp.create({ data: { number, personId: id, kind, issuedOn: onDay(issuedOn) } });
    const body = { person: id, number, kind, issuedOn };
    const event = { kind: "person", stream: id, type: "stamp.issued", body } as const;
    return ok({ value: { person: id }, events: [event] });
  });
}

const issuedOf = (stamp: {
  personId: string;
  issuedOn: Date;
  withdrawnOn: Date | null;
}): StampIssued => ({
  person: stamp.personId,
  issuedOn: dayOf(stamp.issuedOn),
  withdrawnOn: stamp.withdrawnOn && dayOf(stamp.withdrawnOn),
});

/** Handed back, worn or lost. What it signed stays its holder's; nobody else has it until it has cooled. */
export function withdrawStamp(actor: Actor, form: WithdrawStampForm): Outcome {
  const { number, withdrawnOn } = form;
  const reason = sha256Hex(form.reason);
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from stamps where number = ${number} and withdrawn_on is null for update`;
    const stamp = await tx.stamp.findFirst({ where: { number, withdrawnOn: null } });
    if (!stamp) return refused("stamp_unknown");
    const { today } = await siteDay(tx, actor);
    const may = mayWithdraw(dayOf(stamp.issuedOn), withdrawnOn, today);
    if (!may.ok) return may;
    await tx.stamp.update({
      where: { id: stamp.id },
      data: { withdrawnOn: onDay(withdrawnOn), withdrawnReasonSha256: reason },
    });
    const person = stamp.personId;
    const body = { person, number, withdrawnOn, reason };
    const event = { kind: "person", stream: person, type: "stamp.withdrawn", body } as const;
    return ok({ value: { person }, events: [{ ...event, texts: [form.reason] }] });
  });
}

/** How long a number rests between two holders. A shorter time frees numbers at once, so it needs a reason. */
export function changeCoolDown(
  actor: Actor,
  form: CoolDownForm,
): Promise<Result<null, StampCommandRefusal>> {
  const months = Number(form.months);
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from sites where id = ${actor.site}::uuid for update`;
    const { coolDownMonths: before } = await siteDay(tx, actor);
    if (before === months) return refused("nothing_changed");
    await tx.site.update({ where: { id: actor.site }, data: { stampCoolDownMonths: months } });
    const changes = { stampCoolDownMonths: { before, after: months } };
    const body = { changes, reason: sha256Hex(form.reason) };
    const event = { kind: "site", stream: actor.site, type: "site.changed", body } as const;
    return ok({ value: null, events: [{ ...event, texts: [form.reason] }] });
  });
}
