import "server-only";
import type { Tx } from "#lib/db/client";
import { direct, directSqlState } from "#lib/db/direct";
import { Prisma } from "#lib/db/generated/client";
import { err, ok, type Result } from "#lib/kit/result";
import type { Instant } from "#lib/kit/time";
import type { Head } from "./chain.rules.ts";
import type { SealedEntry, StreamKind } from "./schema.ts";

type Row = Readonly<Record<string, unknown>>;

/** A stream that a fact came from, and how far it was: it may not have moved when the entry lands. */
export type Guard = { id: string; kind: StreamKind; seq: number };

/** Everything that one decision writes: all of it or nothing. */
export type Decision = {
  streams: readonly { id: string; kind: StreamKind; from: Head; to: Head }[];
  guards: readonly Guard[];
  entries: readonly SealedEntry[];
  cards: readonly { hash: string; person: string; version: number; card: string }[];
  texts: readonly { sha256: string; text: string }[];
  /** Changed rows by read table, with the columns' names. */
  rows: Readonly<Record<string, readonly Row[]>>;
  proofs: readonly { id: string; person: string; command: string }[];
  receipts: readonly {
    command: string;
    traveler: string;
    person: string;
    device: string | null;
    contentSha256: string;
    verdict: unknown;
    recordedAt: Instant;
    /** What was wanted, what it was decided on, and how far the traveler was then. */
    said: string;
    facts: string | null;
    decidedAt: number | null;
  }[];
  /** What the receipts' facts name by hash. */
  facts: readonly { sha256: string; text: string }[];
  /** Tablets that were not revoked when it was decided. */
  enrolled: readonly string[];
  /** The tablet's own count, remembered with what it sent. */
  device: { id: string; expected: number; seq: number; hash: string } | null;
};

/**
 * Why nothing was written. `moved`: somebody was faster, decide again. `collides`: so it looks, but
 * if it stays so, a key is taken. `id_taken`: it is, for good. `unavailable`: the database can't now.
 */
export type NotAppended = "moved" | "collides" | "id_taken" | "unavailable";

const appending = { name: "append", text: "select append($1::uuid, $2::jsonb)::text" };

/**
 * One round trip, one statement, one transaction; or, where rows of another noun change with it,
 * within theirs. What is neither written nor expected is thrown.
 */
export async function append(
  site: string,
  decision: Decision,
  within?: Tx,
): Promise<Result<null, NotAppended>> {
  const written = JSON.stringify({
    streams: decision.streams.map(({ id, kind, from, to }) => ({
      id,
      kind,
      expected: from.seq,
      head: to.hash,
    })),
    guards: decision.guards,
    entries: decision.entries.map(({ line, hash, entry }) => ({
      stream: entry.stream,
      seq: entry.seq,
      hash,
      line,
      type: entry.type,
      person: entry.person,
      device: entry.device,
      command: entry.command,
      occurredAt: entry.occurredAt,
      recordedAt: entry.recordedAt,
      shift: entry.shift,
    })),
    cards: decision.cards,
    texts: decision.texts,
    rows: decision.rows,
    proofs: decision.proofs,
    receipts: decision.receipts,
    facts: decision.facts,
    enrolled: decision.enrolled,
    device: decision.device,
  });
  try {
    // A refused append undoes itself alone: the transaction around it can decide again.
    if (within) {
      await within.$executeRaw`savepoint append`;
      await within.$queryRaw`select append(${site}::uuid, ${written}::jsonb)::text`;
    } else {
      await direct(appending, [site, written]);
    }
    return ok(null);
  } catch (error) {
    const why = notAppended(error);
    if (!why) throw error;
    if (within && why !== "unavailable") await within.$executeRaw`rollback to savepoint append`;
    return err(why);
  }
}

// By SQLSTATE; BY… are raised by `append` and the triggers.
const reasons: Readonly<Record<string, NotAppended>> = {
  BY001: "moved",
  BY002: "moved",
  BY005: "moved",
  // A proof spent by somebody since: decided again, it isn't there.
  BY003: "moved",
  BY007: "id_taken",
  // A row under this id exists at another site.
  "42501": "id_taken",
  // The same command, component or card, written by somebody else between our reading and writing.
  "23505": "collides",
  "40001": "moved",
  "40P01": "moved",
};

export function notAppended(error: unknown): NotAppended | null {
  const code = sqlState(error);
  if (code && reasons[code]) return reasons[code];
  return isUnavailable(error, code) ? "unavailable" : null;
}

/**
 * Does it lie in what was decided, so that deciding it again ends the same way? An error of our own code,
 * or a value that no column or check takes. What Prisma or the database has trouble with does not.
 */
export function isUndecidable(error: unknown): boolean {
  const code = sqlState(error);
  if (code) return /^(22|23)/.test(code) || code === "BY000" || code === "BY006";
  if (!(error instanceof Error) || /^(Prisma|DriverAdapter|Abort|Timeout)/.test(error.name))
    return false;
  // What the machine or the network says has a code such as ECONNRESET.
  return !("code" in error && /^E(?!RR_)/.test(String(error.code)));
}

/** SQLSTATE of a failed raw query, or null. */
export function sqlState(error: unknown): string | null {
  const code = directSqlState(error);
  if (code) return code;
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null;
  const driver = error.meta?.driverAdapterError as
    | { cause?: { originalCode?: string; code?: string } }
    | undefined;
  return driver?.cause?.originalCode ?? driver?.cause?.code ?? null;
}

// Connection lost or refused (08), out of resources (53), shutting down or cancelled (57), and what
// Prisma says itself when it reaches nobody.
function isUnavailable(error: unknown, code: string | null): boolean {
  if (code && /^(08|53|57|55P03)/.test(code)) return true;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    /^P(1\d{3}|2024|2028)$/.test(error.code)
  );
}
