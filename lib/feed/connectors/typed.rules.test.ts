import { describe, expect, test } from "vitest";
import { capabilitiesOf } from "./capabilities.rules.ts";
import { connectorKinds, fieldsOf } from "./fields.rules.ts";
import { beginningOf, presetOf } from "./presets.rules.ts";
import { qmsSandboxConfig } from "./qms-sandbox/rules.ts";
import { requestTrackerConfig } from "./request-tracker/rules.ts";
import { presets } from "./rest/schema.ts";
import { type ConnectorConfig, connectorConfig } from "./schema.ts";
import {
  addressOf,
  destinationOf,
  hostsOf,
  secretMissing,
  secretsWanted,
} from "./secrets.rules.ts";
import { readTyped, typedOf } from "./typed.rules.ts";

const budget = { now: () => 0, milliseconds: 1_000, depth: 1_000 };
const read = (config: ConnectorConfig, change: Record<string, string> = {}) =>
  readTyped(config.kind, { ...typedOf(config), ...change }, budget);
const problemsOf = async (config: ConnectorConfig, change: Record<string, string>) => {
  const found = await read(config, change);
  return found.ok ? [] : found.problems.map(({ key, code }) => `${key}: ${code}`);
};

const sandbox = qmsSandboxConfig("http://127.0.0.1:4380");
const tracker = requestTrackerConfig({
  baseUrl: "https://rt.plant.example",
  allow: ["rt.plant.example"],
  user: "buyoff",
  queue: 'MRB "north"',
});
const every = {
  v: 1 as const,
  process: "EVENTS" as const,
  allow: [],
  timeoutMs: 8_000,
  eventBytesMax: 262_144,
  overflow: "park" as const,
  retry: { attemptsMax: 10, baseMs: 5_000, factor: 6, capMs: 86_400_000 },
};
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
const tls = { ca: pem, clientCertificate: null };
const at = { host: "bus.plant.example", port: 8883 };
const published: ConnectorConfig[] = [
  { ...every, kind: "webhook", url: "https://hooks.example/in" },
  { ...every, ...at, kind: "mqtt", tls, user: null, clientId: "buyoff", topic: "buyoff/{name}" },
  {
    ...every,
    ...at,
    kind: "amqp",
    tls: null,
    user: "buyoff",
    vhost: "/",
    exchange: "plant",
    routingKey: "{name}",
    breaker: { baseMs: 500, capMs: 60_000 },
  },
  { ...every, ...at, kind: "nats", tls: null, auth: "none", user: null, subject: "buyoff.{name}" },
  {
    ...every,
    kind: "kafka",
    brokers: [
      { host: "k1.example", port: 9092 },
      { host: "2001:db8::1", port: 9093 },
    ],
    tls: { ca: null, clientCertificate: null },
    sasl: "none",
    user: null,
    topic: "events",
  },
  { ...every, kind: "folder", path: "events/north" },
  {
    ...every,
    ...at,
    kind: "sftp",
    user: "buyoff",
    hostKeySha256: "A".repeat(43),
    path: "/drops",
  },
  {
    ...every,
    kind: "s3",
    endpoint: "https://s3.plant.example",
    region: "eu-1",
    bucket: "evidence",
    prefix: "buyoff",
    accessKeyId: "AKIA",
    pathStyle: true,
    ca: null,
  },
];
const examples = [sandbox, tracker, ...published];

describe("a configuration and what is typed", () => {
  test("every kind that there is has an example here, and fields of each section of its own", () => {
    expect([...new Set(examples.map(({ kind }) => kind))].sort()).toEqual(
      [...connectorKinds].sort(),
    );
    for (const kind of connectorKinds) {
      const keys = fieldsOf(kind).map(({ key }) => key);
      expect(new Set(keys).size, kind).toBe(keys.length);
    }
  });

  test.each(examples.map((config) => [config.kind, config] as const))(
    "%s: is the same after it was shown in a form and read from it",
    async (_, config) => {
      expect(connectorConfig.parse(config)).toEqual(config);
      expect(await read(config)).toEqual({ ok: true, config });
    },
  );

  test("nothing of the schema is beyond the form: what is optional is typed as well", async () => {
    const look = { method: "POST" as const, path: '"a"', body: "{}" };
    const whole = {
      ...sandbox,
      breaker: { baseMs: 1_500, capMs: 60_000 },
      atOnce: 3,
      limits: { perMinute: 60, reserve: 0.25 },
      results: [{ when: "status = 409", is: "done" as const }],
      create: { ...sandbox.create, made: "{ 'externalId': id, 'number': id }" },
      update: { ...sandbox.update, headers: "{}", look: { ...look, path: '"h/" & $externalId' } },
      attach: { ...sandbox.attach, body: "$base64", form: '{ "file": "$file" }', look },
      preset: "qms-sandbox" as const,
      session: { ...look, headers: "{}", gives: "body.token", keptMs: 60_000 },
      headers: '{ "x-token": $session }',
      envelope: '{ "of": $ }',
      words: "body.error",
      lookup: { ...sandbox.lookup, body: "{}" },
      readBack: { ...sandbox.readBack, body: "{}" },
      links: [
        { name: "part", method: "POST" as const, path: '"l"', body: "part", look, done: "false" },
      ],
      changes: sandbox.changes && { ...sandbox.changes, body: "{}", begin: "$at" },
      raisedThere: { hold: null },
    };
    expect(await read(whole)).toEqual({ ok: true, config: whole });
    const bare = { ...sandbox, changes: null, webhookSubject: null };
    expect(await read(bare)).toEqual({ ok: true, config: bare });
  });

  test("a preset begins with all but the address; a kind with what nobody has to think about", async () => {
    for (const preset of presets) {
      const { kind, typed } = presetOf(preset);
      const found = await readTyped(kind, typed, budget);
      expect(found).toEqual({
        ok: false,
        problems: [{ key: "baseUrl", code: "needed", params: {} }],
      });
      const there = { ...typed, baseUrl: "https://qms.example" };
      expect((await readTyped(kind, there, budget)).ok).toBe(true);
    }
    const { typed } = presetOf("request-tracker", { queue: "MRB 7" });
    expect(typed["create-body"]).toContain('"MRB 7"');
    const mqtt = beginningOf("mqtt").typed;
    const complete = await readTyped("mqtt", { ...mqtt, host: "bus.example" }, budget);
    expect(complete.ok).toBe(true);
  });
});

describe("what is wrong is said at its field", () => {
  test.each([
    [{ baseUrl: "" }, ["baseUrl: needed"]],
    [{ baseUrl: "ftp://qms.example" }, ["baseUrl: not_right"]],
    [{ timeoutMs: "60" }, ["timeoutMs: too_big"]],
    [{ timeoutMs: "eight" }, ["timeoutMs: number_needed"]],
    [{ lookupsMax: "1.5" }, ["lookupsMax: whole_number_needed"]],
    [{ "retry-factor": "1" }, ["retry-factor: too_small"]],
    [{ "auth-kind": "basic", "auth-user": "" }, ["auth-user: needed"]],
    [{ "changes-cursor": "" }, ["changes-cursor: needed"]],
    [{ fields: '[{"field": "title", "max": 0}]' }, ["fields: not_right"]],
    [{ "create-body": "$lookup({}, defect.code)" }, ["create-body: lookup_drops"]],
    [{ "create-body": '$code("defects", defect.code)' }, ["create-body: code_kind_needed"]],
    [{ results: "[{" }, ["results: json_needed"]],
    [{ results: '[{"when": "status =", "is": "done"}]' }, ["results: does_not_compile"]],
    [{ results: '[{"when": "true", "is": "fine"}]' }, ["results: not_right"]],
    [{ "create-path": "api/ncrs" }, ["create-path: path_in_quotes"]],
    [{ "readBack-path": "api/ncrs" }, ["readBack-path: path_in_quotes"]],
    [{ "readBack-path": "externalId" }, ["readBack-path: gives_no_text"]],
    [{ "lookup-path": '"x" & $unknown()' }, ["lookup-path: does_not_evaluate"]],
    [{ record: "$contains(number, /NCR/)" }, ["record: no_regular_expressions"]],
  ])("%j", async (change, expected) => {
    expect(await problemsOf(sandbox, change)).toEqual(expected);
  });

  test("an expression that doesn't compile names line and column", async () => {
    const found = await read(sandbox, { "create-body": '{\n  "a": 1,\n  "b" 2\n}' });
    expect(found.ok ? [] : found.problems).toEqual([
      {
        key: "create-body",
        code: "does_not_compile",
        params: { line: "3", column: expect.any(String), problem: 'Expected ":", got 2' },
      },
    ]);
  });

  test("bounds are named in what is typed, and brokers by host and port", async () => {
    const found = await read(sandbox, { timeoutMs: "60" });
    expect(found.ok ? [] : found.problems[0]?.params).toEqual({ most: "20" });
    const kafka = published.find(({ kind }) => kind === "kafka") as ConnectorConfig;
    expect(await problemsOf(kafka, { brokers: "k1.example" })).toEqual(["brokers: brokers_needed"]);
    expect(await problemsOf(kafka, { sasl: "plain", user: "" })).toEqual([]);
  });
});

describe("secrets", () => {
  test("are asked for as the configuration needs them", () => {
    const namesOf = (config: ConnectorConfig) => secretsWanted(config).map(({ name }) => name);
    expect(namesOf(sandbox)).toEqual(["secret", "webhookSecret"]);
    expect(namesOf({ ...sandbox, auth: { kind: "none" }, webhookSubject: null })).toEqual([]);
    const needing = Object.fromEntries(
      published.map((config) => [config.kind, secretMissing(config, () => false)]),
    );
    expect(needing).toEqual({
      webhook: "signingKey",
      mqtt: null,
      amqp: "password",
      nats: null,
      kafka: null,
      folder: null,
      sftp: "password",
      s3: "secretAccessKey",
    });
    const [, mqtt] = published;
    const certified = { ...mqtt, tls: { ca: null, clientCertificate: pem } } as ConnectorConfig;
    expect(secretMissing(certified, () => false)).toBe("clientKey");
    expect(
      secretMissing(published[6] as ConnectorConfig, (name) => name === "privateKey"),
    ).toBeNull();
  });

  test("belong to a destination: another address, another way of identifying or another authority is another", () => {
    const other = (change: Partial<typeof sandbox>) =>
      destinationOf({ ...sandbox, ...change }) !== destinationOf(sandbox);
    expect(other({ baseUrl: "http://127.0.0.1:4381" })).toBe(true);
    expect(other({ baseUrl: "https://127.0.0.1:4380" })).toBe(true);
    expect(other({ auth: { kind: "header", name: "x-key" } })).toBe(true);
    expect(other({ baseUrl: "http://127.0.0.1:4380/other", timeoutMs: 1_000 })).toBe(false);
    for (const config of published.filter(({ kind }) => kind !== "folder")) {
      const moved = JSON.parse(JSON.stringify(config).replaceAll(".example", ".elsewhere"));
      expect(destinationOf(moved), config.kind).not.toBe(destinationOf(config));
      expect(hostsOf(config).length, config.kind).toBeGreaterThan(0);
    }
  });
});

test("what a connector can do follows from its configuration", () => {
  expect(capabilitiesOf(sandbox)).toMatchObject({
    dedupe: "search",
    unknownOutcome: "looked_up",
    statusFeed: "poll_and_webhook",
    bytesMax: 25_000_000,
    atOnce: 8,
  });
  expect(capabilitiesOf({ ...sandbox, atOnce: 2 }).atOnce).toBe(2);
  expect(capabilitiesOf({ ...sandbox, dedupe: "none", changes: null })).toMatchObject({
    unknownOutcome: "for_a_person",
    statusFeed: "webhook",
  });
  expect(capabilitiesOf(tracker)).toMatchObject({ statusFeed: "poll" });
  for (const config of published) {
    const drops = ["folder", "sftp", "s3"].includes(config.kind);
    expect(capabilitiesOf(config)).toMatchObject({
      dedupe: drops ? "file_name" : "event_id",
      unknownOutcome: "sent_again",
      larger: "parked",
      statusFeed: "none",
    });
    expect(addressOf(config)).not.toBe("");
  }
});
