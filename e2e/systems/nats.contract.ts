import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { closeLinks, probe } from "#lib/feed/connectors/publishers/publish.gateway";
import type { NatsConfig } from "#lib/feed/connectors/publishers/schema";
import { portsWith, unexpected, until } from "#lib/feed/testing/ports";
import {
  anEvent,
  aPublisherPlant,
  type PublisherPlant,
  publisherBase,
} from "#lib/feed/testing/publisher";
import { uuidv7 } from "#lib/kit/ids";
import { natsLogin, type Server, startNats } from "./servers.ts";

const ports = portsWith();
const secrets = { password: natsLogin.password };
let server: Server;
let plant: PublisherPlant;
let connection: NatsConnection;

const config = (): NatsConfig => ({
  ...publisherBase,
  kind: "nats",
  host: "127.0.0.1",
  port: server.port,
  tls: null,
  auth: "password",
  user: natsLogin.user,
  subject: "plant.{site}.{name}",
});
const allVerified = (count: number) => async () => {
  const rows = await plant.deliveries();
  return rows.length === count && rows.every(({ state }) => state === "verified");
};

beforeAll(async () => {
  server = await startNats();
  connection = await connect({
    servers: `127.0.0.1:${server.port}`,
    user: natsLogin.user,
    pass: natsLogin.password,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
afterEach(async () => {
  await closeLinks();
  await plant.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

async function stored(): Promise<{ id: string; body: unknown }[]> {
  const manager = await jetstreamManager(connection);
  const { name } = await manager.consumers.add("PLANT", {
    ack_policy: AckPolicy.None,
    inactive_threshold: 5_000_000_000,
    name: uuidv7(),
  });
  const consumer = await jetstream(connection).consumers.get("PLANT", name);
  const { num_pending } = await consumer.info();
  if (num_pending === 0) return [];
  const all: { id: string; body: unknown }[] = [];
  for await (const message of await consumer.fetch({ max_messages: num_pending, expires: 5_000 }))
    all.push({ id: message.headers?.get("Nats-Msg-Id") ?? "", body: message.json() });
  return all;
}

test("without a stream for it the connector pauses and the event waits; with one it is stored under its id", async () => {
  plant = await aPublisherPlant(config(), secrets);
  const event = anEvent();
  await plant.enqueue(event);
  await until(ports, async () => (await plant.status())?.status === "paused");
  expect((await plant.status())?.status_note).toBe(
    "no stream takes subject plant.NG1.defect.logged",
  );
  expect(await plant.deliveries()).toMatchObject([{ state: "pending", attempts: 0 }]);

  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "PLANT", subjects: ["plant.>"] });
  await plant.reseal(secrets);
  await until(ports, allVerified(1));
  expect(await stored()).toEqual([{ id: event.id, body: event }]);
  expect((await plant.deliveries())[0]?.external_number).toBe("PLANT/1");
});

test("an event that is sent again after a lost answer stands in the stream once: it is known by its id", async () => {
  plant = await aPublisherPlant(config(), secrets);
  const before = (await stored()).length;
  const key = uuidv7();
  const events = Array.from({ length: 10 }, () => anEvent(key));
  for (const event of events) await plant.enqueue(event);
  await until(ports, allVerified(10));
  await plant.query(
    "update deliveries set state = 'sending', external_id = null, leased_until = clock_timestamp() where connector_id = $1",
    [plant.connector],
  );
  await until(ports, allVerified(10));
  expect((await stored()).slice(before).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  expect((await plant.attempts()).at(-1)?.response).toMatch(/known already/);
});

test("failure 62: what is larger than the server's largest payload goes as a reference", async () => {
  plant = await aPublisherPlant({ ...config(), overflow: "reference" }, secrets);
  const event = anEvent(uuidv7(), 80_000);
  const delivery = await plant.enqueue(event);
  await until(ports, allVerified(1));
  const body = (await stored()).at(-1)?.body as Record<string, string>;
  expect(body.data).toBeUndefined();
  expect(body.dataref).toContain(`/api/events/${delivery}`);
  expect(body.datasha256).toMatch(/^[0-9a-f]{64}$/);
});

test("a server that restarts keeps what it has stored, and takes the rest when it is back", async () => {
  plant = await aPublisherPlant(config(), secrets);
  const before = (await stored()).length;
  const events = Array.from({ length: 20 }, () => anEvent());
  for (const event of events.slice(0, 10)) await plant.enqueue(event);
  await until(ports, allVerified(10));
  const restarted = server.restart();
  for (const event of events.slice(10)) await plant.enqueue(event);
  await restarted;
  await until(ports, allVerified(20));
  // This test's own connection takes its time to come back as well.
  await vi.waitFor(
    async () =>
      expect(new Set((await stored()).slice(before).map(({ id }) => id))).toEqual(
        new Set(events.map(({ id }) => id)),
      ),
    120_000,
  );
});

test("the connection test says which stream takes the subject, and a wrong password is told without it", async () => {
  plant = await aPublisherPlant(config(), secrets);
  const target = { id: uuidv7(), config: config(), secrets };
  expect(await probe(target)).toEqual({
    ok: true,
    answer: "stream PLANT takes plant.test.test",
  });
  const tried = await probe({ ...target, secrets: { password: "wrong-nats-2" } });
  expect(tried).toMatchObject({ ok: false, reason: expect.stringMatching(/authorization/i) });
  expect(JSON.stringify(tried)).not.toContain("wrong-nats-2");
});
