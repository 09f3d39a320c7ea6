"use server";
import { action } from "#lib/boundary/action";
import * as crosswalks from "./crosswalks.commands.ts";
import {
  crosswalkChangeForm,
  crosswalkForm,
  crosswalkImportForm,
  crosswalkPreviewForm,
  lineChangeForm,
  lineEndForm,
  lineForm,
} from "./crosswalks.schema.ts";
import * as files from "./crosswalks-import.commands.ts";

export const createCrosswalk = action("feed.manage", crosswalkForm, crosswalks.createCrosswalk);
export const changeCrosswalk = action(
  "feed.manage",
  crosswalkChangeForm,
  crosswalks.changeCrosswalk,
);
export const addLine = action("feed.manage", lineForm, crosswalks.addLine);
export const changeLine = action("feed.manage", lineChangeForm, (actor, form) =>
  crosswalks.changeLine(actor, form),
);
export const endLine = action("feed.manage", lineEndForm, (actor, form) =>
  crosswalks.endLine(actor, form),
);
export const previewCrosswalk = action("feed.manage", crosswalkPreviewForm, files.previewCrosswalk);
export const importCrosswalk = action("feed.manage", crosswalkImportForm, files.importCrosswalk);
