import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { dayBegins, nextDay } from "./days.rules.ts";
import type { CloseForm, ReconcileRefusal, ScheduleForm, StartForm } from "./reconcile.schema.ts";

const refused = (code: ReconcileRefusal["code"]) => err<ReconcileRefusal>({ code, params: {} });

const happened = (
  connector: string,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
): Happening => ({ kind: "feed", stream: connector, type, body, texts });

async function connectorOf(tx: Tx, actor: Actor, id: string) {
  return tx.connector.findFirst({
    where: { id, siteId: actor.site, status: { not: "retired" } },
    select: { code: true, reconcileHour: true },
  });
}

/** Whole days of the plant; a worker does it, so that nobody waits for the other system. */
export function startReconciliation(
  actor: Actor,
  form: StartForm,
): Promise<Result<{ id: string }, ReconcileRefusal>> {
  return recorded(actor, async (tx) => {
    const connector = await connectorOf(tx, actor, form.connector);
    if (!connector) return refused("connector_unknown");
    // One after the other for one system: it is asked for every record.
    await tx.$executeRaw`
      select pg_advisory_xact_lock(hashtextextended('reconciliation ' || ${form.connector}, 0))`;
    const known = await tx.reconciliation.findUnique({ where: { id: form.command } });
    if (known) return ok({ value: { id: known.id }, events: [] });
    const running = await tx.reconciliation.findFirst({
      where: { connectorId: form.connector, state: { in: ["waiting", "running"] } },
    });
    if (running) return refused("reconciliation_running");
    const { timeZone } = await tx.site.findUniqueOrThrow({
      where: { id: actor.site },
      select: { timeZone: true },
    });
    const from = dayBegins(timeZone, form.from);
    const to = dayBegins(timeZone, nextDay(form.to));
    await tx.reconciliation.create({
      data: {
        id: form.command,
        siteId: actor.site,
        connectorId: form.connector,
        fromAt: from,
        toAt: to,
        askedBy: actor.id,
        askedAt: new Date(),
        state: "waiting",
      },
    });
    const event = happened(form.connector, "reconciliation.asked", { run: form.command, from, to });
    return ok({ value: { id: form.command }, events: [event] });
  });
}

/** A person says why it is so, or what was done about it. The same again is explained by this. */
export function closeLine(actor: Actor, form: CloseForm): Promise<Result<null, ReconcileRefusal>> {
  return recorded(actor, async (tx) => {
    const [line] = await tx.$queryRaw<
      { run: string; connector: string; kind: string; fingerprint: string; isClosed: boolean }[]
    >`
      select run_id::text as run, connector_id::text as connector, kind, fingerprint,
        closed_by is not null or explained_by is not null as "isClosed"
      from reconciliation_lines where id = ${form.line}::uuid and site_id = ${actor.site}::uuid for update`;
    if (!line) return refused("line_unknown");
    if (line.isClosed) return refused("line_closed");
    const reason = sha256Hex(form.reason);
    await tx.reconciliationLine.update({
      where: { id: form.line },
      data: { closedBy: actor.id, closedAt: new Date(), reasonSha256: reason },
      select: { id: true },
    });
    const { run, kind, fingerprint } = line;
    const body = { run, line: form.line, kind, fingerprint, reason };
    const event = happened(line.connector, "reconciliation.line_closed", body, [form.reason]);
    return ok({ value: null, events: [event] });
  });
}

const hourOf = (text: string): number | null => (text === "never" ? null : Number(text));

export function scheduleReconciliation(
  actor: Actor,
  form: ScheduleForm,
): Promise<Result<null, ReconcileRefusal>> {
  return recorded(actor, async (tx) => {
    const connector = await connectorOf(tx, actor, form.connector);
    if (!connector) return refused("connector_unknown");
    const after = hourOf(form.hour);
    if (after === connector.reconcileHour) return refused("nothing_changed");
    await tx.connector.update({
      where: { id: form.connector },
      data: { reconcileHour: after },
      select: { id: true },
    });
    const reason = sha256Hex(form.reason);
    const body = { before: connector.reconcileHour, after, reason };
    const event = happened(form.connector, "reconciliation.scheduled", body, [form.reason]);
    return ok({ value: null, events: [event] });
  });
}
