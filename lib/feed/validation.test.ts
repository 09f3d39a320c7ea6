import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import { openApiDocument } from "../../e2e/qms-sandbox/openapi.ts";
import { contractOf } from "./connectors/openapi/contract.rules.ts";
import { readDocument } from "./connectors/openapi/document.rules.ts";
import { budget } from "./connectors/rest/exchange.gateway.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { flowsAtSite } from "./flow.queries.ts";
import { type Person, someone } from "./testing/people.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";
import { startWorker, type Worker } from "./testing/worker.ts";
import { saveCase, signValidation, startValidation } from "./validation.commands.ts";
import { casesAtSite, resultsOf, validationRun } from "./validation.queries.ts";
import { keyOfTest } from "./validation.rules.ts";
import type { StartForm } from "./validation.schema.ts";
import { stepsAsTyped } from "./validation-cases.rules.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
type Changing = {
  components: {
    schemas: Record<"NewNcr", { required: string[]; properties: Record<string, unknown> }>;
  };
};

let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker;
let author: Actor;
beforeAll(() => {
  worker = startWorker();
});
afterAll(async () => {
  await worker.stop();
});
beforeEach(async () => {
  sandbox = await startSandbox();
  plant = await aPlant(sandbox.url);
  author = { ...actorOfSeed(plant.site), id: uuidv7(), via: "session" } as Actor;
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
});

const soon = <T>(fact: () => Promise<T>) => vi.waitFor(fact, { timeout: 120_000, interval: 50 });
const flow = () => `${plant.connector}/NCR`;
const start = async (change: Partial<StartForm> = {}) => {
  const form = { command: uuidv7(), flow: flow(), mode: "live" as const, which: "all", ...change };
  const begun = await startValidation(author, form);
  if (!begun.ok) throw new Error(begun.error.code);
  return begun.value.id;
};
const ended = (id: string) =>
  soon(async () => {
    const run = await validationRun(author, id);
    if (run?.state !== "done" && run?.state !== "failed") throw new Error(`${run?.state}`);
    return run;
  });
const executed = async (change: Partial<StartForm> = {}) => {
  const run = await ended(await start(change));
  return { run, results: await resultsOf(author, run.id) };
};
const outcomes = (results: Awaited<ReturnType<typeof resultsOf>>) =>
  Object.fromEntries(results.map(({ code, outcome }) => [code, outcome]));
/** A defect that has its record there. */
async function aMessage() {
  const before = (await sandbox.count()).ncrs;
  await plant.logDefect(undefined, { defect: uuidv7() });
  await soon(async () => expect((await sandbox.count()).ncrs).toBe(before + 1));
  await soon(async () =>
    expect((await plant.deliveries()).at(-1)).toMatchObject({ state: "tracking" }),
  );
}
const standNow = async () => {
  const [of] = await flowsAtSite(author, { connector: plant.connector });
  if (!of) throw new Error("no flow");
  return of.now;
};
const kept = async () =>
  plant.query<{ validation: string; run: string | null; flow: string }>(
    `select validation, validation_run as run, flow_sha256 as flow from deliveries
      where site_id = $1 and operation = 'create' order by position`,
    [plant.site],
  );
const secretsOf = ({ badge, pin }: Person) => ({ badge, pin });
const entries = (type: string) =>
  plant.query<{ body: Record<string, unknown> }>(
    "select line::jsonb->'body' as body from entries where site_id = $1 and type = $2 order by recorded_at, seq",
    [plant.site, type],
  );

describe("a validation run, live", () => {
  test("makes test records, reads them back, makes them void, and keeps request and answer of each step", async () => {
    await aMessage();
    const { run, results } = await executed();
    expect(run).toMatchObject({ state: "done", failed: 0, note: null });
    expect(outcomes(results)).toMatchObject({
      "real-events": "passed",
      create: "passed",
      update: "passed",
      photo: "passed",
      duplicate: "passed",
      "lost-reply": "passed",
      refusal: "passed",
      "auth-failure": "passed",
      "rate-limit": "passed",
      "unmapped-code": "passed",
      "way-back": "passed",
    });
    const steps = results.flatMap((of) => of.steps);
    expect(steps.filter(({ verdict }) => verdict === "failed")).toEqual([]);
    const create = results.find(({ code }) => code === "create")?.steps[1];
    expect(create?.evidence.map(({ classification }) => classification)).toEqual(["done", "done"]);
    expect(create?.evidence[0]?.request).toContain("TEST");
    expect(JSON.stringify(results)).not.toContain("sandbox-token");
    const made = (await sandbox.ncrs()).filter(({ external_key: key }) =>
      key.startsWith("buyoff:test:"),
    );
    expect(made.length).toBeGreaterThan(5);
    // Of each key one, however often it was sent; and none of them is left open.
    expect(new Set(made.map(({ external_key: key }) => key)).size).toBe(made.length);
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set(["void"]));
    expect(new Set(made.map(({ fields }) => fields.title?.slice(0, 4)))).toEqual(new Set(["TEST"]));
    const records = results.flatMap((of) => of.records);
    expect(records.map(({ number }) => number).sort()).toEqual(
      made.map(({ number }) => number).sort(),
    );
    const [entry] = await entries("validation.done");
    expect(entry?.body).toMatchObject({ run: run.id, failed: 0, result: run.resultSha256 });
  });

  test("that was cut off is taken up again, and makes void what the first attempt had left", async () => {
    await aMessage();
    // As a worker leaves it that is killed: its lease is over, and a record of its own is there.
    const cutOff = uuidv7();
    const key = keyOfTest({ site: plant.site, process: "NCR", run: cutOff }, "create/1", 0);
    const number = await sandbox.create({ title: "TEST left", external_key: key });
    await plant.query(
      `insert into validation_runs (id, site_id, connector_id, process, mode, cases, asked_at, state, fence, leased_until)
       values ($1, $2, $3, 'NCR', 'live', array['create'], now(), 'running', 1, now() - interval '1 second')`,
      [cutOff, plant.site, plant.connector],
    );
    const run = await ended(cutOff);
    expect(run).toMatchObject({ state: "done", failed: 0 });
    const [result] = await resultsOf(author, cutOff);
    expect(result?.records).toHaveLength(2);
    expect(result?.records).toContainEqual(expect.objectContaining({ number, became: "void" }));
  });

  test("whose system drops a field fails in the cases that it touches, and can't be signed", async () => {
    await aMessage();
    await sandbox.behave({ mode: "ignore-field", ignored_fields: ["severity"] });
    const { run, results } = await executed();
    expect(outcomes(results)).toMatchObject({ create: "failed", refusal: "passed" });
    const create = results.find(({ code }) => code === "create")?.steps[1];
    expect(create).toMatchObject({ observed: "differs", verdict: "failed" });
    expect(create?.says).toContain("severity");
    const signer = await someone(plant.site, "Quinn Avery", "315806");
    const form = { command: uuidv7(), run: run.id, resultSha256: run.resultSha256 ?? "" };
    expect(await signValidation(signer.actor, { ...form, ...secretsOf(signer) })).toMatchObject({
      ok: false,
      error: { code: "validation_has_failed" },
    });
  });

  test("that finds no message of its flow to work on has failed: it shows nothing", async () => {
    const { results } = await executed();
    expect(outcomes(results)).toMatchObject({ create: "failed", refusal: "failed" });
    expect(results.find(({ code }) => code === "photo")?.steps[0]).toMatchObject({
      why: "no_events",
    });
    expect(await sandbox.count()).toMatchObject({ ncrs: 0 });
  });
});

describe("a validation run in shadow", () => {
  test("writes nothing to the system", async () => {
    await aMessage();
    const before = await sandbox.count();
    const { run, results } = await executed({ mode: "shadow" });
    expect(run).toMatchObject({ state: "done", failed: 0 });
    expect(await sandbox.count()).toEqual(before);
    expect(results.find(({ code }) => code === "photo")?.steps[0]).toMatchObject({
      verdict: "not_run",
      why: "in_shadow",
      how: "checked",
    });
    expect(outcomes(results)).toMatchObject({ "real-events": "passed", photo: "not_run" });
  });

  test("finds a code that nobody has mapped before anything is sent with it", async () => {
    await aMessage();
    await plant.query(
      "update crosswalk_lines set left_in = 2 where site_id = $1 and from_code = 'TRQ-01'",
      [plant.site],
    );
    const { results } = await executed({ mode: "shadow", which: "real-events" });
    expect(results[0]?.steps[0]).toMatchObject({ observed: "code_missing", verdict: "failed" });
    expect(results[0]?.steps[0]?.says).toContain("TRQ-01");
  });
});

describe("the step that reads their API's document", () => {
  const address = () => `${sandbox.url}/api/openapi.json`;
  /** The connector as it is approved with the document that the register shows. */
  async function described(change: (document: Changing) => void = () => undefined) {
    const document = structuredClone(openApiDocument) as unknown as Changing;
    change(document);
    const text = JSON.stringify(document);
    const read = readDocument(text);
    if (!read.ok) throw new Error(read.problem);
    const [row] = await plant.query<{ config: RestConnectorConfig }>(
      "select config from connectors where id = $1",
      [plant.connector],
    );
    if (!row) throw new Error("no connector");
    const of = { sha256: sha256Hex(text), readAt: new Date().toISOString(), address: address() };
    const contract = await contractOf(row.config, read.document, of, budget);
    await plant.query("update connectors set api_document = $2, api_contract = $3 where id = $1", [
      plant.connector,
      text,
      JSON.stringify(contract),
    ]);
  }
  const stepOf = async () => {
    const { results } = await executed({ mode: "shadow", which: "real-events" });
    const found = results[0]?.steps.find(({ act }) => act === "schema");
    if (!found) throw new Error("no such step");
    return found;
  };

  test("passes where it says what was approved, and says what it has read", async () => {
    await aMessage();
    expect(await stepOf()).toMatchObject({ verdict: "not_run", why: "not_learned" });
    await described();
    expect(await stepOf()).toMatchObject({ observed: "same", verdict: "passed", says: "OpenAPI" });
  });

  test("fails where the register takes something else by now, or shows no document any more, and names it", async () => {
    await aMessage();
    // What was approved knew a field that is not in it now, and a shorter title.
    await described(({ components: { schemas } }) => {
      schemas.NewNcr.required.push("serial");
      schemas.NewNcr.properties.title = { type: "string", maxLength: 60 };
    });
    const drifted = await stepOf();
    expect(drifted).toMatchObject({ observed: "drifted", verdict: "failed" });
    expect(drifted.says).toContain(
      "POST /api/ncrs → title: string, ≤ 60, required → string, ≤ 120",
    );
    expect(drifted.says).toContain("POST /api/ncrs → serial");

    await plant.query(
      "update connectors set api_contract = jsonb_set(api_contract, '{address}', to_jsonb($2::text)) where id = $1",
      [plant.connector, `${sandbox.url}/api/nowhere.json`],
    );
    const gone = await stepOf();
    expect(gone).toMatchObject({ observed: "drifted", verdict: "failed" });
    expect(gone.says).toContain("api_document_unread");
  });
});

describe("a flow's validation", () => {
  test("is never, validated when a second person signs, changed with the next change, and each message keeps its own", async () => {
    await aMessage();
    expect((await standNow()).validation).toBe("never");
    const { run } = await executed();
    const signer = await someone(plant.site, "Quinn Avery", "315806");
    const form = { command: uuidv7(), run: run.id, resultSha256: run.resultSha256 ?? "" };
    const signed = await signValidation(signer.actor, { ...form, ...secretsOf(signer) });
    expect(signed).toEqual({ ok: true, value: null });
    expect(await standNow()).toMatchObject({ validation: "validated", mode: "live", run: run.id });
    const [entry] = await entries("validation.signed");
    expect(entry?.body).toMatchObject({ run: run.id, signature: { method: "badge_pin" } });
    await aMessage();
    await plant.query(
      "update crosswalks set version = version + 1 where site_id = $1 and kind = 'gage'",
      [plant.site],
    );
    expect(await standNow()).toMatchObject({ validation: "changed", changed: ["crosswalks"] });
    await aMessage();
    const sent = await kept();
    expect(sent.map(({ validation }) => validation)).toEqual(["never", "validated", "changed"]);
    expect(sent.map((of) => of.run)).toEqual([null, run.id, run.id]);
    expect(sent[0]?.flow).toBe(sent[1]?.flow);
    expect(sent[2]?.flow).not.toBe(sent[1]?.flow);
    // The affected cases alone, and it is validated again.
    const again = await executed({ which: "affected" });
    const affected = again.results.map(({ code }) => code);
    expect(affected).not.toContain("auth-failure");
    const second = {
      command: uuidv7(),
      run: again.run.id,
      resultSha256: again.run.resultSha256 ?? "",
    };
    expect(await signValidation(signer.actor, { ...second, ...secretsOf(signer) })).toMatchObject({
      ok: true,
    });
    expect((await standNow()).validation).toBe("validated");
  });

  test("is signed neither by who started the run or wrote its cases, nor once the flow has moved, nor twice", async () => {
    await aMessage();
    const { run } = await executed({ which: "refusal" });
    const signer = await someone(plant.site, "Quinn Avery", "315806");
    const form = () => ({
      command: uuidv7(),
      run: run.id,
      resultSha256: run.resultSha256 ?? "",
      ...secretsOf(signer),
    });
    const code = async (actor: Actor, change = {}) => {
      const signed = await signValidation(actor, { ...form(), ...change });
      return signed.ok ? "signed" : signed.error.code;
    };
    expect(await code(author)).toBe("validation_own");
    expect(await code(signer.actor, { resultSha256: "0".repeat(64) })).toBe("validation_differs");
    expect(await code(signer.actor, { pin: "000000" })).toBe("components_wrong");
    const waits = (ms: number) =>
      plant.query(
        "update connectors set config = jsonb_set(config, '{timeoutMs}', $2) where id = $1",
        [plant.connector, String(ms)],
      );
    await waits(999);
    expect(await code(signer.actor)).toBe("validation_moved");
    await waits(1_000);
    expect(await code(signer.actor)).toBe("signed");
    expect(await code(signer.actor)).toBe("validation_signed");
    await expect(
      plant.query("update validation_runs set note = 'x' where id = $1", [run.id]),
    ).rejects.toMatchObject({ code: "BY000" });
    await expect(
      plant.query("update validation_results set outcome = 'failed' where run_id = $1", [run.id]),
    ).rejects.toMatchObject({ code: "BY000" });
  });
});

describe("a plant's own case", () => {
  test("stands beside the product's as a version with a reason; the flow waits for it", async () => {
    const found = (await casesAtSite(author)).find(({ code }) => code === "refusal");
    if (!found) throw new Error("no case");
    const form = {
      command: uuidv7(),
      code: "refusal",
      was: "0",
      title: found.content.title,
      requirements: "URS-7.2",
      inUse: "yes" as const,
      steps: stepsAsTyped(found.content),
      reason: "Our own number",
    };
    expect(await saveCase(author, form)).toEqual({ ok: true, value: { version: 1 } });
    expect(await saveCase(author, form)).toMatchObject({ error: { code: "case_moved" } });
    expect(await saveCase(author, { ...form, was: "1" })).toMatchObject({
      error: { code: "nothing_changed" },
    });
    const [entry] = await entries("validation.case_changed");
    expect(entry?.body).toMatchObject({ code: "refusal", version: 1 });
    await aMessage();
    const { run, results } = await executed({ which: "refusal" });
    expect(results[0]).toMatchObject({ version: 1, content: { requirements: ["URS-7.2"] } });
    const signer = await someone(plant.site, "Quinn Avery", "315806");
    const signedBy = { command: uuidv7(), run: run.id, resultSha256: run.resultSha256 ?? "" };
    await signValidation(signer.actor, { ...signedBy, ...secretsOf(signer) });
    const edit = await saveCase(author, { ...form, was: "1", title: "Another" });
    expect(edit).toMatchObject({ ok: true });
    expect((await standNow()).affected).toContain("refusal");
  });

  test("of another person can't be signed by its author", async () => {
    const signer = await someone(plant.site, "Quinn Avery", "315806");
    const found = (await casesAtSite(author)).find(({ code }) => code === "rate-limit");
    if (!found) throw new Error("no case");
    await saveCase(signer.actor, {
      command: uuidv7(),
      code: "rate-limit",
      was: "0",
      title: "Ours",
      requirements: "URS-8",
      inUse: "yes",
      steps: stepsAsTyped(found.content),
      reason: "Ours",
    });
    await aMessage();
    const { run } = await executed({ which: "rate-limit" });
    const form = { command: uuidv7(), run: run.id, resultSha256: run.resultSha256 ?? "" };
    expect(await signValidation(signer.actor, { ...form, ...secretsOf(signer) })).toMatchObject({
      error: { code: "validation_own" },
    });
  });
});

describe("npm run feed:validate", () => {
  const command = (...args: string[]) => {
    const main = path.resolve(import.meta.dirname, "validation-main.ts");
    const folder = mkdtempSync(path.join(tmpdir(), "validation-"));
    const given = ["--site", siteCode, "--connector", "qms", "--folder", folder, ...args];
    return promisify(execFile)(process.execPath, ["--conditions=react-server", main, ...given], {
      env: { ...process.env, BUYOFF_DB_ROLE: "worker", BUYOFF_LOG_LEVEL: "error" },
    }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (problem: { code: number; stdout: string }) => problem,
    );
  };
  let siteCode = "";
  beforeEach(async () => {
    const [site] = await plant.query<{ code: string }>("select code from sites where id = $1", [
      plant.site,
    ]);
    siteCode = site?.code ?? "";
  });

  test("writes the report, prints where it is, and ends with 1 when a case has failed", async () => {
    await aMessage();
    const done = await command("--mode", "live", "--cases", "create");
    expect(done).toMatchObject({ code: 0 });
    const file = done.stdout.trim().split("\n").at(-1) ?? "";
    const report = readFileSync(file, "utf8");
    expect(report).toContain("### 1.2 Make a test record and read it back: passed");
    expect(report).toContain("by the command line");
    const [run] = await plant.query<{ sha256: string; by: string | null }>(
      "select result_sha256 as sha256, asked_by as by from validation_runs where site_id = $1",
      [plant.site],
    );
    expect(run?.by).toBeNull();
    expect(report).toContain(run?.sha256);
    await sandbox.behave({ mode: "ignore-field", ignored_fields: ["severity"] });
    const failed = await command("--mode", "live", "--cases", "create");
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stdout).toMatch(/^failed +create$/m);
  });

  test("says what it needs, and ends with 1", async () => {
    expect(await command("--mode", "loud")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("--mode is shadow or live"),
    });
    expect(await command("--connector", "nobody")).toMatchObject({ code: 1 });
  });
});
