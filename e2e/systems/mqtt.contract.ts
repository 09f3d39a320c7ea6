import { readFileSync } from "node:fs";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { closeLinks, probe } from "#lib/feed/connectors/publishers/publish.gateway";
import type { MqttConfig } from "#lib/feed/connectors/publishers/schema";
import { deliverDue } from "#lib/feed/deliver.worker";
import { referencedEvent } from "#lib/feed/event-reference.queries";
import { portsWith, quickPace, unexpected, until } from "#lib/feed/testing/ports";
import {
  anEvent,
  aPublisherPlant,
  type PublisherPlant,
  publisherBase,
} from "#lib/feed/testing/publisher";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { lanCertificate } from "#lib/setup/certificate";
import { aFolder } from "./programs.ts";
import { mosquittoLogin, type Server, startMosquitto } from "./servers.ts";

const ports = portsWith();
let broker: Server;
let plant: PublisherPlant;

const configOf = (server: Server): MqttConfig => ({
  ...publisherBase,
  kind: "mqtt",
  host: "127.0.0.1",
  port: server.port,
  tls: null,
  user: mosquittoLogin.user,
  clientId: "buyoff-test",
  topic: "plant/{site}/{name}",
});
const secrets = { password: mosquittoLogin.password };

type Heard = {
  id: string;
  retain: boolean;
  qos: number;
  contentType: string;
  type: string;
  body: string;
};

async function aSubscriber(server: Server, topic = "plant/#") {
  const client: MqttClient = await connectAsync(`mqtt://127.0.0.1:${server.port}`, {
    protocolVersion: 5,
    clientId: `subscriber-${uuidv7()}`,
    // The broker keeps for it what comes while it is away.
    clean: false,
    properties: { sessionExpiryInterval: 3_600 },
    reconnectPeriod: 100,
    username: mosquittoLogin.user,
    password: mosquittoLogin.password,
  });
  const heard: Heard[] = [];
  client.on("error", () => undefined);
  client.on("message", (_topic, body, packet) => {
    const properties = packet.properties ?? {};
    heard.push({
      id: String(properties.userProperties?.id),
      retain: packet.retain,
      qos: packet.qos,
      contentType: properties.contentType ?? "",
      type: String(properties.userProperties?.type),
      body: body.toString("utf8"),
    });
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return { heard, client, stop: () => client.endAsync(true) };
}

const allVerified = (count: number) => async () => {
  const rows = await plant.deliveries();
  return rows.length === count && rows.every(({ state }) => state === "verified");
};

beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(async () => {
  await broker.stop();
});
afterEach(async () => {
  await closeLinks();
  await plant.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

test("an event arrives whole, with its attributes beside it, in order and never retained", async () => {
  plant = await aPublisherPlant(configOf(broker), secrets);
  const subscriber = await aSubscriber(broker);
  const key = uuidv7();
  const events = Array.from({ length: 20 }, () => anEvent(key));
  for (const event of events) await plant.enqueue(event);
  await until(ports, allVerified(20));

  await vi.waitFor(() => expect(subscriber.heard).toHaveLength(20), 120_000);
  expect(subscriber.heard.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  expect(subscriber.heard[0]).toMatchObject({
    qos: 1,
    retain: false,
    contentType: "application/cloudevents+json; charset=utf-8",
    type: "dev.buyoff.defect.logged.v1",
  });
  expect(JSON.parse(subscriber.heard[0]?.body ?? "")).toEqual(events[0]);
  await subscriber.stop();
});

test("failure 61: the broker restarts with events on their way: none is lost, a repeat is known by source and id, and who subscribes later takes no old event for a new one", async () => {
  plant = await aPublisherPlant(configOf(broker), secrets);
  const subscriber = await aSubscriber(broker);
  const keys = [uuidv7(), uuidv7(), uuidv7()];
  const events = Array.from({ length: 60 }, (_, at) => anEvent(keys[at % 3]));
  for (const event of events) await plant.enqueue(event);
  await deliverDue(ports, quickPace);
  await Promise.all([broker.restart(), until(ports, allVerified(60))]);
  const idsHeard = () => new Set(subscriber.heard.map(({ id }) => id));
  await vi.waitFor(() => expect(idsHeard()).toEqual(new Set(events.map(({ id }) => id))), 120_000);

  // As after an answer that was lost: the worker sends it once more, and whoever compares ids has it once.
  const [first] = await plant.deliveries();
  const before = subscriber.heard.length;
  await plant.query(
    "update deliveries set state = 'sending', external_id = null, leased_until = clock_timestamp() where id = $1",
    [first?.id],
  );
  await until(ports, allVerified(60));
  await vi.waitFor(() => expect(subscriber.heard.length).toBe(before + 1), 120_000);
  expect(idsHeard().size).toBe(60);

  const late = await aSubscriber(broker);
  expect(late.heard).toEqual([]);
  expect(subscriber.heard.some(({ retain }) => retain)).toBe(false);
  await late.stop();
  await subscriber.stop();
});

test("failure 62: an event larger than the broker's largest packet goes as a reference with its digest, and never cut", async () => {
  const small = await startMosquitto(null, 20_000);
  plant = await aPublisherPlant({ ...configOf(small), overflow: "reference" }, secrets);
  const subscriber = await aSubscriber(small);
  const large = anEvent(uuidv7(), 30_000);
  const delivery = await plant.enqueue(large);
  await until(ports, allVerified(1));
  await vi.waitFor(() => expect(subscriber.heard).toHaveLength(1), 120_000);
  const heard = JSON.parse(subscriber.heard[0]?.body ?? "");
  expect(heard.data).toBeUndefined();
  expect(heard).toMatchObject({ id: large.id, source: large.source, type: large.type });
  const whole = new URL(heard.dataref);
  expect(whole.pathname).toBe(`/api/events/${delivery}`);
  const body = await referencedEvent(
    { site: plant.site, delivery },
    whole.searchParams.get("proof") ?? "",
  );
  expect(sha256Hex(body ?? "")).toBe(heard.datasha256);
  expect(JSON.parse(body ?? "")).toEqual(large);
  expect(await referencedEvent({ site: plant.site, delivery }, "no-proof")).toBeNull();
  await subscriber.stop();
  await small.stop();
});

test("failure 62: where no reference is allowed it is parked, and says how large it is and how much is taken", async () => {
  plant = await aPublisherPlant({ ...configOf(broker), eventBytesMax: 20_000 }, secrets);
  await plant.enqueue(anEvent(uuidv7(), 30_000));
  await until(ports, async () => (await plant.deliveries())[0]?.state === "parked");
  expect((await plant.deliveries())[0]?.last_result).toMatch(
    /the event has 3\d{4} bytes, 20000 are taken, and no reference is allowed/,
  );
});

test("a wrong password pauses the connector and spends no attempt; with the right one what waited goes on", async () => {
  plant = await aPublisherPlant(configOf(broker), { password: "another-secret-99" });
  await plant.enqueue(anEvent());
  await until(ports, async () => (await plant.status())?.status === "paused");
  expect(await plant.deliveries()).toMatchObject([{ state: "pending", attempts: 0 }]);
  expect((await plant.status())?.status_note).toMatch(/not authori[sz]ed|bad user/i);
  await plant.reseal(secrets);
  await until(ports, allVerified(1));
  expect(JSON.stringify(await plant.attempts())).not.toContain(mosquittoLogin.password);
});

test("failure 40: over TLS only the plant's own authority is believed, and the name has to be right", async () => {
  const folder = aFolder("certificate");
  const { cert, key, authorityFile } = await lanCertificate(folder.path, new Date());
  const ca = readFileSync(authorityFile, "utf8");
  const server = await startMosquitto({ cert, key });
  const target = (host: string, authority: string | null) => ({
    id: uuidv7(),
    config: { ...configOf(server), host, tls: { ca: authority, clientCertificate: null } },
    secrets,
  });
  plant = await aPublisherPlant(target("localhost", ca).config, secrets);
  await plant.enqueue(anEvent());
  await until(ports, allVerified(1));
  expect(await probe(target("localhost", null))).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/unable to verify|self.signed|issuer/i),
  });
  const named = "127.0.0.2";
  expect(
    await probe({ ...target(named, ca), config: { ...target(named, ca).config, allow: [named] } }),
  ).toMatchObject({ ok: false });
  await server.stop();
  folder.remove();
});

test("the connection test asks the broker itself, and shows no secret", async () => {
  plant = await aPublisherPlant(configOf(broker), secrets);
  const target = { id: uuidv7(), config: configOf(broker), secrets };
  expect(await probe(target)).toEqual({ ok: true, answer: "CONNACK; largest packet: not said" });
  const closed = { ...target, config: { ...target.config, allow: [] } };
  expect(await probe(closed)).toEqual({
    ok: false,
    reason: "127.0.0.1 has the private address 127.0.0.1, which is not allowed",
  });
  expect(
    JSON.stringify(await probe({ ...target, secrets: { password: "wrong-secret-5" } })),
  ).not.toContain("wrong-secret-5");
});
