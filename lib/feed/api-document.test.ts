import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite, inTransaction } from "#lib/db/client";
import { aPerson, aSite, valueIn } from "#lib/db/test-plant";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import { historyOf } from "#lib/record/history.queries";
import { openApiDocument } from "../../e2e/qms-sandbox/openapi.ts";
import { approveApiDocument, checkApiDocument } from "./api-document.commands.ts";
import { readApiDocument } from "./api-document-read.commands.ts";
import { connectorById, isRecordsConnector } from "./connector.queries.ts";
import { addConnector, changeConnector } from "./connector-setup.commands.ts";
import { sampleDraft } from "./connectors/openapi/sample.rules.ts";
import { presetOf } from "./connectors/presets.rules.ts";
import { create, update } from "./connectors/rest/talk.gateway.ts";
import { connectorAsTyped, connectorsShown } from "./connectors-shown.queries.ts";
import { flowRead } from "./flow.queries.ts";

const secret = "planted-secret-77c1";
const reason = "Their document says what they take.";

type Register = {
  url: string;
  seen: { url: string; auth: string | undefined; body: string }[];
  document: object;
  redirect: string | null;
  stop(): Promise<unknown>;
};
let register: Register;
let other: Register;

/** A system that shows its document, takes records and tells what it was asked. */
async function serving(): Promise<Register> {
  const made: Register = {
    url: "",
    seen: [],
    document: openApiDocument,
    redirect: null,
    stop: async () => null,
  };
  const server = createServer(async (request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString("utf8");
    made.seen.push({ url: request.url ?? "", auth: request.headers.authorization, body });
    if (made.redirect) return response.writeHead(302, { location: made.redirect }).end();
    if (request.url?.endsWith("openapi.json")) return response.end(JSON.stringify(made.document));
    response.writeHead(201, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ number: "NCR-1", status: "open", version: 1, fields: {}, dispositions: [] }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  made.stop = () => new Promise((resolve) => server.close(resolve));
  return made;
}
beforeAll(async () => {
  register = await serving();
  other = await serving();
});
afterAll(async () => {
  await register.stop();
  await other.stop();
});

async function anActor(...roles: Role[]): Promise<Actor> {
  const site = await aSite();
  const { id, name } = await aPerson(site, { roles });
  return actorOfSeed(site.id, { id, name, roles });
}
const typedFor = (url: string, change: Record<string, string> = {}) => ({
  ...presetOf("qms-sandbox").typed,
  baseUrl: url,
  allow: "127.0.0.1",
  webhookSubject: "",
  // Codes of no crosswalk: they stand as they are.
  "create-body":
    '{ "external_key": $key, "title": title, "severity": defect.severity, "balloon": balloon }',
  "verify-expected": "{}",
  "verify-actual": "{}",
  ...change,
});
const asked = (
  address: string | null,
  more: Partial<Parameters<typeof readApiDocument>[1]> = {},
) => ({
  connector: null,
  address,
  text: null,
  typed: typedFor(register.url),
  secrets: { secret },
  chosen: null,
  ...more,
});
const quiet = { onSend: async () => undefined };

/** A connector that stands on the register's document. */
async function connected(actor: Actor, change: Record<string, string> = {}) {
  register.document = openApiDocument;
  const address = `${register.url}/api/openapi.json`;
  const { sha256 } = valueIn(await readApiDocument(actor, asked(address)));
  const { id } = valueIn(
    await addConnector(actor, {
      command: uuidv7(),
      kind: "rest",
      code: "qms-described",
      name: "Described",
      typed: typedFor(register.url, change),
      secrets: { secret },
      apiDocument: { address, text: null, sha256 },
      reason,
    }),
  );
  return { id, address, sha256 };
}
async function opened(actor: Actor, id: string) {
  const connector = await inTransaction((tx) => connectorById(tx, id), actor.site);
  if (!connector || !isRecordsConnector(connector)) throw new Error("not there");
  return { ...connector, codes: null };
}
type Described = { required: string[]; properties: Record<string, unknown> };
type Changing = {
  info: { version: string };
  paths: Record<string, unknown>;
  components: { schemas: Record<"NewNcr", Described> };
};
const changedDocument = (change: (of: Changing) => void) => {
  const copy = structuredClone(openApiDocument) as unknown as Changing;
  change(copy);
  return copy as object;
};

describe("a document at an address", () => {
  test("is asked for with our credentials at the system's own host, and says what the form could say", async () => {
    const actor = await anActor("administrator");
    register.document = openApiDocument;
    register.seen = [];
    const read = valueIn(await readApiDocument(actor, asked(`${register.url}/api/openapi.json`)));
    expect(register.seen.map(({ auth }) => auth)).toEqual([`Bearer ${secret}`]);
    expect(read).toMatchObject({
      title: "NCR register",
      openapi: "3.1.0",
      problems: [],
      unknown: [],
    });
    expect(read.chosen.create).toBe("POST /api/ncrs");
    expect(read.proposed["create-path"]).toBe('"api/ncrs"');
    expect(read.fields.find(({ path }) => path === "title")).toMatchObject({
      required: true,
      max: 120,
    });
  });

  test("at another host is asked for without them, and a redirect is not followed", async () => {
    const actor = await anActor("administrator");
    other.seen = [];
    valueIn(await readApiDocument(actor, asked(`${other.url}/openapi.json`)));
    expect(other.seen.map(({ auth }) => auth)).toEqual([undefined]);
    other.seen = [];
    register.redirect = `${other.url}/openapi.json`;
    const read = await readApiDocument(actor, asked(`${register.url}/api/openapi.json`));
    register.redirect = null;
    expect(read).toMatchObject({ ok: false, error: { code: "api_document_unread" } });
    expect(other.seen).toEqual([]);
  });

  test("in a network that nobody let in, at the cloud's own address, or with a password in it is not asked for", async () => {
    const actor = await anActor("integrator");
    register.seen = [];
    const outside = { ...typedFor("https://qms.example"), allow: "" };
    for (const address of [
      `${register.url}/openapi.json`,
      "http://169.254.169.254/latest/meta-data/",
      "http://[::1]:80/openapi.json",
      "http://user:pw@qms.example/openapi.json",
      "file:///etc/passwd",
    ])
      expect(await readApiDocument(actor, asked(address, { typed: outside }))).toMatchObject({
        ok: false,
        error: { code: "api_document_unread" },
      });
    // Only an administrator lets a host of the plant's own network in, for a document as well.
    expect(await readApiDocument(actor, asked(`${register.url}/openapi.json`))).toMatchObject({
      ok: false,
      error: { code: "private_host_for_administrator" },
    });
    expect(register.seen).toEqual([]);
  });

  test("a secret that is kept for one place is not sent to another", async () => {
    const actor = await anActor("administrator");
    const { id } = await connected(actor);
    other.seen = [];
    const form = asked(`${other.url}/openapi.json`, {
      connector: id,
      typed: typedFor(other.url),
      secrets: {},
    });
    valueIn(await readApiDocument(actor, form));
    expect(other.seen.map(({ auth }) => auth)).toEqual([undefined]);
  });
});

describe("a mapping against the document", () => {
  test("is told while it is typed what it lacks and what nobody asked for, of the barest draft as well", async () => {
    const actor = await anActor("administrator");
    const document = changedDocument(({ components: { schemas } }) => {
      schemas.NewNcr.required.push("cause");
      schemas.NewNcr.properties.cause = { type: "string" };
      schemas.NewNcr.properties.balloon = { type: "string" };
      delete schemas.NewNcr.properties.severity;
    });
    const form = asked(null, { text: JSON.stringify(document) });
    const { problems } = valueIn(await readApiDocument(actor, form));
    expect(problems?.map(({ code, field }) => `${code} ${field}`).sort()).toEqual([
      "required cause",
      "type balloon",
      "unnamed severity",
    ]);
  });

  test("what it makes and the document doesn't take is not sent, and says why; what it takes is", async () => {
    const actor = await anActor("administrator");
    const { id } = await connected(actor, {
      "create-body":
        '{ "external_key": $key, "title": title, "severity": "terrible", "colour": "red" }',
      fields: "",
    });
    const connector = await opened(actor, id);
    register.seen = [];
    const refused = await create(
      connector,
      "buyoff:x",
      { ...sampleDraft, title: "x".repeat(130) },
      quiet,
    );
    expect(refused).toMatchObject({ kind: "rejected" });
    expect("reason" in refused && refused.reason).toContain("title: longer than the 120");
    expect("reason" in refused && refused.reason).toContain("severity: their API document takes");
    // Told while it was set up, and not forbidden there.
    expect("reason" in refused && refused.reason).not.toContain("colour");
    const told = { by: "A".repeat(201), text: "More is known." };
    const longer = await update(connector, "k", "1", told, quiet);
    expect("reason" in longer && longer.reason).toContain("author: longer than the 200");
    expect(register.seen).toEqual([]);
    const fits = {
      ...connector,
      config: {
        ...connector.config,
        create: { ...connector.config.create, body: '{ "title": title, "colour": "red" }' },
      },
    };
    await create(fits, "buyoff:x", sampleDraft, quiet);
    expect(register.seen.map(({ url }) => url)).toEqual(["/api/ncrs"]);
  });

  test("what stands around a body is part of what is compared", async () => {
    const actor = await anActor("administrator");
    const { id } = await connected(actor, { envelope: '{ "data": $ }' });
    const connector = await opened(actor, id);
    register.seen = [];
    const refused = await create(connector, "buyoff:x", sampleDraft, quiet);
    expect("reason" in refused && refused.reason).toContain("title: their API document asks for");
    expect(register.seen).toEqual([]);
  });
});

describe("a later document", () => {
  test("that is another in what we use marks the flow as changed, until somebody approves it", async () => {
    const actor = await anActor("administrator");
    const { id, address } = await connected(actor);
    const flow = { site: actor.site, connector: id, process: "NCR" as const };
    const schemaNow = async () =>
      (await flowRead(forSite(actor.site), flow))?.now.fingerprint.schema;
    const before = await schemaNow();
    const look = () =>
      checkApiDocument(actor, { command: uuidv7(), connector: id, address, text: null });
    expect(valueIn(await look())).toMatchObject({ gone: [], changed: [], problem: null });
    expect(await schemaNow()).toBe(before);

    register.document = changedDocument(({ paths, components: { schemas } }) => {
      delete schemas.NewNcr.properties.balloon;
      paths["/api/audits"] = { get: { responses: {} } };
    });
    const check = valueIn(await look());
    expect(check.gone).toContain("POST /api/ncrs → balloon");
    expect(check.added).toEqual(["GET /api/audits"]);
    expect(await schemaNow()).not.toBe(before);
    const [shown] = await connectorsShown(actor, id);
    expect(shown?.contractCheck?.gone).toEqual(check.gone);

    const form = { command: uuidv7(), connector: id, sha256: check.sha256, reason };
    expect(await approveApiDocument(actor, { ...form, sha256: "0".repeat(64) })).toMatchObject({
      error: { code: "api_document_changed" },
    });
    valueIn(await approveApiDocument(actor, form));
    // Approved, it is another than the one that was validated.
    expect(await schemaNow()).not.toBe(before);
    const { entries } = await historyOf(actor, "feed", id);
    const types = entries.map(({ entry }) => entry.type);
    expect(types.filter((type) => type === "connector.schema_checked")).toHaveLength(2);
    expect(types.filter((type) => type === "connector.saved")).toHaveLength(2);
    expect(JSON.stringify(entries)).toContain("NCR register 1.4");
  });

  test("that can't be read is told as such", async () => {
    const actor = await anActor("administrator");
    const { id, address } = await connected(actor);
    register.document = { swagger: "1.2" };
    const check = valueIn(
      await checkApiDocument(actor, { command: uuidv7(), connector: id, address, text: null }),
    );
    expect(check.problem).toBe("api_document_other_version");
  });

  test("another mapping is held against the same document anew, without reading it again", async () => {
    const actor = await anActor("administrator");
    const { id } = await connected(actor);
    const typed = await connectorAsTyped(actor, id);
    register.seen = [];
    valueIn(
      await changeConnector(actor, {
        command: uuidv7(),
        connector: id,
        was: typed?.was ?? "",
        name: "Described",
        typed: { ...typed?.typed, "create-path": '"api/elsewhere"' },
        secrets: {},
        reason,
      }),
    );
    expect(register.seen).toEqual([]);
    const [shown] = await connectorsShown(actor, id);
    expect(shown?.contract?.parts.find(({ part }) => part === "create")?.operation).toBeNull();
    expect(shown?.contract?.parts.find(({ part }) => part === "update")?.operation).toContain(
      "POST",
    );
  });

  test("one that changed between the look and the saving is not saved", async () => {
    const actor = await anActor("administrator");
    const address = `${register.url}/api/openapi.json`;
    register.document = openApiDocument;
    const { sha256 } = valueIn(await readApiDocument(actor, asked(address)));
    register.document = changedDocument(({ info }) => {
      info.version = "9";
    });
    const made = await addConnector(actor, {
      command: uuidv7(),
      kind: "rest",
      code: "qms-late",
      name: "Late",
      typed: typedFor(register.url),
      secrets: { secret },
      apiDocument: { address, text: null, sha256 },
      reason,
    });
    expect(made).toMatchObject({ ok: false, error: { code: "api_document_changed" } });
  });
});
