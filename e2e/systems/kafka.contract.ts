import { execFileSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { closeLinks, probe } from "#lib/feed/connectors/publishers/publish.gateway";
import type { KafkaConfig } from "#lib/feed/connectors/publishers/schema";
import { portsWith, quickPace, unexpected, until } from "#lib/feed/testing/ports";
import {
  anEvent,
  aPublisherPlant,
  type PublisherPlant,
  publisherBase,
} from "#lib/feed/testing/publisher";
import { uuidv7 } from "#lib/kit/ids";
import { aKafkaProxy, notEnoughReplicas, notLeader } from "./kafka-proxy.ts";
import { type KafkaMock, program, startKafkaMock } from "./servers.ts";

const ports = portsWith();
let cluster: KafkaMock;
let proxy: Awaited<ReturnType<typeof aKafkaProxy>>;
let plant: PublisherPlant;

const config = (topic: string): KafkaConfig => ({
  ...publisherBase,
  kind: "kafka",
  brokers: proxy.ports.map((port) => ({ host: "127.0.0.1", port })),
  tls: null,
  sasl: "none",
  user: null,
  topic,
});
const allVerified = (count: number) => async () => {
  const rows = await plant.deliveries();
  return rows.length === count && rows.every(({ state }) => state === "verified");
};

/** What stands in the topic, read by another client than ours; the mock makes a topic that is asked for. */
function read(topic: string): { partition: number; key: string; id: string; body: string }[] {
  const brokers = cluster.brokers.map((port) => `127.0.0.1:${port}`).join(",");
  const text = execFileSync(
    program("kcat"),
    ["-C", "-q", "-e", "-b", brokers, "-t", topic, "-o", "beginning", "-f", "%p\t%k\t%h\t%s\n"],
    { encoding: "utf8", timeout: 30_000, maxBuffer: 50_000_000 },
  );
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [partition, key = "", headers = "", body = ""] = line.split("\t");
      return {
        partition: Number(partition),
        key,
        id: /ce_id=([^,]+)/.exec(headers)?.[1] ?? "",
        body,
      };
    });
}

beforeAll(async () => {
  cluster = await startKafkaMock();
  proxy = await aKafkaProxy(cluster.brokers);
});
afterAll(async () => {
  await proxy.stop();
  await cluster.stop();
});
afterEach(async () => {
  await closeLinks();
  await plant.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

const topicOf = (name: string) => {
  const topic = `${name}-${uuidv7().slice(-6)}`;
  read(topic);
  return topic;
};

test("an event is keyed by its traveler, whole, and read by another client as it was", async () => {
  const topic = topicOf("whole");
  plant = await aPublisherPlant(config(topic));
  const key = uuidv7();
  const events = [anEvent(key), anEvent(key), anEvent()];
  for (const event of events) await plant.enqueue(event);
  await until(ports, allVerified(3));
  const stored = read(topic);
  expect(stored.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
  const first = stored.find(({ id }) => id === events[0]?.id);
  expect(JSON.parse(first?.body ?? "")).toEqual(events[0]);
  expect(stored.filter((one) => one.key === key).map(({ id }) => id)).toEqual([
    events[0]?.id,
    events[1]?.id,
  ]);
  expect(
    new Set(stored.filter((one) => one.key === key).map(({ partition }) => partition)).size,
  ).toBe(1);
});

test("failure 59: not the leader, too few replicas, a broker that goes and comes back: nothing is lost, and each key keeps its order", async () => {
  const topic = topicOf("trouble");
  plant = await aPublisherPlant(config(topic));
  const keys = Array.from({ length: 6 }, () => uuidv7());
  const events = Array.from({ length: 60 }, (_, at) => anEvent(keys[at % keys.length]));
  for (const event of events) await plant.enqueue(event);
  let turns = 0;
  const troubled = async () => {
    turns += 1;
    if (turns === 2) proxy.refuse(notLeader, notLeader, notEnoughReplicas);
    // The client tries five times by itself, for four events at once: after that our own back-off has to.
    if (turns === 4) proxy.refuse(...Array.from({ length: 24 }, () => notEnoughReplicas));
    if (turns === 6) proxy.takeDown(1);
    if (turns === 12) proxy.bringUp(1);
    // The plant's back-off goes on for three days; here a few tries are all, and a person starts it again.
    await plant.query("update deliveries set state = 'pending', attempts = 0 where state = 'dead'");
    return allVerified(60)();
  };
  await until(ports, troubled, quickPace, 120_000);
  expect(proxy.refused.length).toBe(27);
  const stored = read(topic);
  for (const key of keys) {
    const once = [...new Set(stored.filter((one) => one.key === key).map(({ id }) => id))];
    expect(once).toEqual(events.filter((one) => one.partitionkey === key).map(({ id }) => id));
  }
  const classes = (await plant.attempts()).map(({ classification }) => classification);
  expect(classes.filter((one) => one !== "taken").length).toBeGreaterThan(0);
});

test("the connection test asks for the topic; a broker that the cluster names passes the same guard", async () => {
  const topic = topicOf("probe");
  plant = await aPublisherPlant(config(topic));
  const target = { id: uuidv7(), config: config(topic), secrets: {} };
  expect(await probe(target)).toEqual({ ok: true, answer: `topic ${topic} has 4 partitions` });
  const unlisted = { ...target, config: { ...target.config, allow: [] } };
  expect(await probe(unlisted)).toEqual({
    ok: false,
    reason: "127.0.0.1 has the private address 127.0.0.1, which is not allowed",
  });
  // Reached under a name that is allowed; the addresses that the cluster then gives are not.
  const named = {
    ...target,
    config: {
      ...target.config,
      allow: ["localhost"],
      brokers: proxy.ports.map((port) => ({ host: "localhost", port })),
    },
  };
  expect(await probe(named)).toMatchObject({ ok: false });
});
