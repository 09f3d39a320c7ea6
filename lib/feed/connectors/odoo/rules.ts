import {
  compared,
  fileHeld,
  fileName,
  overlapped,
  padded,
  quoted,
  secondPicture,
  usual,
  wholeText,
} from "../ready.rules.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";

export const odooAsks = {
  database: "odoo",
  login: "buyoff",
  partner: "1",
  responsible: "2",
  origin: "1",
} as const;

const model = '"mgmtsystem.nonconformity"';
const shown =
  '["ref","name","reference","description","state","write_date","create_date","message_ids"]';
const read = (domain: string, more = "") =>
  `{ "model": ${model}, "method": "search_read", "args": [${domain}], "kwargs": { "fields": ${shown}, "context": { "active_test": false }${more} } }`;
const rpc = { method: "POST", path: '"jsonrpc"' } as const;
const about = (of: string, key: string, fields: string) => ({
  ...rpc,
  body: `{ "model": "${of}", "method": "search_read", "args": [[["${key}", "=", ${model}], ["res_id", "=", $number($externalId)]]], "kwargs": { "fields": ${fields}, "limit": 500 } }`,
});

const results: RestConnectorConfig["results"] = [
  { when: 'act = "session" and body.result = false', is: "unauthorized" },
  {
    when: 'status = 200 and $exists(body.error) and body.error.data.name = "odoo.exceptions.AccessDenied"',
    is: "expired",
  },
  {
    when: 'status = 200 and $exists(body.error) and $contains(body.error.data.name, "SerializationFailure")',
    is: "not_processed",
  },
  {
    when: 'status = 200 and $exists(body.error) and body.error.data.name = "odoo.exceptions.MissingError"',
    is: "not_found",
  },
  { when: "status = 200 and $exists(body.error)", is: "rejected" },
  // Another load() of the same key was first: its record is ours.
  {
    when: 'act = "create" and body.result.ids = false and $count(body.result.messages[$contains(message, "serialize") or $contains(message, "duplicate key")]) > 0',
    is: "unknown",
  },
  { when: 'act = "create" and body.result.ids = false', is: "rejected" },
  {
    when: 'act = "read_back" and $exists(body.result) and $count(body.result) = 0',
    is: "not_found",
  },
];

const fields: NonNullable<RestConnectorConfig["fields"]> = [
  {
    field: "load.name",
    max: 255,
    count: "utf16",
    overflow: { to: "field", field: "load.description" },
  },
];

const record = `($r := $exists(result) ? result[0] : $; {
  "externalId": $string($r.id),
  "number": $r.ref,
  "key": $type($r.reference) = "string" ? $r.reference : null,
  "url": $baseUrl & "/web#model=mgmtsystem.nonconformity&id=" & $string($r.id),
  "version": $r.write_date & "/" & ${padded("$count($r.message_ids) = 0 ? 0 : $max($r.message_ids)")},
  "status": $r.state in ["draft", "analysis"] ? "open" : $r.state in ["pending", "open"] ? "contained" : $r.state = "done" ? "closed" : $r.state = "cancel" ? "void" : null,
  "dispositions": [],
  "about": { "title": $r.name },
  "createdAt": $fromMillis($toMillis($r.create_date, "${secondPicture}"))
})`;

const verify = compared({
  name: ["$sent.load.name", "result[0].name"],
  reference: ["$key", "result[0].reference"],
  description: ["$sent.load.description", "result[0].description"],
});

const update: RestConnectorConfig["update"] = {
  ...rpc,
  body: `{ "model": ${model}, "method": "message_post", "args": [[$number($externalId)]], "kwargs": { "body": text & " [" & $key & "]" } }`,
  look: about("mail.message", "model", '["body"]'),
  done: "$count(result[$contains(body, $key)]) > 0",
};

const attach: RestConnectorConfig["attach"] = {
  ...rpc,
  body: `{ "model": "ir.attachment", "method": "create", "args": [{ "name": ${fileName}, "res_model": ${model}, "res_id": $number($externalId), "mimetype": $mediaType, "datas": $base64 }] }`,
  look: about("ir.attachment", "res_model", '["name","file_size","checksum"]'),
  done: fileHeld("result", "name", "file_size"),
};

const changes: RestConnectorConfig["changes"] = {
  ...rpc,
  body: read(
    `[["write_date", ">", ${overlapped(secondPicture, "1970-01-02 00:00:00")}]]`,
    ', "order": "write_date,id", "limit": 200',
  ),
  items: `[result.{ "externalId": $string(id), "version": write_date & "/" & ${padded("$count(message_ids) = 0 ? 0 : $max(message_ids)")} }]`,
  cursor: `$count(result) = 0 ? $cursor : $fromMillis($max(result.$toMillis(write_date, "${secondPicture}")))`,
  begin: "$at",
  everyMs: 30_000,
};

/**
 * Odoo with OCA's management system (JSON-RPC). The secret goes with every call, in the envelope; every answer is a
 * 200; load() makes at most one record of our key. Its status is its own: nothing here moves a stage.
 */
export function odooConfig(said: Readonly<Record<keyof typeof odooAsks, string>>) {
  const database = quoted(said.database);
  return {
    ...usual("odoo"),
    auth: { kind: "request" },
    session: {
      ...rpc,
      body: `{ "jsonrpc": "2.0", "method": "call", "id": 1, "params": { "service": "common", "method": "authenticate", "args": [${database}, ${quoted(said.login)}, $secret, {}] } }`,
      gives: '$type(body.result) = "number" ? { "uid": body.result } : null',
      keptMs: 3_600_000,
    },
    envelope: `{ "jsonrpc": "2.0", "method": "call", "id": 1, "params": { "service": "object", "method": "execute_kw", "args": [
      ${database}, $session.uid, $secret, model, $exists(load) ? "load" : method,
      [$exists(load) ? [[$keys(load)], [[load.*]]] : args], $exists(kwargs) ? kwargs : {}
    ] } }`,
    dedupe: "upsert",
    results,
    words:
      '$exists(body.error) ? body.error.data.message : $join(body.result.messages.message, "; ")',
    create: {
      ...rpc,
      body: `{ "model": ${model}, "load": {
        "id": "__buyoff__." & $join($split($key, ":"), "_"),
        "name": title,
        "reference": $key,
        "partner_id/.id": ${quoted(said.partner)},
        "responsible_user_id/.id": ${quoted(said.responsible)},
        "manager_user_id/.id": ${quoted(said.responsible)},
        "origin_ids/.id": ${quoted(said.origin)},
        "description": ${wholeText("\n")}
      } }`,
      made: '{ "externalId": $string(result.ids[0]), "number": $string(result.ids[0]) }',
    },
    fields,
    lookup: { ...rpc, body: read('[["reference", "=", $key]]'), records: "[result]" },
    readBack: { ...rpc, body: read('[["id", "=", $number($externalId)]]') },
    record,
    verify,
    update,
    attach,
    changes,
  } satisfies RestConnectorConfig;
}
