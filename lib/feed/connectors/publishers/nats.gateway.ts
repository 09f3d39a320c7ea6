import "server-only";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import {
  type ConnectionOptions,
  connect,
  headers,
  type NatsConnection,
} from "@nats-io/transport-node";
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
import { addressed, type Message, structuredType } from "./message.rules.ts";
import type { NatsConfig, Secrets } from "./schema.ts";

/** NATS JetStream: acknowledged by the stream that has stored it; a repeat within its window is known by its id. */
export async function openNats(config: NatsConfig, secrets: Secrets): Promise<Link> {
  const address = await addressOf(config.host, config.allow);
  const host = address.includes(":") ? `[${address}]` : address;
  const options: ConnectionOptions = {
    servers: `${host}:${config.port}`,
    // Its cluster may name other servers; only the one that was looked at is spoken to.
    ignoreClusterUpdates: true,
    reconnect: false,
    timeout: config.timeoutMs,
    name: "buyoff",
    ...(config.auth === "token" ? { token: secrets.password ?? "" } : {}),
    ...(config.auth === "password"
      ? { user: config.user ?? "", pass: secrets.password ?? "" }
      : {}),
    tls: config.tls ? tlsOf(config, config.tls, secrets) : null,
  };
  const connection = await within(
    config.timeoutMs,
    connect(options),
    notOpened(config.timeoutMs),
  ).catch((problem: unknown) => {
    if (problem instanceof PublishTrouble) throw problem;
    const isShut = namesOf(problem).includes("AuthorizationError");
    throw new PublishTrouble(isShut ? "shut" : "not_sent", wordsOf(problem));
  });
  return {
    bytesMax: connection.info?.max_payload ?? null,
    publish: (message) => published(connection, config, message),
    probe: () => probed(connection, config),
    close: () => connection.close().catch(() => undefined),
  };
}

const tlsOf = (config: NatsConfig, tls: NonNullable<NatsConfig["tls"]>, secrets: Secrets) =>
  ({ ...tlsOptions(config.host, tls, secrets) }) as NonNullable<ConnectionOptions["tls"]>;

async function published(
  connection: NatsConnection,
  config: NatsConfig,
  message: Message,
): Promise<Taken> {
  const subject = addressed(config.subject, message.event, /[\s*>]/g);
  const with_ = headers();
  with_.set("content-type", structuredType);
  for (const [name, value] of Object.entries(message.attributes)) with_.set(`ce-${name}`, value);
  try {
    const ack = await jetstream(connection, { timeout: config.timeoutMs }).publish(
      subject,
      message.body,
      { msgID: message.id, headers: with_, timeout: config.timeoutMs, retries: 0 },
    );
    const repeat = ack.duplicate ? ", known already" : "";
    return { answer: `ack ${ack.stream} ${ack.seq}${repeat}`, place: `${ack.stream}/${ack.seq}` };
  } catch (problem) {
    throw meaning(problem, subject);
  }
}

/** What went wrong, and what that came of, by name: the client's classes exist once per way of loading it. */
const namesOf = (problem: unknown): string[] =>
  problem instanceof Error ? [problem.name, ...namesOf(problem.cause)] : [];

function meaning(problem: unknown, subject: string): unknown {
  const names = namesOf(problem);
  // Nobody answers a subject that no stream has taken, and nobody at all where JetStream is off.
  if (names.includes("NoResponders") || names.includes("JetStreamNotEnabled"))
    return new PublishTrouble("shut", `no stream takes subject ${subject}`);
  if (names.includes("PermissionViolationError"))
    return new PublishTrouble("shut", `not permitted to publish to ${subject}`);
  // 10054: larger than the stream takes. 10077: the stream is full, or discards what is new.
  if (names.includes("JetStreamApiError")) {
    const isTooLarge = (problem as { code?: unknown }).code === 10_054;
    return new PublishTrouble(isTooLarge ? "rejected" : "later", `the stream: ${wordsOf(problem)}`);
  }
  return problem;
}

async function probed(connection: NatsConnection, config: NatsConfig): Promise<string> {
  const manager = await jetstreamManager(connection, { timeout: config.timeoutMs });
  // With a value in each place, because a stream is asked for by a subject and not by a pattern.
  const subject = config.subject.replace(/\{[a-z]+\}/g, "test");
  try {
    const stream = await manager.streams.find(subject);
    return `stream ${stream} takes ${subject}`;
  } catch (problem) {
    throw new PublishTrouble("shut", `no stream takes ${subject}: ${wordsOf(problem)}`);
  }
}
