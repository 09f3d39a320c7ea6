import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { routeRules } from "#lib/boundary/routes";
import { version } from "#lib/kit/version";
import { asyncApi } from "./asyncapi.rules.ts";
import { heardOf, origin } from "./conformance/bench-events.ts";
import { nameOf } from "./conformance/checked.ts";
import { played } from "./conformance/histories.ts";
import { eventNames } from "./data.schema.ts";
import { internal, openApi } from "./openapi.rules.ts";
import { eventOfFile, fileOf, schemaOf, schemaUrl } from "./schemas.rules.ts";

const official = (file: string): object =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, "meta-schemas", file), "utf8"));
const asJson = <T>(document: T): T => JSON.parse(JSON.stringify(document)) as T;

const settings = { strict: false, allErrors: true, validateFormats: false } as const;
// Brings the drafts that it is written in with it.
const lintAsyncApi = new Ajv({ ...settings, meta: false, validateSchema: false }).compile(
  official("asyncapi-3.0.0.json"),
);
const lintOpenApi = new Ajv2020(settings).compile(official("openapi-3.1.json"));

/** Every reference within a document that leads to nothing. */
function dangling(document: object): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (key === "$ref" && typeof member === "string" && !leadsSomewhere(document, member)) {
        found.push(member);
      }
      walk(member);
    }
  };
  walk(document);
  return found;
}

function leadsSomewhere(document: object, reference: string): boolean {
  const schema = /\/api\/schemas\/events\/([^/]+)$/.exec(reference);
  if (schema) return reference.startsWith(origin) && eventOfFile(schema[1] ?? "") !== null;
  let at: unknown = document;
  for (const part of reference.replace(/^#\//, "").split("/")) {
    at = (at as Record<string, unknown> | undefined)?.[part.replaceAll("~1", "/")];
  }
  return reference.startsWith("#/") && at !== undefined;
}

describe("the AsyncAPI document", () => {
  const document = asJson(asyncApi(origin, version));

  test("keeps to AsyncAPI 3.0, and the check sees what does not", () => {
    expect(lintAsyncApi(document), JSON.stringify(lintAsyncApi.errors?.slice(0, 3))).toBe(true);
    expect(lintAsyncApi({ ...document, operations: { send: { action: "shout" } } })).toBe(false);
    expect(lintAsyncApi({ ...document, info: { title: "no version" } })).toBe(false);
  });

  test("has every event, and refers to nothing that is not there", () => {
    expect(Object.keys(document.channels.events.messages)).toEqual(eventNames);
    expect(dangling(document)).toEqual([]);
    expect(
      dangling({ a: { $ref: "#/nowhere" }, b: { $ref: `${origin}/api/schemas/events/x` } }),
    ).toHaveLength(2);
  });

  test("describes what is really sent: an event passes its own message's schema", () => {
    const events = heardOf(played({ plan: 0, seed: 1, turns: 25 }));
    const ajv = new Ajv2020({ strict: true, allErrors: true, validateFormats: false });
    for (const name of eventNames) ajv.addSchema(schemaOf(origin, name, "open"));
    const messages = document.components.messages as Record<
      string,
      { payload: { schema: object } }
    >;
    const checks = new Map<string, ReturnType<typeof ajv.compile>>();
    for (const event of events) {
      const name = nameOf(event);
      const schema = messages[name]?.payload.schema ?? {};
      const check = checks.get(name) ?? ajv.compile(schema);
      checks.set(name, check);
      expect(check(event), `${name} ${JSON.stringify(check.errors)}`).toBe(true);
      expect(check({ ...event, type: "dev.buyoff.other.thing.v1" })).toBe(false);
      expect(check({ ...event, data: {} })).toBe(false);
    }
    expect(checks.size).toBeGreaterThan(5);
  });
});

describe("the OpenAPI document", () => {
  const document = asJson(openApi(origin, version));

  test("keeps to OpenAPI 3.1, and the check sees what does not", () => {
    expect(lintOpenApi(document), JSON.stringify(lintOpenApi.errors?.slice(0, 3))).toBe(true);
    expect(lintOpenApi({ ...document, openapi: "3.0.0" })).toBe(false);
    expect(lintOpenApi({ ...document, paths: { "no-slash": {} } })).toBe(false);
  });

  test("has every handler that is there for others, and the others are listed with who calls them", () => {
    const described = Object.entries(document.paths).flatMap(([where, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${where}`),
    );
    const handlers = Object.keys(routeRules).filter((way) => / \/api\//.test(way));
    const asPath = (way: string) => way.replaceAll("[", "{").replaceAll("]", "}");
    const open = handlers.filter((way) => !(way in internal)).map(asPath);
    expect(described.sort()).toEqual(open.sort());
    expect(Object.keys(internal).filter((way) => !handlers.includes(way))).toEqual([]);
  });

  test("says of each whether somebody has to sign in, as the door does", () => {
    const paths = document.paths as Record<string, Record<string, { security: object[] }>>;
    for (const [where, methods] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        const way = `${method.toUpperCase()} ${where.replaceAll("{", "[").replaceAll("}", "]")}`;
        const isOpen = ["public", "own"].includes(routeRules[way]?.who ?? "");
        expect(security.length === 0, way).toBe(isOpen);
      }
    }
  });

  test("has an operation's id once", () => {
    const ids = JSON.stringify(document).match(/"operationId":"\w+"/g) ?? [];
    expect(ids.length).toBe(Object.keys(document.paths).length);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("the schemas", () => {
  test("are found by the file that dataschema names, and by nothing else", () => {
    expect(eventNames.map((name) => eventOfFile(fileOf(name)))).toEqual(eventNames);
    const others = [
      "",
      "defect.logged",
      "defect.logged.v2.json",
      "constructor.v1.json",
      "../x.v1.json",
    ];
    expect(others.map(eventOfFile)).toEqual([null, null, null, null, null]);
  });

  test("name themselves, say what they are for, and take a member of a later version", () => {
    const ajv = new Ajv2020({ strict: true, validateFormats: false });
    for (const name of eventNames) {
      const schema = schemaOf(origin, name, "open");
      expect(schema.$id).toBe(schemaUrl(origin, name));
      expect(JSON.stringify(schema)).not.toContain("additionalProperties");
      expect(ajv.compile(schema)({}), name).toBe(false);
    }
  });

  test("and documents say the program's own version", () => {
    const file = path.resolve(import.meta.dirname, "../../package.json");
    expect(JSON.parse(readFileSync(file, "utf8")).version).toBe(version);
  });
});
