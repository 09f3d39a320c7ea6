import "server-only";
import net from "node:net";
import tls from "node:tls";
import { Kafka, type KafkaConfig as KafkaOptions, logLevel, type SASLOptions } from "kafkajs";
import { isAllowedAddress } from "../rest/address.rules.ts";
import {
  addressOf,
  type Link,
  notOpened,
  PublishTrouble,
  type Taken,
  tlsOptions,
  within,
  wordsOf,
} from "./link.gateway.ts";
import { type Message, structuredType } from "./message.rules.ts";
import type { KafkaConfig, Secrets } from "./schema.ts";

/**
 * Kafka, keyed by the partition key, so that a traveler's events keep their order; acknowledged by all replicas
 * in sync. Every broker that the cluster names passes the guard that the configured ones pass.
 */
export async function openKafka(config: KafkaConfig, secrets: Secrets): Promise<Link> {
  for (const { host } of config.brokers) await addressOf(host, config.allow);
  const kafka = new Kafka({
    clientId: "buyoff",
    brokers: config.brokers.map(({ host, port }) => `${host}:${port}`),
    connectionTimeout: config.timeoutMs,
    requestTimeout: config.timeoutMs,
    // A leader that moves is found again here; what takes longer is our own back-off's.
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
    socketFactory: guardedSocket(config, secrets),
    logLevel: logLevel.NOTHING,
    ...(config.tls ? { ssl: true } : {}),
    ...(config.sasl === "none" ? {} : { sasl: saslOf(config, secrets) }),
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 });
  await within(config.timeoutMs, producer.connect(), notOpened(config.timeoutMs)).catch(
    (problem: unknown) => {
      void producer.disconnect().catch(() => undefined);
      throw meaning(problem, "not_sent");
    },
  );
  return {
    bytesMax: null,
    publish: async (message) => {
      try {
        return await within(config.timeoutMs, sent(producer, config, message));
      } catch (problem) {
        throw meaning(problem, null);
      }
    },
    probe: () => probed(kafka, config),
    close: () => producer.disconnect().catch(() => undefined),
  };
}

function saslOf(config: KafkaConfig, secrets: Secrets): SASLOptions {
  const who = { username: config.user ?? "", password: secrets.password ?? "" };
  switch (config.sasl) {
    case "scram-sha-256":
      return { mechanism: "scram-sha-256", ...who };
    case "scram-sha-512":
      return { mechanism: "scram-sha-512", ...who };
    default:
      return { mechanism: "plain", ...who };
  }
}

/** The cluster says itself where its brokers are: each is looked up once, judged, and connected to at that address. */
function guardedSocket(
  config: KafkaConfig,
  secrets: Secrets,
): NonNullable<KafkaOptions["socketFactory"]> {
  const lookup: net.LookupFunction = (hostname, options, done) => {
    addressOf(hostname, config.allow).then(
      (address) => {
        const family = net.isIP(address);
        if (options.all) done(null, [{ address, family }]);
        else done(null, address, family);
      },
      (problem: Error) => done(problem, "", 4),
    );
  };
  return ({ host, port, onConnect }) => {
    if (net.isIP(host) && !isAllowedAddress(host, host, config.allow)) {
      const socket = new net.Socket();
      const reason = `${host} has a private address, which is not allowed`;
      process.nextTick(() => socket.destroy(new Error(reason)));
      return socket;
    }
    const socket = config.tls
      ? tls.connect({ host, port, lookup, ...tlsOptions(host, config.tls, secrets) }, onConnect)
      : net.connect({ host, port, lookup }, onConnect);
    socket.setKeepAlive(true, 60_000);
    return socket;
  };
}

async function sent(
  producer: ReturnType<Kafka["producer"]>,
  config: KafkaConfig,
  message: Message,
): Promise<Taken> {
  const headers = Object.entries(message.attributes).map(([name, value]) => [`ce_${name}`, value]);
  const [one] = await producer.send({
    topic: config.topic,
    acks: -1,
    timeout: config.timeoutMs,
    messages: [
      {
        key: message.event.partitionkey,
        value: message.body,
        timestamp: String(Date.parse(message.event.time)),
        headers: { "content-type": structuredType, ...Object.fromEntries(headers) },
      },
    ],
  });
  const place = `${config.topic}[${one?.partition ?? "?"}]@${one?.baseOffset ?? "?"}`;
  return { answer: `acknowledged ${place}`, place };
}

type KafkaProblem = { name?: string; type?: string; cause?: unknown; errors?: unknown };

const shutTypes: ReadonlySet<string> = new Set([
  "UNKNOWN_TOPIC_OR_PARTITION",
  "TOPIC_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "INVALID_TOPIC_EXCEPTION",
  "SASL_AUTHENTICATION_FAILED",
]);
const rejectedTypes: ReadonlySet<string> = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

function meaning(problem: unknown, otherwise: "not_sent" | null): unknown {
  if (problem instanceof PublishTrouble) return problem;
  const { name, type, cause } = problem as KafkaProblem;
  if (name === "KafkaJSSASLAuthenticationError" || (type && shutTypes.has(type)))
    return new PublishTrouble("shut", wordsOf(problem));
  if (type && rejectedTypes.has(type)) return new PublishTrouble("rejected", wordsOf(problem));
  // kafkajs wraps what it has given up on after its own few attempts.
  if (cause && cause !== problem) {
    const inner = meaning(cause, null);
    if (inner instanceof PublishTrouble) return inner;
  }
  return otherwise === null ? problem : new PublishTrouble(otherwise, wordsOf(problem));
}

async function probed(kafka: Kafka, config: KafkaConfig): Promise<string> {
  const admin = kafka.admin();
  try {
    await within(config.timeoutMs, admin.connect(), notOpened(config.timeoutMs));
    const { topics } = await within(
      config.timeoutMs,
      admin.fetchTopicMetadata({ topics: [config.topic] }),
    );
    const partitions = topics[0]?.partitions.length ?? 0;
    return `topic ${config.topic} has ${partitions} partitions`;
  } catch (problem) {
    throw meaning(problem, "not_sent");
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
