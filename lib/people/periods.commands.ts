import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { env } from "#lib/kit/env";
import { uuidv7 } from "#lib/kit/ids";
import { type Instant, instant, millis } from "#lib/kit/time";
import type { Actor } from "./schema.ts";
import { endOf, type Period, type PeriodEnd, type PeriodPolicy } from "./signing.rules.ts";

export const periodPolicy: PeriodPolicy = {
  idleMinutes: env.BUYOFF_IDLE_MINUTES,
  absoluteMinutes: env.BUYOFF_PERIOD_HOURS * 60,
};

type PeriodRow = {
  id: string;
  person_id: string;
  started_at: Date;
  used_at: Date;
  signed_at: Date | null;
  ended_at: Date | null;
  ended_by: PeriodEnd | null;
};

/** Takes turns on the tablet: whoever changes its period holds its row until the end. */
export const lockTablet = (tx: Tx, device: string): Promise<unknown> =>
  tx.$queryRaw`select id from devices where id = ${device}::uuid for update`;

/**
 * The tablet's latest period, with the person's last act there as its last use: who works without
 * signing is not idle. Refused attempts and what the tablet says itself are no use.
 */
export async function lastPeriod(tx: Tx, device: string, at: Instant): Promise<Period | null> {
  const rows = await tx.$queryRaw<PeriodRow[]>`
    select p.id, p.person_id, p.started_at, p.signed_at, p.ended_at, p.ended_by,
      greatest(p.used_at, (
        select max(e.occurred_at) from entries e
        where e.device_id = p.device_id and e.person_id = p.person_id and e.command_id is not null
          and e.occurred_at > p.used_at and e.occurred_at <= ${new Date(at)}
      )) as used_at
    from signing_periods p where p.device_id = ${device}::uuid
    order by p.started_at desc, p.id desc limit 1`;
  const [row] = rows;
  if (!row) return null;
  const text = (date: Date | null) => (date ? instant(date.getTime()) : null);
  return {
    id: row.id,
    person: row.person_id,
    startedAt: instant(row.started_at.getTime()),
    usedAt: instant(row.used_at.getTime()),
    signedAt: text(row.signed_at),
    endedAt: text(row.ended_at),
    endedBy: row.ended_by,
  };
}

/** Ends whatever period is open at the tablet, at the moment and with the cause at which it was over. */
export async function endOpenPeriod(
  tx: Tx,
  device: string,
  why: PeriodEnd,
  at: Instant,
): Promise<void> {
  const open = await lastPeriod(tx, device, at);
  if (!open || open.endedAt !== null) return;
  await tx.signingPeriod.updateMany({
    where: { deviceId: device, endedAt: null },
    data: { endedAt: new Date(at), endedBy: endOf(open, at, periodPolicy) ?? why },
  });
}

export async function beginPeriod(
  tx: Tx,
  of: { person: string; device: string; site: string; signedAt: Instant | null },
  at: Instant,
): Promise<string> {
  const id = uuidv7(millis(at));
  await tx.signingPeriod.create({
    data: {
      id,
      personId: of.person,
      deviceId: of.device,
      siteId: of.site,
      startedAt: new Date(at),
      usedAt: new Date(at),
      signedAt: of.signedAt ? new Date(of.signedAt) : null,
    },
  });
  return id;
}

/** The tablet was locked, left, handed over or signed out of. */
export async function endPeriod(
  device: Actor,
  why: "lock" | "idle" | "sign_out" | "hand_over",
  at: Instant = instant(Date.now()),
): Promise<void> {
  const tablet = device.device;
  if (!tablet) return;
  await inTransaction(async (tx) => {
    await lockTablet(tx, tablet.id);
    await endOpenPeriod(tx, tablet.id, why, at);
  }, device.site);
}
