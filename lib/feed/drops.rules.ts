import type { KeptType } from "#lib/blobs/document.rules";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import type { Instant } from "#lib/kit/time";
import type { DropContent, DropManifest } from "./drops.schema.ts";
import { type Heard, isNamed, unitIn } from "./heard.rules.ts";
import type { EvidenceSaid } from "./schema.ts";

export const contentSha256 = (content: DropContent): string =>
  canonicalSha256(content as unknown as Canonical);

const compact = (at: string): string => at.replace(/\.\d{3}Z$/, "Z").replace(/[-:]/g, "");
/** No name of a part or an order leads out of its folder. */
const plain = (text: string): string => text.replace(/[^A-Za-z0-9-]/g, "-").slice(0, 40);

/** The same batch has the same name; another content has another. */
export function folderName(content: DropContent): string {
  const { site, range, scope } = content;
  const about = [scope.order, scope.part].flatMap((of) => (of === null ? [] : [plain(of)]));
  const hash = contentSha256(content).slice(0, 16);
  return [plain(site.code), compact(range.from), compact(range.to), ...about, hash].join("_");
}

export const manifestText = (manifest: DropManifest): string =>
  `${JSON.stringify(manifest, null, 2)}\n`;

/** As `sha256sum -c` reads it. */
export const completeText = (manifestSha256: string): string =>
  `${manifestSha256}  manifest.json\n`;

type Measured = Heard<"measurement.recorded" | "measurement.corrected" | "measurement.rejudged">;
const measuredNames = [
  "measurement.recorded",
  "measurement.corrected",
  "measurement.rejudged",
] as const;
const asMeasured = (event: CloudEvent): Measured | null =>
  measuredNames.some((name) => isNamed(event, name)) ? (event as CloudEvent & Measured) : null;

type Cell = string | number | null | undefined;
const columns: Readonly<Record<string, (event: Measured) => Cell>> = {
  time: ({ time }) => time,
  recordedTime: ({ recordedtime }) => recordedtime,
  event: ({ type }) => type,
  order: ({ data }) => data.context.order?.orderId,
  unit: (event) => unitIn(event as CloudEvent & Measured),
  part: ({ data }) => data.context.item?.partNumber,
  partRevision: ({ data }) => data.context.item?.partRevision,
  operation: ({ data }) => data.context.operation?.operationNumber,
  step: ({ data }) => data.context.step?.stepNumber,
  attempt: ({ data }) => data.context.step?.attempt,
  balloon: ({ data }) => data.characteristic?.balloon,
  characteristic: ({ data }) => data.characteristic?.name ?? data.field.label,
  position: ({ data }) => data.position,
  sample: ({ data }) => data.sample,
  value: ({ data }) => data.value,
  unitOfValue: ({ data }) => data.unit?.code,
  min: ({ data }) => data.limits?.min,
  max: ({ data }) => data.limits?.max,
  verdict: ({ data }) => data.verdict,
  gage: ({ data }) => data.gage?.code,
  person: ({ data }) => data.context.actor?.employeeNo ?? data.context.actor?.personId,
  reading: ({ data }) => data.readingId,
  entryHash: ({ data }) => data.context.integrity.eventHash,
};

/** A spreadsheet runs what begins like a formula; a number with its sign is none. */
function quoted(cell: Cell): string {
  const text = cell === null || cell === undefined ? "" : String(cell);
  const inert = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\r\n;]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

export const readingsHeading = `${Object.keys(columns).join(",")}\r\n`;

/** A row of the readings; null: the event is of none. */
export function readingRow(event: CloudEvent): string | null {
  const measured = asMeasured(event);
  if (!measured) return null;
  return `${Object.values(columns)
    .map((of) => quoted(of(measured)))
    .join(",")}\r\n`;
}

/** What an event names by hash and is kept as bytes. */
export function blobIn(event: CloudEvent): string | null {
  if (isNamed(event, "evidence.attached") || isNamed(event, "paper.transcribed"))
    return event.data.blob.sha256;
  return null;
}

const endings: Readonly<Record<KeptType, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "application/pdf": "pdf",
  "text/csv": "csv",
  "text/plain": "txt",
  "application/xml": "xml",
};

export const attachmentName = (sha256: string, mediaType: KeptType): string =>
  `attachments/${sha256}.${endings[mediaType]}`;

/** The entries of one stream that are in the batch: from where to where, and the hash that they end with. */
export type Stretch = {
  stream: string;
  kind: string;
  from: number;
  to: number;
  entries: number;
  /** Of the entry before the first; null: it is the stream's beginning. */
  prev: string | null;
  head: string;
};

/** A stream's stretch with one more entry of it. */
export function stretched(
  known: Stretch | undefined,
  {
    stream,
    kind,
    seq,
    prev,
    hash,
  }: Pick<Stretch, "stream" | "kind" | "prev"> & {
    seq: number;
    hash: string;
  },
): Stretch {
  if (!known) return { stream, kind, from: seq, to: seq, entries: 1, prev, head: hash };
  const entries = known.entries + 1;
  if (seq > known.to) return { ...known, to: seq, entries, head: hash };
  return seq < known.from ? { ...known, from: seq, entries, prev } : { ...known, entries };
}

/** What a record is told: where it is, how to know it, of when. */
export function toldText({ uri, sha256, from, to }: EvidenceSaid, entries: number): string {
  return `Evidence from ${from} to ${to} (${entries} entries): ${uri} SHA-256 of its manifest.json: ${sha256}`;
}

/** Which of what a record was told of a batch does not stand in it as read back. */
export function untold(said: EvidenceSaid, raw: unknown): string[] {
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(raw);
  const members = { uri: said.uri, sha256: said.sha256, from: said.from, to: said.to };
  // All in one text: a digest beside another batch's address says nothing.
  if (texts.some((text) => Object.values(members).every((of) => text.includes(of)))) return [];
  const missing = Object.entries(members)
    .filter(([, of]) => !texts.some((text) => text.includes(of)))
    .map(([member]) => member);
  return missing.length > 0 ? missing : ["evidence"];
}

/** A range that ends later than now ends a moment ago: what comes after it is in the next batch. */
export const endedBy = (to: Instant, now: Instant): Instant => (to > now ? now : to);
