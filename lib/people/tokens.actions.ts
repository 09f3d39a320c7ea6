"use server";
import { action } from "#lib/boundary/action";
import * as tokens from "./tokens.commands.ts";
import { revokeTokenForm, tokenForm } from "./tokens.schema.ts";

/** The token comes back once, to be given to the system that it is for, and is nowhere else. */
export const makeToken = action("feed.manage", tokenForm, tokens.makeToken);
export const revokeToken = action("feed.manage", revokeTokenForm, tokens.revokeToken);
