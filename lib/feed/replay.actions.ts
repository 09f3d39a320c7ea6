"use server";
import { action } from "#lib/boundary/action";
import * as replay from "./replay.commands.ts";
import { decideManyForm, discardManyForm, replayForm } from "./replay.schema.ts";

export const replayMessages = action("feed.manage", replayForm, replay.replayMessages);
export const askDiscardMany = action("feed.manage", discardManyForm, replay.askDiscardMany);
export const decideDiscardMany = action("feed.approve", decideManyForm, replay.decideDiscardMany);
