import { compared, fileHeld, quoted, usual, wholeText } from "../ready.rules.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";

export const jiraAsks = {
  project: "NCR",
  type: "Nonconformance",
  key: "10050",
  serial: "10051",
  order: "10052",
} as const;

/** A text as the document that Jira keeps: one paragraph for each line. */
const documentOf = (text: string) =>
  `{ "type": "doc", "version": 1, "content": [$split(${text}, "\\n").{ "type": "paragraph", "content": [{ "type": "text", "text": $ }] }] }`;
const issue = '"rest/api/3/issue/" & $encodeUrlComponent($externalId)';

type Said = Readonly<Record<keyof typeof jiraAsks, string>>;
const field = (id: string) => `customfield_${id}`;

const fieldsOf = (names: readonly string[]): NonNullable<RestConnectorConfig["fields"]> => [
  {
    field: "fields.summary",
    max: 255,
    count: "utf16",
    overflow: { to: "attachment", name: "summary.txt" },
  },
  ...names.map(
    (name) => ({ field: `fields.${name}`, max: 255, count: "utf16", overflow: null }) as const,
  ),
];

/** What an issue is in our words. */
function recordOf(said: Said): string {
  const held = (id: string) => `$r.fields.${field(id)}`;
  return `($r := $; {
    "externalId": $r.id,
    "number": $r.key,
    "key": ${held(said.key)},
    "url": $baseUrl & "/browse/" & $r.key,
    "version": $r.fields.updated,
    "status": $r.fields.resolution.name in ["Won't Do", "Cannot Reproduce", "Duplicate"] ? "void" : $r.fields.status.statusCategory.key = "done" ? "closed" : $r.fields.status.statusCategory.key in ["new", "indeterminate"] ? "open" : null,
    "dispositions": [],
    "about": { "order": ${held(said.order)}, "unit": ${held(said.serial)}, "title": $r.fields.summary },
    "createdAt": $r.fields.created
  })`;
}

const update: RestConnectorConfig["update"] = {
  method: "POST",
  path: `${issue} & "/comment"`,
  body: `{ "body": ${documentOf('(text & " [" & $key & "]")')} }`,
  look: { method: "GET", path: `${issue} & "/comment?maxResults=500&orderBy=-created"` },
  done: "$count(comments[$contains($string(body), $key)]) > 0",
};

const attach: RestConnectorConfig["attach"] = {
  method: "POST",
  path: `${issue} & "/attachments"`,
  headers: '{ "x-atlassian-token": "no-check" }',
  form: '{ "file": "$file" }',
  done: fileHeld("fields.attachment", "filename", "size"),
};

/**
 * Jira Cloud (REST v3). Nothing keeps a second issue from being made but our looking, and its index lags: a lost
 * answer waits out the lag, several times, before anything is sent again. The old search is gone (410).
 */
export function jiraConfig(said: Said) {
  const names = [field(said.key), field(said.serial), field(said.order)];
  const shown = `["summary", "status", "resolution", "updated", "created", "attachment", ${names.map(quoted).join(", ")}]`;
  const search = { method: "POST", path: '"rest/api/3/search/jql"' } as const;
  return {
    ...usual("jira"),
    // The e-mail address and an API token.
    auth: { kind: "basic", user: "buyoff@plant.example" },
    dedupe: "search",
    settlingMs: 20_000,
    lookupsMax: 3,
    results: [],
    words:
      '$join([body.errorMessages, $each(body.errors, function($said, $of) { $of & ": " & $said })], "; ")',
    create: {
      method: "POST",
      path: '"rest/api/3/issue"',
      body: `{ "fields": {
        "project": { "key": ${quoted(said.project)} },
        "issuetype": { "name": ${quoted(said.type)} },
        "summary": $join($split(title, "\\n"), " "),
        "description": ${documentOf(wholeText("\n"))},
        "${field(said.key)}": $key,
        "${field(said.serial)}": unit,
        "${field(said.order)}": order
      } }`,
      made: '{ "externalId": id, "number": key }',
    },
    fields: fieldsOf(names),
    lookup: {
      ...search,
      body: `{ "jql": "project = \\"" & ${quoted(said.project)} & "\\" AND cf[${said.key}] ~ \\"\\\\\\"" & $key & "\\\\\\"\\"", "fields": ${shown} }`,
      // The search is of words: what only looks like our key is not it.
      records: `[issues[fields.${field(said.key)} = $key]]`,
    },
    readBack: { method: "GET", path: `${issue} & "?fields=" & $join(${shown}, ",")` },
    record: recordOf(said),
    verify: compared(
      Object.fromEntries(
        ["summary", ...names].map((name) => [
          name,
          [`$sent.fields.${name}`, `fields.${name}`] as const,
        ]),
      ),
    ),
    update,
    attach,
    changes: {
      ...search,
      // In minutes back from now, which no time zone of its user changes.
      body: `{ "jql": "project = \\"" & ${quoted(said.project)} & "\\" AND updated >= " & ($cursor = "" ? "\\"1970-01-02\\"" : "-" & $string($ceil(($millis() - $toMillis($cursor)) / 60000) + 2) & "m") & " ORDER BY updated ASC", "fields": ["updated"], "maxResults": 100 }`,
      items: '[issues.{ "externalId": id, "version": fields.updated }]',
      cursor: "$count(issues) = 0 ? $cursor : $fromMillis($max(issues.$toMillis(fields.updated)))",
      begin: "$at",
      everyMs: 60_000,
    },
  } satisfies RestConnectorConfig;
}
