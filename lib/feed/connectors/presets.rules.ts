import { carbonAsks, carbonConfig } from "./carbon/rules.ts";
import { erpNextAsks, erpNextConfig } from "./erpnext/rules.ts";
import { type ConnectorKind, fieldsOf } from "./fields.rules.ts";
import { jiraAsks, jiraConfig } from "./jira/rules.ts";
import { odooAsks, odooConfig } from "./odoo/rules.ts";
import { qmsSandboxConfig } from "./qms-sandbox/rules.ts";
import { requestTrackerConfig } from "./request-tracker/rules.ts";
import type { Preset, RestConnectorConfig } from "./rest/schema.ts";
import { sapDefectAsks, sapDefectConfig } from "./sap-defect/rules.ts";
import { serviceNowAsks, serviceNowConfig } from "./servicenow/rules.ts";
import { typedOf } from "./typed.rules.ts";
import { veevaAsks, veevaConfig } from "./veeva/rules.ts";

export type Beginning = { kind: ConnectorKind; typed: Record<string, string> };

type Ready = {
  /** What is of this plant's installation and no general answer, with what it usually is. */
  asks: Readonly<Record<string, string>>;
  make(said: Readonly<Record<string, string>>): RestConnectorConfig;
};
const ready = <A extends Readonly<Record<string, string>>>(
  asks: A,
  make: (said: Record<keyof A, string>) => RestConnectorConfig,
): Ready => ({ asks, make: make as Ready["make"] });

const readies: Readonly<Record<Preset, Ready>> = {
  "request-tracker": ready({ queue: "Nonconformances" }, ({ queue }) =>
    requestTrackerConfig({ baseUrl: "https://rt.invalid", allow: [], user: "buyoff", queue }),
  ),
  odoo: ready(odooAsks, odooConfig),
  servicenow: ready(serviceNowAsks, serviceNowConfig),
  "sap-defect": ready(sapDefectAsks, sapDefectConfig),
  erpnext: ready(erpNextAsks, erpNextConfig),
  jira: ready(jiraAsks, jiraConfig),
  veeva: ready(veevaAsks, veevaConfig),
  carbon: ready(carbonAsks, carbonConfig),
  "qms-sandbox": ready({}, () => qmsSandboxConfig("http://127.0.0.1:4380")),
};

/** What a ready configuration has to be told first, and what stands there already. */
export const asksOf = (preset: Preset): Readonly<Record<string, string>> => readies[preset].asks;

/** `said`: what it was told; what wasn't said is as usual. */
export function presetOf(preset: Preset, said: Readonly<Record<string, string>> = {}): Beginning {
  const { asks, make } = readies[preset];
  const told = Object.fromEntries(
    Object.entries(asks).map(([name, usual]) => [name, (said[name] ?? "").trim() || usual]),
  );
  // Where it is, is for whoever sets it up to say.
  return { kind: "rest", typed: { ...typedOf(make(told)), baseUrl: "", allow: "" } };
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
    "session-method": "POST",
    "session-keptMs": "900",
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
