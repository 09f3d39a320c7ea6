"use server";
import { action } from "#lib/boundary/action";
import { linkFinding } from "./findings.commands.ts";
import { linkFindingForm } from "./findings.schema.ts";

export const linkRaised = action("feed.approve", linkFindingForm, linkFinding);
