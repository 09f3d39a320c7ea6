import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import { isLater } from "./delivery.rules.ts";
import type { DayCount, LineKind, ReconciledAs } from "./reconcile.schema.ts";
import type { ForeignRecord } from "./schema.ts";

/** A message of ours, as the deliveries have it. */
export type Ours = {
  delivery: string;
  rule: string;
  operation: DeliveryOperation;
  /** The plant's day on which it was made. */
  day: string;
  /** Made in the range; if not, it is looked at because its record is still open there. */
  isInRange: boolean;
  key: string;
  state: DeliveryState;
  lastResult: string | null;
  /** The other system's record that it is, or is on. */
  record: string | null;
  number: string | null;
  ageMs: number;
  /** A worker has it in hand at this moment. */
  isInHand: boolean;
  traveler: string | null;
  unit: string | null;
  order: string | null;
  /** The defect that it is about was withdrawn here. */
  isWithdrawn: boolean;
  /** Of what was added to a record: is it there? Null: it was not looked for. */
  held: "there" | "missing" | "differs" | null;
};

export type Difference = { member: string; ours: string; theirs: string };

/** What came of reading one record by its id. */
export type Reading =
  | { kind: "there"; record: ForeignRecord; differs: readonly Difference[] }
  | { kind: "not_found" }
  | { kind: "unread"; reason: string };

/** What we believe of a record. */
export type Known = {
  status: string;
  version: string;
  mergedInto: string | null;
  /** What its traveler did not take of it. */
  note: string | null;
};

/** A record there that no message of ours is known by. */
export type Theirs = {
  record: ForeignRecord;
  /** Our traveler that it names, and messages of ours that may be about the same. */
  on: { traveler: string; unit: string | null; order: string; pairs: readonly string[] } | null;
};

export type Compared = {
  site: string;
  /** Can the system say what it holds? If not, extras were not looked for. */
  isListed: boolean;
  ours: readonly Ours[];
  /** By the id of the record. */
  readings: ReadonlyMap<string, Reading>;
  known: ReadonlyMap<string, Known>;
  /** Found by list or look-up and not by an id of ours. */
  theirs: readonly Theirs[];
  /** Keys of theirs that some message of ours has, of whatever time. */
  ownKeys: ReadonlySet<string>;
};

export type Line = {
  kind: LineKind;
  fingerprint: string;
  delivery: string | null;
  traveler: string | null;
  externalId: string | null;
  number: string | null;
  url: string | null;
  unit: string | null;
  order: string | null;
  rule: string | null;
  day: string | null;
  detail: Detail;
};

export type Detail = {
  /** In whoever's words: the last result, or why it could not be read. */
  said?: string;
  differs?: Difference[];
  ours?: string;
  theirs?: string;
  /** Numbers of records or keys of messages that it may be the same as. */
  sameAs?: string[];
};

/** A message that was made so long ago and is not sent yet is no matter of seconds. */
export const waitingMsMax = 60 * 60_000;

const settled: readonly DeliveryState[] = ["delivered", "verified", "tracking", "closed"];

/**
 * Every message of a range in exactly one place, and one line for each thing that is not as it should be. What
 * follows from another line (a photo of a record that is gone) has none of its own.
 */
export function reconcile(of: Compared): { counts: DayCount[]; lines: Line[] } {
  const counts = new Map<string, DayCount>();
  const lines: Line[] = [];
  for (const one of of.ours) {
    const outcome = outcomeOf(one, of);
    if (one.isInRange) count(counts, one, outcome);
    lines.push(...linesOf(one, outcome, of));
  }
  lines.push(...foreignLines(of));
  return {
    counts: [...counts.values()].sort((a, b) =>
      a.day === b.day ? compareText(a.rule, b.rule) : compareText(a.day, b.day),
    ),
    lines,
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function count(counts: Map<string, DayCount>, of: Ours, outcome: ReconciledAs): void {
  const at = `${of.day} ${of.rule}`;
  const known = counts.get(at) ?? noneOf(of.day, of.rule);
  counts.set(at, { ...known, produced: known.produced + 1, [outcome]: known[outcome] + 1 });
}

export const noneOf = (day: string, rule: string): DayCount => ({
  day,
  rule,
  produced: 0,
  accepted: 0,
  delivered: 0,
  rejected: 0,
  missing: 0,
  unknown: 0,
  waiting: 0,
  not_needed: 0,
});

function outcomeOf(of: Ours, { readings }: Compared): ReconciledAs {
  const reading = of.record === null ? undefined : readings.get(of.record);
  const isGone =
    reading?.kind === "not_found" || (reading?.kind === "there" && isReused(of, reading.record));
  switch (of.state) {
    case "cancelled":
    case "superseded":
      return "not_needed";
    case "pending":
    case "gated":
      return "waiting";
    case "sending":
      return of.isInHand ? "waiting" : "unknown";
    case "outcome_unknown":
      return "unknown";
    case "parked":
    case "dead":
      return isGone ? "missing" : "rejected";
    case "delivered":
    case "verified":
    case "tracking":
    case "closed":
      if (reading === undefined) return "delivered";
      if (reading.kind === "unread") return "unknown";
      if (isGone) return "missing";
      if (of.operation === "create") return "accepted";
      return of.held === null ? "delivered" : of.held === "there" ? "accepted" : "missing";
  }
}

/** It shows a key, and it isn't ours; one that shows none was linked by hand. After a merge it is the survivor's. */
const isReused = (of: Ours, record: ForeignRecord): boolean =>
  of.operation === "create" &&
  record.externalId === of.record &&
  record.key !== null &&
  record.key !== of.key;

function linesOf(of: Ours, outcome: ReconciledAs, compared: Compared): Line[] {
  const about = (kind: LineKind, detail: Detail = {}, record?: ForeignRecord) =>
    lineOf(kind, of, detail, record);
  switch (outcome) {
    case "not_needed":
      return [];
    case "waiting":
      return of.ageMs > waitingMsMax
        ? [about("waiting", { ours: of.state, ...saidBy(of.lastResult) })]
        : [];
    case "rejected": {
      const reading = of.record === null ? undefined : compared.readings.get(of.record);
      // Stopped because of what it said when it was read back: the difference is the line.
      if (of.operation === "create" && reading?.kind === "there" && reading.differs.length > 0)
        return [about("field_drift", { differs: [...reading.differs] }, reading.record)];
      return [about("rejected", { ...saidBy(of.lastResult), ...sameKey(of, compared) })];
    }
    case "unknown": {
      if (!settled.includes(of.state))
        return [about("unknown", { ...saidBy(of.lastResult), ...sameKey(of, compared) })];
      const reading = of.record === null ? undefined : compared.readings.get(of.record);
      return of.operation === "create" && reading?.kind === "unread"
        ? [about("unread", { said: textOf(reading.reason) })]
        : [];
    }
    case "missing":
      return missing(of, compared, about);
    case "delivered":
    case "accepted":
      return of.operation === "create" ? standing(of, compared, about) : [];
  }
}

type About = (kind: LineKind, detail?: Detail, record?: ForeignRecord) => Line;

function missing(of: Ours, { readings }: Compared, about: About): Line[] {
  const reading = of.record === null ? undefined : readings.get(of.record);
  if (of.operation === "create") {
    if (reading?.kind !== "there") return [about("missing")];
    return [about("reused", { ours: of.key, theirs: reading.record.key ?? "" }, reading.record)];
  }
  // Gone with its record: that one's line says it.
  if (reading?.kind !== "there") return [];
  if (of.operation === "attach") {
    return [
      about(
        of.held === "differs" ? "attachment_differs" : "attachment_missing",
        {},
        reading.record,
      ),
    ];
  }
  return [about("missing", { ours: of.key }, reading.record)];
}

/** A record that is there: at most one line on what became of it, and one on what it says. */
function standing(of: Ours, { readings, known, ...compared }: Compared, about: About): Line[] {
  const reading = of.record === null ? undefined : readings.get(of.record);
  if (reading?.kind !== "there" || of.record === null) return [];
  const { record, differs } = reading;
  const lines = duplicatesOf(of, compared, about);
  if (record.externalId !== of.record)
    return [...lines, about("merged", { theirs: record.number }, record)];
  const became = statusLine(of, record, known.get(of.record), about);
  if (became) lines.push(became);
  if (differs.length > 0) lines.push(about("field_drift", { differs: [...differs] }, record));
  return lines;
}

function statusLine(
  of: Ours,
  record: ForeignRecord,
  known: Known | undefined,
  about: About,
): Line | null {
  const status = record.status ?? "unmapped";
  if (known && record.version !== known.version && !isLater(record.version, known.version)) {
    return about("regressed", { ours: known.version, theirs: record.version }, record);
  }
  if (status === "void") return of.isWithdrawn ? null : about("voided", {}, record);
  // Not read back yet, so nothing is believed of it.
  if (!known) return null;
  if (known.status !== status)
    return about("status_drift", { ours: known.status, theirs: status }, record);
  return known.note === null
    ? null
    : about("status_drift", { ours: status, theirs: status, said: textOf(known.note) }, record);
}

/** What is void or merged there is no second record any more. */
const isSecond = (record: ForeignRecord): boolean =>
  record.status !== "void" && record.status !== "merged";

function duplicatesOf(of: Ours, { theirs }: Pick<Compared, "theirs">, about: About): Line[] {
  return theirs
    .filter(({ record }) => record.key === of.key && isSecond(record))
    .map(({ record }) => ({
      ...about("duplicate", { sameAs: [of.number ?? of.record ?? ""] }, record),
      externalId: record.externalId,
      fingerprint: fingerprintOf("duplicate", record.externalId, {}),
    }));
}

/** A message in doubt whose key stands there: it will be adopted, and is no extra. */
function sameKey(of: Ours, { theirs }: Compared): Pick<Detail, "sameAs"> {
  const sameAs = theirs.flatMap(({ record }) => (record.key === of.key ? [record.number] : []));
  return sameAs.length > 0 ? { sameAs } : {};
}

function foreignLines({ site, isListed, theirs, ownKeys }: Compared): Line[] {
  if (!isListed) return [];
  return theirs.flatMap(({ record, on }) => {
    const isMarked = record.key?.startsWith(`buyoff:${site}:`) ?? false;
    // Another plant's, or a message of ours that has said so itself.
    if (record.key?.startsWith("buyoff:") && (!isMarked || ownKeys.has(record.key))) return [];
    if (!isMarked && (on === null || !isSecond(record))) return [];
    const detail: Detail = isMarked
      ? { theirs: record.key ?? "" }
      : on && on.pairs.length > 0
        ? { sameAs: [...on.pairs] }
        : {};
    const kind = isMarked ? "extra" : "by_hand";
    return [
      {
        kind,
        fingerprint: fingerprintOf(kind, record.externalId, {}),
        delivery: null,
        traveler: on?.traveler ?? null,
        externalId: record.externalId,
        number: record.number,
        url: record.url,
        unit: on?.unit ?? null,
        order: on?.order ?? null,
        rule: null,
        day: null,
        detail,
      } satisfies Line,
    ];
  });
}

function lineOf(kind: LineKind, of: Ours, detail: Detail, record?: ForeignRecord): Line {
  return {
    kind,
    fingerprint: fingerprintOf(kind, of.delivery, detail),
    delivery: of.delivery,
    traveler: of.traveler,
    externalId: of.record,
    number: record?.number ?? of.number,
    url: record?.url ?? null,
    unit: of.unit,
    order: of.order,
    rule: of.rule,
    day: of.day,
    detail,
  };
}

/** The same fault of the same thing, whichever run sees it; with other values it is another. */
export function fingerprintOf(kind: LineKind, subject: string, detail: Detail): string {
  const { differs = [], ours = "", theirs = "", said = "" } = detail;
  return sha256Hex(JSON.stringify([kind, subject, ours, theirs, said, differs]));
}

const saidBy = (result: string | null): Pick<Detail, "said"> =>
  result === null || result === "" ? {} : { said: textOf(result) };

/** Whatever another system said, as a text that can stand in the record: whole characters, in one form, bounded. */
export function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value ?? null) ?? "");
  return text.toWellFormed().normalize("NFC").slice(0, 500).toWellFormed();
}

/** Member by member, in words: what was to stand there, and what does. */
export const differencesOf = (
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
  members: readonly string[],
): Difference[] =>
  members.map((member) => ({
    member: textOf(member),
    ours: textOf(expected[member]),
    theirs: textOf(actual[member]),
  }));

/** How a line was closed: of itself, or of the earlier one that explains it. */
export type Closing = { line: string; closed: string; by: string; reason: string };

/** The result's hash says what was found; this one, why each line of it is as it is. */
export const closingsSha256 = (closings: readonly Closing[]): string =>
  canonicalSha256(
    closings
      .map(({ line, closed, by, reason }) => ({ line, closed, by, reason }))
      .sort((a, b) => (a.line < b.line ? -1 : 1)),
  );

export const reconciliationMeaning =
  "I have reviewed this reconciliation and how each of its lines was explained, and accept it";

/** What the signature covers: exactly this run, what it found and how that was explained. */
export const signedSha256 = (of: {
  site: string;
  run: string;
  resultSha256: string;
  closingsSha256: string;
  meaning: string;
}): string => canonicalSha256(of);

/** What hashes the result: counts and lines as they are kept, whatever order they were found in. */
export function resultSha256(counts: readonly DayCount[], lines: readonly Line[]): string {
  const kept = lines
    .map(({ kind, fingerprint, delivery, externalId, detail }) =>
      JSON.stringify([kind, fingerprint, delivery, externalId, detail]),
    )
    .sort();
  return sha256Hex(JSON.stringify([counts, kept]));
}
