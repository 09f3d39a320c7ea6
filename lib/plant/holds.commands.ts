import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { recorded } from "#lib/record/recorded.commands";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { ownersOf } from "#lib/travelers/holds.rules";
import type { HoldOwner } from "#lib/travelers/state.schema";
import type { PlantHoldForm, PlantHoldScope, ReleasePlantHoldForm } from "./holds.schema.ts";

export type PlantHoldRefusal = {
  code:
    | "hold_subject_unknown"
    | "hold_there_already"
    | "hold_reason_not_here"
    | "plant_hold_not_here"
    | "plant_hold_released"
    | "plant_hold_owner";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ hold: string }, PlantHoldRefusal>>;
const refused = (code: PlantHoldRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<PlantHoldRefusal>({ code, params });

/**
 * A hold on more than one traveler. Its entry is on the site's stream, which every decision is held to:
 * what was being decided as it was placed is decided again, and meets it (rules 1 and 13).
 */
export function placePlantHold(actor: Actor, form: PlantHoldForm): Outcome {
  return recorded(actor, async (tx) => {
    const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
    const policy = site.policy as unknown as PlantPolicy;
    const reason = policy.holdReasons.find(({ code }) => code === form.reason);
    if (!reason) return refused("hold_reason_not_here", { reason: form.reason });
    const subject = form.scope === "site" ? site.code : form.subject;
    if (!(await isThere(tx, actor.site, form.scope, subject))) {
      return refused("hold_subject_unknown", { subject });
    }
    // One at a time: two people at two desks place one hold.
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`plant-hold/${actor.site}`}, 0))`;
    const open = { siteId: actor.site, scope: form.scope, subject, releasedAt: null };
    const same = await tx.plantHold.findFirst({ where: { ...open, reason: reason.code } });
    if (same && same.id !== form.command) return refused("hold_there_already", { subject });
    // Sent again after a lost answer.
    if (same) return ok({ value: { hold: same.id }, events: [] });
    const event = await addPlantHold(tx, actor, {
      id: form.command,
      scope: form.scope,
      subject,
      reason: reason.code,
      owner: reason.owner,
      comment: form.comment,
    });
    return ok({ value: { hold: form.command }, events: [event] });
  });
}

/** Within a transaction, for a form and for a message of another system alike. */
export async function addPlantHold(
  tx: Tx,
  actor: Actor,
  hold: {
    id: string;
    scope: PlantHoldScope;
    subject: string;
    reason: string;
    owner: HoldOwner;
    comment: string;
  },
) {
  const { id, scope, subject, reason, owner } = hold;
  const comment = sha256Hex(hold.comment);
  await tx.plantHold.create({
    data: {
      id,
      siteId: actor.site,
      scope,
      subject,
      reason,
      owner,
      commentSha256: comment,
      placedBy: actor.id,
      placedAt: new Date(instant(Date.now())),
    },
  });
  const body = { hold: id, scope, subject, reason, owner, comment };
  return happened(actor, "plant_hold.placed", body, hold.comment);
}

/** Within a transaction: whose it is to release was asked before. */
export async function endPlantHold(
  tx: Tx,
  actor: Actor,
  { id, scope, subject }: { id: string; scope: string; subject: string },
  words: string,
) {
  const comment = sha256Hex(words);
  await tx.plantHold.update({
    where: { id },
    data: { releasedBy: actor.id, releasedAt: new Date(), releaseCommentSha256: comment },
  });
  const body = { hold: id, scope, subject, comment };
  return happened(actor, "plant_hold.released", body, words);
}

const happened = (
  actor: Actor,
  type: "plant_hold.placed" | "plant_hold.released",
  body: Readonly<Record<string, string>>,
  text: string,
) => ({ kind: "site", stream: actor.site, type, body, texts: [text] }) as const;

/** A hold on nothing would stop nobody and be believed: what is named has to be at this site. */
async function isThere(
  tx: Tx,
  siteId: string,
  scope: PlantHoldScope,
  subject: string,
): Promise<boolean> {
  switch (scope) {
    case "site":
      return true;
    case "unit":
      return (await tx.traveler.count({ where: { siteId, serial: subject } })) > 0;
    case "lot": {
      const stock = await tx.stock.count({ where: { siteId, lot: subject } });
      return stock > 0 || (await tx.traveler.count({ where: { siteId, lot: subject } })) > 0;
    }
    case "order":
      return (await tx.workOrder.count({ where: { siteId, number: subject } })) > 0;
    case "station":
      return (await tx.station.count({ where: { siteId, code: subject } })) > 0;
    case "gage":
      return (await tx.gage.count({ where: { siteId, code: subject } })) > 0;
    case "part_revision": {
      const cut = subject.lastIndexOf(" ");
      const [partNumber, partRevision] = [subject.slice(0, cut), subject.slice(cut + 1)];
      const of = { siteId, partNumber, partRevision };
      return cut > 0 && (await tx.workOrder.count({ where: of })) > 0;
    }
  }
}

/** Only the function that owns it releases it, whoever placed it. */
export function releasePlantHold(actor: Actor, form: ReleasePlantHoldForm): Outcome {
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from plant_holds where id = ${form.hold}::uuid for update`;
    const hold = await tx.plantHold.findFirst({ where: { id: form.hold, siteId: actor.site } });
    if (!hold) return refused("plant_hold_not_here");
    if (hold.releasedAt) return refused("plant_hold_released", { subject: hold.subject });
    if (!ownersOf(actor.roles).includes(hold.owner as HoldOwner)) {
      return refused("plant_hold_owner");
    }
    const event = await endPlantHold(tx, actor, hold, form.comment);
    return ok({ value: { hold: hold.id }, events: [event] });
  });
}
