"use server";
import { action } from "#lib/boundary/action";
import * as commands from "./reconcile.commands.ts";
import { closeForm, scheduleForm, signForm, startForm } from "./reconcile.schema.ts";

export const start = action("feed.manage", startForm, commands.startReconciliation);
export const closeLine = action("feed.manage", closeForm, commands.closeLine);
export const schedule = action("feed.manage", scheduleForm, commands.scheduleReconciliation);
export const sign = action("feed.approve", signForm, commands.signReconciliation);
