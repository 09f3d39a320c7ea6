import { describe, expect, test } from "vitest";
import { bodyProblems, unnamedIn } from "./check.rules.ts";
import { type ApiDocument, readDocument } from "./document.rules.ts";
import { fieldsIn, ownSchema } from "./schemas.rules.ts";

const documentOf = (schema: unknown, more: object = {}, openapi = "3.1.0") => ({
  openapi,
  info: { title: "Q", version: "1" },
  paths: {
    "/ncrs": {
      post: {
        requestBody: { content: { "application/json": { schema } } },
        responses: { 201: { description: "made" } },
      },
    },
  },
  ...more,
});
const read = (of: unknown): ApiDocument => {
  const found = readDocument(typeof of === "string" ? of : JSON.stringify(of));
  if (!found.ok) throw new Error(found.problem);
  return found.document;
};
const problemOf = (of: unknown): string => {
  const found = readDocument(typeof of === "string" ? of : JSON.stringify(of));
  return found.ok ? "read" : found.problem;
};
let nth = 0;
/** What is wrong with a body by a document's one request. */
function wrongWith(document: unknown, body: unknown): string[] {
  const { root, openapi, operations } = read(document);
  const made = ownSchema(root, operations[0]?.request, openapi);
  if (!made.ok) return ["not checked"];
  nth += 1;
  const id = `test ${nth}`;
  return [...bodyProblems(id, made.schema, body), ...unnamedIn(id, made.schema, body)].map(
    ({ code, field }) => `${code} ${field}`,
  );
}

const ncr = {
  type: "object",
  required: ["title", "status", "id"],
  properties: {
    id: { type: "string", readOnly: true },
    title: { type: "string", maxLength: 10 },
    status: { type: "string", enum: ["open", "closed"] },
    lines: { type: "array", items: { type: "object", properties: { qty: { type: "integer" } } } },
  },
};

describe("a request against the document", () => {
  test("has what is asked for; what is not in it is told", () => {
    expect(wrongWith(documentOf(ncr), { title: "Bolt", status: "open" })).toEqual([]);
    expect(wrongWith(documentOf(ncr), { status: "open" })).toEqual(["required title"]);
    expect(wrongWith(documentOf(ncr), { title: "Bolt", status: "open", colour: "red" })).toEqual([
      "unnamed colour",
    ]);
    expect(
      wrongWith(documentOf(ncr), { title: "Bolt", status: "open", lines: [{ qty: 1, x: 1 }] }),
    ).toEqual(["unnamed lines.0.x"]);
  });

  test("is within its lengths, its choices and its types", () => {
    expect(wrongWith(documentOf(ncr), { title: "A bolt too long", status: "gone" })).toEqual([
      "too_long title",
      "choice status",
    ]);
    expect(wrongWith(documentOf(ncr), { title: 7, status: "open" })).toEqual(["type title"]);
    expect(wrongWith(documentOf(ncr), { title: null, status: "open" })).toEqual(["type title"]);
  });

  test("what is only read there is neither asked for nor taken", () => {
    expect(wrongWith(documentOf(ncr), { title: "Bolt", status: "open", id: "7" })).toEqual([
      "unnamed id",
    ]);
  });

  test("is known through all of its parts, and is open where it says so", () => {
    const parted = { allOf: [{ $ref: "#/components/schemas/Base" }, { properties: { b: {} } }] };
    const components = { schemas: { Base: { type: "object", properties: { a: {} } } } };
    expect(wrongWith(documentOf(parted, { components }), { a: 1, b: 2 })).toEqual([]);
    expect(wrongWith(documentOf(parted, { components }), { a: 1, c: 2 })).toEqual(["unnamed c"]);
    const open = { type: "object", properties: { a: {} }, additionalProperties: true };
    expect(wrongWith(documentOf(open), { c: 2 })).toEqual([]);
    expect(wrongWith(documentOf({ type: "object" }), { c: 2 })).toEqual([]);
  });

  test("of 3.0 may be null where it is nullable", () => {
    const nullable = {
      type: "object",
      properties: { a: { type: "string", nullable: true, enum: ["x"] }, b: { type: "string" } },
    };
    expect(wrongWith(documentOf(nullable, {}, "3.0.3"), { a: null })).toEqual([]);
    expect(wrongWith(documentOf(nullable, {}, "3.0.3"), { b: null })).toEqual(["type b"]);
    const bounded = { properties: { n: { type: "number", minimum: 1, exclusiveMinimum: true } } };
    expect(wrongWith(documentOf(bounded, {}, "3.0.3"), { n: 1 })).toEqual(["not_right n"]);
  });

  test("reads YAML as it reads JSON", () => {
    const yaml = `openapi: 3.0.0
info: { title: Register, version: 2 }
servers: [{ url: "https://{host}/qms", variables: { host: { default: q.example } } }]
paths:
  /ncrs:
    post:
      requestBody:
        content:
          application/json:
            schema: { type: object, required: [title], properties: { title: { type: string } } }
      responses: { 201: { description: made } }
`;
    const document = read(yaml);
    expect(document).toMatchObject({
      title: "Register",
      version: "2",
      server: "https://q.example/qms",
    });
    expect(document.operations.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /ncrs",
    ]);
    expect(wrongWith(yaml, {})).toEqual(["required title"]);
  });
});

/** Shapes that documents of real systems have. */
describe("a document as others make them", () => {
  const schemas = {
    Ncr: {
      type: "object",
      required: ["title"],
      properties: {
        title: { type: "string", maxLength: 40 },
        owner: { $ref: "#/definitions/Owner" },
      },
    },
    Owner: { type: "object", "x-nullable": true, properties: { id: { type: "integer" } } },
  };
  const swagger = (more: object = {}) => ({
    swagger: "2.0",
    info: { title: "Register", version: "7" },
    host: "qms.example",
    basePath: "/v1",
    schemes: ["http", "https"],
    consumes: ["application/json; charset=utf-8"],
    paths: {
      "/sites/{site}/ncrs": {
        parameters: [
          { name: "site", in: "path", required: true, type: "string" },
          { name: "dry", in: "query", type: "boolean" },
        ],
        post: {
          parameters: [{ $ref: "#/parameters/Ncr" }],
          responses: { 201: { $ref: "#/responses/Made" } },
          ...more,
        },
      },
    },
    parameters: { Ncr: { name: "ncr", in: "body", schema: { $ref: "#/definitions/Ncr" } } },
    responses: { Made: { description: "made", schema: { $ref: "#/definitions/Ncr" } } },
    definitions: schemas,
  });

  test("of Swagger 2.0 is read: its body is a parameter, its answer has its schema itself", () => {
    const document = read(swagger());
    expect(document).toMatchObject({ openapi: "2.0", title: "Register", outside: [] });
    expect(document.server).toBe("https://qms.example/v1");
    const [operation] = document.operations;
    expect(operation).toMatchObject({ method: "POST", path: "/sites/{site}/ncrs", query: ["dry"] });
    expect(operation?.response).toEqual({ $ref: "#/definitions/Ncr" });
    expect(wrongWith(swagger(), { owner: null })).toEqual(["required title"]);
    expect(wrongWith(swagger(), { title: "x".repeat(41), owner: { id: "7" } })).toEqual([
      "too_long title",
      "type owner.id",
    ]);
    // A form is none, and neither is what it takes as XML alone.
    expect(read(swagger({ consumes: ["text/xml"] })).operations[0]?.request).toBeNull();
    expect(read(swagger({ produces: ["text/csv"] })).operations[0]?.response).toBeNull();
  });

  test("has its body as JSON among others: the plain one is meant, whatever stands first", () => {
    const content = (of: Record<string, unknown>) => ({
      openapi: "3.0.1",
      paths: { "/ncrs": { post: { requestBody: { content: of }, responses: {} } } },
    });
    const [plain, patch] = [{ schema: { type: "object" } }, { schema: { type: "array" } }];
    const requestOf = (of: Record<string, unknown>) => read(content(of)).operations[0]?.request;
    expect(
      requestOf({ "application/json-patch+json": patch, "application/json;odata=verbose": plain }),
    ).toEqual(plain.schema);
    expect(requestOf({ "multipart/form-data": patch, "text/json": plain })).toEqual(plain.schema);
    expect(requestOf({ "*/*": plain })).toEqual(plain.schema);
    expect(requestOf({ "application/xml": plain })).toBeNull();
  });

  test("says where its paths begin by its own address, or by variables; or does not", () => {
    const serverOf = (servers: unknown, address: string | null = null) => {
      const found = readDocument(JSON.stringify(documentOf({}, { servers })), address);
      return found.ok ? found.document.server : found.problem;
    };
    const at = "https://qms.example/docs/openapi.json";
    expect(serverOf([{ url: "/api/v3" }], at)).toBe("https://qms.example/api/v3");
    expect(serverOf([{ url: "../v3" }], at)).toBe("https://qms.example/v3");
    expect(serverOf([{ url: "/api/v3" }])).toBeNull();
    expect(serverOf([{ url: "https://{tenant}.qms.example" }])).toBeNull();
    expect(serverOf([{ url: "ftp://qms.example" }], at)).toBeNull();
  });

  test("means by one of several any of them, and by a kind that others add to whatever they add", () => {
    const both = { oneOf: [{ properties: { a: {} } }, { properties: { a: {}, b: {} } }] };
    expect(wrongWith(documentOf(both), { a: 1 })).toEqual([]);
    expect(wrongWith(documentOf(both), { a: 1, c: 2 })).toEqual(["unnamed c"]);
    const kinds = { discriminator: { propertyName: "kind" }, properties: { kind: {} } };
    expect(wrongWith(documentOf(kinds), { kind: "a", b: 2 })).toEqual([]);
  });

  test("may be null beside a reference in 3.0, and in 3.1 where its maker went on as before", () => {
    const components = { schemas: { Text: { type: "string" } } };
    const beside = {
      properties: {
        a: { $ref: "#/components/schemas/Text", nullable: true },
        b: { $ref: "#/components/schemas/Text" },
      },
    };
    expect(wrongWith(documentOf(beside, { components }, "3.0.3"), { a: null })).toEqual([]);
    expect(wrongWith(documentOf(beside, { components }, "3.0.3"), { b: null })).toEqual(["type b"]);
    const later = { properties: { a: { type: "string", nullable: true } } };
    expect(wrongWith(documentOf(later), { a: null })).toEqual([]);
  });

  test("is told from one that forbids what it doesn't name: there a member is no mere surprise", () => {
    const shut = { properties: { a: {} }, additionalProperties: false };
    expect(wrongWith(documentOf(shut), { b: 1 })).toEqual(["unknown b"]);
    const parts = { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false };
    expect(wrongWith(documentOf(parts), { b: 1 })).toEqual(["unknown b"]);
  });

  test("in several files is refused as such; one that leaves a part to others names them", () => {
    const paths = { "/ncrs": { $ref: "./paths/ncrs.yml" } };
    expect(problemOf({ openapi: "3.1.0", paths })).toBe("api_document_in_parts");
    const some = documentOf({ $ref: "schemas.json#/Ncr" }, { example: { $ref: "none.json" } });
    expect(read(some).outside).toEqual(["schemas.json#/Ncr"]);
  });

  const yaml = `swagger: '2.0'
info: { title: Quality records, version: 1.10 }
basePath: /tw/api
parameters:
  project: &project { name: projectId, in: path, required: true, type: integer }
  body: { name: record, in: body, schema: { $ref: '#/definitions/Record' } }
paths:
  /projects/{projectId}/records:
    parameters: [*project, { $ref: '#/parameters/since' }]
    post: { parameters: [{ $ref: '#/parameters/body' }], responses: { '201': { description: made } } }
definitions:
  Base: &base
    type: object
    required: [title]
    properties: { title: { type: string, maxLength: 80 }, parent: { $ref: '#/definitions/Record' } }
  Record:
    <<: *base
    required: [title, severity]
`;

  test("in YAML takes in by its merge key what stands elsewhere, and its own goes before", () => {
    expect(wrongWith(yaml, { title: "x".repeat(81) })).toEqual([
      "required severity",
      "too_long title",
    ]);
    expect(wrongWith(yaml, { title: "a", severity: "b", parent: { titel: "c" } })).toContain(
      "required parent.title",
    );
  });

  test("with a sign before its first letter is read all the same", () => {
    expect(read(`\uFEFF${JSON.stringify(documentOf({}))}`).operations).toHaveLength(1);
    expect(read(`\uFEFF${yaml}`).title).toBe("Quality records");
  });

  test("that can't be read says from which line on; one of webhooks alone says that it is one", () => {
    const lineOf = (text: string) => {
      const found = readDocument(text);
      return found.ok ? null : found.line;
    };
    expect(lineOf('{\n  "openapi": "3.0.0",\n  "paths": {},\n}')).toBe(4);
    expect(lineOf("openapi: 3.0.0\ninfo:\n\ttitle: Tab\n")).toBe(3);
    expect(lineOf("<html>")).toBeNull();
    const webhooks = { changed: { post: { responses: {} } } };
    expect(problemOf({ openapi: "3.1.0", webhooks })).toBe("api_document_webhooks_only");
    expect(problemOf({ openapi: "3.1.0", webhooks: {} })).toBe("api_document_no_operations");
  });

  test("of thirteen million characters is read, as GitHub's has", () => {
    const operation = { responses: { 200: { description: "x".repeat(4_000) } } };
    const paths = Object.fromEntries(
      Array.from({ length: 2_900 }, (_, at) => [`/p${at}`, { get: operation }]),
    );
    expect(read({ openapi: "3.0.3", paths }).operations).toHaveLength(2_900);
  });
});

/** What is told apart here takes a moment, or minutes, or for ever: not how quick a machine is. */
const soonMs = 30_000;

describe("a hostile document", () => {
  test("is refused where it is no document, another version, or describes nothing", () => {
    expect(problemOf("<html>")).toBe("api_document_unreadable");
    expect(problemOf('{ "openapi": ')).toBe("api_document_unreadable");
    expect(problemOf({ swagger: "1.2", paths: {} })).toBe("api_document_other_version");
    expect(problemOf({ openapi: "4.0.0", paths: {} })).toBe("api_document_other_version");
    expect(problemOf({ openapi: "3.1.0", paths: {} })).toBe("api_document_no_operations");
    expect(problemOf("[".repeat(5_000))).toBe("api_document_unreadable");
  });

  test("is refused where it is larger or deeper than anything that people wrote", () => {
    expect(problemOf(" ".repeat(16_000_001))).toBe("api_document_too_large");
    const deep = { openapi: "3.1.0", x: JSON.parse(`${'{"a":'.repeat(80)}1${"}".repeat(80)}`) };
    expect(problemOf(deep)).toBe("api_document_too_large");
    expect(problemOf(`openapi: 3.1.0\nx: ${"y".repeat(1_600_000)}`)).toBe("api_document_too_large");
  });

  test("a few lines of aliases that mean millions are not followed", () => {
    const lines = ["openapi: 3.1.0", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let at = 1; at < 12; at += 1)
      lines.push(`a${at}: &a${at} [${Array.from({ length: 10 }, () => `*a${at - 1}`).join(", ")}]`);
    const began = performance.now();
    expect(problemOf(lines.join("\n"))).toMatch(/too_large|unreadable/);
    expect(performance.now() - began).toBeLessThan(soonMs);
  });

  test("nor are merge keys of merge keys that mean millions", () => {
    const lines = ["openapi: 3.1.0", "a0: &a0 { x: [x, x, x, x, x, x, x, x, x, x] }"];
    for (let at = 1; at < 12; at += 1) {
      const inner = Array.from({ length: 10 }, (_, n) => `k${n}: { <<: *a${at - 1} }`).join(", ");
      lines.push(`a${at}: &a${at} { ${inner} }`);
    }
    const began = performance.now();
    expect(problemOf(lines.join("\n"))).toMatch(/too_large|unreadable/);
    expect(performance.now() - began).toBeLessThan(soonMs);
  });

  test("keys of keys and lists of lists, which a reader of YAML would sit over for minutes, are not begun", () => {
    const began = performance.now();
    expect(problemOf(`openapi: 3.1.0\nx:\n  ${"? ".repeat(5_000)}`)).toBe(
      "api_document_unreadable",
    );
    expect(problemOf(`openapi: 3.1.0\nx:\n  - ${"? ".repeat(5_000)}`)).toBe(
      "api_document_unreadable",
    );
    expect(problemOf(`${"- ".repeat(50_000)}x`)).toBe("api_document_unreadable");
    expect(performance.now() - began).toBeLessThan(soonMs);
  });

  test("nothing outside of it is fetched: what it names there allows everything, and says so", () => {
    const outside = {
      type: "object",
      properties: {
        a: { $ref: "http://169.254.169.254/latest" },
        b: { $ref: "file:///etc/passwd" },
      },
    };
    const { root, openapi, operations } = read(documentOf(outside));
    const made = ownSchema(root, operations[0]?.request, openapi);
    expect(made).toMatchObject({ ok: true, isWhole: false });
    expect(JSON.stringify(made)).not.toContain("169.254");
    expect(wrongWith(documentOf(outside), { a: 1, b: { x: 2 } })).toEqual([]);
    expect(wrongWith(documentOf(outside), { c: 1 })).toEqual(["unnamed c"]);
  });

  test("what names itself is read, as deep as the body goes and no deeper", () => {
    const components = {
      schemas: {
        Node: {
          type: "object",
          properties: {
            name: { type: "string" },
            children: { type: "array", items: { allOf: [{ $ref: "#/components/schemas/Node" }] } },
          },
        },
      },
    };
    const ring = documentOf({ $ref: "#/components/schemas/Node" }, { components });
    expect(wrongWith(ring, { name: "a", children: [{ name: "b", children: [] }] })).toEqual([]);
    expect(wrongWith(ring, { children: [{ nam: "b" }] })).toEqual(["unnamed children.0.nam"]);
    const { root, openapi, operations } = read(ring);
    const made = ownSchema(root, operations[0]?.request, openapi);
    expect(made.ok && fieldsIn(made.schema).length).toBeLessThan(20);
  });

  test("a ring for one and the same value, and what would have to hold 2^40 times, are not checked", () => {
    const self = { A: { allOf: [{ $ref: "#/components/schemas/A" }] } };
    const at = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(wrongWith(documentOf(at("A"), { components: { schemas: self } }), {})).toEqual([
      "not checked",
    ]);
    const schemas = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [
        `A${n}`,
        { allOf: [at(`A${n + 1}`), at(`A${n + 1}`)] },
      ]),
    );
    const began = performance.now();
    expect(wrongWith(documentOf(at("A0"), { components: { schemas } }), { a: 1 })).toEqual([
      "not checked",
    ]);
    expect(performance.now() - began).toBeLessThan(soonMs);
  });

  test("references in a ring lead nowhere, and a pattern that runs for ever is not run", () => {
    const loop = {
      openapi: "3.1.0",
      paths: {
        "/ncrs": {
          post: { requestBody: { $ref: "#/components/requestBodies/A" }, responses: {} },
        },
      },
      components: {
        requestBodies: {
          A: { $ref: "#/components/requestBodies/B" },
          B: { $ref: "#/components/requestBodies/A" },
        },
      },
    };
    expect(read(loop).operations[0]?.request).toBeNull();
    const evil = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
    const began = performance.now();
    expect(wrongWith(documentOf(evil), { a: `${"a".repeat(40)}!` })).toEqual([]);
    expect(performance.now() - began).toBeLessThan(soonMs);
  });

  test("names that mean something to a program are only names", () => {
    const text = `{"openapi":"3.1.0","paths":{"/ncrs":{"post":{"requestBody":{"content":{"application/json":
      {"schema":{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"},"a":{}}}}}},
      "responses":{}}},"/x":{"post":{"requestBody":{"$ref":"#/__proto__/constructor"},"responses":{}}}}}`;
    expect(read(text).operations).toHaveLength(2);
    expect(wrongWith(text, { a: 1, constructor: "x" })).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("more than one message can be asked is not checked, and breaks nothing", () => {
    const properties = Object.fromEntries(
      Array.from({ length: 9_000 }, (_, n) => [`f${n}`, { type: "string" }]),
    );
    expect(wrongWith(documentOf({ type: "object", properties }), { f1: "x" })).toEqual([
      "not checked",
    ]);
    const odd = {
      type: "object",
      required: "title",
      properties: 7,
      enum: [{}],
      maxLength: "x",
      items: [],
    };
    expect(wrongWith(documentOf(odd), { a: 1 })).toEqual([]);
  });
});
