"use server";
import { action, publicAction } from "#lib/boundary/action";
import { actorOfPresence } from "#lib/boundary/actor";
import { ok } from "#lib/kit/result";
import { badgeCode } from "./badges.queries.ts";
import * as changes from "./changes.commands.ts";
import {
  askPinResetForm,
  badgeForm,
  newPinForm,
  personChangeForm,
  personForm,
  pinResetForm,
  withdrawBadgeForm,
} from "./changes.schema.ts";
import * as people from "./commands.ts";
import * as resets from "./pin-resets.commands.ts";
import { personAtSite } from "./queries.ts";

export const addPerson = action("people.manage", personForm, changes.addPersonByForm);
export const changePerson = action("people.manage", personChangeForm, changes.changePerson);

/** What the badge has to say comes back once, to be printed, and is nowhere else. */
export const issueBadge = action("people.manage", badgeForm, async (actor, { person }) => {
  const issued = await people.issueBadge(actor, person);
  if (!issued.ok) return issued;
  const [svg, found] = [badgeCode(issued.value), await personAtSite(person, actor.site)];
  return ok({ badge: issued.value, svg, employeeNumber: found?.employeeNumber ?? "" });
});
export const withdrawBadge = action("people.manage", withdrawBadgeForm, changes.withdrawBadge);

export const askPinReset = action("pin.reset", askPinResetForm, (actor, form) =>
  resets.askPinReset(actor, form),
);
export const approvePinReset = action("pin.reset", pinResetForm, (actor, form) =>
  resets.approvePinReset(actor, form),
);
export const chooseNewPin = publicAction(newPinForm, (form) =>
  resets.chooseNewPin(form, actorOfPresence),
);
