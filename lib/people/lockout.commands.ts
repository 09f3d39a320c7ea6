import "server-only";
import { inTransaction } from "#lib/db/client";
import { env } from "#lib/kit/env";
import { type Instant, instant, millis } from "#lib/kit/time";
import {
  type Counted,
  countAttempt,
  type Failures,
  isLocked,
  type LockoutPolicy,
} from "./lockout.rules.ts";

const policy: LockoutPolicy = {
  attempts: {
    person_at_tablet: env.BUYOFF_LOCKOUT_ATTEMPTS,
    tablet: env.BUYOFF_LOCKOUT_TABLET_ATTEMPTS,
  },
  lockMinutes: env.BUYOFF_LOCKOUT_MINUTES,
};

type CountedKey = { key: string; counted: Counted };

/** The counters of one attempt: always the tablet first, so that two attempts never wait for each other. */
export const countersOf = (subject: string, device: string): readonly CountedKey[] => [
  { key: `tablet/${device}`, counted: "tablet" },
  { key: `person/${device}/${subject}`, counted: "person_at_tablet" },
];

/** Counts the attempt, or says how many seconds are left if it is locked out. */
export function takeAttempt(
  counters: readonly CountedKey[],
  at: Instant,
): Promise<{ lockedSeconds: number | null }> {
  return inTransaction(async (tx) => {
    const found: (CountedKey & { before: Failures | null })[] = [];
    for (const counter of counters) {
      await tx.$executeRaw`
        insert into credential_failures (key, count, at) values (${counter.key}, 0, ${new Date(at)})
        on conflict (key) do nothing`;
      const rows = await tx.$queryRaw<{ count: number; locked_until: Date | null; at: Date }[]>`
        select count, locked_until, at from credential_failures where key = ${counter.key} for update`;
      found.push({ ...counter, before: rows[0] ? failuresOf(rows[0]) : null });
    }
    const until = found
      .filter(({ before }) => isLocked(before, at))
      .map(({ before }) => before?.lockedUntil ?? at)
      .sort()
      .at(-1);
    if (until) return { lockedSeconds: Math.ceil((millis(until) - millis(at)) / 1000) };
    for (const { key, counted, before } of found) {
      const after = countAttempt(before, at, counted, policy);
      await tx.credentialFailure.update({
        where: { key },
        data: { count: after.count, lockedUntil: after.lockedUntil, at: after.at },
      });
    }
    return { lockedSeconds: null };
  });
}

/**
 * It was right: the person's count is cleared. The tablet's own only gives back this attempt, or
 * whoever knows one right PIN could clear it between guesses at others.
 */
export async function clearAttempt(counters: readonly CountedKey[]): Promise<void> {
  await inTransaction(async (tx) => {
    for (const { key, counted } of counters) {
      if (counted === "person_at_tablet") await tx.credentialFailure.deleteMany({ where: { key } });
      else {
        await tx.$executeRaw`
          update credential_failures set count = greatest(count - 1, 0), locked_until = null
          where key = ${key}`;
      }
    }
  });
}

const failuresOf = (row: { count: number; locked_until: Date | null; at: Date }): Failures => ({
  count: row.count,
  lockedUntil: row.locked_until ? instant(row.locked_until.getTime()) : null,
  at: instant(row.at.getTime()),
});

/**
 * At most `limit` in `seconds` under one key, counted in the database because there may be several
 * processes. Returns the seconds to wait, or null.
 */
export async function overRate(
  key: string,
  limit: number,
  seconds: number,
  at: Instant,
): Promise<number | null> {
  const startsAfter = new Date(millis(at) - seconds * 1000);
  const { count, startedAt } = await inTransaction(async (tx) => {
    const rows = await tx.$queryRaw<{ count: number; started_at: Date }[]>`
      insert into rate_windows as w (key, started_at, count) values (${key}, ${new Date(at)}, 1)
      on conflict (key) do update set
        count = case when w.started_at > ${startsAfter} then w.count + 1 else 1 end,
        started_at = case when w.started_at > ${startsAfter} then w.started_at else excluded.started_at end
      returning count, started_at`;
    const [row] = rows;
    if (!row) throw new Error("the rate counter returned nothing");
    return { count: row.count, startedAt: row.started_at };
  });
  if (count <= limit) return null;
  return Math.max(1, Math.ceil((startedAt.getTime() + seconds * 1000 - millis(at)) / 1000));
}
