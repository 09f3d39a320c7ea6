"use server";
import { action } from "#lib/boundary/action";
import { commandPermissions } from "#lib/boundary/permissions";
import { acceptBeyondForm, reviewForm } from "#lib/travelers/signals.schema";
import * as commands from "./commands.ts";
import * as forms from "./schema.ts";

export const logDefect = action(
  commandPermissions.logDefect,
  forms.logDefectForm,
  commands.logDefect,
);
export const releaseHold = action(
  commandPermissions.releaseHold,
  forms.releaseHoldForm,
  commands.releaseHold,
);
export const releaseHoldByHand = action(
  commandPermissions.releaseHold,
  forms.releaseHoldByHandForm,
  commands.releaseHoldByHand,
);
export const enterDisposition = action(
  commandPermissions.receiveDisposition,
  forms.dispositionForm,
  commands.enterDisposition,
);
export const startRework = action(
  commandPermissions.startRework,
  forms.startReworkForm,
  commands.startRework,
);
export const completeRework = action(
  commandPermissions.completeRework,
  forms.completeReworkForm,
  commands.completeRework,
);
export const closeDefect = action(
  commandPermissions.closeDefect,
  forms.closeDefectForm,
  commands.closeDefect,
);
export const acceptTraveler = action(
  commandPermissions.acceptTraveler,
  forms.actOnTraveler,
  commands.acceptTraveler,
);
export const acceptBeyondLimit = action(
  commandPermissions.acceptReadingOutOfProcessLimit,
  acceptBeyondForm,
  commands.acceptBeyondLimit,
);
export const reviewSignals = action(
  commandPermissions.reviewSignals,
  reviewForm,
  commands.reviewSignals,
);
