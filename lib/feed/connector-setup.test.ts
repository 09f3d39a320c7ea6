import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { inTransaction } from "#lib/db/client";
import { aPerson, aSite, valueIn } from "#lib/db/test-plant";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import { historyOf } from "#lib/record/history.queries";
import { connectorById } from "./connector.queries.ts";
import { checkSchema } from "./connector-schema.commands.ts";
import {
  addConnector,
  changeConnector,
  pauseConnector,
  resumeConnector,
} from "./connector-setup.commands.ts";
import { testConnector } from "./connector-test.commands.ts";
import { beginningOf, presetOf } from "./connectors/presets.rules.ts";
import { connectorAsTyped, connectorsShown } from "./connectors-shown.queries.ts";
import { type Sandbox, sandboxToken, startSandbox } from "./testing/sandbox.ts";

let admin: pg.Client;
let sandbox: Sandbox;
beforeAll(async () => {
  admin = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await admin.connect();
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.stop();
  await admin.end();
});

const secret = "planted-secret-9f2a";
const hook = "whsec_cGxhbnRlZC1zZWNyZXQtd2ViaG9vay0wMQ==";
const reason = "The plant moves to the new QMS.";

/** Somebody of a site of their own, who may do what their role may. */
async function anActor(...roles: Role[]): Promise<Actor> {
  const site = await aSite();
  const { id, name } = await aPerson(site, { roles });
  return actorOfSeed(site.id, { id, name, roles });
}

const typedFor = (url: string, change: Record<string, string> = {}) => ({
  ...presetOf("qms-sandbox").typed,
  baseUrl: url,
  allow: "127.0.0.1",
  ...change,
});
const formFor = (url = "https://qms.plant.invalid", change: Record<string, string> = {}) => ({
  command: uuidv7(),
  kind: "rest" as const,
  code: "qms-new",
  name: "New QMS",
  typed: typedFor(url, { allow: "", ...change }),
  secrets: { secret, webhookSecret: hook },
  reason,
});

/** A server that says yes to whatever comes, and tells. */
async function listening(tell: (request: IncomingMessage, body: string) => void) {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    tell(request, Buffer.concat(parts).toString("utf8"));
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

type Changed = Record<string, { before: string | null; after: string | null }>;
const changesIn = (told: { entry: { body: unknown } } | undefined): Changed =>
  (told?.entry.body as { changes?: Changed } | undefined)?.changes ?? {};

const everythingStored = async (site: string): Promise<string> => {
  const { rows } = await admin.query<{ all: string }>(
    `select (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from connectors c where site_id = $1)::text
       || (select coalesce(string_agg(line, ''), '') from entries where site_id = $1)
       || (select coalesce(string_agg(text, ''), '') from text_blobs where site_id = $1) as all`,
    [site],
  );
  return rows[0]?.all ?? "";
};

describe("a connector made at the desk", () => {
  test("is by configuration alone what the same configuration in code would be, with who and why on record", async () => {
    const actor = await anActor("integrator");
    const { id } = valueIn(await addConnector(actor, formFor()));
    const opened = await inTransaction((tx) => connectorById(tx, id), actor.site);
    expect(opened).toMatchObject({ code: "qms-new", secret, config: { kind: "rest" } });
    const { entries, texts } = await historyOf(actor, "feed", id);
    expect(entries.map(({ entry }) => entry.type)).toEqual(["connector.saved"]);
    expect(entries[0]?.entry.person).toBe(actor.id);
    expect(Object.values(texts)).toContain(reason);
    const changes = changesIn(entries[0]);
    expect(changes.baseUrl).toEqual({ before: null, after: "https://qms.plant.invalid" });
    expect(changes["secret-secret"]).toEqual({ before: null, after: "•••" });
    expect(await addConnector(actor, formFor())).toMatchObject({
      error: { code: "connector_there_already" },
    });
  });

  test("has its secrets nowhere but sealed: not in its row, the record, a form or a list", async () => {
    const actor = await anActor("administrator");
    const { id } = valueIn(await addConnector(actor, formFor()));
    const asked = [
      await everythingStored(actor.site),
      JSON.stringify(await connectorsShown(actor)),
      JSON.stringify(await connectorAsTyped(actor, id)),
      JSON.stringify(await historyOf(actor, "feed", id)),
    ];
    for (const text of asked) {
      expect(text.length).toBeGreaterThan(100);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(hook);
    }
    expect((await connectorAsTyped(actor, id))?.has).toEqual(["secret", "webhookSecret"]);
  });

  test("is not stored with a wrong expression, a missing secret, or an address in a network that nobody let in", async () => {
    const actor = await anActor("integrator");
    const codeOf = async (form: Parameters<typeof addConnector>[1]) => {
      const made = await addConnector(actor, form);
      return made.ok ? "made" : made.error.code;
    };
    expect(await codeOf(formFor(undefined, { record: "{ oops" }))).toBe("connector_not_right");
    expect(await codeOf({ ...formFor(), secrets: { webhookSecret: hook } })).toBe("secret_needed");
    for (const url of [
      "http://127.0.0.1:4380",
      "http://[::1]/",
      "http://10.1.2.3",
      "http://2130706433",
    ])
      expect(await codeOf(formFor(url)), url).toBe("connector_address_private");
    const letIn = formFor("http://10.1.2.3", { allow: "10.1.2.3" });
    expect(await codeOf(letIn)).toBe("private_host_for_administrator");
    const metadata = formFor("http://169.254.169.254", { allow: "169.254.169.254" });
    const administrator = actorOfSeed(actor.site, { roles: ["administrator"] });
    expect(await addConnector(administrator, metadata)).toMatchObject({
      error: { code: "connector_address_private" },
    });
    expect(await connectorsShown(actor)).toEqual([]);
    expect(await addConnector(administrator, letIn)).toMatchObject({ ok: true });
  });
});

describe("a change", () => {
  test("keeps what was before on the record, and the secrets that nobody typed anew", async () => {
    const actor = await anActor("administrator");
    const { id } = valueIn(await addConnector(actor, formFor()));
    const shown = await connectorAsTyped(actor, id);
    if (!shown) throw new Error("not there");
    const change = {
      command: uuidv7(),
      connector: id,
      was: shown.was,
      name: shown.name,
      typed: { ...shown.typed, timeoutMs: "4" },
      secrets: {},
      reason: "It answers within four seconds.",
    };
    valueIn(await changeConnector(actor, change));
    const opened = await inTransaction((tx) => connectorById(tx, id), actor.site);
    expect(opened).toMatchObject({ secret, config: { timeoutMs: 4_000 } });
    const [newest] = (await historyOf(actor, "feed", id)).entries;
    expect(newest?.entry.body).toMatchObject({
      changes: { timeoutMs: { before: "8", after: "4" } },
    });
    expect(Object.keys(changesIn(newest))).toEqual(["timeoutMs"]);
    // Opened before that: what somebody else has changed is not overwritten.
    expect(await changeConnector(actor, change)).toMatchObject({
      error: { code: "connector_changed_meanwhile" },
    });
    const again = await connectorAsTyped(actor, id);
    const same = { ...change, was: again?.was ?? "", typed: again?.typed ?? {} };
    expect(await changeConnector(actor, same)).toMatchObject({
      error: { code: "connector_unchanged" },
    });
  });

  test("of the address sends no kept secret to the new one: saved or only tested, it has to be typed anew", async () => {
    const heard: unknown[] = [];
    const thief = await listening((request) => heard.push(request.headers.authorization));
    const actor = await anActor("administrator");
    const { id } = valueIn(await addConnector(actor, formFor()));
    const shown = await connectorAsTyped(actor, id);
    if (!shown) throw new Error("not there");
    const typed = { ...shown.typed, baseUrl: thief.url, allow: "127.0.0.1" };
    const tried = await testConnector(actor, { connector: id, kind: "rest", typed, secrets: {} });
    expect(tried).toMatchObject({ error: { code: "secret_needed_again" } });
    const { was, name } = shown;
    const change = { command: uuidv7(), connector: id, was, name, typed, secrets: {}, reason };
    expect(await changeConnector(actor, change)).toMatchObject({
      error: { code: "secret_needed_again" },
    });
    expect(heard).toEqual([]);
    const anew = { ...change, secrets: { secret: "another" } };
    expect(await changeConnector(actor, anew)).toMatchObject({ ok: true });
    await thief.stop();
  });
});

describe("a pause", () => {
  test("stands with who, when and why until somebody resumes it for a reason", async () => {
    const actor = await anActor("administrator");
    const { id } = valueIn(await addConnector(actor, formFor()));
    const form = { command: uuidv7(), connector: id, reason: "The QMS is being updated." };
    valueIn(await pauseConnector(actor, form));
    expect(await connectorsShown(actor)).toMatchObject([
      { status: "paused", statusNote: form.reason, pausedBy: { name: "Ana Ruiz" } },
    ]);
    expect(await pauseConnector(actor, form)).toMatchObject({
      error: { code: "connector_paused_already" },
    });
    valueIn(await resumeConnector(actor, { ...form, reason: "It is back." }));
    expect(await connectorsShown(actor)).toMatchObject([
      { status: "active", statusNote: null, pausedBy: null },
    ]);
    expect(await resumeConnector(actor, form)).toMatchObject({
      error: { code: "connector_not_paused" },
    });
    const { entries } = await historyOf(actor, "feed", id);
    expect(entries.map(({ entry }) => entry.type)).toEqual([
      "connector.resumed",
      "connector.paused",
      "connector.saved",
    ]);
    // Stopped by itself, nobody is named for it, whoever paused it before.
    await admin.query(
      "update connectors set status = 'paused', status_note = '401' where id = $1",
      [id],
    );
    expect(await connectorsShown(actor)).toMatchObject([{ statusNote: "401", pausedBy: null }]);
  });
});

describe("a test of the connection", () => {
  const tryOut = async (actor: Actor, url: string, token: string, change = {}) =>
    testConnector(actor, {
      connector: null,
      kind: "rest",
      typed: typedFor(url, change),
      secrets: { secret: token, webhookSecret: hook },
    });

  test("asks the real system before anything is saved, changes nothing there, and shows its answer", async () => {
    const actor = await anActor("administrator");
    const before = await sandbox.count();
    const tried = valueIn(await tryOut(actor, sandbox.url, sandboxToken));
    expect(tried).toMatchObject({
      isThere: true,
      asked: expect.stringContaining("GET api/ncrs?include_closed=1&external_key="),
      answer: expect.stringContaining("200"),
    });
    expect(await sandbox.count()).toEqual(before);
    expect(await connectorsShown(actor)).toEqual([]);
    const stored = await everythingStored(actor.site);
    expect(stored).toContain("connector.tested");
    expect(stored).not.toContain(sandboxToken);
  });

  test("shows a wrong token, a system that isn't there and a refused address as what they are, without the secret", async () => {
    const actor = await anActor("administrator");
    const wrong = valueIn(await tryOut(actor, sandbox.url, secret));
    expect(wrong).toMatchObject({ isThere: false, answer: expect.stringContaining("401") });
    const gone = valueIn(await tryOut(actor, "http://127.0.0.1:9", secret));
    expect(gone).toMatchObject({ isThere: false, answer: expect.stringContaining("ECONNREFUSED") });
    const refused = valueIn(await tryOut(actor, sandbox.url, secret, { allow: "" }));
    expect(refused).toMatchObject({ isThere: false, answer: expect.stringContaining("private") });
    expect(JSON.stringify([wrong, gone, refused])).not.toContain(secret);
    const integrator = actorOfSeed(actor.site, { roles: ["integrator"] });
    expect(await tryOut(integrator, sandbox.url, sandboxToken)).toMatchObject({
      error: { code: "private_host_for_administrator" },
    });
  });

  test("of one that is saved uses the secrets it has", async () => {
    const actor = await anActor("administrator");
    const form = { ...formFor(), typed: typedFor(sandbox.url) };
    const secrets = { secret: sandboxToken, webhookSecret: hook };
    const { id } = valueIn(await addConnector(actor, { ...form, secrets }));
    const asked = { connector: id, kind: "rest" as const, typed: null, secrets: {} };
    expect(valueIn(await testConnector(actor, asked))).toMatchObject({ isThere: true });
  });

  test("of one that hears events is the publisher's own question", async () => {
    const heard: { signed: boolean; body: string }[] = [];
    const receiver = await listening((request, body) =>
      heard.push({ signed: "webhook-signature" in request.headers, body }),
    );
    const actor = await anActor("administrator");
    const typed = { ...beginningOf("webhook").typed, url: receiver.url, allow: "127.0.0.1" };
    const asked = { connector: null, kind: "webhook" as const, typed };
    expect(await testConnector(actor, { ...asked, secrets: {} })).toMatchObject({
      error: { code: "secret_needed", params: { secret: "signingKey" } },
    });
    const secrets = { signingKey: hook };
    expect(valueIn(await testConnector(actor, { ...asked, secrets }))).toMatchObject({
      isThere: true,
    });
    expect(heard).toEqual([
      { signed: true, body: expect.stringContaining("dev.buyoff.connection.tested") },
    ]);
    await receiver.stop();
    expect(valueIn(await testConnector(actor, { ...asked, secrets }))).toMatchObject({
      isThere: false,
      answer: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

test("another site sees, changes, pauses and tests nothing of it", async () => {
  const actor = await anActor("administrator");
  const other = await anActor("administrator");
  const { id } = valueIn(await addConnector(actor, formFor()));
  const shown = await connectorAsTyped(actor, id);
  expect(await connectorsShown(other)).toEqual([]);
  expect(await connectorsShown(other, id)).toEqual([]);
  expect(await connectorAsTyped(other, id)).toBeNull();
  const form = { command: uuidv7(), connector: id, reason };
  const notHere = { error: { code: "connector_not_here" } };
  expect(await pauseConnector(other, form)).toMatchObject(notHere);
  expect(await resumeConnector(other, form)).toMatchObject(notHere);
  const change = { ...form, was: shown?.was ?? "", name: "Theirs", typed: shown?.typed ?? {} };
  expect(await changeConnector(other, { ...change, secrets: {} })).toMatchObject(notHere);
  const asked = { connector: id, kind: "rest" as const, typed: null, secrets: {} };
  expect(await testConnector(other, asked)).toMatchObject(notHere);
  // The same code there is another connector.
  expect(await addConnector(other, formFor())).toMatchObject({ ok: true });
  expect((await connectorsShown(actor)).map(({ name }) => name)).toEqual(["New QMS"]);
});

describe("the fields of its records", () => {
  test("failure 43: are learned from one record and looked at again: what is gone or of another type is named and kept", async () => {
    const actor = await anActor("administrator");
    const form = { ...formFor(), typed: typedFor(sandbox.url) };
    const secrets = { secret: sandboxToken, webhookSecret: hook };
    const { id } = valueIn(await addConnector(actor, { ...form, secrets }));
    const look = (externalId = "") =>
      checkSchema(actor, { command: uuidv7(), connector: id, externalId });
    expect(await look()).toMatchObject({ error: { code: "connector_no_sample" } });
    expect(await look("NCR-0000-9999")).toMatchObject({
      error: { code: "connector_record_unread" },
    });
    const ncr = await sandbox.create({ title: "By hand", severity: "major", quantity: "1" });
    expect(valueIn(await look(ncr))).toMatchObject({ gone: [], changed: [], problem: null });
    expect(valueIn(await look())).toMatchObject({ externalId: ncr, gone: [], changed: [] });

    // As after an update of the QMS that drops one field and counts in another.
    await admin.query(
      `update connectors set schema_sample = jsonb_set(jsonb_set(schema_sample,
         '{shape,fields.zone}', '"string"'), '{shape,version}', '"string"') where id = $1`,
      [id],
    );
    const found = valueIn(await look());
    expect(found.gone).toEqual(["fields.zone"]);
    expect(found.changed).toEqual([{ path: "version", was: "string", is: "number" }]);
    const [shown] = await connectorsShown(actor);
    expect(shown?.schema).toMatchObject({ gone: ["fields.zone"] });
    const [newest] = (await historyOf(actor, "feed", id)).entries;
    expect(newest?.entry).toMatchObject({
      type: "connector.schema_checked",
      body: { gone: "fields.zone", retyped: "version: string → number", learned: false },
    });

    // A mapping that can't read the record any more is the worst of drifts, and said in its words.
    await admin.query(
      "update connectors set config = jsonb_set(config, '{record}', to_jsonb('{ \"number\": ncr_no }'::text)) where id = $1",
      [id],
    );
    expect(valueIn(await look()).problem).toContain("can't be read");

    const typed = (await connectorAsTyped(actor, id))?.typed ?? {};
    const was = (await connectorAsTyped(actor, id))?.was ?? "";
    const change = { command: uuidv7(), connector: id, was, name: "Renamed", typed, secrets: {} };
    valueIn(await changeConnector(actor, { ...change, reason }));
    expect(await connectorsShown(actor)).toMatchObject([{ learned: null, schema: null }]);
    const other = await anActor("administrator");
    expect(
      await checkSchema(other, { command: uuidv7(), connector: id, externalId: ncr }),
    ).toMatchObject({ error: { code: "connector_not_here" } });
  });
});
