import * as z from "zod/mini";
import { code, command, id, reason } from "#lib/plant/fields.schema";

export const waiverStandings = ["waiting", "inForce", "ended"] as const;
/** How waivers are listed: what ended by itself and what was revoked are looked for together. */
export type WaiverShown = (typeof waiverStandings)[number];

/** Bounded, so that nobody makes the server hash a book. Messages are keys of `desk.form`. */
const secret = z.string().check(z.trim(), z.minLength(1, "needed"), z.maxLength(200, "too_long"));

export const requestWaiverForm = z.object({
  command,
  traveler: id,
  /** Made where it is asked for, so that a lost answer asks for no second one. */
  waiver: id,
  person: id,
  qualification: code,
  /** As it was shown: what is signed names this very instant. */
  validUntil: z.iso.datetime({ precision: 3 }),
  reason,
  badge: secret,
  pin: secret,
});
export type RequestWaiverForm = z.output<typeof requestWaiverForm>;

export const grantWaiverForm = z.object({
  command,
  traveler: id,
  waiver: id,
  /** Of exactly what was shown. */
  contentSha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  badge: secret,
  pin: secret,
});
export type GrantWaiverForm = z.output<typeof grantWaiverForm>;

export const revokeWaiverForm = z.object({ command, traveler: id, waiver: id, reason });
export type RevokeWaiverForm = z.output<typeof revokeWaiverForm>;
