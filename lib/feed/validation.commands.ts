import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import { type DeskSigningRefusal, proveAtDesk } from "#lib/people/desk-signing.commands";
import type { Actor } from "#lib/people/schema";
import { recorded } from "#lib/record/recorded.commands";
import { type Flow, flowRead } from "./flow.queries.ts";
import { flowSha256 } from "./flow.rules.ts";
import { fingerprint, flowParts, type RunMode } from "./flow.schema.ts";
import type { FeedProcess } from "./processes.schema.ts";
import { signedSha256, validationMeaning } from "./validation.rules.ts";
import type { SignForm, StartForm, ValidationRefusal } from "./validation.schema.ts";
import { caseSha256, contentOfForm, shippedCases } from "./validation-cases.rules.ts";
import type { CaseForm } from "./validation-cases.schema.ts";

type Refusal = ValidationRefusal | DeskSigningRefusal;
const refused = (
  code: ValidationRefusal["code"],
  params: ValidationRefusal["params"] = {},
): Result<never, ValidationRefusal> => err({ code, params });

type Asked = { flow: Flow; mode: RunMode; which: StartForm["which"]; run: string };

/** Which cases a run would execute; the reason why none. */
async function casesAsked(
  from: Parameters<typeof flowRead>[0],
  { flow, which }: Pick<Asked, "flow" | "which">,
): Promise<Result<string[], ValidationRefusal>> {
  const read = await flowRead(from, flow);
  if (!read) return refused("flow_unknown");
  const codes = read.cases.map(({ code }) => code);
  const asked =
    which === "all"
      ? codes
      : which === "affected"
        ? codes.filter((code) => read.now.affected.includes(code))
        : codes.filter((code) => code === which);
  return asked.length === 0 ? refused("validation_no_case") : ok(asked);
}

/** A worker executes it, so that nobody waits for the other system. */
export function startValidation(
  actor: Actor,
  form: StartForm,
): Promise<Result<{ id: string }, ValidationRefusal>> {
  const [connector = "", process = ""] = form.flow.split("/");
  const flow: Flow = { site: actor.site, connector, process: process as FeedProcess };
  return recorded(actor, async (tx) => {
    const known = await tx.validationRun.findUnique({ where: { id: form.command } });
    if (known) return ok({ value: { id: known.id }, events: [] });
    const of = await tx.connector.findFirst({
      where: { id: connector, siteId: actor.site, status: { not: "retired" } },
      select: { id: true },
    });
    if (!of) return refused("flow_unknown");
    // One after the other for one flow: their test records would be taken for each other's.
    await tx.$executeRaw`
      select pg_advisory_xact_lock(hashtextextended('validation ' || ${form.flow}, 0))`;
    const running = await tx.validationRun.findFirst({
      where: { connectorId: connector, process, state: { in: ["waiting", "running"] } },
    });
    if (running) return refused("validation_running");
    const cases = await casesAsked(tx, { flow, which: form.which });
    if (!cases.ok) return cases;
    const { mode } = form;
    await tx.validationRun.create({
      data: {
        id: form.command,
        siteId: actor.site,
        connectorId: connector,
        process,
        mode,
        cases: cases.value,
        askedBy: actor.via === "session" ? actor.id : null,
        askedAt: new Date(),
        state: "waiting",
      },
    });
    const body = { run: form.command, process, mode, cases: cases.value };
    const event = { kind: "feed", stream: connector, type: "validation.asked", body } as const;
    return ok({ value: { id: form.command }, events: [event] });
  });
}

type Signable = { connector: string; process: string; mode: string; flow: string };

async function signable(
  tx: Tx,
  actor: Actor,
  form: SignForm,
): Promise<Result<Signable & { isDone: boolean }, ValidationRefusal>> {
  await tx.$queryRaw`select id from validation_runs where id = ${form.run}::uuid for update`;
  const run = await tx.validationRun.findFirst({ where: { id: form.run, siteId: actor.site } });
  if (!run) return refused("validation_unknown");
  const { connectorId: connector, process, mode } = run;
  const known = fingerprint.safeParse(run.fingerprint);
  const value = {
    connector,
    process,
    mode,
    flow: known.success ? flowSha256(known.data) : "",
    isDone: false,
  };
  // Sent again after a lost answer.
  if ((run.signature as { command?: string } | null)?.command === form.command)
    return ok({ ...value, isDone: true });
  if (run.signedBy !== null) return refused("validation_signed");
  if (run.state !== "done" || !known.success) return refused("validation_not_done");
  if (run.resultSha256 !== form.resultSha256) return refused("validation_differs");
  const results = await tx.validationResult.findMany({
    where: { runId: run.id },
    select: { code: true, version: true, outcome: true },
  });
  const failed = results.filter(({ outcome }) => outcome === "failed").map(({ code }) => code);
  if (failed.length > 0) return refused("validation_has_failed", { cases: failed.join(", ") });
  const wrote = await tx.validationCase.findFirst({
    where: {
      siteId: actor.site,
      authorId: actor.id,
      OR: results.map(({ code, version }) => ({ code, version })),
    },
    select: { code: true },
  });
  if (run.askedBy === actor.id || wrote) return refused("validation_own");
  const flow = { site: actor.site, connector, process: process as FeedProcess };
  const now = await flowRead(tx, flow);
  const moved = flowParts.filter((part) => now?.now.fingerprint[part] !== known.data[part]);
  if (moved.length > 0) return refused("validation_moved");
  return ok(value);
}

/**
 * Signed by somebody who may approve and neither started the run nor wrote what it executed, for exactly what was
 * shown. From now on the flow is validated as it was when it was run.
 */
export async function signValidation(actor: Actor, form: SignForm): Promise<Result<null, Refusal>> {
  const first = await inTransaction((tx) => signable(tx, actor, form), actor.site);
  if (!first.ok) return first;
  const meaning = validationMeaning;
  const { run, command, badge, pin, resultSha256 } = form;
  const contentSha256 = signedSha256({ site: actor.site, run, resultSha256, meaning });
  const proven = await proveAtDesk(actor, { command, contentSha256, badge, pin });
  if (!proven.ok) return proven;
  return recorded<null, Refusal>(actor, async (tx) => {
    // Once more, in the transaction that signs: the flow may have been changed meanwhile.
    const still = await signable(tx, actor, form);
    if (!still.ok) return still;
    const { isDone, ...of } = still.value;
    if (isDone) return ok({ value: null, events: [] });
    const { proof } = proven.value;
    const at = instant(Date.now());
    const signature = { meaning, method: "badge_pin", proof, command, contentSha256 };
    await tx.signProof.update({ where: { id: proof }, data: { usedAt: new Date(at) } });
    await tx.validationRun.update({
      where: { id: run },
      data: { signedBy: actor.id, signedAt: new Date(at), signature },
      select: { id: true },
    });
    const body = { run, ...of, result: resultSha256, signature };
    const event = { kind: "feed", stream: of.connector, type: "validation.signed", body } as const;
    return ok({ value: null, events: [event] });
  });
}

/** Another version of a case, or the first of one that the plant adds. The one before it stays as it was. */
export async function saveCase(
  actor: Actor,
  form: CaseForm,
): Promise<Result<{ version: number }, ValidationRefusal>> {
  const read = contentOfForm(form);
  if (!read.ok)
    return refused("case_step_wrong", {
      line: String(read.error.line),
      problem: read.error.problem,
    });
  const content = read.value;
  return recorded(actor, async (tx) => {
    await tx.$executeRaw`
      select pg_advisory_xact_lock(hashtextextended('validation case ' || ${actor.site} || ${form.code}, 0))`;
    const last = await tx.validationCase.findFirst({
      where: { siteId: actor.site, code: form.code },
      orderBy: { version: "desc" },
      select: { version: true, contentSha256: true },
    });
    const was = last?.version ?? 0;
    if (was !== Number(form.was)) return refused("case_moved", { code: form.code });
    const shipped = shippedCases[form.code];
    const before = last?.contentSha256 ?? (shipped ? caseSha256(shipped) : null);
    const contentSha256 = caseSha256(content);
    if (before === contentSha256) return refused("nothing_changed");
    const version = was + 1;
    const reason = sha256Hex(form.reason);
    await tx.validationCase.create({
      data: {
        siteId: actor.site,
        code: form.code,
        version,
        content: canonicalJson(content as unknown as Canonical),
        contentSha256,
        authorId: actor.id,
        madeAt: new Date(),
        reasonSha256: reason,
      },
    });
    const body = { code: form.code, version, before, contentSha256, content, reason };
    const stream = derivedId(actor.site, "validation cases");
    const type = "validation.case_changed" as const;
    return ok({
      value: { version },
      events: [{ kind: "feed" as const, stream, type, body, texts: [form.reason] }],
    });
  });
}
