import type { InstructionContent } from "#lib/instructions/schema";
import { type Projection, projection, type Row } from "./projection.rules.ts";
import type { TravelerState } from "./state.schema.ts";

export type Rows = Readonly<Record<string, readonly Row[]>>;

/** The rows of the read tables that differ between two states of a traveler. */
export function changedRows(
  before: TravelerState | null,
  after: TravelerState,
  content: InstructionContent,
): Rows {
  const old = before ? projection(before, content) : null;
  const { traveler, ...tables } = projection(after, content);
  const changed: Record<string, readonly Row[]> = { travelers: [traveler] };
  for (const [table, rows] of Object.entries(tables) as [keyof typeof tables, readonly Row[]][]) {
    const known = new Set(
      (old?.[table as keyof Projection] as readonly Row[] | undefined)?.map(text),
    );
    const different = rows.filter((row) => !known.has(text(row)));
    if (different.length > 0) changed[table] = different;
  }
  return changed;
}

const text = (row: Row): string => JSON.stringify(row);

/** Of several travelers, written together. */
export function rowsTogether(all: readonly Rows[]): Rows {
  const rows: Record<string, Row[]> = {};
  for (const [table, list] of all.flatMap((one) => Object.entries(one))) {
    rows[table] = [...(rows[table] ?? []), ...list];
  }
  return rows;
}
