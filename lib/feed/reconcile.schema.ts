import * as z from "zod/mini";
import { command, day, id, reason, secret, sha256 } from "#lib/plant/fields.schema";

/** What can be wrong between what was made here and what the other system holds. */
export const lineKinds = [
  /** Ours and not there any more, or never: nobody makes it again by itself. */
  "missing",
  /** Its id is another record's by now, as after a restore of their database. */
  "reused",
  "duplicate",
  /** It bears our marker, and nothing here made it. */
  "extra",
  /** On an order or a unit of ours, without our marker: somebody typed it there. */
  "by_hand",
  "field_drift",
  "status_drift",
  /** Older than what it has said before. */
  "regressed",
  "merged",
  "voided",
  "attachment_missing",
  "attachment_differs",
  /** Sent, and nobody knows whether it arrived. */
  "unknown",
  "rejected",
  /** Made more than an hour before the comparison and not sent yet. */
  "waiting",
  /** It could not be read, so nothing is claimed of it. */
  "unread",
] as const;
export type LineKind = (typeof lineKinds)[number];

/** Where each message of a range stands: exactly one of these. */
export const outcomes = [
  "accepted",
  "delivered",
  "rejected",
  "missing",
  "unknown",
  "waiting",
  "not_needed",
] as const;
export type ReconciledAs = (typeof outcomes)[number];

const count = z.int().check(z.nonnegative());

/** Of one day of the plant and one rule. */
export const dayCount = z.object({
  day: z.string(),
  rule: z.string(),
  produced: count,
  accepted: count,
  delivered: count,
  rejected: count,
  missing: count,
  unknown: count,
  waiting: count,
  not_needed: count,
});
export type DayCount = z.output<typeof dayCount>;
export const dayCounts = z.array(dayCount);

export const daysMax = 92;

export const startForm = z.object({ command, connector: id, from: day, to: day }).check(
  z.refine(({ from, to }) => from <= to, { error: "range_needed", path: ["to"] }),
  z.refine(
    ({ from, to }) =>
      !(from <= to) || Date.parse(to) - Date.parse(from) < daysMax * 24 * 60 * 60_000,
    { error: "range_too_long", path: ["to"] },
  ),
);
export type StartForm = z.output<typeof startForm>;

export const closeForm = z.object({ command, line: id, reason });
export type CloseForm = z.output<typeof closeForm>;

/** "never", or the hour of the plant's own day. */
export const scheduleForm = z.object({
  command,
  connector: id,
  hour: z.string().check(z.regex(/^(never|([01]\d|2[0-3]))$/, "needed")),
  reason,
});
export type ScheduleForm = z.output<typeof scheduleForm>;

export const signForm = z.object({
  command,
  run: id,
  /** Of exactly what was shown: the result, and how each of its lines was closed. */
  resultSha256: sha256,
  closingsSha256: sha256,
  badge: secret,
  pin: secret,
});
export type SignForm = z.output<typeof signForm>;

export type ReconcileRefusal = {
  code:
    | "connector_unknown"
    | "reconciliation_running"
    | "line_unknown"
    | "line_closed"
    | "reconciliation_unknown"
    | "reconciliation_not_done"
    | "reconciliation_open"
    | "reconciliation_own"
    | "reconciliation_signed"
    | "reconciliation_differs"
    | "nothing_changed";
  params: Readonly<Record<string, string>>;
};
