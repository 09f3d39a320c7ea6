import "server-only";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { actorOfConnector, actorOfRule, actorOfSeed } from "#lib/boundary/actor";
import { db, disconnect } from "#lib/db/client";
import { env } from "#lib/kit/env";
import { uuidv7 } from "#lib/kit/ids";
import { log } from "#lib/kit/log";
import type { FeedPorts } from "./ports.schema.ts";
import { feedProcesses } from "./processes.schema.ts";
import { startValidation } from "./validation.commands.ts";
import { resultsOf, validationRun } from "./validation.queries.ts";
import { startForm } from "./validation.schema.ts";
import { carryOut } from "./validation.worker.ts";
import { claimValidation } from "./validation-claims.queries.ts";
import { reportOf } from "./validation-report.rules.ts";

// npm run feed:validate: executes a flow's test cases here and writes the report. Exit code 1: a case failed, or it
// could not be done.
const { values } = parseArgs({
  options: {
    connector: { type: "string" },
    process: { type: "string", default: "NCR" },
    mode: { type: "string", default: "shadow" },
    cases: { type: "string", default: "all" },
    site: { type: "string" },
    folder: { type: "string", default: ".buyoff/validation" },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);

const nothingOnTheFloor = () =>
  Promise.reject(new Error("a validation run does nothing on the floor"));

const ports: FeedPorts = {
  origin: env.BUYOFF_ORIGIN,
  actorOf: actorOfConnector,
  actorOfRule,
  applyCommand: nothingOnTheFloor,
  applyCommands: nothingOnTheFloor,
  readBlob: async () => null,
  now: () => Date.now(),
  random: () => Math.random(),
  log,
};

/** Which flow is meant, or a sentence that says what is to be given. */
async function flowMeant(): Promise<{ site: string; flow: string } | string> {
  const connectors = await db.connector.findMany({
    where: { status: { not: "retired" }, ...(values.connector && { code: values.connector }) },
    select: { id: true, siteId: true, code: true },
    orderBy: { code: "asc" },
  });
  const sites = await db.site.findMany({ select: { id: true, code: true } });
  const siteOf = (id: string) => sites.find((site) => site.id === id)?.code ?? id;
  const meant = connectors.filter(
    ({ siteId }) => values.site === undefined || siteOf(siteId) === values.site,
  );
  const [one, ...others] = meant;
  const all = meant.map(({ code, siteId }) => `--connector ${code} --site ${siteOf(siteId)}`);
  if (!one)
    return "There is no such connector. Say --connector <code>, and --site <code> where there are several.";
  if (others.length > 0) return `Say which connector: ${all.join("; ")}`;
  if (!feedProcesses.some((process) => process === values.process))
    return `--process is one of ${feedProcesses.join(", ")}`;
  return { site: one.siteId, flow: `${one.id}/${values.process}` };
}

async function validate(): Promise<number> {
  const meant = await flowMeant();
  if (typeof meant === "string") {
    say(meant);
    return 1;
  }
  const { mode, cases: which } = values;
  const form = startForm.safeParse({ command: uuidv7(), flow: meant.flow, mode, which });
  if (!form.success) {
    say("--mode is shadow or live; --cases is all, affected, or the code of one case.");
    return 1;
  }
  const actor = actorOfSeed(meant.site, { name: "command line" });
  const begun = await startValidation(actor, form.data);
  if (!begun.ok) {
    say(`It could not be started: ${begun.error.code}`);
    return 1;
  }
  const { id } = begun.value;
  const claim = await claimValidation(id);
  if (claim) await carryOut(claim, ports, new AbortController().signal);
  const run = await untilEnded(actor, id);
  const results = await resultsOf(actor, id);
  const name = `${run.askedAt.toISOString().slice(0, 10)}-${run.connector.code}-${run.process}-${run.mode}-${id.slice(-8)}.md`;
  const file = path.resolve(values.folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, reportOf(run, results, `${env.BUYOFF_ORIGIN}/feed/validation/${id}`));
  for (const { code, outcome } of results) say(`${outcome.padEnd(8)} ${code}`);
  if (run.note) say(run.note);
  say(file);
  return run.state === "done" && run.failed === 0 ? 0 : 1;
}

/** A worker of the plant may have taken it before we did. */
async function untilEnded(actor: Parameters<typeof validationRun>[0], id: string) {
  for (;;) {
    const run = await validationRun(actor, id);
    if (!run) throw new Error(`run ${id} is gone`);
    if (run.state === "done" || run.state === "failed") return run;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

process.exitCode = await validate();
await disconnect();
