import "server-only";
import { inTransaction } from "#lib/db/client";
import { direct } from "#lib/db/direct";
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
  const keys = counters.map(({ key }) => key);
  return inTransaction(async (tx) => {
    await tx.$executeRaw`
      insert into credential_failures (key, count, at)
        select key, 0, ${new Date(at)} from unnest(${keys}::text[]) with ordinality of (key, turn) order by turn
        on conflict (key) do nothing`;
    const rows = await tx.$queryRaw<FailuresRow[]>`
      select f.key, f.count, f.locked_until, f.at
        from credential_failures f
        join unnest(${keys}::text[]) with ordinality of (key, turn) on of.key = f.key
        order by of.turn for update of f`;
    const before = new Map(rows.map((row) => [row.key, failuresOf(row)]));
    const until = [...before.values()]
      .filter((failures) => isLocked(failures, at))
      .map(({ lockedUntil }) => lockedUntil ?? at)
      .sort()
      .at(-1);
    if (until) return { lockedSeconds: Math.ceil((millis(until) - millis(at)) / 1000) };
    const counted = counters.map(({ key, counted }) => ({
      key,
      ...countAttempt(before.get(key) ?? null, at, counted, policy),
    }));
    await tx.$executeRaw`
      update credential_failures f set count = c.count, locked_until = c."lockedUntil", at = c.at
        from jsonb_to_recordset(${JSON.stringify(counted)}::jsonb)
          as c(key text, count int, "lockedUntil" timestamptz, at timestamptz)
        where f.key = c.key`;
    return { lockedSeconds: null };
  });
}

const clearing = {
  name: "clear_attempt",
  // The tablet's row first here too: the other statement asks what it did before it touches a row.
  text: `with given_back as (
      update credential_failures set count = greatest(count - 1, 0), locked_until = null
        where key = any($1::text[]) returning key)
    delete from credential_failures
      where key = any($2::text[]) and (select count(*) from given_back) >= 0`,
};

/**
 * It was right: the person's count is cleared. The tablet's own only gives back this attempt, or
 * whoever knows one right PIN could clear it between guesses at others.
 */
export async function clearAttempt(counters: readonly CountedKey[]): Promise<void> {
  const keysOf = (of: Counted) =>
    counters.filter(({ counted }) => counted === of).map(({ key }) => key);
  await direct(clearing, [keysOf("tablet"), keysOf("person_at_tablet")]);
}

type FailuresRow = { key: string; count: number; locked_until: Date | null; at: Date };

const failuresOf = (row: FailuresRow): Failures => ({
  count: row.count,
  lockedUntil: row.locked_until ? instant(row.locked_until.getTime()) : null,
  at: instant(row.at.getTime()),
});

const countingRate = {
  name: "over_rate",
  text: `insert into rate_windows as w (key, started_at, count) values ($1, $2::timestamptz, 1)
    on conflict (key) do update set
      count = case when w.started_at > $3::timestamptz then w.count + 1 else 1 end,
      started_at = case when w.started_at > $3::timestamptz then w.started_at else excluded.started_at end
    returning count, started_at`,
};

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
  const startsAfter = instant(millis(at) - seconds * 1000);
  const [row] = await direct<{ count: number; started_at: Date }>(countingRate, [
    key,
    at,
    startsAfter,
  ]);
  if (!row) throw new Error("the rate counter returned nothing");
  if (row.count <= limit) return null;
  return Math.max(1, Math.ceil((row.started_at.getTime() + seconds * 1000 - millis(at)) / 1000));
}
