import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import { lookUp } from "./connectors/rest/talk.gateway.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith, until } from "./testing/ports.ts";
import { type Sandbox, sandboxToken, startSandbox } from "./testing/sandbox.ts";

const file = path.resolve(import.meta.dirname, "../../docs/integration.md");
const begins = "<!-- what follows is written by lib/feed/transcript.test.ts -->";
const ends = "<!-- end of the transcript -->";

let sandbox: Sandbox;
let plant: TestPlant;
beforeEach(async () => {
  sandbox = await startSandbox();
  plant = await aPlant(sandbox.url);
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
});

/** What is another in every run stands as what it is; the rest stands as it went over the wire. */
const plain = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "‹id›")
    .replaceAll(/\b[0-9a-f]{64}\b/g, "‹sha256›")
    .replaceAll(/(NCR(?::|%3A))[0-9a-f]{20}/g, "$1‹hash›")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "‹instant›")
    .replaceAll(/NCR-\d{4}-/g, "NCR-‹year›-");

const shown = (way: ">" | "<", text: string): string => {
  const line = plain(text.replaceAll(/\s*\n\s*/g, " ").trim());
  return `${way} ${line.length > 640 ? `${line.slice(0, 640)} …` : line}`;
};

/** As the form's connection test asks: a key that none can have. */
async function asked(secret: string): Promise<string[]> {
  const target = { config: qmsSandboxConfig(sandbox.url), secret };
  const { trace } = await lookUp(target, "buyoff:connection-test", {
    onSend: async () => undefined,
  });
  return [shown(">", trace.request), shown("<", trace.response ?? "no answer")];
}

async function transcript(): Promise<string> {
  const lines = ["# Test connection, with a wrong token", ...(await asked("not-the-token"))];
  lines.push("", "# and with the right one", ...(await asked(sandboxToken)));
  const { traveler, defect } = await plant.logDefect();
  const states = async () => (await plant.deliveries()).map(({ state }) => state).join();
  await until(portsWith(), async () => (await states()) === "tracking");
  await plant.comment(traveler, defect, "2");
  await until(portsWith(), async () => (await states()) === "tracking,verified");
  for (const { act, request, response } of await plant.attempts())
    lines.push("", `# ${act}`, shown(">", request), shown("<", response ?? "no answer"));
  return ["```", ...lines, "```"].join("\n");
}

/** `BUYOFF_WRITE_DOCS=1 npx vitest run lib/feed/transcript.test.ts` writes it anew. */
test("the exchange in docs/integration.md is what goes over the wire, word by word", async () => {
  const made = `${begins}\n${await transcript()}\n${ends}`;
  const text = readFileSync(file, "utf8");
  const [before = "", rest = ""] = text.split(begins);
  const [, after = ""] = rest.split(ends);
  if (process.env.BUYOFF_WRITE_DOCS !== undefined) writeFileSync(file, `${before}${made}${after}`);
  expect(readFileSync(file, "utf8")).toContain(made);
});
