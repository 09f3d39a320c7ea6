import {
  compared,
  fileHeld,
  fileName,
  operationNumber,
  overlapped,
  quoted,
  usual,
  wholeText,
} from "../ready.rules.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";

export const carbonAsks = {
  publicKey: "",
  type: "",
  location: "",
  user: "",
} as const;

const shown =
  "id,nonConformanceId,name,status,quantity,description,customFields,createdAt,updatedAt,tags";
const one = '"rest/v1/nonConformance?id=eq." & $encodeUrlComponent($externalId)';

/** A row that ties the record to something of theirs; what has no code there is for whoever maps it. */
const link = (table: string, column: string, code: string) => ({
  name: table,
  method: "POST" as const,
  path: `"rest/v1/${table}"`,
  body: `($to := ${code}; $to = null ? null : { "nonConformanceId": $externalId, "${column}": $to })`,
  look: {
    method: "GET" as const,
    path: `"rest/v1/${table}?select=${column}&nonConformanceId=eq." & $encodeUrlComponent($externalId)`,
  },
  done: `$body.${column} in $.${column}`,
});

const results: RestConnectorConfig["results"] = [
  { when: 'act = "create" and status = 409', is: "unknown" },
  {
    when: 'act = "lookup" and status = 200 and $count(body) = 0',
    is: "unauthorized",
  },
  {
    when: 'act = "read_back" and status = 200 and $count(body) = 0',
    is: "not_found",
  },
];

const attach: RestConnectorConfig["attach"] = {
  method: "POST",
  path: `"storage/v1/object/private/nonConformance/" & $encodeUrlComponent($externalId) & "/" & $encodeUrlComponent(${fileName})`,
  look: {
    method: "POST",
    path: '"storage/v1/object/list/private"',
    body: '{ "prefix": "nonConformance/" & $externalId, "limit": 500 }',
  },
  done: fileHeld("$", "name", "metadata.size"),
};

const changes: RestConnectorConfig["changes"] = {
  method: "GET",
  path: `"rest/v1/nonConformance?select=id,createdAt,updatedAt&limit=200&order=updatedAt.asc.nullslast&or=" & $encodeUrlComponent("(updatedAt.gt." & ${overlapped("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01]Z", "1970-01-02T00:00:00Z")} & ",updatedAt.is.null)")`,
  items: '[$.{ "externalId": id, "version": (updatedAt) ? updatedAt : createdAt }]',
  cursor:
    "$count($[updatedAt != null]) = 0 ? $cursor : $fromMillis($max($[updatedAt != null].$toMillis(updatedAt)))",
  begin: "$at",
  everyMs: 60_000,
};

/**
 * Carbon (PostgREST). Its readable number is ours to give and unique, so a second one is its 409. The search asks for
 * the type as well: a key that may see nothing is answered with nothing, and that is not "not there". What belongs to
 * it are rows of their own, with no transaction over them.
 */
export function carbonConfig(said: Readonly<Record<keyof typeof carbonAsks, string>>) {
  return {
    ...usual("carbon"),
    auth: { kind: "request" },
    headers: `{ "apikey": ${quoted(said.publicKey)}, "authorization": "Bearer " & ${quoted(said.publicKey)}, "carbon-key": $secret, "prefer": "return=representation" }`,
    dedupe: "search",
    results,
    words: '$join([body.code, body.message, body.details][$type($) = "string"], ": ")',
    create: {
      method: "POST",
      path: '"rest/v1/nonConformance"',
      body: `{
        "nonConformanceId": "BY-" & $substring($key, -12),
        "name": title,
        "description": ${wholeText("\n")},
        "content": { "type": "doc", "content": [] },
        "nonConformanceTypeId": ${quoted(said.type)},
        "locationId": ${quoted(said.location)},
        "source": "Internal",
        "status": "Registered",
        "priority": defect.severity = "critical" ? "Critical" : defect.severity = "major" ? "High" : "Medium",
        "openDate": $substring(occurredAt, 0, 10),
        "quantity": $number(defect.quantity),
        "createdBy": ${quoted(said.user)},
        "customFields": { "buyoffKey": $key, "order": order, "serial": unit, "actual": actual, "requirement": requirement }
      }`,
      made: '{ "externalId": $[0].id, "number": $[0].nonConformanceId }',
    },
    fields: [],
    links: [
      link("nonConformanceItem", "itemId", '$code("part", part.number)'),
      link(
        "nonConformanceJobOperation",
        "jobOperationId",
        `$code("operation", ${operationNumber})`,
      ),
    ],
    lookup: {
      method: "GET",
      path: `"rest/v1/nonConformanceType?select=id,nonConformance(${shown})&id=eq." & $encodeUrlComponent(${quoted(said.type)}) & "&nonConformance.customFields-%3E%3EbuyoffKey=eq." & $encodeUrlComponent($key)`,
      records: "[$[0].nonConformance]",
    },
    readBack: { method: "GET", path: `${one} & "&select=${shown}"` },
    record: `($r := $[0]; {
      "externalId": $r.id,
      "number": $r.nonConformanceId,
      "key": $exists($r.customFields.buyoffKey) ? $r.customFields.buyoffKey : null,
      "url": $baseUrl & "/x/issue/" & $r.id,
      "version": ($r.updatedAt) ? $r.updatedAt : $r.createdAt,
      "status": $r.status = "Registered" ? "open" : $r.status = "Open" ? "contained" : $r.status = "Completed" ? "closed" : null,
      "dispositions": [],
      "about": { "order": $r.customFields.order, "unit": $r.customFields.serial, "title": $r.name },
      "createdAt": $r.createdAt
    })`,
    verify: compared({
      nonConformanceId: ["$sent.nonConformanceId", "$[0].nonConformanceId"],
      name: ["title", "$[0].name"],
      description: ["$sent.description", "$[0].description"],
      quantity: ["$sent.quantity", "$number($[0].quantity)"],
      buyoffKey: ["$key", "$[0].customFields.buyoffKey"],
      actual: ["actual", "$[0].customFields.actual"],
    }),
    update: {
      method: "POST",
      path: '"rest/v1/note"',
      body: `{ "documentId": $externalId, "note": text & " [" & $key & "]", "createdBy": ${quoted(said.user)} }`,
      look: {
        method: "GET",
        path: '"rest/v1/note?select=note&documentId=eq." & $encodeUrlComponent($externalId)',
      },
      done: "$count($[$contains(note, $key)]) > 0",
    },
    attach,
    changes,
  } satisfies RestConnectorConfig;
}
