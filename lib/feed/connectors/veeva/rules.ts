import { compared, fileHeld, overlapped, quoted, usual, wholeText } from "../ready.rules.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";

export const veevaAsks = {
  version: "v24.3",
  user: "buyoff@plant.example",
  object: "quality_event__qdm",
  type: "quality_event__c",
} as const;

const form = { "content-type": "application/x-www-form-urlencoded" };

/** Fields that its administrator adds to the object; the key's is unique, so that an upsert goes by it. */
const fields = {
  buyoff_key__c: "$key",
  name__v: "title",
  description__c: wholeText("\n"),
  defect_code__c: '$code("defect_code", defect.code)',
  part__c: "part.number",
  serial__c: "unit",
  order__c: "order",
  quantity__c: "defect.quantity",
} as const;
const shown = [...Object.keys(fields), "id", "state__v", "modified_date__v", "created_date__v"];

const failed = '$exists(body.responseStatus) and body.responseStatus = "FAILURE"';
const row = 'act in ["create", "update"] and body.data[0].responseStatus = "FAILURE"';
const results: RestConnectorConfig["results"] = [
  { when: `${failed} and "INVALID_SESSION_ID" in body.errors.type`, is: "expired" },
  {
    when: `${failed} and "API_LIMIT_EXCEEDED" in body.errors.type`,
    is: "rate_limited",
  },
  { when: `${failed} and act = "session"`, is: "unauthorized" },
  {
    when: `${failed} and act = "read_back" and "INVALID_DATA" in body.errors.type`,
    is: "not_found",
  },
  { when: failed, is: "rejected" },
  {
    when: `${row} and ("RACE_CONDITION" in body.data[0].errors.type or "OPERATION_IN_PROGRESS" in body.data[0].errors.type)`,
    is: "not_processed",
  },
  { when: row, is: "rejected" },
];

const recordOf = (object: string): string => `($r := $exists(data) ? data[0] : $; {
  "externalId": $r.id,
  "number": $r.name__v,
  "key": ($r.buyoff_key__c) ? $r.buyoff_key__c : null,
  "url": $baseUrl & "/ui/#object/${object}/" & $r.id,
  "version": $r.modified_date__v,
  "status": $r.state__v in ["draft_state__c", "in_progress_state__c"] ? "open" : $r.state__v = "closed_state__c" ? "closed" : $r.state__v = "cancelled_state__c" ? "void" : null,
  "dispositions": [],
  "about": { "order": $r.order__c, "unit": $r.serial__c, "title": $r.name__v },
  "createdAt": $r.created_date__v
})`;

const verify = compared(
  Object.fromEntries(
    Object.keys(fields).map((name) => [name, [`$sent.${name}`, `data.${name}`] as const]),
  ),
);

type Said = Readonly<Record<keyof typeof veevaAsks, string>>;
const api = (said: Said, path: string) => quoted(`api/${said.version}/${path}`);

const sessionOf = (said: Said): NonNullable<RestConnectorConfig["session"]> => ({
  method: "POST",
  path: api(said, "auth"),
  headers: JSON.stringify(form),
  body: `"username=" & $encodeUrlComponent(${quoted(said.user)}) & "&password=" & $encodeUrlComponent($secret)`,
  gives: "body.sessionId",
  keptMs: 15 * 60_000,
});

const limits: NonNullable<RestConnectorConfig["fields"]> = [
  {
    field: "name__v",
    max: 128,
    count: "utf16",
    overflow: { to: "field", field: "description__c" },
  },
];

/** A word on it is a row of an object of its own, by a key of its own. */
const updateOf = (said: Said): RestConnectorConfig["update"] => ({
  method: "POST",
  path: `${api(said, "vobjects/buyoff_note__c")} & "?idParam=buyoff_key__c"`,
  body: `{ "buyoff_key__c": $key, "quality_event__c": $externalId, "name__v": $substring($key, -40), "text__c": text }`,
  look: {
    method: "GET",
    path: `${api(said, "vobjects/buyoff_note__c")} & "?fields=buyoff_key__c&quality_event__c=" & $encodeUrlComponent($externalId)`,
  },
  done: "$count(data[buyoff_key__c = $key]) > 0",
});

/**
 * Veeva Vault QMS. A session that idles out, an upsert by our key, and for every row its own success within one 200. A
 * burst makes it slow, not unwilling: the time it may take is the longest that a delivery has.
 */
export function veevaConfig(said: Said) {
  const object = api(said, `vobjects/${said.object}`);
  const one = `${object} & "/" & $encodeUrlComponent($externalId)`;
  const asked = (select: string, from: string, where: string) => ({
    method: "POST" as const,
    path: api(said, "query"),
    headers: quoted(JSON.stringify(form)),
    body: `"q=" & $encodeUrlComponent("SELECT ${select} FROM ${from} WHERE " & ${where})`,
  });
  return {
    ...usual("veeva"),
    timeoutMs: 20_000,
    auth: { kind: "request" },
    session: sessionOf(said),
    // A query's text is a form; everything else says itself what it is.
    headers: `$merge([{ "authorization": $session, "accept": "application/json" }, $act in ["lookup", "changes"] ? ${JSON.stringify(form)} : {}])`,
    // Rows are sent as a list, here always of one.
    envelope: '$act in ["create", "update"] ? [$] : $',
    dedupe: "upsert",
    results,
    words: '$join([body.errors, body.data.errors].(type & ": " & message), "; ")',
    create: {
      method: "POST",
      path: `${object} & "?idParam=buyoff_key__c"`,
      body: `{ "object_type__v.api_name__v": ${quoted(said.type)}, ${Object.entries(fields)
        .map(([name, from]) => `"${name}": ${from}`)
        .join(", ")} }`,
      made: '{ "externalId": data[0].data.id, "number": data[0].data.id }',
    },
    fields: limits,
    lookup: {
      method: "POST",
      path: api(said, "query"),
      body: asked(shown.join(", "), said.object, `"buyoff_key__c = '" & $key & "'"`).body,
      records: "[data]",
    },
    readBack: { method: "GET", path: one },
    record: recordOf(said.object),
    verify,
    update: updateOf(said),
    attach: {
      method: "POST",
      path: `${one} & "/attachments"`,
      form: '{ "file": "$file" }',
      look: { method: "GET", path: `${one} & "/attachments"` },
      done: fileHeld("data", "filename__v", "size__v"),
    },
    changes: {
      method: "POST",
      path: api(said, "query"),
      body: asked(
        "id, modified_date__v",
        said.object,
        `"modified_date__v > '" & ${overlapped("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].000Z", "1970-01-02T00:00:00.000Z")} & "' ORDER BY modified_date__v"`,
      ).body,
      items: '[data.{ "externalId": id, "version": modified_date__v }]',
      cursor: "$count(data) = 0 ? $cursor : $fromMillis($max(data.$toMillis(modified_date__v)))",
      begin: "$at",
      everyMs: 60_000,
    },
  } satisfies RestConnectorConfig;
}
