import type { Preset, RestConnectorConfig } from "./rest/schema.ts";

/** What most systems can bear. The address is for whoever sets it up to say. */
export const usual = (preset: Preset) =>
  ({
    kind: "rest",
    v: 1,
    process: "NCR",
    preset,
    baseUrl: "https://there.invalid",
    allow: [],
    timeoutMs: 15_000,
    responseBytesMax: 5_000_000,
    attachmentBytesMax: 20_000_000,
    settlingMs: 3_000,
    lookupsMax: 2,
    retry: { attemptsMax: 10, baseMs: 5_000, factor: 6, capMs: 86_400_000 },
    webhookSubject: null,
  }) satisfies Partial<RestConnectorConfig>;

/** A text as it stands in an expression. */
export const quoted = (text: string): string => JSON.stringify(text);

const lines: Readonly<Record<string, string>> = {
  Description: "defect.comment",
  Severity: "defect.severity",
  Quantity: "defect.quantity",
  Position: "defect.position",
  Requirement: "requirement",
  Actual: "actual",
  Balloon: "balloon",
  Gage: "gage",
  Part: 'part.number & " rev " & part.revision',
  Unit: "unit",
  Order: "order",
  Operation: "operation",
  Step: "step",
  Station: "station",
  "Reported by": 'reportedBy.name & " (" & reportedBy.employeeNumber & ")"',
  Instruction: 'instruction.number & " rev " & instruction.revision & ", " & instruction.sha256',
  Record: "link",
  Key: "$key",
};

/** The whole draft as text, for systems that have few fields of their own for it; what is not known has no line. */
export const wholeText = (between: string, of = (line: string) => line): string =>
  `$join([title, ${Object.entries(lines)
    .map(([name, from]) => `(${from}) ? ${of(`"${name}: " & ${from}`)}`)
    .join(", ")}], ${quoted(between)})`;

/** The number of the operation, which the draft gives with its title. */
export const operationNumber = '(operation ? $substringBefore(operation, " ") : null)';

/** Two flat objects, member by member: what isn't there is null on both sides. */
export function compared(members: Readonly<Record<string, readonly [string, string]>>) {
  const side = (at: 0 | 1) =>
    `{ ${Object.entries(members)
      .map(([name, from]) => `"${name}": $exists(${from[at]}) ? ${from[at]} : null`)
      .join(", ")} }`;
  return { expected: side(0), actual: side(1) };
}

/** An instant two minutes before the cursor, as they write it: none of the same second is missed. */
export const overlapped = (picture: string, beginning: string): string =>
  `($cursor = "" ? "${beginning}" : $fromMillis($toMillis($cursor) - 120000, "${picture}"))`;

/** A counter that sorts as text, for versions whose times are of seconds. */
export const padded = (count: string): string => `$formatNumber(${count}, "0000000000")`;
export const secondPicture = "[Y0001]-[M01]-[D01] [H01]:[m01]:[s01]";

/** By which a photo is found again: a name alone is given to many. */
export const fileName = '$substring($sha256, 0, 20) & "-" & $name';
/** Is one of their files this photo? */
export const fileHeld = (files: string, name: string, size: string): string =>
  `$count(${files}[$contains(${name}, $substring($sha256, 0, 20)) and $number(${size}) = $bytes]) > 0`;
