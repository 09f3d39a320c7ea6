import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../../../e2e/qms-sandbox/openapi.ts";
import { beginningOf } from "../presets.rules.ts";
import { qmsSandboxConfig } from "../qms-sandbox/rules.ts";
import { readTyped } from "../typed.rules.ts";
import { apiDriftOf, contractOf, operationsUsed } from "./contract.rules.ts";
import { apiContract } from "./contract.schema.ts";
import { readDocument } from "./document.rules.ts";
import { likelyOperations, proposed } from "./propose.rules.ts";

const budget = { now: () => performance.now(), milliseconds: 1_000, depth: 1_000 };
const config = qmsSandboxConfig("https://qms.example/");
const of = { sha256: "a".repeat(64), readAt: "2026-01-01T00:00:00.000Z", address: null };

type Described = { required: string[]; properties: Record<string, Record<string, unknown>> };
type Changing = {
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<"NewNcr" | "Ncr", Described> };
};
/** The register's own document, with something changed in it. */
function changed(change: (document: Changing) => void = () => undefined) {
  const copy = structuredClone(openApiDocument) as unknown as Changing;
  change(copy);
  const read = readDocument(JSON.stringify(copy));
  if (!read.ok) throw new Error(read.problem);
  return read.document;
}
const driftAfter = async (change: (document: Changing) => void) =>
  apiDriftOf(
    await contractOf(config, changed(), of, budget),
    await contractOf(config, changed(change), of, budget),
  );

describe("what a configuration uses of a document", () => {
  test("is found by what its paths give", async () => {
    const used = await operationsUsed(config, changed(), budget);
    expect(
      Object.fromEntries([...used].map(([part, { method, path }]) => [part, `${method} ${path}`])),
    ).toEqual({
      create: "POST /api/ncrs",
      lookup: "GET /api/ncrs",
      readBack: "GET /api/ncrs/{number}",
      update: "POST /api/ncrs/{number}/comments",
      attach: "PUT /api/ncrs/{number}/attachments/{sha256}",
      withdraw: "PATCH /api/ncrs/{number}",
      changes: "GET /api/changes",
    });
  });

  test("is kept as it can be read again", async () => {
    const contract = await contractOf(config, changed(), of, budget);
    expect(apiContract.parse(JSON.parse(JSON.stringify(contract)))).toEqual(
      JSON.parse(JSON.stringify(contract)),
    );
  });
});

describe("another document", () => {
  test("that says the same is no drift, nor what is new and nobody uses", async () => {
    const drift = await driftAfter(({ paths, components }) => {
      paths["/api/audits"] = { get: { responses: {} } };
      components.schemas.NewNcr.properties.colour = { type: "string" };
      components.schemas.Ncr.properties.owner = { type: "string" };
    });
    expect(drift).toEqual({ gone: [], changed: [], added: ["GET /api/audits"] });
  });

  test("without an operation that we use", async () => {
    const { gone } = await driftAfter(({ paths }) => {
      delete paths["/api/ncrs/{number}/comments"];
    });
    expect(gone).toEqual(["POST /api/ncrs/{number}/comments"]);
  });

  test("without a field that we send or read, or with another type, length or choice of it", async () => {
    const { gone, changed: other } = await driftAfter(({ components: { schemas } }) => {
      delete schemas.NewNcr.properties.balloon;
      schemas.NewNcr.properties.title = { type: "string", maxLength: 80 };
      schemas.NewNcr.properties.severity = {
        type: ["string", "null"],
        enum: ["low", "high", null],
      };
      schemas.Ncr.properties.version = { type: "string" };
    });
    expect(gone).toEqual([
      "POST /api/ncrs → balloon",
      "POST /api/ncrs ← fields.balloon",
      "GET /api/ncrs ← ncrs[].fields.balloon",
      "GET /api/ncrs/{number} ← fields.balloon",
    ]);
    const said = other.map(({ path, was, is }) => `${path}: ${was} | ${is}`);
    expect(said).toContain(
      "POST /api/ncrs → title: string, ≤ 120, required | string, ≤ 80, required",
    );
    expect(said.some((line) => line.startsWith("POST /api/ncrs → severity: "))).toBe(true);
    expect(said).toContain("GET /api/ncrs/{number} ← version: integer | string");
  });

  test("that asks for a field that we don't give", async () => {
    const { changed: other } = await driftAfter(({ components: { schemas } }) => {
      schemas.NewNcr.required.push("cause");
      schemas.NewNcr.properties.cause = { type: "string" };
    });
    expect(other).toEqual([
      { path: "POST /api/ncrs → cause", was: "not there", is: "string, required" },
    ]);
  });
});

describe("what we leave out", () => {
  test("asks for nothing: a member that only it would need is no drift, and what it looks like is not kept", async () => {
    const document = changed(({ components: { schemas } }) => {
      schemas.NewNcr.properties.lines = {
        type: "array",
        items: { type: "object", required: ["line_number"], properties: { line_number: {} } },
      };
    });
    const before = await contractOf(config, changed(), of, budget);
    const after = await contractOf(config, document, { ...of, sha256: "1" }, budget);
    expect(apiDriftOf(before, after)).toMatchObject({ gone: [], changed: [] });
    const kept = JSON.stringify(after.operations.create?.request);
    expect(kept).not.toContain("line_number");
    expect(kept).toContain("maxLength");
  });
});

describe("a proposal", () => {
  test("chooses the operations of a register, and fills in what compiles", async () => {
    const document = changed();
    const chosen = likelyOperations(document);
    expect(chosen).toEqual({
      create: "POST /api/ncrs",
      lookup: "GET /api/ncrs",
      readBack: "GET /api/ncrs/{number}",
      update: "POST /api/ncrs/{number}/comments",
      attach: "PUT /api/ncrs/{number}/attachments/{sha256}",
      withdraw: "PATCH /api/ncrs/{number}",
      changes: "GET /api/changes",
    });
    const typed = proposed(document, chosen, "https://qms.example");
    expect(typed).toMatchObject({
      "create-method": "POST",
      "create-path": '"api/ncrs"',
      "lookup-path": '"api/ncrs?external_key=" & $encodeUrlComponent($key)',
      "readBack-path": '"api/ncrs/" & $encodeUrlComponent($externalId)',
      "update-path": '"api/ncrs/" & $encodeUrlComponent($externalId) & "/comments"',
      "attach-path":
        '"api/ncrs/" & $encodeUrlComponent($externalId) & "/attachments/" & $encodeUrlComponent($sha256)',
      "changes-path": '"api/changes?since=" & $encodeUrlComponent($cursor)',
    });
    expect(JSON.parse(typed.fields ?? "")).toContainEqual({
      field: "title",
      max: 120,
      count: "utf16",
      overflow: { to: "attachment", name: "title.txt" },
    });
    const rest = {
      "lookup-records": "ncrs[]",
      record: "{}",
      "verify-expected": "{}",
      "verify-actual": "{}",
      "update-done": "true",
      "attach-done": "true",
    };
    const filled = {
      ...beginningOf("rest").typed,
      baseUrl: "https://qms.example",
      ...typed,
      ...rest,
      "changes-items": "changes",
      "changes-cursor": "cursor",
      "withdraw-body": "{}",
    };
    const read = await readTyped("rest", filled, budget);
    expect(read.ok ? [] : read.problems).toEqual([]);
  });

  test("makes nothing up: what is asked for and no draft says is null, and other people's words stay theirs", () => {
    const document = changed(({ components: { schemas } }) => {
      schemas.NewNcr.required.push("cause_group", "priority");
      schemas.NewNcr.properties.cause_group = { type: "string" };
      schemas.NewNcr.properties.priority = { type: "string", enum: ["P1", "P2"] };
    });
    const body = proposed(document, { create: "POST /api/ncrs" }, "")["create-body"];
    expect(body).toContain('"cause_group": null');
    expect(body).toContain('"priority": null');
    expect(body).toContain('"external_key": $key');
    expect(body).toContain('"title": title');
  });

  test("finds what belongs to a project, and takes no part of another word for a nonconformance", () => {
    const body = (schema: object) => ({
      requestBody: { content: { "application/json": { schema } } },
    });
    const issue = {
      type: "object",
      required: ["title"],
      properties: {
        id: { type: "string" },
        title: { type: "string" },
        // May be left out: what it says of somebody is not ours to say.
        history: {
          type: "object",
          properties: { title: { type: "string" }, link: { type: "string" } },
        },
      },
    };
    const paths = {
      "/keys/encrypt": { post: body({ type: "object", properties: { title: {} } }) },
      "/issuers": { post: body(issue) },
      "/projects/{project}/issue-types": { post: body(issue) },
      "/projects/{project}/issues": { post: body(issue) },
      "/projects/{project}/issues/comments/{comment}": { patch: body(issue) },
      "/projects/{project}/issues/{issue}": { get: {}, patch: body(issue) },
      "/projects/{project}/issues/{issue}/comments": { post: body({ properties: { body: {} } }) },
      "/events": { get: {} },
    };
    const read = readDocument(JSON.stringify({ openapi: "3.0.3", paths }));
    if (!read.ok) throw new Error(read.problem);
    const chosen = likelyOperations(read.document);
    expect(chosen).toEqual({
      create: "POST /projects/{project}/issues",
      readBack: "GET /projects/{project}/issues/{issue}",
      update: "POST /projects/{project}/issues/{issue}/comments",
      withdraw: "PATCH /projects/{project}/issues/{issue}",
    });
    const typed = proposed(read.document, chosen, "https://q.example");
    // Which project is for whoever reads it.
    expect(typed["create-path"]).toBe('"projects/{project}/issues"');
    expect(typed["readBack-path"]).toBe(
      '"projects/{project}/issues/" & $encodeUrlComponent($externalId)',
    );
    expect(typed["create-body"]?.replace(/\s+/g, " ")).toBe('{ "title": title }');
  });

  test("knows a record by its key as OData writes it, and a nonconformance in Spanish", () => {
    const body = (properties: object) => ({
      requestBody: {
        content: {
          "application/json": { schema: { type: "object", required: ["título"], properties } },
        },
      },
    });
    const words = { título: { type: "string" }, cantidad: { type: "number" } };
    const proposedFrom = (paths: object) => {
      const read = readDocument(JSON.stringify({ openapi: "3.0.3", paths }));
      if (!read.ok) throw new Error(read.problem);
      const chosen = likelyOperations(read.document);
      return { chosen, typed: proposed(read.document, chosen, "https://q.example") };
    };
    const odata = proposedFrom({
      "/A_Defect": { post: body({ DefectText: { type: "string", maxLength: 40 } }) },
      "/A_Defect('{DefectInternalID}')": { get: {}, patch: body({}) },
    });
    expect(odata.chosen).toMatchObject({
      create: "POST /A_Defect",
      readBack: "GET /A_Defect('{DefectInternalID}')",
    });
    expect(odata.typed["readBack-path"]).toBe(
      `"A_Defect('" & $encodeUrlComponent($externalId) & "')"`,
    );
    expect(odata.typed["create-body"]).toContain('"DefectText": title');
    const spanish = proposedFrom({
      "/no-conformidades": { post: body(words) },
      "/no-conformidades/{id}": { get: {} },
      "/no-conformidades/{id}/comentarios": { post: body({ texto: {} }) },
    });
    expect(spanish.chosen).toEqual({
      create: "POST /no-conformidades",
      readBack: "GET /no-conformidades/{id}",
      update: "POST /no-conformidades/{id}/comentarios",
    });
    expect(spanish.typed["create-body"]?.replace(/\s+/g, " ")).toBe(
      '{ "título": title, "cantidad": defect.quantity }',
    );
  });

  test("takes records of a project for nonconformances where the summary says so", () => {
    const body = { content: { "application/json": { schema: { properties: { title: {} } } } } };
    const chosenFor = (summary: string) => {
      const paths = {
        "/projects/{project}/records": {
          post: { summary, requestBody: body },
          get: { parameters: [{ name: "externalRef", in: "query" }] },
        },
        "/projects/{project}/records/{record}": { get: {} },
      };
      const read = readDocument(JSON.stringify({ openapi: "3.0.3", paths }));
      return read.ok ? likelyOperations(read.document) : read.problem;
    };
    expect(chosenFor("Create a quality record")).toEqual({
      create: "POST /projects/{project}/records",
      lookup: "GET /projects/{project}/records",
      readBack: "GET /projects/{project}/records/{record}",
    });
    expect(chosenFor("Create a training record")).toEqual({});
  });
});
