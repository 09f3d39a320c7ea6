import { afterEach, beforeEach, expect, test, vi } from "vitest";

// This file is a worker: it sees all sites, and may do what the worker may do and no more.
vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import { defaultRules } from "./default-rules.rules.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith, unexpected, until } from "./testing/ports.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
let plant: TestPlant;
const ports = portsWith();
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

const are =
  (...wanted: string[]) =>
  async () =>
    (await plant.deliveries()).map(({ state }) => state).join() === wanted.join();
const recordOf = async (key: string) => {
  const found = (await sandbox.ncrs()).find(({ external_key }) => external_key === key);
  if (!found) throw new Error(`no record of ${key}`);
  return found;
};
/** What an NCR says of the revision that was executed. */
const executedIn = async ({ key }: { key: string }) => {
  const { instruction, instruction_sha256, drawing, step } = (await recordOf(key)).fields;
  return { instruction, instruction_sha256, drawing, step };
};

/** The next revision of the plant's instruction, known beside it: another drawing, another name of the step. */
async function revision04() {
  const [row] = await plant.query<{ content: string }>(
    "select content from instruction_revisions where content_sha256 = $1",
    [plant.contentSha256],
  );
  const before = instructionContent.parse(JSON.parse(row?.content ?? ""));
  const content: InstructionContent = {
    ...before,
    revision: "04",
    part: { ...before.part, drawing: { ...before.part.drawing, revision: "D" } },
    operations: before.operations.map((operation) => ({
      ...operation,
      steps: operation.steps.map((step) =>
        step.number === "060.3" ? { ...step, title: { ...step.title, en: "Torque anew" } } : step,
      ),
    })),
  };
  const text = canonicalJson(content as unknown as Canonical);
  const sha256 = sha256Hex(text);
  await plant.query(
    `insert into instruction_revisions (content_sha256, instruction_id, revision, status, content)
     values ($1, $2, '04', 'effective', $3) on conflict do nothing`,
    [sha256, uuidv7(), text],
  );
  return { number: content.number, revision: "04", sha256 };
}

test("failure 21: of an order that goes on under another revision each NCR names the one that was executed at its step, with its hash, also where it becomes one later", async () => {
  plant = await aPlant(sandbox.url);
  const { title, ...ncr } = defaultRules["ncr-from-defect"]?.content("qms") ?? { title: "" };
  const majorOnly = {
    ...{ ...ncr, title, on: ["defect.logged", "defect.amended"] },
    when: '$exists(data.severity) and data.severity = "major"',
  };
  const text = canonicalJson(majorOnly as unknown as Canonical);
  await plant.query(
    `insert into routing_rule_versions (rule_id, version, site_id, content, content_sha256, changed_at, approved_at, effective_from)
     select id, 2, site_id, $2, $3, now(), now(), '2000-01-02Z' from routing_rules where site_id = $1`,
    [plant.site, text, sha256Hex(text)],
  );
  const next = await revision04();
  const unit = uuidv7();
  const before = await plant.logDefect(unit);
  const becomesOne = await plant.logDefect(unit, { severity: "minor", position: "4" });
  await plant.append(unit, {
    type: "revision.changed_for_traveler",
    body: { from: plant.contentSha256, to: next.sha256, reason: await plant.say("Drawing D") },
  });
  const under = { instruction: next };
  const after = await plant.logDefect(unit, { position: "5" }, under);
  const worse = { defect: becomesOne.defect, severity: "major" as const };
  await plant.append(unit, { type: "defect.updated", body: worse }, under);
  await until(ports, are("tracking", "tracking", "tracking"));

  const number = next.number;
  const executed03 = {
    instruction: `${number} rev 03`,
    instruction_sha256: plant.contentSha256,
    drawing: "4471-2210 rev C",
  };
  expect(await executedIn(before)).toMatchObject(executed03);
  expect(await executedIn(becomesOne)).toMatchObject(executed03);
  expect(await executedIn(after)).toEqual({
    instruction: `${number} rev 04`,
    instruction_sha256: next.sha256,
    drawing: "4471-2210 rev D",
    step: "060.3 Torque anew",
  });
});

test("failure 21: a part's revision that no line means exactly parks, A1 and a blank one as well, and is named", async () => {
  const { create, verify } = qmsSandboxConfig(sandbox.url);
  const coded = '$code("revision", "part:" & part.number & "/" & part.revision)';
  const body = create.body.replace("part.revision", coded);
  const expected = verify.expected.replaceAll("part.revision", coded);
  const config = { create: { ...create, body }, verify: { ...verify, expected } };
  plant = await aPlant(sandbox.url, config, undefined, [
    ["revision", "part:4471-2210-1/A", "REV-A"],
  ]);
  const known = await plant.logDefect(uuidv7(), {}, { partRevision: "A" });
  for (const partRevision of ["A1", "a", ""]) await plant.logDefect(uuidv7(), {}, { partRevision });
  await until(ports, are("tracking", "parked", "parked", "parked"));
  expect((await recordOf(known.key)).fields.part_revision).toBe("REV-A");
  expect((await plant.deliveries()).slice(1).map(({ last_result }) => last_result)).toEqual([
    "not mapped: revision part:4471-2210-1/A1",
    "not mapped: revision part:4471-2210-1/a",
    "not mapped: revision part:4471-2210-1/",
  ]);
  expect((await sandbox.count()).ncrs).toBe(1);
});
