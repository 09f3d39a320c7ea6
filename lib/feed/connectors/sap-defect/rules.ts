import {
  compared,
  fileHeld,
  fileName,
  operationNumber,
  overlapped,
  usual,
  wholeText,
} from "../ready.rules.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";

export const sapDefectAsks = { plant: "1010", category: "06", catalog: "9" } as const;

/** /Date(1767225600000+0000)/, of which the milliseconds. */
const millisecondsOf = (field: string) =>
  `$substringBefore($substringBefore($substringAfter(${field}, "("), "+"), ")")`;
const defect = '"API_DEFECT_SRV/A_Defect(\'" & $encodeUrlComponent($externalId) & "\')"';
const code = '$code("defect_code", defect.code)';
const files = {
  method: "POST",
  path: '"API_CV_ATTACHMENT_SRV/AttachmentContentSet"',
} as const;
const filedUnder = (slug: string) =>
  `{ "businessobjecttypename": "QDEFECT", "linkedsapobjectkey": $externalId, "slug": ${slug} }`;
const look = {
  method: "GET",
  path: "\"API_CV_ATTACHMENT_SRV/GetAllOriginals?$format=json&BusinessObjectTypeName='QDEFECT'&LinkedSAPObjectKey='\" & $encodeUrlComponent($externalId) & \"'\"",
} as const;

/** Lengths of API_DEFECT_SRV; a code that doesn't fit is a code of another catalog. */
const lengths = {
  DefectCodeGroup: 8,
  DefectCode: 4,
  ManufacturingOrder: 12,
  ManufacturingOrderOperation: 4,
  Material: 40,
  Plant: 4,
} as const;

const session: NonNullable<RestConnectorConfig["session"]> = {
  method: "GET",
  path: '"API_DEFECT_SRV/"',
  headers: '{ "x-csrf-token": "Fetch" }',
  gives:
    '$exists(headers."x-csrf-token") ? { "token": headers."x-csrf-token", "cookie": $join($split(headers."set-cookie", ", ").$substringBefore($, ";"), "; ") } : null',
  keptMs: 1_500_000,
};

const results: RestConnectorConfig["results"] = [
  {
    when: 'status = 403 and $exists(headers."x-csrf-token") and $lowercase(headers."x-csrf-token") = "required"',
    is: "expired",
  },
];

const fields: NonNullable<RestConnectorConfig["fields"]> = [
  {
    field: "DefectText",
    max: 40,
    count: "utf16",
    overflow: { to: "attachment", name: "defect.txt" },
  },
  ...Object.entries(lengths).map(
    ([field, max]) => ({ field, max, count: "utf16", overflow: null }) as const,
  ),
];

const record = `($r := $exists(d) ? d : $; {
  "externalId": $r.DefectInternalID,
  "number": $r.Defect,
  "key": null,
  "url": $baseUrl & "/API_DEFECT_SRV/A_Defect('" & $r.DefectInternalID & "')",
  "version": ${millisecondsOf("$r.ChangedDateTime")},
  "status": $r.IsDeleted = true ? "void" : "open",
  "dispositions": [],
  "about": { "order": $r.ManufacturingOrder, "title": $r.DefectText },
  "createdAt": $fromMillis($number(${millisecondsOf("$r.CreationDate")}))
})`;

const verify = compared({
  ...Object.fromEntries(
    ["DefectText", "DefectCategory", "DefectCodeCatalog", ...Object.keys(lengths)].map((name) => [
      name,
      [`$sent.${name}`, `d.${name}`] as const,
    ]),
  ),
  DefectiveQuantity: ["$number($sent.DefectiveQuantity)", "$number(d.DefectiveQuantity)"],
});

const update: RestConnectorConfig["update"] = {
  ...files,
  headers: `$merge([${filedUnder('$join($split($key, ":"), "_") & ".txt"')}, { "content-type": "text/plain" }])`,
  body: "text",
  look,
  done: '$count(d.results[$contains(FileName, $join($split($key, ":"), "_"))]) > 0',
};

const attach: RestConnectorConfig["attach"] = {
  ...files,
  headers: filedUnder(fileName),
  look,
  done: fileHeld("d.results", "FileName", "FileSize"),
};

const changes: RestConnectorConfig["changes"] = {
  method: "GET",
  path: `"API_DEFECT_SRV/A_Defect?$format=json&$top=200&$orderby=ChangedDateTime&$filter=" & $encodeUrlComponent("ChangedDateTime gt datetimeoffset'" & ${overlapped("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01]Z", "1970-01-02T00:00:00Z")} & "'")`,
  items: `[d.results.{ "externalId": DefectInternalID, "version": ${millisecondsOf("ChangedDateTime")} }]`,
  cursor: `$count(d.results) = 0 ? $cursor : $fromMillis($max(d.results.$number(${millisecondsOf("ChangedDateTime")})))`,
  begin: "$at",
  everyMs: 60_000,
};

/**
 * SAP S/4HANA, the defect of OData V2. A write needs a CSRF token and its cookies; nothing in the entity takes our
 * key, so a lost answer is for a person; its text takes forty characters, so all of it goes beside it as a file. A
 * crosswalk of defect codes says GROUP/CODE.
 */
export function sapDefectConfig(said: Readonly<Record<keyof typeof sapDefectAsks, string>>) {
  return {
    ...usual("sap-defect"),
    auth: { kind: "basic", user: "BUYOFF" },
    session,
    headers: '{ "x-csrf-token": $session.token, "cookie": $session.cookie }',
    dedupe: "none",
    results,
    words: '$join([body.error.message.value, body.error.innererror.errordetails.message], "; ")',
    create: {
      method: "POST",
      path: '"API_DEFECT_SRV/A_Defect"',
      body: `{
        "DefectCategory": "${said.category}",
        "DefectText": ${wholeText("\n")},
        "DefectCodeCatalog": "${said.catalog}",
        "DefectCodeGroup": $substringBefore(${code}, "/"),
        "DefectCode": $substringAfter(${code}, "/"),
        "DefectiveQuantity": defect.quantity,
        "ManufacturingOrder": $code("order", order),
        "ManufacturingOrderOperation": ${operationNumber},
        "Material": $code("part", part.number),
        "Plant": "${said.plant}"
      }`,
      made: '{ "externalId": d.DefectInternalID, "number": d.Defect }',
    },
    fields,
    // Nothing there can be searched for our key; asked only whether it answers.
    lookup: {
      method: "GET",
      path: '"API_DEFECT_SRV/A_Defect?$format=json&$top=1"',
      records: "[]",
    },
    readBack: { method: "GET", path: `${defect} & "?$format=json"` },
    record,
    verify,
    // A defect has no notes: what comes later is filed beside it, by its key.
    update,
    attach,
    changes,
  } satisfies RestConnectorConfig;
}
