import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { aSite, aTablet } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import { expectedAt, type Rule, routeRules } from "./routes.ts";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const filesIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|[\\/]generated[\\/]/.test(name));

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const pathOf = (file: string) =>
  `/${path
    .dirname(file)
    .split(path.sep)
    .slice(1)
    .filter((part) => !/^\(.*\)$/.test(part))
    .join("/")}`;

type Found = { file: string; source: string };

/** Every way in, as the source has it. */
function waysIn(sources: readonly Found[]): Map<string, Found> {
  const ways = new Map<string, Found>();
  for (const found of sources) {
    const { file, source } = found;
    if (/^app[\\/](.*[\\/])?page\.tsx?$/.test(file)) ways.set(`PAGE ${pathOf(file)}`, found);
    if (/^app[\\/](.*[\\/])?route\.tsx?$/.test(file)) {
      for (const method of methods) {
        const isExported = new RegExp(
          `export (async )?(const|function) ${method}\\b|export \\{[^}]*\\b${method}\\b[^}]*\\}`,
        ).test(source);
        if (isExported) ways.set(`${method} ${pathOf(file)}`, found);
      }
    }
    if (/["']use server["']/.test(source)) {
      for (const [, name = ""] of source.matchAll(/export (?:async function|const) (\w+)/g)) {
        ways.set(`ACTION ${file.replaceAll(path.sep, "/")}#${name}`, found);
      }
    }
  }
  return ways;
}

const sources = ["app", "lib", "components"]
  .flatMap(filesIn)
  .map((file) => ({ file, source: read(file) }));
const ways = waysIn(sources);

/** What the code must say for a rule to be true of it. */
function saysSo(way: string, rule: Rule, source: string): boolean {
  const [kind = "", where = ""] = way.split(" ");
  if (kind === "PAGE") {
    return rule.who === "permission"
      ? source.includes(`requireActor("${rule.permission}")`)
      : !source.includes("requireActor(");
  }
  if (kind === "ACTION") {
    const name = where.split("#")[1] ?? "";
    const after = source.slice(
      source.search(new RegExp(`export (async function|const) ${name}\\b`)),
    );
    const made =
      /^export const \w+ = (action|publicAction)\(\s*(?:"([\w.]+)"|commandPermissions\.(\w+))?/.exec(
        after,
      );
    if (rule.who === "permission")
      return made?.[1] === "action" && (made[2] ?? made[3]) === rule.permission;
    return (
      made?.[1] === "publicAction" || after.slice(0, 200).includes("isOwnOrigin(await headers())")
    );
  }
  if (rule.who === "own") return !source.includes("endpoint(");
  if (rule.who === "token") {
    const opening = kind === "GET" ? "telling" : "receiving";
    const scope = rule.scope.replace(".", "\\.");
    return new RegExp(`export const ${kind} = ${opening}\\(\\s*"${scope}"`).test(source);
  }
  const knock =
    rule.who === "device_or" ? "public" : rule.who === "permission" ? rule.permission : rule.who;
  return new RegExp(
    `export const ${kind} = (endpoint|reading|uploading|following)\\(\\s*"${knock.replace(".", "\\.")}"`,
  ).test(source);
}

describe("every way in has a rule", () => {
  it("in the table, and the table has none that is not there", () => {
    expect([...ways.keys()].sort()).toEqual(Object.keys(routeRules).sort());
  });

  it("which its code carries out", () => {
    for (const [way, { source }] of ways) {
      const rule = routeRules[way];
      expect(rule && saysSo(way, rule, source), way).toBe(true);
    }
  });

  it("and the list sees a page, a handler and an action that somebody added", () => {
    const planted = waysIn([
      { file: path.join("app", "(desk)", "secret", "page.tsx"), source: "" },
      {
        file: path.join("app", "api", "secret", "route.ts"),
        source: "export const POST = endpoint();\nexport { handler as GET };",
      },
      {
        file: path.join("lib", "x", "actions.ts"),
        source: '"use server";\nexport const leak = 1;',
      },
    ]);
    expect([...planted.keys()].sort()).toEqual([
      "ACTION lib/x/actions.ts#leak",
      "GET /api/secret",
      "PAGE /secret",
      "POST /api/secret",
    ]);
    const rule = routeRules["PAGE /people"] as Rule;
    expect(saysSo("PAGE /people", rule, 'await requireActor("traveler.read")')).toBe(false);
    const act = routeRules["ACTION lib/defects/actions.ts#releaseHold"] as Rule;
    const loose = "export const releaseHold = action(commandPermissions.logDefect, form, run);";
    expect(saysSo("ACTION lib/defects/actions.ts#releaseHold", act, loose)).toBe(false);
  });

  it("and says who gets in: nobody unknown to anything but public doors", () => {
    for (const [way, rule] of Object.entries(routeRules)) {
      const { stranger, tablet, operator } = expectedAt(rule);
      if (rule.who === "permission" || rule.who === "device" || rule.who === "token")
        expect(stranger, way).toBe("not_signed_in");
      if (rule.who === "device") expect([tablet, operator], way).toEqual(["in", "not_signed_in"]);
    }
  });
});

describe("every mutating handler of ours", () => {
  const isOurs = (way: string, rule: Rule) =>
    /^(POST|PUT|PATCH|DELETE) /.test(way) && rule.who !== "own" && rule.who !== "token";
  const mutating = Object.entries(routeRules).filter(([way, rule]) => isOurs(way, rule));
  const json = { "content-type": "application/json", "x-buyoff": "1" };
  const own = { origin: env.BUYOFF_ORIGIN };
  const hostile: Record<string, Record<string, string>> = {
    "a foreign origin": { ...json, origin: "https://evil.example" },
    "a form's content type": { ...own, "x-buyoff": "1", "content-type": "text/plain" },
    "no header of ours": { ...own, "content-type": "application/json" },
    "no origin": json,
    "a sandboxed page": { ...json, origin: "null" },
    "a browser that says cross-site": { ...json, ...own, "sec-fetch-site": "cross-site" },
    "a browser that says same-site": { ...json, ...own, "sec-fetch-site": "same-site" },
    "a look-alike origin": { ...json, origin: `${env.BUYOFF_ORIGIN}.evil.example` },
  };

  async function knock(way: string, headers: Record<string, string>): Promise<Response> {
    const [method = "", where = ""] = way.split(" ");
    const file = [...ways].find(([name]) => name === way)?.[1].file ?? "";
    const handlers = (await import(path.join(root, file))) as Record<
      string,
      (request: Request, context: unknown) => Promise<Response>
    >;
    const request = new Request(`${env.BUYOFF_ORIGIN}${where}`, { method, headers, body: "{}" });
    const context = { params: Promise.resolve({ sha256: "0".repeat(64) }) };
    return (handlers[method] as NonNullable<(typeof handlers)[string]>)(request, context);
  }

  it("is among those tried", () => expect(mutating.length).toBeGreaterThanOrEqual(8));

  it.each(mutating.map(([way]) => way))(
    "%s turns away foreign pages, with a cookie or without",
    async (way) => {
      const { cookie } = await aTablet(await aSite());
      const isUpload = way.startsWith("PUT /api/blobs") || way === "POST /api/documents";
      for (const [what, headers] of Object.entries(hostile)) {
        // A photo has a content type of its own; its other signs are the same.
        if (isUpload && what === "a form's content type") continue;
        const answer = await knock(way, { ...headers, cookie });
        expect(answer.status, what).toBe(403);
        expect(await answer.json()).toMatchObject({ error: { code: "foreign_origin" } });
      }
      // A person's session is read by Next itself, inside a request of its own: the journeys go there.
      if (routeRules[way]?.who === "permission") return;
      // The same request from a page of ours is let in as far as its body.
      const answer = await knock(way, { ...json, ...own, cookie, "sec-fetch-site": "same-origin" });
      expect([200, 400, 415], way).toContain(answer.status);
    },
  );

  it("lets nobody without a tablet's session in where a tablet is asked for", async () => {
    for (const [way, rule] of Object.entries(routeRules)) {
      if (rule.who !== "device") continue;
      const isRead = way.startsWith("GET ");
      if (isRead) continue;
      expect((await knock(way, { ...json, ...own })).status, way).toBe(401);
    }
  });
});
