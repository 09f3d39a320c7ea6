"use server";
import { action } from "#lib/boundary/action";
import { commandPermissions } from "#lib/boundary/permissions";
import { ok } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import { verifyStream } from "#lib/record/verify.queries";
import * as commands from "./desk.commands.ts";
import { declineForm, endCheckOutForm, signForm } from "./desk.schema.ts";
import { releaseAtDesk } from "./release.commands.ts";
import { releaseForm } from "./release.schema.ts";
import { verifyForm } from "./verify.schema.ts";
import * as waivers from "./waivers.commands.ts";
import { grantWaiverForm, requestWaiverForm, revokeWaiverForm } from "./waivers.schema.ts";

export const verifyTraveler = action("record.verify", verifyForm, async (actor, { traveler }) => {
  const found = await verifyStream(actor, traveler);
  return ok({ ...found, at: instant(Date.now()) });
});

export const release = action("traveler.release", releaseForm, releaseAtDesk);

export const signRemotely = action(commandPermissions.signBuyoff, signForm, commands.signRemotely);
export const declineRemotely = action(
  commandPermissions.declineBuyoff,
  declineForm,
  commands.declineRemotely,
);
export const endCheckOut = action(
  commandPermissions.endCheckOut,
  endCheckOutForm,
  commands.endCheckOut,
);
export const requestWaiver = action(
  commandPermissions.requestWaiver,
  requestWaiverForm,
  waivers.requestWaiver,
);
export const grantWaiver = action(
  commandPermissions.grantWaiver,
  grantWaiverForm,
  waivers.grantWaiver,
);
export const revokeWaiver = action(
  commandPermissions.revokeWaiver,
  revokeWaiverForm,
  waivers.revokeWaiver,
);
