import type { AsBuilt, OperationRecord, RecordRow } from "./as-built.rules.ts";
import type { RecordedEvent } from "./schema.ts";

export const recordFilters = [
  "everything",
  "exceptions",
  "out_of_limits",
  "amended",
  "repeated",
  "offline",
  "refused",
  "photos",
] as const;
export type RecordFilter = (typeof recordFilters)[number];

const shows: Record<RecordFilter, (row: RecordRow) => boolean> = {
  everything: () => true,
  exceptions: (row) => row.tags.length > 0,
  out_of_limits: (row) => row.tags.includes("out_of_limits"),
  amended: (row) => row.tags.includes("amended"),
  repeated: (row) => row.tags.includes("repeated"),
  offline: () => false,
  refused: () => false,
  photos: (row) => row.content.kind === "photos",
};

const isExceptional = (operation: OperationRecord) => ({
  ...operation,
  buyoffs: operation.buyoffs.filter(({ buyoff }) => buyoff.status !== "signed"),
});

/** The operations as one filter leaves them; those of which nothing is left are gone. */
export function filtered(record: AsBuilt, filter: RecordFilter): OperationRecord[] {
  if (filter === "everything") return [...record.operations];
  return record.operations
    .map((operation) => {
      const rows = operation.rows.filter(shows[filter]);
      const bare = { ...operation, rows, untouched: [], defects: [], holds: [], buyoffs: [] };
      if (filter === "exceptions") {
        const { defects, holds } = operation;
        return { ...bare, defects, holds, buyoffs: isExceptional(operation).buyoffs };
      }
      if (filter !== "offline") return bare;
      const pending = operation.buyoffs.filter((of) => of.buyoff.status === "pending_verification");
      return { ...bare, buyoffs: pending };
    })
    .filter((of) => of.rows.length + of.defects.length + of.holds.length + of.buyoffs.length > 0);
}

/** What the rules turned away, on the tablet or here. */
export const refusedAttempts = (events: readonly RecordedEvent[]) =>
  events.filter(
    (event) => event.type === "attempt.refused" || event.type === "command.not_applied",
  );

/** How much each filter would show; a filter of nothing is not offered. */
export function filterCounts(
  record: AsBuilt,
  events: readonly RecordedEvent[],
): Record<RecordFilter, number> {
  const rows = record.operations.flatMap((operation) => operation.rows);
  const count = (filter: RecordFilter) => rows.filter(shows[filter]).length;
  const rest = record.operations.map(isExceptional);
  const beside = rest.reduce(
    (sum, of) => sum + of.defects.length + of.holds.length + of.buyoffs.length,
    record.unit.defects.length + record.unit.holds.length,
  );
  return {
    everything: rows.length,
    exceptions: count("exceptions") + beside + refusedAttempts(events).length,
    out_of_limits: count("out_of_limits"),
    amended: count("amended"),
    repeated: count("repeated"),
    offline: rest
      .flatMap((of) => of.buyoffs)
      .filter((of) => of.buyoff.status === "pending_verification").length,
    refused: refusedAttempts(events).length,
    photos: rows.reduce(
      (sum, row) => sum + (row.content.kind === "photos" ? row.content.photos.length : 0),
      0,
    ),
  };
}
