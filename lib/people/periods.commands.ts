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

/** Takes turns on the tablet: whoever changes its period holds its row until the end. */
export const lockTablet = (tx: Tx, device: string): Promise<unknown> =>
  tx.$queryRaw`select id from devices where id = ${device}::uuid for update`;

/**
 * The tablet's latest period, with the person's last act there as its last use: who works without
 * signing is not idle. Refused attempts and what the tablet says itself are no use.
 */
export async function lastPeriod(tx: Tx, device: string, at: Instant): Promise<Period | null> {
  const [row] = await tx.$queryRaw<{ last: Period | null }[]>`
    select last_period(${device}::uuid, ${new Date(at)}) as last`;
  return row?.last ?? null;
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
  of: { person: string; device: string; site: string },
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
