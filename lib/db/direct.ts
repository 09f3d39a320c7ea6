import "server-only";
import pg from "pg";
import { pool } from "./client.ts";

/** A statement with a name is parsed once on each connection, and only its values travel from then on. */
export type Prepared = { name: string; text: string };

/**
 * Sends one statement past Prisma's client, on the same connections and as the same role: for the few
 * that every act of a tablet ends in, where the client costs more than the statement. Each is a
 * transaction of its own. JSON comes back parsed; what it holds, the caller says.
 */
export async function direct<Row extends pg.QueryResultRow>(
  statement: Prepared,
  values: readonly (string | readonly string[] | null)[],
): Promise<Row[]> {
  try {
    const { rows } = await pool.query<Row>({ ...statement, values: [...values] });
    return rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError) throw error;
    // Nobody answered: told as PostgreSQL tells a lost connection, so that there is one way to ask.
    throw Object.assign(new pg.DatabaseError("the database was not reached", 0, "error"), {
      code: "08006",
      cause: error,
    });
  }
}

/** SQLSTATE of what `direct` throws, or null. */
export const directSqlState = (error: unknown): string | null =>
  error instanceof pg.DatabaseError ? (error.code ?? null) : null;

/** The statement was refused for what it said, and nothing of it was done: bad values, a key there already, two that waited for each other. */
export const isFaultOfOne = (error: unknown): boolean =>
  /^(22|23|40)/.test(directSqlState(error) ?? "");
