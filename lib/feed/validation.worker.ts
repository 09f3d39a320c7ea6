import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import { db } from "#lib/db/client";
import { canonicalJson } from "#lib/kit/canonical";
import { ok } from "#lib/kit/result";
import { recorded } from "#lib/record/recorded.commands";
import { connectorById, isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import { requestWaitMs } from "./connector-usage.queries.ts";
import type { PublisherConfig } from "./connectors/publishers/schema.ts";
import { flowRead } from "./flow.queries.ts";
import { flowSha256 } from "./flow.rules.ts";
import { type Fingerprint, flowParts } from "./flow.schema.ts";
import type { FeedPorts } from "./ports.schema.ts";
import { textOf } from "./reconcile.rules.ts";
import { judged, outcomeOf, runSha256, type Seen } from "./validation.rules.ts";
import type { CaseSteps } from "./validation.schema.ts";
import { type Bench, clearedUp, leftBehind } from "./validation-bench.worker.ts";
import { type CaseVersion, isActFor } from "./validation-cases.rules.ts";
import type { CaseStep } from "./validation-cases.schema.ts";
import {
  claimValidation,
  lastMessages,
  letGoOfValidation,
  renewValidation,
  sampleOf,
  type ValidationClaim,
} from "./validation-claims.queries.ts";
import { type EventBench, eventActs } from "./validation-events.worker.ts";
import { recordActs } from "./validation-steps.worker.ts";

const takenMax = 3;
const patienceMs = 5 * 60_000;

/** Somebody else has it by now, or the worker is asked to stop. */
class RunLeft extends Error {}
/** It can't be done now, and these words say why. */
class RunFailed extends Error {}

type Found = { version: CaseVersion; found: CaseSteps };

/** Executes one run that waits. Returns how many it did. */
export async function validateDue(ports: FeedPorts, stop: AbortSignal): Promise<number> {
  const run = await claimValidation();
  if (!run) return 0;
  await carryOut(run, ports, stop);
  return 1;
}

export async function carryOut(
  run: ValidationClaim,
  ports: FeedPorts,
  stop: AbortSignal,
): Promise<void> {
  try {
    await executed(run, ports, stop);
  } catch (problem) {
    if (problem instanceof RunLeft) await letGoOfValidation(run);
    else if (problem instanceof RunFailed) await failed(run, problem.message, ports);
    else {
      if (run.fence < takenMax) throw problem;
      await failed(run, `given up after ${takenMax} attempts: ${String(problem)}`, ports);
    }
  }
}

async function executed(run: ValidationClaim, ports: FeedPorts, stop: AbortSignal): Promise<void> {
  const before = await flowRead(db, run);
  const connector = await connectorById(db, run.connector);
  if (!before || !connector) throw new RunFailed("the connector is gone");
  const cases = before.cases.filter(({ code }) => run.cases.includes(code));
  const messages = await lastMessages(run);
  const sample = await sampleOf(run.connector);
  const found: Found[] = [];
  for (const version of cases) {
    if (stop.aborted || !(await renewValidation(run))) throw new RunLeft();
    const bench = {
      ...run,
      run: run.id,
      code: version.code,
      messages,
      sample,
      origin: ports.origin,
      link: `${ports.origin}/feed/validation/${run.id}`,
    };
    found.push({
      version,
      found: isRecordsConnector(connector)
        ? await onRecords(
            { ...bench, connector, made: [], turn: () => turnOf(connector, stop) },
            version,
          )
        : await onEvents(
            { ...bench, connector: connector as OpenConnector<PublisherConfig> },
            version,
          ),
    });
  }
  const after = await flowRead(db, run);
  if (
    !after ||
    flowParts.some((part) => after.now.fingerprint[part] !== before.now.fingerprint[part])
  )
    throw new RunFailed("the flow was changed while it was executed");
  await done(run, before.now.fingerprint, found, ports);
}

async function onRecords(bench: Bench, { content }: CaseVersion): Promise<CaseSteps> {
  const steps = await inOrder(content.steps, true, (step) => recordActs[step.act]?.(bench));
  await leftBehind(bench);
  return { steps, records: await clearedUp(bench) };
}

async function onEvents(bench: EventBench, { content }: CaseVersion): Promise<CaseSteps> {
  const steps = await inOrder(content.steps, false, (step) => eventActs[step.act]?.(bench));
  return { steps, records: [] };
}

const another: Seen = {
  observed: null,
  how: null,
  why: "not_of_this_system",
  says: "",
  evidence: [],
};

async function inOrder(
  steps: readonly CaseStep[],
  keepsRecords: boolean,
  carry: (step: CaseStep) => Promise<Seen> | undefined,
): Promise<CaseSteps["steps"]> {
  const found: CaseSteps["steps"] = [];
  for (const step of steps) {
    const seen = isActFor(step.act, keepsRecords) ? await carry(step) : undefined;
    found.push(judged(step, seen ?? another, new Date().toISOString()));
  }
  return found;
}

/** A run spends the same budget as messages do, and waits as they would. */
async function turnOf(
  connector: Parameters<typeof requestWaitMs>[0],
  stop: AbortSignal,
): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    if (stop.aborted) throw new RunLeft();
    const waitMs = await requestWaitMs(connector, false);
    if (waitMs === 0) return;
    if (Date.now() + waitMs > until)
      throw new RunFailed("as many requests as the system allows have been sent");
    await wait(waitMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function done(
  run: ValidationClaim,
  fingerprint: Fingerprint,
  found: readonly Found[],
  ports: FeedPorts,
): Promise<void> {
  const results = found.map(({ version, found: of }, place) => ({
    ...version,
    place,
    outcome: outcomeOf(of.steps),
    found: of,
  }));
  const result = runSha256({ ...run, run: run.id, fingerprint, cases: results });
  const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length;
  await recorded(ports.actorOf(run.site, run.connector, "validation"), async (tx) => {
    const ended = await tx.$executeRaw`
      update validation_runs set state = 'done', leased_until = null, ended_at = clock_timestamp(),
        fingerprint = ${JSON.stringify(fingerprint)}::jsonb, result_sha256 = ${result}
       where id = ${run.id}::uuid and fence = ${run.fence} and state = 'running'`;
    if (ended !== 1) return ok({ value: null, events: [] });
    for (const { code, version, content, sha256, place, outcome, found: steps } of results)
      await tx.$executeRaw`
        insert into validation_results (run_id, code, site_id, place, version, content, content_sha256, outcome, steps)
        values (${run.id}::uuid, ${code}, ${run.site}::uuid, ${place}, ${version}, ${canonicalJson(content)},
          ${sha256}, ${outcome}, ${JSON.stringify(steps)}::jsonb)`;
    const body = {
      run: run.id,
      connector: run.connector,
      process: run.process,
      mode: run.mode,
      flow: flowSha256(fingerprint),
      passed: count("passed"),
      failed: count("failed"),
      notRun: count("not_run"),
      result,
    };
    const type = "validation.done" as const;
    return ok({
      value: null,
      events: [{ kind: "feed" as const, stream: run.connector, type, body }],
    });
  });
  ports.log.info({ run: run.id, failed: count("failed"), cases: results.length }, "validation run");
}

async function failed(run: ValidationClaim, why: string, ports: FeedPorts): Promise<void> {
  const note = textOf(why);
  await recorded(ports.actorOf(run.site, run.connector, "validation"), async (tx) => {
    const ended = await tx.$executeRaw`
      update validation_runs set state = 'failed', leased_until = null, ended_at = clock_timestamp(), note = ${note}
       where id = ${run.id}::uuid and fence = ${run.fence} and state = 'running'`;
    const body = { run: run.id, process: run.process, mode: run.mode, why: note };
    const type = "validation.failed" as const;
    const events =
      ended === 1 ? [{ kind: "feed" as const, stream: run.connector, type, body }] : [];
    return ok({ value: null, events });
  });
  ports.log.warn({ run: run.id, why: note }, "a validation run could not be done");
}
