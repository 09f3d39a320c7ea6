import pg from "pg";
import { run } from "./run.ts";

export type EntryRow = { seq: number; type: string; line: string; command_id: string | null };

// A journey looks hundreds of times: one connection for each process of the run.
const pool = new pg.Pool({ connectionString: run.adminUrl, max: 1, allowExitOnIdle: true });

/** Looks at what the database holds. Tests change nothing through it. */
export async function rows<T extends pg.QueryResultRow>(
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  return (await pool.query<T>(sql, [...values])).rows;
}

export const entriesOf = (stream: string, after = 0): Promise<EntryRow[]> =>
  rows<EntryRow>(
    "select seq, type, line, command_id from entries where stream_id = $1 and seq > $2 order by seq",
    [stream, after],
  );
