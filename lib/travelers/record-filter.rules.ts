import type { AsBuilt, BuyoffRecord, OperationRecord } from "./as-built.rules.ts";
import type { RecordedEvent } from "./events.schema.ts";
import type { ExceptionTag, RecordRow } from "./record-row.rules.ts";
import { waitsToBeVerified } from "./state.schema.ts";

export const recordFilters = [
  "everything",
  "exceptions",
  "out_of_limits",
  "process_limit",
  "amended",
  "repeated",
  "replaced",
  "timers",
  "late",
  "out_of_sequence",
  "not_done",
  "voided",
  "offline",
  "second_person",
  "waivers",
  "refused",
  "photos",
  "reports",
] as const;
export type RecordFilter = (typeof recordFilters)[number];

/** What a filter keeps of an operation, and of what is of the unit as a whole. */
type Shows = {
  rows: (row: RecordRow) => boolean;
  buyoffs?: (of: BuyoffRecord) => boolean;
  declines?: true;
  defects?: true;
  waivers?: true;
  refused?: true;
  transfers?: true;
};

const tagged =
  (...tags: ExceptionTag[]) =>
  (row: RecordRow): boolean =>
    tags.some((tag) => row.tags.includes(tag));
const none = () => false;

const filters: Readonly<Record<Exclude<RecordFilter, "everything">, Shows>> = {
  exceptions: {
    rows: (row) => row.tags.length > 0,
    buyoffs: ({ buyoff }) => buyoff.status !== "signed",
    declines: true,
    defects: true,
    waivers: true,
    refused: true,
    transfers: true,
  },
  out_of_limits: { rows: tagged("out_of_limits") },
  process_limit: { rows: tagged("beyond_process_limit") },
  amended: { rows: tagged("amended") },
  repeated: { rows: tagged("repeated") },
  replaced: { rows: tagged("removed", "alternate") },
  timers: { rows: tagged("timer_exceeded", "timer_short", "mix_over_age", "fast") },
  late: { rows: tagged("late") },
  out_of_sequence: { rows: tagged("out_of_sequence") },
  not_done: { rows: tagged("skipped", "not_applicable", "deferred", "failed") },
  voided: {
    rows: none,
    buyoffs: ({ buyoff }) => ["voided", "superseded", "rejected"].includes(buyoff.status),
    declines: true,
  },
  offline: { rows: none, buyoffs: ({ buyoff }) => waitsToBeVerified(buyoff.method) },
  second_person: { rows: tagged("second_person"), buyoffs: ({ bySecond }) => bySecond },
  waivers: { rows: none, waivers: true },
  refused: { rows: none, refused: true },
  photos: { rows: ({ content }) => content.kind === "photos" },
  reports: { rows: ({ content }) => content.kind === "document" },
};

/** The record as one filter leaves it. */
export type Filtered = Pick<AsBuilt, "operations" | "unit"> & {
  refused: readonly RecordedEvent[];
};

const isEmpty = ({ rows, defects, holds, buyoffs, declines }: OperationRecord): boolean =>
  rows.length + defects.length + holds.length + buyoffs.length + declines.length === 0;

/** Operations of which nothing is left are gone; so are, of everything, those not begun. */
export function filtered(
  record: AsBuilt,
  events: readonly RecordedEvent[],
  filter: RecordFilter,
): Filtered {
  if (filter === "everything") {
    const operations = record.operations.filter((of) => !isEmpty(of));
    return { operations, unit: record.unit, refused: [] };
  }
  const shows = filters[filter];
  const { unit } = record;
  const operations = record.operations.map(
    (operation): OperationRecord => ({
      ...operation,
      rows: operation.rows.filter(shows.rows),
      buyoffs: shows.buyoffs ? operation.buyoffs.filter(shows.buyoffs) : [],
      declines: shows.declines ? operation.declines : [],
      defects: shows.defects ? operation.defects : [],
      holds: shows.defects ? operation.holds : [],
      calls: [],
      untouched: [],
    }),
  );
  return {
    operations: operations.filter((of) => !isEmpty(of)),
    unit: {
      defects: shows.defects ? unit.defects : [],
      holds: shows.defects ? unit.holds : [],
      waivers: shows.waivers ? unit.waivers : [],
      transfers: shows.transfers ? unit.transfers : [],
      remarks: [],
      // Told beside what they are about: shown with the exceptions, and not counted twice.
      signals: shows.defects ? unit.signals : [],
    },
    refused: shows.refused ? refusedAttempts(events) : [],
  };
}

/** What the rules turned away, on the tablet or here. */
export const refusedAttempts = (events: readonly RecordedEvent[]) =>
  events.filter(
    (event) => event.type === "attempt.refused" || event.type === "command.not_applied",
  );

/** How much each filter shows; a filter of nothing is not offered. */
export function filterCounts(
  record: AsBuilt,
  events: readonly RecordedEvent[],
): Record<RecordFilter, number> {
  const counts = recordFilters.map((filter) => {
    const { operations, unit, refused } = filtered(record, events, filter);
    const rows = operations.flatMap((operation) => operation.rows);
    if (filter === "everything") return [filter, rows.length] as const;
    if (filter === "photos") return [filter, rows.reduce(photosIn, 0)] as const;
    const beside = [...operations, unit].reduce(
      (sum, { defects, holds }) => sum + defects.length + holds.length,
      unit.waivers.length + unit.transfers.length + refused.length,
    );
    const signed = operations.flatMap(({ buyoffs, declines }) => [...buyoffs, ...declines]);
    return [filter, rows.length + beside + signed.length] as const;
  });
  return Object.fromEntries(counts) as Record<RecordFilter, number>;
}

const photosIn = (sum: number, { content }: RecordRow): number =>
  sum + (content.kind === "photos" ? content.photos.length : 0);
