"use server";
import { action } from "#lib/boundary/action";
import { commandPermissions } from "#lib/boundary/permissions";
import * as commands from "./lots.commands.ts";
import * as forms from "./lots.schema.ts";

export const splitLot = action(
  commandPermissions.splitTraveler,
  forms.splitForm,
  commands.splitLot,
);
export const mergeLots = action(
  commandPermissions.mergeTravelers,
  forms.mergeForm,
  commands.mergeLots,
);
export const countLot = action(
  commandPermissions.accountQuantity,
  forms.countForm,
  commands.countLot,
);
export const assignSerials = action(
  commandPermissions.assignSerials,
  forms.serialsForm,
  commands.assignSerials,
);
export const scrapPieces = action(
  commandPermissions.scrapTraveler,
  forms.scrapForm,
  commands.scrapPieces,
);
