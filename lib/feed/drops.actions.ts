"use server";
import { action } from "#lib/boundary/action";
import * as commands from "./drops.commands.ts";
import { dropForm, planForm, replanForm, retryForm } from "./drops.schema.ts";

export const ask = action("feed.manage", dropForm, commands.askDrop);
export const plan = action("feed.manage", planForm, commands.planDrop);
export const replan = action("feed.manage", replanForm, commands.replanDrop);
export const retry = action("feed.manage", retryForm, commands.retryDrop);
