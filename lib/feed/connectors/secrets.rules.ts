import type { ConnectorKind } from "./fields.rules.ts";
import { publisherSecrets, type SecretName } from "./publishers/schema.ts";
import type { ConnectorConfig } from "./schema.ts";

/** Of a system that keeps records: what we show it, and what it signs its webhooks with. */
const restSecrets = ["secret", "webhookSecret"] as const;
export type AnySecretName = (typeof restSecrets)[number] | SecretName;

export const secretNamesOf = (kind: ConnectorKind): readonly AnySecretName[] =>
  kind === "rest" ? restSecrets : publisherSecrets[kind];

export type Wanted = { name: AnySecretName; isNeeded: boolean };

/** The secrets that a configuration has a use for; what it has none for is not kept. */
export function secretsWanted(config: ConnectorConfig): Wanted[] {
  switch (config.kind) {
    case "rest":
      return [
        ...(config.auth.kind === "none" ? [] : [needed("secret")]),
        ...(config.webhookSubject === null ? [] : [needed("webhookSecret")]),
      ];
    case "webhook":
      return [needed("signingKey")];
    case "mqtt":
      return [...(config.user === null ? [] : [needed("password")]), ...keyOf(config.tls)];
    case "amqp":
      return [needed("password"), ...keyOf(config.tls)];
    case "nats":
      return [...(config.auth === "none" ? [] : [needed("password")]), ...keyOf(config.tls)];
    case "kafka":
      return [...(config.sasl === "none" ? [] : [needed("password")]), ...keyOf(config.tls)];
    case "folder":
      return [];
    case "s3":
      return [needed("secretAccessKey")];
    case "sftp":
      return [may("password"), may("privateKey"), may("passphrase")];
  }
}

const needed = (name: AnySecretName): Wanted => ({ name, isNeeded: true });
const may = (name: AnySecretName): Wanted => ({ name, isNeeded: false });
const keyOf = (tls: { clientCertificate: string | null } | null): Wanted[] =>
  tls?.clientCertificate ? [needed("clientKey")] : [];

/** The first secret that is missing; null: what is there suffices. */
export function secretMissing(
  config: ConnectorConfig,
  has: (name: AnySecretName) => boolean,
): AnySecretName | null {
  const missing = secretsWanted(config).find(({ name, isNeeded }) => isNeeded && !has(name));
  if (missing) return missing.name;
  return config.kind === "sftp" && !has("password") && !has("privateKey") ? "password" : null;
}

/**
 * To whom secrets are shown. When it changes they are typed anew: whoever may change an address could
 * otherwise have a secret sent to themselves that nobody can read here.
 */
export function destinationOf(config: ConnectorConfig): string {
  switch (config.kind) {
    case "rest":
      return JSON.stringify([
        new URL(config.baseUrl).origin,
        config.auth,
        config.session,
        config.headers,
        config.envelope,
      ]);
    case "webhook":
      return new URL(config.url).origin;
    case "s3":
      return JSON.stringify([new URL(config.endpoint).origin, config.ca]);
    case "kafka":
      return JSON.stringify([config.brokers, config.tls, config.sasl]);
    case "sftp":
      return JSON.stringify([config.host, config.port, config.hostKeySha256]);
    case "mqtt":
    case "amqp":
    case "nats":
      return JSON.stringify([config.host, config.port, config.tls]);
    case "folder":
      return config.path;
  }
}

/** Where it goes, for people. */
export function addressOf(config: ConnectorConfig): string {
  switch (config.kind) {
    case "rest":
      return config.baseUrl;
    case "webhook":
      return config.url;
    case "s3":
      return `${config.endpoint} ${config.bucket}/${config.prefix}`;
    case "kafka":
      return `${config.brokers.map(({ host, port }) => `${host}:${port}`).join(", ")} ${config.topic}`;
    case "mqtt":
      return `${config.host}:${config.port} ${config.topic}`;
    case "amqp":
      return `${config.host}:${config.port} ${config.exchange} ${config.routingKey}`;
    case "nats":
      return `${config.host}:${config.port} ${config.subject}`;
    case "sftp":
      return `${config.host}:${config.port} ${config.path}`;
    case "folder":
      return config.path;
  }
}

/** The names that have to be resolved and looked at before anything is connected to. */
export function hostsOf(config: ConnectorConfig): string[] {
  switch (config.kind) {
    case "rest":
      return [new URL(config.baseUrl).hostname];
    case "webhook":
      return [new URL(config.url).hostname];
    case "s3":
      return [new URL(config.endpoint).hostname];
    case "kafka":
      return config.brokers.map(({ host }) => host);
    case "mqtt":
    case "amqp":
    case "nats":
    case "sftp":
      return [config.host];
    case "folder":
      return [];
  }
}
