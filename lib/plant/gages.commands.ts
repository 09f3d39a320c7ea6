import "server-only";
import type { Tx } from "#lib/db/client";
import type { Gage } from "#lib/db/generated/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { dateIn, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { changesIn } from "./changes.rules.ts";
import type { CalibrationForm, GageChangeForm, GageForm, GageRow } from "./gages.schema.ts";

export type GageRefusal = {
  code: "gage_code_taken" | "gage_not_here" | "nothing_changed" | "calibrated_in_future";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ gage: string }, GageRefusal>>;
const refused = (code: GageRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<GageRefusal>({ code, params });

const happened = (
  gage: string,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
) => ({ kind: "gage", stream: gage, type, body, texts }) satisfies Happening;

const onDay = (day: string): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
const orNull = (text: string): string | null => (text === "" ? null : text);

/** A gage as its entries give it: all of it, so that a reader needs no other row. */
const factsOf = (gage: Omit<GageRow, "uncertainty"> & { uncertainty: string | null }) => ({
  code: gage.code,
  type: gage.type,
  name: gage.name,
  unit: gage.unit,
  resolution: gage.resolution,
  calibratedMin: gage.calibratedMin,
  calibratedMax: gage.calibratedMax,
  uncertainty: gage.uncertainty,
  calibrationDueOn: gage.calibrationDueOn,
});

/** Within a transaction, for a form and for a file alike. */
export async function addGage(tx: Tx, actor: Actor, id: string, row: GageRow) {
  const facts = factsOf({ ...row, uncertainty: orNull(row.uncertainty) });
  const { count } = await tx.gage.createMany({
    data: [{ id, siteId: actor.site, ...facts, calibrationDueOn: onDay(facts.calibrationDueOn) }],
    skipDuplicates: true,
  });
  return count === 0
    ? refused("gage_code_taken", { code: row.code })
    : ok({ value: { gage: id }, events: [happened(id, "gage.created", facts)] });
}

export const createGage = (actor: Actor, { command, ...row }: GageForm): Outcome =>
  recorded(actor, (tx) => addGage(tx, actor, command, row));

/** The row, held until the transaction ends: what the entry calls `before` is what was there. */
async function heldGage(tx: Tx, actor: Actor, id: string): Promise<Gage | null> {
  await tx.$queryRaw`select id from gages where id = ${id}::uuid for update`;
  return tx.gage.findFirst({ where: { id, siteId: actor.site } });
}

export function changeGage(actor: Actor, form: GageChangeForm): Outcome {
  const { gage: id, command: _, reason, ...asked } = form;
  return recorded(actor, async (tx) => {
    const gage = await heldGage(tx, actor, id);
    if (!gage) return refused("gage_not_here");
    const { type, name, unit, resolution, status } = gage;
    const changes = changesIn({ type, name, unit, resolution, status }, asked);
    if (Object.keys(changes).length === 0) return refused("nothing_changed");
    await tx.gage.update({ where: { id }, data: asked });
    const body = { changes, reason: sha256Hex(reason) };
    return ok({ value: { gage: id }, events: [happened(id, "gage.changed", body, [reason])] });
  });
}

/**
 * Enters a certificate. A gage found out of tolerance says so in an entry of its own, from the day of its
 * last good calibration on: what it measured since is open to question (AS9100 7.1.5.2).
 */
export function calibrateGage(actor: Actor, form: CalibrationForm, today?: string): Outcome {
  return recorded(actor, async (tx) => {
    const gage = await heldGage(tx, actor, form.gage);
    if (!gage) return refused("gage_not_here");
    const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
    const now = today ?? dateIn(site.timeZone, instant(Date.now()));
    if (form.calibratedOn > now) return refused("calibrated_in_future", { today: now });
    await tx.gage.update({
      where: { id: gage.id },
      data: {
        calibratedMin: form.calibratedMin,
        calibratedMax: form.calibratedMax,
        uncertainty: orNull(form.uncertainty),
        calibrationDueOn: onDay(form.calibrationDueOn),
        status: form.asLeft,
      },
    });
    return ok({ value: { gage: gage.id }, events: calibrationEvents(gage, form) });
  });
}

function calibrationEvents(gage: Gage, form: CalibrationForm): Happening[] {
  const texts = form.comment === "" ? [] : [form.comment];
  const comment = form.comment === "" ? null : sha256Hex(form.comment);
  const calibrated = happened(
    gage.id,
    "gage.calibrated",
    {
      ...factsOf({ ...gage, ...form, uncertainty: orNull(form.uncertainty) }),
      calibratedOn: form.calibratedOn,
      certificate: form.certificate,
      laboratory: form.laboratory,
      asFound: form.asFound,
      asLeft: form.asLeft,
      before: { calibrationDueOn: dayOf(gage.calibrationDueOn), status: gage.status },
      comment,
    },
    texts,
  );
  if (form.asFound === "in_tolerance") return [calibrated];
  const body = { code: gage.code, foundOn: form.calibratedOn, asFound: form.asFound, comment };
  return [calibrated, happened(gage.id, "gage.out_of_tolerance", body, texts)];
}
