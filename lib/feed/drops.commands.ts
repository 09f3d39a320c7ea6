import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { instant, millis } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { takesDrops } from "./connectors/drops/kinds.rules.ts";
import { connectorConfig, keepsRecords } from "./connectors/schema.ts";
import { dayBegins, nextDay } from "./days.rules.ts";
import { endedBy } from "./drops.rules.ts";
import type { DropForm, DropRefusal, PlanForm, ReplanForm, RetryForm } from "./drops.schema.ts";

const refused = (code: DropRefusal["code"]) => err<DropRefusal>({ code, params: {} });

const happened = (
  connector: string,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
): Happening => ({ kind: "feed", stream: connector, type, body, texts });

async function configOf(tx: Tx, actor: Actor, id: string) {
  const row = await tx.connector.findFirst({
    where: { id, siteId: actor.site, status: { not: "retired" } },
    select: { config: true },
  });
  return row && connectorConfig.parse(row.config);
}

/** May a batch go there, and may they be told? */
async function areKnown(tx: Tx, actor: Actor, form: Pick<DropForm, "connector" | "told">) {
  const to = await configOf(tx, actor, form.connector);
  if (!to || !takesDrops(to)) return false;
  if (form.told === "nobody") return true;
  const told = await configOf(tx, actor, form.told);
  return told !== null && keepsRecords(told);
}

const zoneOf = async (tx: Tx, actor: Actor): Promise<string> =>
  (await tx.site.findUniqueOrThrow({ where: { id: actor.site }, select: { timeZone: true } }))
    .timeZone;

const orNull = (text: string): string | null => (text === "" ? null : text);
const toldOf = (told: string): string | null => (told === "nobody" ? null : told);
const hourOf = (text: string): number | null => (text === "never" ? null : Number(text));
/** What is on its way to the record when a range ends is in it by then: nobody writes it earlier. */
const settlingMs = 2_000;

/** Whole days of the plant; a day that is not over yet as far as it has come. A worker writes it. */
export function askDrop(
  actor: Actor,
  form: DropForm,
): Promise<Result<{ id: string }, DropRefusal>> {
  return recorded(actor, async (tx) => {
    if (!(await areKnown(tx, actor, form))) return refused("connector_unknown");
    const known = await tx.drop.findUnique({ where: { id: form.command }, select: { id: true } });
    if (known) return ok({ value: known, events: [] });
    const zone = await zoneOf(tx, actor);
    const now = new Date();
    const from = dayBegins(zone, form.from);
    const to = endedBy(dayBegins(zone, nextDay(form.to)), instant(now.getTime()));
    if (millis(to) <= millis(from)) return refused("drop_range_empty");
    const [order, part] = [orNull(form.order), orNull(form.part)];
    await tx.drop.create({
      data: {
        id: form.command,
        siteId: actor.site,
        connectorId: form.connector,
        toldId: toldOf(form.told),
        fromAt: from,
        toAt: to,
        workOrder: order,
        partNumber: part,
        discloses: form.discloses,
        askedBy: actor.id,
        askedAt: now,
        nextAt: new Date(Math.max(now.getTime(), millis(to) + settlingMs)),
        state: "waiting",
      },
    });
    const { discloses } = form;
    const body = { drop: form.command, told: toldOf(form.told), from, to, order, part, discloses };
    const event = happened(form.connector, "drop.asked", body);
    return ok({ value: { id: form.command }, events: [event] });
  });
}

/** Given up or still waiting for its next try: now. */
export function retryDrop(actor: Actor, form: RetryForm): Promise<Result<null, DropRefusal>> {
  return recorded(actor, async (tx) => {
    const [drop] = await tx.$queryRaw<{ connector: string; state: string; attempts: number }[]>`
      select connector_id::text as connector, state, attempts from drops
       where id = ${form.drop}::uuid and site_id = ${actor.site}::uuid for update`;
    if (!drop) return refused("drop_unknown");
    const isStuck = drop.state === "failed" || (drop.state === "waiting" && drop.attempts > 0);
    if (!isStuck) return refused("drop_not_failed");
    await tx.$executeRaw`
      update drops set state = 'waiting', attempts = 0, next_at = clock_timestamp()
       where id = ${form.drop}::uuid`;
    const reason = sha256Hex(form.reason);
    const body = { drop: form.drop, reason };
    const event = happened(drop.connector, "drop.retried", body, [form.reason]);
    return ok({ value: null, events: [event] });
  });
}

/** A batch every day, the first from a day that the form names. */
export function planDrop(actor: Actor, form: PlanForm): Promise<Result<null, DropRefusal>> {
  return recorded(actor, async (tx) => {
    if (!(await areKnown(tx, actor, form))) return refused("connector_unknown");
    const known = await tx.dropPlan.findUnique({ where: { id: form.command } });
    if (known) return ok({ value: null, events: [] });
    const hour = hourOf(form.hour);
    const from = dayBegins(await zoneOf(tx, actor), form.from);
    const part = orNull(form.part);
    await tx.dropPlan.create({
      data: {
        id: form.command,
        siteId: actor.site,
        connectorId: form.connector,
        toldId: toldOf(form.told),
        partNumber: part,
        discloses: form.discloses,
        hour,
        coveredUntil: from,
        askedBy: actor.id,
        askedAt: new Date(),
      },
      select: { id: true },
    });
    const reason = sha256Hex(form.reason);
    const { discloses } = form;
    const told = toldOf(form.told);
    const body = { plan: form.command, told, part, discloses, from, before: null, hour, reason };
    const event = happened(form.connector, "drop.planned", body, [form.reason]);
    return ok({ value: null, events: [event] });
  });
}

/** At another hour, or not for now; what is not written meanwhile is in the next one. */
export function replanDrop(actor: Actor, form: ReplanForm): Promise<Result<null, DropRefusal>> {
  return recorded(actor, async (tx) => {
    const plan = await tx.dropPlan.findFirst({
      where: { id: form.plan, siteId: actor.site },
      select: { hour: true, connectorId: true },
    });
    if (!plan) return refused("plan_unknown");
    const hour = hourOf(form.hour);
    if (hour === plan.hour) return refused("nothing_changed");
    await tx.dropPlan.update({ where: { id: form.plan }, data: { hour }, select: { id: true } });
    const reason = sha256Hex(form.reason);
    const body = { plan: form.plan, before: plan.hour, hour, reason };
    const event = happened(plan.connectorId, "drop.planned", body, [form.reason]);
    return ok({ value: null, events: [event] });
  });
}
