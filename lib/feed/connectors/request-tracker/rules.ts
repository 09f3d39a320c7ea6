import type { RestConnectorConfig } from "../rest/schema.ts";

type Where = {
  baseUrl: string;
  allow: readonly string[];
  user: string;
  /** The queue in which nonconformances are kept, with the custom fields of `requestTrackerFields`. */
  queue: string;
};

/** The custom fields that its administrator makes on the queue, each for one value. */
export const requestTrackerFields = [
  "BuyoffKey",
  "DefectCode",
  "Severity",
  "Quantity",
  "Requirement",
  "Actual",
  "PartNumber",
  "PartRevision",
  "Serial",
  "WorkOrder",
  "InstructionSha256",
  "Disposition",
  "DispositionQuantity",
  "DesignAuthority",
] as const;

/**
 * Request Tracker 5 (REST 2.0) for the generic engine. It keeps no unique key, so ours is searched for in a custom
 * field; it drops fields that it doesn't know and says 201, so everything is read back; it says 200 with a
 * sentence where it has refused.
 */
export function requestTrackerConfig({ baseUrl, allow, user, queue }: Where): RestConnectorConfig {
  const name = JSON.stringify(queue);
  return {
    kind: "rest",
    v: 1,
    process: "NCR",
    preset: "request-tracker",
    baseUrl,
    allow: [...allow],
    auth: { kind: "basic", user },
    timeoutMs: 15_000,
    responseBytesMax: 5_000_000,
    attachmentBytesMax: 20_000_000,
    dedupe: "search",
    settlingMs: 3_000,
    lookupsMax: 2,
    retry: { attemptsMax: 10, baseMs: 5_000, factor: 6, capMs: 86_400_000 },
    // A list of sentences is what it answers to a change that it has not made.
    results: [
      {
        when: 'status = 200 and act in ["create", "update", "attach"] and $type(body) = "array" and $count(body[$contains($, "added") or $contains($, "recorded")]) = 0',
        is: "rejected",
      },
    ],
    create: {
      method: "POST",
      path: '"REST/2.0/ticket"',
      body: `{
        "Queue": ${name},
        "Subject": $substring(title, 0, 200),
        "ContentType": "text/plain",
        "Content": $join([
          title, "", "Description: " & defect.comment, "Requirement: " & requirement, "Actual: " & actual,
          "Balloon: " & balloon, "Gage: " & gage, "Step: " & step, "Station: " & station,
          "Reported by: " & reportedBy.name & " (" & reportedBy.employeeNumber & ")", "Instruction: " & instruction.number & " rev " & instruction.revision,
          "Record: " & link, "Key: " & $key
        ], "\\n"),
        "CustomFields": {
          "BuyoffKey": $key,
          "DefectCode": defect.code,
          "Severity": defect.severity,
          "Quantity": defect.quantity,
          "Requirement": requirement,
          "Actual": actual,
          "PartNumber": part.number,
          "PartRevision": part.revision,
          "Serial": unit,
          "WorkOrder": order,
          "InstructionSha256": instruction.sha256
        }
      }`,
      made: '{ "externalId": $string(id), "number": $string(id) }',
    },
    lookup: {
      method: "GET",
      // Rejected and resolved ones as well: TicketSQL leaves out only what was deleted.
      path: `"REST/2.0/tickets?fields=Status,LastUpdated,CustomFields&query=" & $encodeUrlComponent("Queue = '" & ${name} & "' AND CF.{BuyoffKey} = '" & $key & "'")`,
      records: "[items]",
    },
    readBack: { method: "GET", path: '"REST/2.0/ticket/" & $encodeUrlComponent($externalId)' },
    record,
    verify: { expected: compared(expectedOf), actual: compared((field) => heldIn(field)) },
    update: {
      method: "POST",
      path: '"REST/2.0/ticket/" & $encodeUrlComponent($externalId) & "/comment"',
      body: '{ "ContentType": "text/plain", "Subject": $key, "Content": text }',
      // A comment's subject stands in the history, its text doesn't.
      look: {
        method: "GET",
        path: '"REST/2.0/ticket/" & $encodeUrlComponent($externalId) & "/history?per_page=100&fields=Type,Data&orderby=id&order=DESC"',
      },
      done: "$count(items[$trim($string(Data)) = $key]) > 0",
    },
    attach: {
      method: "POST",
      path: '"REST/2.0/ticket/" & $encodeUrlComponent($externalId) & "/comment"',
      body: `{
        "ContentType": "text/plain",
        "Content": "Photo " & $name & ", SHA-256 " & $sha256,
        "Attachments": [{ "FileName": $substring($sha256, 0, 20) & "-" & $name, "FileType": $mediaType, "FileContent": $base64 }]
      }`,
      look: {
        method: "GET",
        path: '"REST/2.0/ticket/" & $encodeUrlComponent($externalId) & "/attachments?per_page=100&fields=Filename,ContentLength"',
      },
      done: "$count(items[$contains(Filename, $substring($sha256, 0, 20)) and $number(ContentLength) = $bytes]) > 0",
    },
    changes: {
      method: "GET",
      // Its times are of seconds: two minutes back, so that none of the same second is missed.
      path: `"REST/2.0/tickets?per_page=100&orderby=LastUpdated&order=ASC&fields=LastUpdated&query=" & $encodeUrlComponent("Queue = '" & ${name} & "' AND LastUpdated > '" & ($cursor = "" ? "1970-01-02 00:00:00" : $fromMillis($toMillis($cursor) - 120000, "[Y0001]-[M01]-[D01] [H01]:[m01]:[s01]")) & "'")`,
      items: '[items.{ "externalId": $string(id), "version": LastUpdated }]',
      cursor: "$count(items) = 0 ? $now() : $max(items.$toMillis(LastUpdated)) ~> $fromMillis()",
      begin: "$at",
      everyMs: 15_000,
    },
    webhookSubject: null,
  };
}

const heldIn = (field: string): string => `CustomFields[name = "${field}"].values[0]`;

const record = `{
    "externalId": $string(id),
    "number": $string(id),
    "key": $exists(${heldIn("BuyoffKey")}) ? ${heldIn("BuyoffKey")} : null,
    "url": $baseUrl & "/Ticket/Display.html?id=" & $string(id),
    "version": LastUpdated,
    "status": Status in ["new", "open"] ? "open" : Status = "stalled" ? "contained" : Status = "resolved" ? "closed" : Status in ["rejected", "deleted"] ? "void" : null,
    "dispositions": $exists(${heldIn("Disposition")}) ? [{
      "decision": ${heldIn("Disposition")},
      "quantity": ${heldIn("DispositionQuantity")},
      "designAuthority": $exists(${heldIn("DesignAuthority")}) ? ${heldIn("DesignAuthority")} : null,
      "concession": null
    }] : [],
    "about": { "order": ${heldIn("WorkOrder")}, "unit": ${heldIn("Serial")}, "title": Subject },
    "createdAt": Created
}`;

/** What a nonconformance must not lose on its way. */
const expectedMembers: Readonly<Record<string, string>> = {
  BuyoffKey: "$key",
  DefectCode: "defect.code",
  Severity: "defect.severity",
  Quantity: "defect.quantity",
  Requirement: "requirement",
  Actual: "actual",
  PartNumber: "part.number",
  PartRevision: "part.revision",
  Serial: "unit",
  WorkOrder: "order",
  InstructionSha256: "instruction.sha256",
};
const expectedOf = (field: string): string => expectedMembers[field] ?? "null";

function compared(from: (field: string) => string): string {
  const members = Object.keys(expectedMembers).map(
    (field) => `"${field}": $exists(${from(field)}) ? ${from(field)} : null`,
  );
  return `{ ${members.join(", ")} }`;
}
