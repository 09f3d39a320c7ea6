import type { RestConnectorConfig } from "../rest/schema.ts";

/** The NCR register of the demo, described to the generic REST connector. Nothing of it is code. */
export function qmsSandboxConfig(url: string): RestConnectorConfig {
  return {
    kind: "rest",
    v: 1,
    process: "NCR",
    preset: "qms-sandbox",
    baseUrl: url,
    allow: [new URL(url).hostname],
    auth: { kind: "bearer" },
    timeoutMs: 8_000,
    responseBytesMax: 2_000_000,
    attachmentBytesMax: 25_000_000,
    dedupe: "search",
    settlingMs: 2_000,
    lookupsMax: 2,
    retry: { attemptsMax: 10, baseMs: 5_000, factor: 6, capMs: 86_400_000 },
    results: [],
    create: { method: "POST", path: '"api/ncrs"', body: fields },
    fields: [
      {
        field: "title",
        max: 120,
        count: "utf16",
        overflow: { to: "field", field: "description" },
      },
      {
        field: "description",
        max: 4_000,
        count: "utf16",
        overflow: { to: "attachment", name: "description.txt" },
      },
    ],
    lookup: {
      method: "GET",
      // Closed records as well: what is closed is there, and must not be made again.
      path: '"api/ncrs?include_closed=1&external_key=" & $encodeUrlComponent($key)',
      records: "ncrs[]",
    },
    readBack: { method: "GET", path: '"api/ncrs/" & $encodeUrlComponent($externalId)' },
    record: foreignRecord,
    verify: { expected: verified("expected"), actual: verified("actual") },
    update: {
      method: "POST",
      path: '"api/ncrs/" & $encodeUrlComponent($externalId) & "/comments"',
      body: '{ "external_key": $key, "author": by, "text": text & " [" & $key & "]" }',
      done: "$count(comments[external_key = $key]) > 0",
    },
    attach: {
      method: "PUT",
      path: '"api/ncrs/" & $encodeUrlComponent($externalId) & "/attachments/" & $sha256',
      headers: '{ "x-file-name": $name }',
      done: "$count(attachments[sha256 = $sha256 and size = $bytes]) > 0",
      held: '[attachments.{ "name": name, "sha256": sha256, "bytes": size }]',
    },
    withdraw: {
      method: "PATCH",
      path: '"api/ncrs/" & $encodeUrlComponent($externalId)',
      body: '{ "status": "void" }',
    },
    changes: {
      method: "GET",
      // Twenty changes back, so that one that became visible late is not missed.
      path: '"api/changes?since=" & $string($max([0, ($cursor = "" ? 0 : $number($cursor)) - 20]))',
      items: 'changes.{ "externalId": number, "version": $string(version) }[]',
      cursor: "cursor",
      everyMs: 2_000,
    },
    webhookSubject: "data.number",
  };
}

const fields = `{
  "external_key": $key,
  "title": title,
  "severity": defect.severity,
  "defect_code": $code("defect_code", defect.code),
  "defect": defect.label,
  "quantity": defect.quantity,
  "position": defect.position,
  "location": defect.location,
  "description": defect.comment,
  "requirement": requirement,
  "actual": actual,
  "characteristic": characteristic,
  "key_characteristic": keyCharacteristic,
  "balloon": balloon,
  "gage": gage,
  "gage_id": $code("gage", gage = null ? null : $substringBefore(gage, ",")),
  "part_number": part.number,
  "part_revision": part.revision,
  "part_name": part.name,
  "drawing": drawing.number & " rev " & drawing.revision,
  "order_number": order,
  "serial": unit,
  "instruction": instruction.number & " rev " & instruction.revision,
  "instruction_sha256": instruction.sha256,
  "operation": operation,
  "step": step,
  "station": station,
  "shift": shift,
  "reported_by": reportedBy.name & " (" & reportedBy.employeeNumber & ")",
  "reported_by_user": $code("person", reportedBy.employeeNumber),
  "occurred_at": occurredAt,
  "recorded_at": recordedAt,
  "record_entry": entry.stream & "/" & $string(entry.seq),
  "record_entry_hash": entry.hash,
  "link": link
}`;

/** What an NCR must not lose on its way. */
const verifiedMembers: Record<string, { expected: string; actual: string }> = {
  external_key: { expected: "$key", actual: "external_key" },
  defect_code: { expected: '$code("defect_code", defect.code)', actual: "fields.defect_code" },
  severity: { expected: "defect.severity", actual: "fields.severity" },
  quantity: { expected: "defect.quantity", actual: "fields.quantity" },
  requirement: { expected: "requirement", actual: "fields.requirement" },
  actual: { expected: "actual", actual: "fields.actual" },
  balloon: { expected: "balloon", actual: "fields.balloon" },
  part_number: { expected: "part.number", actual: "fields.part_number" },
  part_revision: { expected: "part.revision", actual: "fields.part_revision" },
  serial: { expected: "unit", actual: "fields.serial" },
  order_number: { expected: "order", actual: "fields.order_number" },
  instruction_sha256: { expected: "instruction.sha256", actual: "fields.instruction_sha256" },
  link: { expected: "link", actual: "fields.link" },
};

function verified(side: "expected" | "actual"): string {
  const members = Object.entries(verifiedMembers).map(
    // A member that isn't there is null on both sides: a lost one differs from one that was never sent.
    ([name, from]) => `"${name}": $exists(${from[side]}) ? ${from[side]} : null`,
  );
  return `{ ${members.join(", ")} }`;
}

const foreignRecord = `{
  "externalId": number,
  "number": number,
  "key": $exists(external_key) ? external_key : null,
  "url": $baseUrl & "/ncrs/" & number,
  "version": $string(version),
  "status": $code({
    "open": "open", "contained": "contained", "dispositioned": "dispositioned", "closed": "closed", "void": "void"
  }, status, null),
  "dispositions": [dispositions.{
    "decision": decision,
    "quantity": quantity,
    "designAuthority": design_authority,
    "concession": concession
  }],
  "about": { "order": fields.order_number, "unit": fields.serial, "title": fields.title },
  "createdAt": created_at
}`;
