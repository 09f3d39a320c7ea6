import {
  compared,
  fileHeld,
  overlapped,
  quoted,
  secondPicture,
  usual,
  wholeText,
} from "../ready.rules.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";

export const erpNextAsks = { procedure: "Nonconformance" } as const;

/** Custom fields that its administrator adds to Non Conformance; the key's is unique. */
const custom = {
  custom_buyoff_key: "$key",
  custom_defect_code: '$code("defect_code", defect.code)',
  custom_severity: "defect.severity",
  custom_quantity: "defect.quantity",
  custom_part: "part.number",
  custom_serial: "unit",
  custom_order: "order",
  custom_requirement: "requirement",
  custom_actual: "actual",
} as const;
const doctype = '"api/resource/Non%20Conformance"';
const listOf = (of: string, filters: string, fields: string) =>
  `"api/resource/${of}?limit_page_length=500&fields=" & $encodeUrlComponent($string(${fields})) & "&filters=" & $encodeUrlComponent($string(${filters}))`;

const fields: NonNullable<RestConnectorConfig["fields"]> = [
  {
    field: "subject",
    max: 140,
    count: "utf16",
    overflow: { to: "field", field: "details" },
  },
  ...Object.keys(custom).map(
    (field) => ({ field, max: 140, count: "utf16", overflow: null }) as const,
  ),
];

const record = `($r := $exists(data) ? data[0] : $; {
  "externalId": $r.name,
  "number": $r.name,
  "key": ($r.custom_buyoff_key) ? $r.custom_buyoff_key : null,
  "url": $baseUrl & "/app/non-conformance/" & $r.name,
  "version": $r.modified,
  "status": $r.status = "Open" ? "open" : $r.status = "Resolved" ? "closed" : $r.status = "Cancelled" ? "void" : null,
  "dispositions": [],
  "about": { "order": $r.custom_order, "unit": $r.custom_serial, "title": $r.subject },
  "createdAt": $fromMillis($toMillis($substring($r.creation, 0, 19), "${secondPicture}"))
})`;

const verify = compared(
  Object.fromEntries(
    ["subject", "procedure", ...Object.keys(custom)].map((name) => [
      name,
      [`$sent.${name}`, `data.${name}`] as const,
    ]),
  ),
);

const update: RestConnectorConfig["update"] = {
  method: "POST",
  path: '"api/resource/Comment"',
  body: '{ "comment_type": "Comment", "reference_doctype": "Non Conformance", "reference_name": $externalId, "content": text & " [" & $key & "]" }',
  look: {
    method: "GET",
    path: listOf(
      "Comment",
      '[["reference_doctype", "=", "Non Conformance"], ["reference_name", "=", $externalId]]',
      '["name", "content"]',
    ),
  },
  done: "$count(data[$contains(content, $key)]) > 0",
};

const attach: RestConnectorConfig["attach"] = {
  method: "POST",
  path: '"api/method/upload_file"',
  form: '{ "doctype": "Non Conformance", "docname": $externalId, "is_private": "1", "file": "$file" }',
  look: {
    method: "GET",
    path: listOf(
      "File",
      '[["attached_to_doctype", "=", "Non Conformance"], ["attached_to_name", "=", $externalId]]',
      '["file_name", "file_size"]',
    ),
  },
  done: fileHeld("data", "file_name", "file_size"),
};

const changes: RestConnectorConfig["changes"] = {
  method: "GET",
  path: `${listOf("Non%20Conformance", `[["modified", ">", ${overlapped(secondPicture, "1970-01-02 00:00:00")}]]`, '["name", "modified"]')} & "&order_by=modified%20asc"`,
  items: '[data.{ "externalId": name, "version": modified }]',
  cursor: `$count(data) = 0 ? $cursor : $fromMillis($max(data.$toMillis($substring(modified, 0, 19), "${secondPicture}")))`,
  begin: "$at",
  everyMs: 30_000,
};

/**
 * ERPNext's Non Conformance (Frappe REST v1). A duplicate of the unique field is its 409, and what it refuses its
 * 417; fields that it lacks it drops in silence, so everything is read back.
 */
export function erpNextConfig({ procedure }: Readonly<Record<keyof typeof erpNextAsks, string>>) {
  return {
    ...usual("erpnext"),
    auth: { kind: "request" },
    // api_key:api_secret
    headers: '{ "authorization": "token " & $secret }',
    dedupe: "search",
    // It is there already: looked for, and found.
    results: [
      { when: 'act = "create" and status = 409', is: "unknown" },
      // Somebody has saved the document meanwhile: it is read again, and decided on anew.
      {
        when: 'status = 417 and body.exc_type = "TimestampMismatchError"',
        is: "not_processed",
      },
    ],
    words: '$join([body.exc_type, body.exception], ": ")',
    create: {
      method: "POST",
      path: doctype,
      body: `{ "subject": title, "procedure": ${quoted(procedure)}, "status": "Open", "details": ${wholeText("<br>", (line) => `$replace($replace(${line}, "&", "&amp;"), "<", "&lt;")`)}, ${Object.entries(
        custom,
      )
        .map(([name, from]) => `"${name}": ${from}`)
        .join(", ")} }`,
    },
    fields,
    lookup: {
      method: "GET",
      path: listOf("Non%20Conformance", '[["custom_buyoff_key", "=", $key]]', '["*"]'),
      records: "[data]",
    },
    readBack: { method: "GET", path: `${doctype} & "/" & $encodeUrlComponent($externalId)` },
    record,
    verify,
    update,
    attach,
    changes,
  } satisfies RestConnectorConfig;
}
