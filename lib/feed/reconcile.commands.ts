import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import { type DeskSigningRefusal, proveAtDesk } from "#lib/people/desk-signing.commands";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { dayBegins, nextDay } from "./days.rules.ts";
import { closingsOf } from "./reconcile.queries.ts";
import { closingsSha256, reconciliationMeaning, signedSha256 } from "./reconcile.rules.ts";
import type {
  CloseForm,
  ReconcileRefusal,
  ScheduleForm,
  SignForm,
  StartForm,
} from "./reconcile.schema.ts";

const refused = (code: ReconcileRefusal["code"], params: ReconcileRefusal["params"] = {}) =>
  err<ReconcileRefusal>({ code, params });

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

type Signable = { connector: string; isDone: boolean };

async function signable(
  tx: Tx,
  actor: Actor,
  form: SignForm,
): Promise<Result<Signable, ReconcileRefusal>> {
  await tx.$queryRaw`select id from reconciliations where id = ${form.run}::uuid for update`;
  const run = await tx.reconciliation.findFirst({ where: { id: form.run, siteId: actor.site } });
  if (!run) return refused("reconciliation_unknown");
  const { connectorId: connector } = run;
  // Sent again after a lost answer.
  if ((run.signature as { command?: string } | null)?.command === form.command)
    return ok({ connector, isDone: true });
  if (run.signedBy !== null) return refused("reconciliation_signed");
  if (run.state !== "done") return refused("reconciliation_not_done");
  const { open, closings } = await closingsOf(tx, run.id);
  if (open > 0) return refused("reconciliation_open", { count: String(open) });
  if (run.askedBy === actor.id || closings.some(({ by }) => by === actor.id))
    return refused("reconciliation_own");
  if (run.resultSha256 !== form.resultSha256 || closingsSha256(closings) !== form.closingsSha256)
    return refused("reconciliation_differs");
  return ok({ connector, isDone: false });
}

/**
 * Signed by somebody who may approve and neither asked for it nor closed a line of it, once every line is explained,
 * for exactly what was shown.
 */
export async function signReconciliation(
  actor: Actor,
  form: SignForm,
): Promise<Result<null, ReconcileRefusal | DeskSigningRefusal>> {
  const first = await inTransaction((tx) => signable(tx, actor, form), actor.site);
  if (!first.ok) return first;
  const meaning = reconciliationMeaning;
  const { run, command, badge, pin, ...shown } = form;
  const contentSha256 = signedSha256({ site: actor.site, run, ...shown, meaning });
  const proven = await proveAtDesk(actor, { command, contentSha256, badge, pin });
  if (!proven.ok) return proven;
  return recorded<null, ReconcileRefusal | DeskSigningRefusal>(actor, async (tx) => {
    // Once more, in the transaction that signs: somebody else may have been quicker.
    const still = await signable(tx, actor, form);
    if (!still.ok) return still;
    if (still.value.isDone) return ok({ value: null, events: [] });
    const { proof } = proven.value;
    const at = instant(Date.now());
    const signature = { meaning, method: "badge_pin", proof, command, contentSha256 };
    await tx.signProof.update({ where: { id: proof }, data: { usedAt: new Date(at) } });
    await tx.reconciliation.update({
      where: { id: run },
      data: { signedBy: actor.id, signedAt: new Date(at), signature },
      select: { id: true },
    });
    const body = { run, result: shown.resultSha256, closings: shown.closingsSha256, signature };
    return ok({
      value: null,
      events: [happened(still.value.connector, "reconciliation.signed", body)],
    });
  });
}
