"use server";
import { action } from "#lib/boundary/action";
import * as commands from "./validation.commands.ts";
import { signForm, startForm } from "./validation.schema.ts";
import { caseForm } from "./validation-cases.schema.ts";

export const start = action("feed.manage", startForm, commands.startValidation);
export const saveCase = action("feed.manage", caseForm, commands.saveCase);
export const sign = action("feed.approve", signForm, commands.signValidation);
