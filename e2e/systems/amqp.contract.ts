import amqplib, { type ChannelModel, type ConfirmChannel, type ConsumeMessage } from "amqplib";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { closeLinks, probe } from "#lib/feed/connectors/publishers/publish.gateway";
import type { AmqpConfig } from "#lib/feed/connectors/publishers/schema";
import { portsWith, unexpected, until } from "#lib/feed/testing/ports";
import {
  anEvent,
  aPublisherPlant,
  type PublisherPlant,
  publisherBase,
} from "#lib/feed/testing/publisher";
import { uuidv7 } from "#lib/kit/ids";
import { rabbitLogin, type Server, startRabbit } from "./servers.ts";

const ports = portsWith();
const secrets = { password: rabbitLogin.password };
let broker: Server;
let plant: PublisherPlant;
let connection: ChannelModel;
let channel: ConfirmChannel;

const config = (): AmqpConfig => ({
  ...publisherBase,
  kind: "amqp",
  host: "127.0.0.1",
  port: broker.port,
  tls: null,
  user: rabbitLogin.user,
  vhost: "/",
  exchange: "plant-events",
  routingKey: "{site}.{name}",
});
const allVerified = (count: number) => async () => {
  const rows = await plant.deliveries();
  return rows.length === count && rows.every(({ state }) => state === "verified");
};

async function openConsumer() {
  connection = await amqplib.connect({
    hostname: "127.0.0.1",
    port: broker.port,
    username: rabbitLogin.user,
    password: rabbitLogin.password,
  });
  connection.on("error", () => undefined);
  channel = await connection.createConfirmChannel();
  channel.on("error", () => undefined);
}

/** Everything that stands in the queue, taken out of it. */
async function drained(queue: string): Promise<ConsumeMessage["properties"][]> {
  const all: ConsumeMessage["properties"][] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (!message) return all;
    all.push({ ...message.properties, body: message.content.toString("utf8") } as never);
  }
}

beforeAll(async () => {
  broker = await startRabbit();
  await openConsumer();
  await channel.assertExchange("plant-events", "topic", { durable: true });
  await channel.assertQueue("quality", { durable: true });
});
afterAll(async () => {
  await connection.close().catch(() => undefined);
  await broker.stop();
});
afterEach(async () => {
  await closeLinks();
  await plant.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

test("an event that no queue takes is given back: the connector pauses, the event stays, and goes when a queue is bound", async () => {
  plant = await aPublisherPlant(config(), secrets);
  await plant.enqueue(anEvent());
  await until(ports, async () => (await plant.status())?.status === "paused");
  expect((await plant.status())?.status_note).toMatch(
    /no queue takes routing key NG1.defect.logged/,
  );
  expect(await plant.deliveries()).toMatchObject([{ state: "pending", attempts: 0 }]);

  await channel.bindQueue("quality", "plant-events", "NG1.#");
  await plant.reseal(secrets);
  await until(ports, allVerified(1));
  expect(await drained("quality")).toHaveLength(1);
});

test("an event is confirmed, durable, and carries its id and attributes; a key's events keep their order", async () => {
  plant = await aPublisherPlant(config(), secrets);
  const key = uuidv7();
  const events = Array.from({ length: 15 }, () => anEvent(key));
  for (const event of events) await plant.enqueue(event);
  await until(ports, allVerified(15));
  const taken = await drained("quality");
  expect(taken.map(({ messageId }) => messageId)).toEqual(events.map(({ id }) => id));
  expect(taken[0]).toMatchObject({
    contentType: "application/cloudevents+json; charset=utf-8",
    type: "dev.buyoff.defect.logged.v1",
    deliveryMode: 2,
    headers: { partitionkey: key, source: "https://buyoff.northgate.example/sites/NG1" },
  });
  expect(JSON.parse((taken[0] as unknown as { body: string }).body)).toEqual(events[0]);
});

test("a broker that restarts loses nothing that it has confirmed, and takes the rest afterwards", async () => {
  plant = await aPublisherPlant(config(), secrets);
  const events = Array.from({ length: 30 }, () => anEvent());
  for (const event of events.slice(0, 15)) await plant.enqueue(event);
  await until(ports, allVerified(15));
  const restarted = broker.restart();
  for (const event of events.slice(15)) await plant.enqueue(event);
  await restarted;
  // As long as a plant's own back-off: a broker that comes back is met again.
  await plant.query("update deliveries set state = 'pending', attempts = 0 where state = 'dead'");
  await until(ports, allVerified(30));
  await openConsumer();
  const ids = new Set((await drained("quality")).map(({ messageId }) => messageId));
  expect(ids).toEqual(new Set(events.map(({ id }) => id)));
});

test("a wrong password and an exchange that is not there pause the connector, and no secret is shown", async () => {
  plant = await aPublisherPlant({ ...config(), exchange: "nowhere" }, secrets);
  await plant.enqueue(anEvent());
  await until(ports, async () => (await plant.status())?.status === "paused");
  expect((await plant.status())?.status_note).toMatch(/no exchange 'nowhere'/);
  const wrong = { id: uuidv7(), config: config(), secrets: { password: "wrong-rabbit-1" } };
  const tried = await probe(wrong);
  expect(tried).toMatchObject({ ok: false, reason: expect.stringMatching(/refused/i) });
  expect(JSON.stringify(tried)).not.toContain("wrong-rabbit-1");
  expect(await probe({ ...wrong, id: uuidv7(), secrets })).toEqual({
    ok: true,
    answer: "exchange plant-events is there",
  });
});
