import "server-only";
import { derivedId } from "#lib/kit/ids";
import { err } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { give, type Outcome } from "./desk.commands.ts";
import type { CountForm, MergeForm, ScrapForm, SerialsForm, SplitForm } from "./lots.schema.ts";
import { notAUnit } from "./release.rules.ts";
import { numbersIn } from "./serials.rules.ts";

export const splitLot = (actor: Actor, form: SplitForm): Outcome => {
  const { command, hold, defects } = form;
  const serials = numbersIn(form.serials);
  return give(actor, form.traveler, {
    id: command,
    type: "splitTraveler",
    body: {
      child: derivedId(command, "child"),
      quantity: form.quantity,
      reason: form.reason,
      ...(defects.length === 0 ? {} : { defects }),
      ...(serials.length === 0 ? {} : { serials }),
      ...(hold === "" ? {} : { hold: { hold: derivedId(command, "hold"), reason: hold } }),
    },
  });
};

export const mergeLots = (actor: Actor, form: MergeForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "mergeTravelers",
    body: { from: form.from, reason: form.reason },
  });

export const countLot = (actor: Actor, form: CountForm): Outcome => {
  const { accepted, scrapped, transferredOut } = form;
  const body = { accepted, scrapped, transferredOut };
  return give(actor, form.traveler, { id: form.command, type: "accountQuantity", body });
};

/** A number that no label could carry is one that nobody will find again. */
export const assignSerials = async (actor: Actor, form: SerialsForm): Outcome => {
  const serials = numbersIn(form.serials);
  const odd = notAUnit(serials);
  if (odd !== null) return err({ code: "unit_not_readable", params: { unit: odd } });
  return give(actor, form.traveler, { id: form.command, type: "assignSerials", body: { serials } });
};

export const scrapPieces = (actor: Actor, form: ScrapForm): Outcome => {
  const { defect, identification, segregation } = form;
  const body = { defect, identification, segregation };
  return give(actor, form.traveler, { id: form.command, type: "scrapTraveler", body });
};
