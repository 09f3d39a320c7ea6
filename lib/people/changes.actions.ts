"use server";
import { action, publicAction } from "#lib/boundary/action";
import { actorOfPresence } from "#lib/boundary/actor";
import * as badges from "./badges.commands.ts";
import * as changes from "./changes.commands.ts";
import {
  askPinResetForm,
  badgesForm,
  newPinForm,
  personChangeForm,
  personForm,
  pinResetForm,
  withdrawBadgeForm,
} from "./changes.schema.ts";
import * as passkeys from "./passkeys.commands.ts";
import { withdrawPasskeyForm } from "./passkeys.schema.ts";
import * as resets from "./pin-resets.commands.ts";

export const addPerson = action("people.manage", personForm, changes.addPersonByForm);
export const changePerson = action("people.manage", personChangeForm, changes.changePerson);

/** What the badges have to say comes back once, to be printed, and is nowhere else. */
export const issueBadges = action("people.manage", badgesForm, badges.issueBadges);
export const withdrawBadge = action("people.manage", withdrawBadgeForm, changes.withdrawBadge);

export const withdrawPasskey = action("people.manage", withdrawPasskeyForm, (actor, form) =>
  passkeys.withdrawPasskey(actor, form),
);

export const askPinReset = action("pin.reset", askPinResetForm, (actor, form) =>
  resets.askPinReset(actor, form),
);
export const approvePinReset = action("pin.reset", pinResetForm, (actor, form) =>
  resets.approvePinReset(actor, form),
);
export const chooseNewPin = publicAction(newPinForm, (form) =>
  resets.chooseNewPin(form, actorOfPresence),
);
