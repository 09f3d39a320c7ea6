"use server";
import { action } from "#lib/boundary/action";
import { actorOfGrant, actorOfTablet } from "#lib/boundary/actor";
import { readGrant } from "#lib/boundary/grant";
import { commandPermissions } from "#lib/boundary/permissions";
import * as commands from "./conflicts.commands.ts";
import { releaseQuarantinedForm, reviewDeviceForm } from "./conflicts.schema.ts";

export const releaseQuarantined = action(
  commandPermissions.reviewSignals,
  releaseQuarantinedForm,
  (actor, form) =>
    commands.releaseQuarantined(actor, form, {
      deviceActor: actorOfTablet,
      actorOfGrant: (grant, device, at) => actorOfGrant(readGrant(grant), device, at),
    }),
);
export const reviewDevice = action(
  commandPermissions.reviewSignals,
  reviewDeviceForm,
  commands.reviewDevice,
);
