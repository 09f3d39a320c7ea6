"use server";
import { action } from "#lib/boundary/action";
import * as stamps from "./stamps.commands.ts";
import { coolDownForm, stampForm, withdrawStampForm } from "./stamps.schema.ts";

export const issueStamp = action("stamp.issue", stampForm, stamps.issueStampByForm);
export const withdrawStamp = action("stamp.issue", withdrawStampForm, stamps.withdrawStamp);
export const changeCoolDown = action("stamp.issue", coolDownForm, stamps.changeCoolDown);
