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

export const serviceNowAsks = {
  staging: "u_buyoff_ncr_import",
  table: "u_nonconformance",
} as const;

/** Columns of the table, and of the staging table under the same names, that its administrator makes. */
const columns = {
  u_buyoff_key: "$key",
  short_description: "title",
  description: wholeText("\n"),
  u_defect_code: '$code("defect_code", defect.code)',
  u_severity: "defect.severity",
  u_quantity: "defect.quantity",
  u_part: "part.number",
  u_part_revision: "part.revision",
  u_serial: "unit",
  u_order: "order",
  u_requirement: "requirement",
  u_actual: "actual",
} as const;

const results: RestConnectorConfig["results"] = [
  {
    when: 'act = "create" and $exists(body.result) and $not(body.result[0].status in ["inserted", "updated"])',
    is: "rejected",
  },
];

const fields: NonNullable<RestConnectorConfig["fields"]> = [
  {
    field: "short_description",
    max: 160,
    count: "utf16",
    overflow: { to: "field", field: "description" },
  },
  {
    field: "description",
    max: 4_000,
    count: "utf16",
    overflow: { to: "attachment", name: "description.txt" },
  },
  ...["u_defect_code", "u_serial", "u_order", "u_requirement", "u_actual"].map(
    (field) => ({ field, max: 100, count: "utf16", overflow: null }) as const,
  ),
];

const verify = compared(
  Object.fromEntries(
    Object.keys(columns).map((name) => [
      name,
      [`$sent.${name}`, `(result.${name} = "" ? null : result.${name})`] as const,
    ]),
  ),
);

/**
 * ServiceNow through an import set, whose transform map coalesces on u_buyoff_key: the server itself makes one record
 * of one key. An import answers for each row, whatever its status says.
 */
export function serviceNowConfig(said: Readonly<Record<keyof typeof serviceNowAsks, string>>) {
  const table = quoted(`api/now/table/${said.table}`);
  const one = `${table} & "/" & $encodeUrlComponent($externalId)`;
  const shown = quoted(
    [...Object.keys(columns), "sys_id", "number", "state", "sys_updated_on", "sys_created_on"]
      .concat("sys_mod_count", "u_disposition", "u_disposition_quantity", "u_design_authority")
      .join(","),
  );
  return {
    ...usual("servicenow"),
    auth: { kind: "basic", user: "buyoff" },
    dedupe: "upsert",
    results,
    words:
      "$exists(body.error) ? body.error.message : $exists(body.result[0].error_message) ? body.result[0].error_message : body.result[0].status_message",
    create: {
      method: "POST",
      path: quoted(`api/now/import/${said.staging}`),
      body: `{ ${Object.entries(columns)
        .map(([name, from]) => `"${name}": ${from}`)
        .join(", ")} }`,
      made: '{ "externalId": result[0].sys_id, "number": result[0].display_value }',
    },
    fields,
    lookup: {
      method: "GET",
      path: `${table} & "?sysparm_limit=10&sysparm_fields=" & ${shown} & "&sysparm_query=" & $encodeUrlComponent("u_buyoff_key=" & $key)`,
      records: "[result]",
    },
    readBack: { method: "GET", path: `${one} & "?sysparm_fields=" & ${shown}` },
    record: `($r := $exists(result) ? result[0] : $; {
      "externalId": $r.sys_id,
      "number": $r.number,
      "key": $r.u_buyoff_key = "" ? null : $r.u_buyoff_key,
      "url": $baseUrl & "/nav_to.do?uri=" & $encodeUrlComponent("${said.table}.do?sys_id=" & $r.sys_id),
      "version": $r.sys_updated_on & "/" & ${padded("$number($r.sys_mod_count)")},
      "status": $r.state in ["1", "2"] ? "open" : $r.state = "3" ? "contained" : $r.state = "6" ? "dispositioned" : $r.state = "7" ? "closed" : $r.state = "8" ? "void" : null,
      "dispositions": ($r.u_disposition) ? [{
        "decision": $code("disposition", $r.u_disposition),
        "quantity": $r.u_disposition_quantity,
        "designAuthority": $r.u_design_authority = "" ? null : $r.u_design_authority,
        "concession": null
      }] : [],
      "about": { "order": $r.u_order, "unit": $r.u_serial, "title": $r.short_description },
      "createdAt": $fromMillis($toMillis($r.sys_created_on, "${secondPicture}"))
    })`,
    verify,
    update: {
      method: "PATCH",
      path: one,
      body: '{ "work_notes": text & " [" & $key & "]" }',
      look: {
        method: "GET",
        path: '"api/now/table/sys_journal_field?sysparm_limit=500&sysparm_fields=value&sysparm_query=" & $encodeUrlComponent("element_id=" & $externalId & "^element=work_notes")',
      },
      done: "$count(result[$contains(value, $key)]) > 0",
    },
    attach: {
      method: "POST",
      path: `"api/now/attachment/file?table_name=" & ${quoted(said.table)} & "&table_sys_id=" & $encodeUrlComponent($externalId) & "&file_name=" & $encodeUrlComponent(${fileName})`,
      look: {
        method: "GET",
        path: `"api/now/attachment?sysparm_limit=500&sysparm_query=" & $encodeUrlComponent("table_sys_id=" & $externalId)`,
      },
      done: fileHeld("result", "file_name", "size_bytes"),
    },
    changes: {
      method: "GET",
      path: `${table} & "?sysparm_limit=200&sysparm_fields=sys_id,sys_updated_on,sys_mod_count&sysparm_query=" & $encodeUrlComponent("sys_updated_on>=" & ${overlapped(secondPicture, "1970-01-02 00:00:00")} & "^ORDERBYsys_updated_on")`,
      items: `[result.{ "externalId": sys_id, "version": sys_updated_on & "/" & ${padded("$number(sys_mod_count)")} }]`,
      cursor: `$count(result) = 0 ? $cursor : $fromMillis($max(result.$toMillis(sys_updated_on, "${secondPicture}")))`,
      begin: "$at",
      everyMs: 30_000,
    },
  } satisfies RestConnectorConfig;
}
