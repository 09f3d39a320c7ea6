import * as z from "zod/mini";
import { ownAtOnce, ownBreaker } from "../breaker.schema.ts";

const milliseconds = z.int().check(z.positive());
const text = z.string().check(z.minLength(1), z.maxLength(500));
const host = z.string().check(z.regex(/^[A-Za-z0-9.:_-]{1,253}$/));
const port = z.int().check(z.gte(1), z.lte(65_535));
const pem = z.nullable(z.string().check(z.maxLength(40_000), z.regex(/^\s*-----BEGIN /)));

/** `{type}`, `{site}`, `{partitionkey}` and `{name}` of the event stand for its own. */
const template = z.string().check(z.minLength(1), z.maxLength(200));

/**
 * Always verified against the system's own authorities or `ca`: there is no way to say that a
 * certificate need not be right.
 */
const tls = z.nullable(z.object({ ca: pem, clientCertificate: pem }));

const every = {
  v: z.literal(1),
  process: z.literal("EVENTS"),
  /** Hosts that may be reached although their address is private. */
  allow: z.array(z.string()),
  /** Shorter than the lease of a delivery, so that a slow answer doesn't outlive it. */
  timeoutMs: milliseconds.check(z.lte(20_000)),
  /** What the receiver takes of one event; where the system says a smaller number itself, that one counts. */
  eventBytesMax: z.int().check(z.gte(1_000), z.lte(10_000_000)),
  /** A larger event: as a reference that the receiver follows, or not without a person. Never cut. */
  overflow: z.enum(["reference", "park"]),
  retry: z.object({
    attemptsMax: z.int().check(z.positive()),
    baseMs: milliseconds,
    factor: z.int().check(z.gte(2)),
    capMs: milliseconds,
  }),
  breaker: ownBreaker,
  atOnce: ownAtOnce,
};

export const webhookConfig = z.object({
  ...every,
  kind: z.literal("webhook"),
  url: z.url({ protocol: /^https?$/ }),
});
export type WebhookConfig = z.output<typeof webhookConfig>;

export const mqttConfig = z.object({
  ...every,
  kind: z.literal("mqtt"),
  host,
  port,
  tls,
  user: z.nullable(text),
  clientId: text,
  topic: template,
});
export type MqttConfig = z.output<typeof mqttConfig>;

export const amqpConfig = z.object({
  ...every,
  kind: z.literal("amqp"),
  host,
  port,
  tls,
  user: text,
  vhost: text,
  exchange: text,
  routingKey: template,
});
export type AmqpConfig = z.output<typeof amqpConfig>;

export const natsConfig = z.object({
  ...every,
  kind: z.literal("nats"),
  host,
  port,
  tls,
  auth: z.enum(["none", "token", "password"]),
  user: z.nullable(text),
  subject: template,
});
export type NatsConfig = z.output<typeof natsConfig>;

export const kafkaConfig = z.object({
  ...every,
  kind: z.literal("kafka"),
  /** Where it asks first; the others are told by the cluster, and pass the same guard. */
  brokers: z.array(z.object({ host, port })).check(z.minLength(1), z.maxLength(20)),
  tls,
  sasl: z.enum(["none", "plain", "scram-sha-256", "scram-sha-512"]),
  user: z.nullable(text),
  topic: text,
});
export type KafkaConfig = z.output<typeof kafkaConfig>;

/** Below the plant's own folder for drops: never a path that leads out of it. */
const below = z
  .string()
  .check(
    z.maxLength(300),
    z.regex(/^([A-Za-z0-9_][A-Za-z0-9._-]*)(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/),
  );

export const folderConfig = z.object({ ...every, kind: z.literal("folder"), path: below });
export type FolderConfig = z.output<typeof folderConfig>;

export const s3Config = z.object({
  ...every,
  kind: z.literal("s3"),
  endpoint: z.url({ protocol: /^https?$/ }),
  region: text,
  bucket: z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)),
  prefix: below,
  accessKeyId: text,
  /** The bucket in the path rather than in the host's name, as most servers in a plant want it. */
  pathStyle: z.boolean(),
  ca: pem,
});
export type S3Config = z.output<typeof s3Config>;

export const sftpConfig = z.object({
  ...every,
  kind: z.literal("sftp"),
  host,
  port,
  user: text,
  /** SHA-256 of the host's key as ssh-keygen -lf shows it: a host with another key is not spoken to. */
  hostKeySha256: z.string().check(z.regex(/^[A-Za-z0-9+/]{43}$/)),
  path: z.string().check(z.maxLength(300), z.regex(/^\/?[A-Za-z0-9_][A-Za-z0-9._/-]*$/)),
});
export type SftpConfig = z.output<typeof sftpConfig>;

/** Systems that hear events: at least once, in order within a partition key. */
export const publisherConfigs = [
  webhookConfig,
  mqttConfig,
  amqpConfig,
  natsConfig,
  kafkaConfig,
  folderConfig,
  s3Config,
  sftpConfig,
] as const;
export type PublisherConfig = z.output<(typeof publisherConfigs)[number]>;

/** The secrets that a kind has, by name; sealed together. */
export const publisherSecrets = {
  webhook: ["signingKey"],
  mqtt: ["password", "clientKey"],
  amqp: ["password", "clientKey"],
  nats: ["password", "clientKey"],
  kafka: ["password", "clientKey"],
  folder: [],
  s3: ["secretAccessKey"],
  sftp: ["password", "privateKey", "passphrase"],
} as const satisfies Record<PublisherConfig["kind"], readonly string[]>;
export type SecretName = (typeof publisherSecrets)[PublisherConfig["kind"]][number];
export type Secrets = Readonly<Partial<Record<SecretName, string>>>;

const secrets = z.record(z.string(), z.string());

/** As they were sealed: one text of all. */
export const secretsOf = (opened: string): Secrets =>
  opened === "" ? {} : (secrets.parse(JSON.parse(opened)) as Secrets);
