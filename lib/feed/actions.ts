"use server";
import { action } from "#lib/boundary/action";
import * as letters from "./dead-letters.commands.ts";
import {
  decideDiscardForm,
  discardForm,
  editForm,
  linkForm,
  retryForm,
  retryManyForm,
} from "./dead-letters.schema.ts";

export const retry = action("feed.manage", retryForm, (actor, { delivery }) =>
  letters.retryDelivery(actor, delivery),
);
export const retryMany = action("feed.manage", retryManyForm, letters.retryMany);
export const askDiscard = action("feed.manage", discardForm, letters.askDiscard);
export const decideDiscard = action("feed.approve", decideDiscardForm, letters.decideDiscard);
export const link = action("feed.manage", linkForm, letters.linkDelivery);
export const edit = action("feed.manage", editForm, letters.editDelivery);
