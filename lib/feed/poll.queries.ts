import "server-only";
import { db } from "#lib/db/client";
import { direct } from "#lib/db/direct";

const pollLeaseMs = 60_000;
const noticeLeaseMs = 30_000;

const takingPolls = {
  name: "due_polls",
  text: `
    update connectors
       set poll_leased_until = clock_timestamp() + $1::int * interval '1 millisecond'
     where id in (
       select id from connectors
        where status = 'active' and poll_at <= clock_timestamp()
          and (poll_leased_until is null or poll_leased_until < clock_timestamp())
          and (paused_until is null or paused_until <= clock_timestamp())
        for update skip locked)
    returning id`,
};

/** Connectors that are due, taken so that one worker polls each. */
export async function duePolls(): Promise<string[]> {
  const rows = await direct<{ id: string }>(takingPolls, [String(pollLeaseMs)]);
  return rows.map(({ id }) => id);
}

/** A cursor moves on only with everything before it dealt with. */
export async function polled(id: string, cursor: string | null, nextInMs: number): Promise<void> {
  await db.$executeRaw`
    update connectors
       set cursor = coalesce(${cursor}, cursor), poll_leased_until = null,
           poll_at = clock_timestamp() + ${Math.round(nextInMs)}::int * interval '1 millisecond'
     where id = ${id}::uuid`;
}

export type Notice = { connector: string; id: string; subject: string; ageMs: number };

const takingNotices = {
  name: "due_notices",
  text: `
    update webhook_receipts w
       set fetch_at = clock_timestamp() + $1::int * interval '1 millisecond'
     where (connector_id, id) in (
       select connector_id, id from webhook_receipts
        where handled_at is null and subject is not null and fetch_at <= clock_timestamp()
        order by fetch_at limit $2::int for update skip locked)
    returning connector_id as connector, id, subject,
      (extract(epoch from clock_timestamp() - received_at) * 1000)::float8 as "ageMs"`,
};

export const notices = (limit: number): Promise<Notice[]> =>
  direct<Notice>(takingNotices, [String(noticeLeaseMs), String(limit)]);

export async function noticeHandled(notice: Notice, note: string): Promise<void> {
  await db.$executeRaw`
    update webhook_receipts set handled_at = clock_timestamp(), note = ${note}
     where connector_id = ${notice.connector}::uuid and id = ${notice.id}`;
}

export async function noticeLater(notice: Notice, ms: number): Promise<void> {
  await db.$executeRaw`
    update webhook_receipts set fetch_at = clock_timestamp() + ${ms}::int * interval '1 millisecond'
     where connector_id = ${notice.connector}::uuid and id = ${notice.id}`;
}
