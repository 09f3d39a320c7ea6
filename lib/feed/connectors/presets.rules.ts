import { type ConnectorKind, fieldsOf } from "./fields.rules.ts";
import { qmsSandboxConfig } from "./qms-sandbox/rules.ts";
import { requestTrackerConfig } from "./request-tracker/rules.ts";
import { typedOf } from "./typed.rules.ts";

/** What a form begins with. A preset is configuration that somebody has written down: nothing of it is code. */
export const presets = ["request-tracker", "qms-sandbox"] as const;
export type Preset = (typeof presets)[number];

export type Beginning = { kind: ConnectorKind; typed: Record<string, string> };

const queueDefault = "Nonconformances";

/** `queue`: of Request Tracker, where nonconformances are kept. */
export function presetOf(preset: Preset, queue: string): Beginning {
  const config =
    preset === "request-tracker"
      ? requestTrackerConfig({
          baseUrl: "https://rt.invalid",
          allow: [],
          user: "buyoff",
          queue: queue.trim() || queueDefault,
        })
      : qmsSandboxConfig("http://127.0.0.1:4380");
  // Where it is, is for whoever sets it up to say.
  return { kind: "rest", typed: { ...typedOf(config), baseUrl: "", allow: "" } };
}

const tries = {
  timeoutMs: "8",
  "retry-attemptsMax": "10",
  "retry-baseMs": "5",
  "retry-factor": "6",
  "retry-capMs": "86400",
};
const common: Readonly<Record<string, string>> = {
  ...tries,
  overflow: "park",
  eventBytesMax: "0.25",
  tls: "yes",
};
const ofKind: Readonly<Record<ConnectorKind, Readonly<Record<string, string>>>> = {
  rest: {
    "auth-kind": "bearer",
    dedupe: "search",
    settlingMs: "3",
    lookupsMax: "2",
    attachmentBytesMax: "20",
    responseBytesMax: "5",
    "limits-reserve": "0.1",
    "create-method": "POST",
    "lookup-method": "GET",
    "readBack-method": "GET",
    "update-method": "PATCH",
    "update-look-method": "GET",
    "attach-method": "POST",
    "attach-look-method": "GET",
    "changes-method": "GET",
    "changes-everyMs": "15",
  },
  webhook: {},
  mqtt: { port: "8883", clientId: "buyoff", topic: "buyoff/{site}/{name}" },
  amqp: { port: "5671", vhost: "/", exchange: "buyoff", routingKey: "{site}.{name}" },
  nats: { port: "4222", auth: "token", subject: "buyoff.{site}.{name}" },
  kafka: { sasl: "scram-sha-512", topic: "buyoff-events" },
  folder: { path: "events" },
  sftp: { port: "22" },
  s3: { region: "us-east-1", pathStyle: "yes", prefix: "buyoff" },
};

/** What nobody has to think about stands there already; all of it can be changed. */
export function beginningOf(kind: ConnectorKind): Beginning {
  const given: Readonly<Record<string, string>> = { ...common, ...ofKind[kind] };
  return {
    kind,
    typed: Object.fromEntries(fieldsOf(kind).map(({ key }) => [key, given[key] ?? ""])),
  };
}
