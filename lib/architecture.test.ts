import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import layers from "../.dependency-cruiser.mjs";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "..");
const planted = mkdtempSync(path.join(tmpdir(), "buyoff-planted-"));
afterAll(() => rmSync(planted, { recursive: true }));

async function cruised(baseDir: string, folders: string[]) {
  const { output } = await cruise(
    folders,
    {
      ...layers.options,
      baseDir,
      ruleSet: { forbidden: layers.forbidden },
      validate: true,
    } as never,
    undefined,
    { tsConfig: extractTSConfig(path.join(root, "tsconfig.json")) } as never,
  );
  const { modules, summary } = output as ICruiseResult;
  return {
    modules,
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}

/** One file that breaks each rule, and what it reaches for. */
const violations: Record<string, Record<string, string>> = {
  "kit-knows-nothing": {
    "lib/kit/clock.ts": 'import { tell } from "#lib/watches/schema";\nexport const clock = tell;',
    "lib/watches/schema.ts": "export const tell = 1;",
  },
  "rules-are-pure": {
    "lib/alarms/due.rules.ts": 'import { open } from "#lib/db/pool";\nexport const due = open;',
    "lib/db/pool.ts": "export const open = 1;",
  },
  "core-does-not-know-the-web": {
    "lib/visits/late.commands.ts":
      'import { session } from "#lib/boundary/session";\nexport const late = session;',
    "lib/boundary/session.ts": "export const session = 1;",
  },
  "browser-stays-out-of-the-server": {
    "components/visits/list.tsx":
      'import { visits } from "#lib/visits/queries";\nexport const list = visits;',
    "lib/visits/queries.ts": "export const visits = 1;",
  },
  "app-is-a-leaf": {
    "lib/visits/worker.ts": 'import page from "../../app/page.tsx";\nexport const shown = page;',
    "app/page.tsx": "export default 1;",
  },
  "sandbox-knows-nothing": {
    "e2e/qms-sandbox/peek.ts":
      'import { secret } from "#lib/feed/schema";\nexport const peek = secret;',
    "lib/feed/schema.ts": "export const secret = 1;",
  },
  "no-cycles": {
    "lib/rings/first.ts": 'import { two } from "./second.ts";\nexport const one = () => two;',
    "lib/rings/second.ts": 'import { one } from "./first.ts";\nexport const two = () => one;',
  },
};

function plant(files: Record<string, string>) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(planted, file)), { recursive: true });
    writeFileSync(path.join(planted, file), `${text}\n`);
  }
}

describe("the layers", () => {
  it("keeps them apart, and can see an import that is there", { timeout: 60_000 }, async () => {
    const found = await cruised(root, ["app", "components", "e2e", "lib", "prisma"]);
    // A cruiser that can't read TypeScript reports success over nothing: this import is always there.
    const client = found.modules.find(({ source }) => source === "lib/db/client.ts");
    expect(client?.dependencies.map(({ resolved }) => resolved)).toContain("lib/kit/env.ts");
    expect(found.violations).toEqual([]);
  });

  describe("each rule finds the violation planted for it", () => {
    let found: string[] = [];
    beforeAll(async () => {
      for (const file of ["package.json", "tsconfig.json"]) {
        writeFileSync(path.join(planted, file), readFileSync(path.join(root, file)));
      }
      symlinkSync(path.join(root, "node_modules"), path.join(planted, "node_modules"));
      for (const files of Object.values(violations)) plant(files);
      found = (await cruised(planted, ["app", "components", "e2e", "lib"])).violations;
    });

    it.each(layers.forbidden.map(({ name }) => name))("%s", (name) => {
      const [from, to] = Object.keys(violations[name] ?? {});
      expect(found).toContainEqual(`${name}: ${from} → ${to}`);
    });

    it("and no other", () => {
      const rules = new Set(found.map((line) => line.slice(0, line.indexOf(":"))));
      expect([...rules].sort()).toEqual(Object.keys(violations).sort());
    });
  });
});

describe("the purity of rules", () => {
  const impure = ["new Date()", "Date.now()", "Math.random()", "crypto.randomUUID()", 'fetch("/")'];
  const lint = async (file: string, text: string) => {
    plant({ [file]: text });
    const plugin = JSON.stringify(path.join(root, "lib/rules-are-pure.grit"));
    writeFileSync(path.join(planted, "biome.json"), `{"root":true,"plugins":[${plugin}]}`);
    const { stdout, stderr } = await run(
      process.execPath,
      [
        path.join(root, "node_modules/@biomejs/biome/bin/biome"),
        "lint",
        "--max-diagnostics=50",
        file,
      ],
      { cwd: planted },
    ).catch((error: { stdout: string; stderr: string }) => error);
    return (stdout + stderr).match(/decide from their arguments alone/g)?.length ?? 0;
  };

  it.each(["lib/alarms/rules.ts", "lib/alarms/late.rules.ts", "lib/alarms/schema.ts"])(
    "finds a planted clock, chance and network in %s",
    async (file) => {
      const text = impure.map((call, index) => `export const a${index} = ${call};`).join("\n");
      expect(await lint(file, text)).toBe(impure.length);
    },
  );

  it("leaves a date that is parsed alone, and other files", async () => {
    expect(
      await lint("lib/alarms/parsed.rules.ts", 'export const at = new Date("2026-01-01");'),
    ).toBe(0);
    expect(await lint("lib/alarms/queries.ts", "export const at = Date.now();")).toBe(0);
  });
});
