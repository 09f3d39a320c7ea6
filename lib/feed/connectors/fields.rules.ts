import { presets } from "./rest/schema.ts";
import type { ConnectorConfig } from "./schema.ts";

export type ConnectorKind = ConnectorConfig["kind"];
export const connectorKinds = [
  "rest",
  "webhook",
  "mqtt",
  "amqp",
  "nats",
  "kafka",
  "folder",
  "sftp",
  "s3",
] as const satisfies readonly ConnectorKind[];

/** How a member of a configuration is typed; what a machine counts in small units is typed in large ones. */
export type FieldShape =
  | "text"
  | "choice"
  | "integer"
  | "fraction"
  | "seconds"
  | "megabytes"
  | "hosts"
  | "brokers"
  | "pem"
  /** Is this part of the configuration there at all? */
  | "presence"
  | "truth"
  | "expression"
  /** An expression that must give text without anything of a message. */
  | "path"
  /** Lists that are written as JSON: of rules with an expression each, and of others. */
  | "rules"
  | "json";

export const sections = ["reach", "sends", "limits", "mapping"] as const;

export type ConnectorField = {
  /** The members on the way to it, joined by a dash: `create-path`. */
  key: string;
  shape: FieldShape;
  section: (typeof sections)[number];
  /** What a field that is left empty means; without it something has to be there. */
  empty?: "absent" | "null";
  choices?: readonly string[];
  /** Asked only where another field says one of these. */
  when?: { key: string; is: readonly string[] };
};

/** Parts that are left out as a whole when nothing of what makes them is there. */
export const parts: readonly { key: string; made: readonly string[]; absent: "absent" | "null" }[] =
  [
    { key: "breaker", made: ["breaker-baseMs", "breaker-capMs"], absent: "absent" },
    { key: "limits", made: ["limits-perMinute", "limits-perDay"], absent: "absent" },
    { key: "session", made: ["session-path"], absent: "absent" },
    { key: "update-look", made: ["update-look-path"], absent: "absent" },
    { key: "attach-look", made: ["attach-look-path"], absent: "absent" },
    { key: "withdraw", made: ["withdraw-path", "withdraw-body"], absent: "absent" },
    {
      key: "changes",
      made: ["changes-path", "changes-items", "changes-cursor"],
      absent: "null",
    },
  ];

const methods = ["GET", "POST", "PUT", "PATCH"] as const;
const yesNo = ["yes", "no"] as const;

const field = (
  section: ConnectorField["section"],
  key: string,
  shape: FieldShape,
  more: Omit<ConnectorField, "key" | "shape" | "section"> = {},
): ConnectorField => ({ key, shape, section, ...more });

const tries: readonly ConnectorField[] = [
  field("limits", "timeoutMs", "seconds"),
  field("limits", "retry-attemptsMax", "integer"),
  field("limits", "retry-baseMs", "seconds"),
  field("limits", "retry-factor", "integer"),
  field("limits", "retry-capMs", "seconds"),
  field("limits", "breaker-baseMs", "seconds", { empty: "absent" }),
  field("limits", "breaker-capMs", "seconds", { empty: "absent" }),
  field("limits", "atOnce", "integer", { empty: "absent" }),
];

const rest: readonly ConnectorField[] = [
  field("reach", "baseUrl", "text"),
  field("reach", "allow", "hosts", { empty: "absent" }),
  field("reach", "auth-kind", "choice", {
    choices: ["none", "bearer", "basic", "header", "request"],
  }),
  field("reach", "auth-user", "text", { when: { key: "auth-kind", is: ["basic"] } }),
  field("reach", "auth-name", "text", { when: { key: "auth-kind", is: ["header"] } }),
  field("reach", "preset", "choice", { choices: ["", ...presets], empty: "absent" }),
  field("sends", "dedupe", "choice", { choices: ["search", "upsert", "none"] }),
  field("sends", "settlingMs", "seconds"),
  field("sends", "lookupsMax", "integer"),
  field("sends", "attachmentBytesMax", "megabytes"),
  field("sends", "responseBytesMax", "megabytes"),
  ...tries,
  field("limits", "limits-perMinute", "integer", { empty: "absent" }),
  field("limits", "limits-perDay", "integer", { empty: "absent" }),
  field("limits", "limits-reserve", "fraction"),
  field("mapping", "session-method", "choice", { choices: methods }),
  field("mapping", "session-path", "expression", { empty: "absent" }),
  field("mapping", "session-headers", "expression", { empty: "absent" }),
  field("mapping", "session-body", "expression", { empty: "absent" }),
  field("mapping", "session-gives", "expression"),
  field("mapping", "session-keptMs", "seconds"),
  field("mapping", "headers", "expression", { empty: "absent" }),
  field("mapping", "envelope", "expression", { empty: "absent" }),
  field("mapping", "create-method", "choice", { choices: methods }),
  field("mapping", "create-path", "expression"),
  field("mapping", "create-body", "expression"),
  field("mapping", "create-made", "expression", { empty: "absent" }),
  field("mapping", "fields", "json", { empty: "absent" }),
  field("mapping", "lookup-method", "choice", { choices: methods }),
  field("mapping", "lookup-path", "path"),
  field("mapping", "lookup-body", "expression", { empty: "absent" }),
  field("mapping", "lookup-records", "expression"),
  field("mapping", "readBack-method", "choice", { choices: methods }),
  field("mapping", "readBack-path", "path"),
  field("mapping", "readBack-body", "expression", { empty: "absent" }),
  field("mapping", "record", "expression"),
  field("mapping", "verify-expected", "expression"),
  field("mapping", "verify-actual", "expression"),
  field("mapping", "update-method", "choice", { choices: methods }),
  field("mapping", "update-path", "expression"),
  field("mapping", "update-headers", "expression", { empty: "absent" }),
  field("mapping", "update-body", "expression"),
  field("mapping", "update-text", "json", { empty: "absent" }),
  field("mapping", "update-done", "expression"),
  field("mapping", "update-look-method", "choice", { choices: methods }),
  field("mapping", "update-look-path", "path", { empty: "absent" }),
  field("mapping", "update-look-body", "expression", { empty: "absent" }),
  field("mapping", "attach-method", "choice", { choices: methods }),
  field("mapping", "attach-path", "path"),
  field("mapping", "attach-headers", "expression", { empty: "absent" }),
  field("mapping", "attach-body", "expression", { empty: "absent" }),
  field("mapping", "attach-form", "expression", { empty: "absent" }),
  field("mapping", "attach-done", "expression"),
  field("mapping", "attach-look-method", "choice", { choices: methods }),
  field("mapping", "attach-look-path", "path", { empty: "absent" }),
  field("mapping", "attach-look-body", "expression", { empty: "absent" }),
  field("mapping", "attach-held", "expression", { empty: "absent" }),
  field("mapping", "withdraw-method", "choice", { choices: methods }),
  field("mapping", "withdraw-path", "path"),
  field("mapping", "withdraw-body", "expression"),
  field("mapping", "links", "json", { empty: "absent" }),
  field("mapping", "changes-method", "choice", { choices: methods }),
  field("mapping", "changes-path", "path"),
  field("mapping", "changes-body", "expression", { empty: "absent" }),
  field("mapping", "changes-items", "expression"),
  field("mapping", "changes-cursor", "expression"),
  field("mapping", "changes-begin", "expression", { empty: "absent" }),
  field("mapping", "changes-everyMs", "seconds"),
  field("mapping", "raisedThere", "json", { empty: "absent" }),
  field("mapping", "webhookSubject", "expression", { empty: "null" }),
  field("mapping", "results", "rules", { empty: "absent" }),
  field("mapping", "words", "expression", { empty: "absent" }),
];

const size: readonly ConnectorField[] = [
  field("sends", "eventBytesMax", "megabytes"),
  field("sends", "overflow", "choice", { choices: ["reference", "park"] }),
];
const allow = field("reach", "allow", "hosts", { empty: "absent" });
const hostAndPort = [field("reach", "host", "text"), field("reach", "port", "integer")];
const withTls = { when: { key: "tls", is: ["yes"] }, empty: "null" } as const;
const tls: readonly ConnectorField[] = [
  field("reach", "tls", "presence", { choices: yesNo, empty: "null" }),
  field("reach", "tls-ca", "pem", withTls),
  field("reach", "tls-clientCertificate", "pem", withTls),
];

const fields: Readonly<Record<ConnectorKind, readonly ConnectorField[]>> = {
  rest,
  webhook: [field("reach", "url", "text"), allow, ...size, ...tries],
  mqtt: [
    ...hostAndPort,
    allow,
    field("reach", "user", "text", { empty: "null" }),
    field("reach", "clientId", "text"),
    ...tls,
    field("sends", "topic", "text"),
    ...size,
    ...tries,
  ],
  amqp: [
    ...hostAndPort,
    allow,
    field("reach", "user", "text"),
    field("reach", "vhost", "text"),
    ...tls,
    field("sends", "exchange", "text"),
    field("sends", "routingKey", "text"),
    ...size,
    ...tries,
  ],
  nats: [
    ...hostAndPort,
    allow,
    field("reach", "auth", "choice", { choices: ["none", "token", "password"] }),
    field("reach", "user", "text", { empty: "null", when: { key: "auth", is: ["password"] } }),
    ...tls,
    field("sends", "subject", "text"),
    ...size,
    ...tries,
  ],
  kafka: [
    field("reach", "brokers", "brokers"),
    allow,
    field("reach", "sasl", "choice", {
      choices: ["none", "plain", "scram-sha-256", "scram-sha-512"],
    }),
    field("reach", "user", "text", {
      empty: "null",
      when: { key: "sasl", is: ["plain", "scram-sha-256", "scram-sha-512"] },
    }),
    ...tls,
    field("sends", "topic", "text"),
    ...size,
    ...tries,
  ],
  folder: [field("reach", "path", "text"), ...size, ...tries],
  sftp: [
    ...hostAndPort,
    allow,
    field("reach", "user", "text"),
    field("reach", "hostKeySha256", "text"),
    field("reach", "path", "text"),
    ...size,
    ...tries,
  ],
  s3: [
    field("reach", "endpoint", "text"),
    allow,
    field("reach", "region", "text"),
    field("reach", "bucket", "text"),
    field("reach", "prefix", "text"),
    field("reach", "accessKeyId", "text"),
    field("reach", "pathStyle", "truth", { choices: yesNo }),
    field("reach", "ca", "pem", { empty: "null" }),
    ...size,
    ...tries,
  ],
};

/** What is asked of a connector of this kind, in the order in which it is asked. */
export const fieldsOf = (kind: ConnectorKind): readonly ConnectorField[] => fields[kind];

/** A configuration as it is typed: one text for each field. */
export type Typed = Readonly<Record<string, string>>;

/** Is it asked for at all, as the others stand? */
export const isAsked = ({ when }: ConnectorField, typed: Typed): boolean =>
  when === undefined || when.is.includes(typed[when.key] ?? "");

/** Left out with the part that it belongs to. */
export const isLeftOut = ({ key }: ConnectorField, typed: Typed): boolean =>
  parts.some((part) => key.startsWith(`${part.key}-`) && isPartAbsent(part, typed));

export const isPartAbsent = (part: (typeof parts)[number], typed: Typed): boolean =>
  part.made.every((key) => (typed[key] ?? "").trim() === "");
