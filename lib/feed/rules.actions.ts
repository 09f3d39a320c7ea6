"use server";
import { action } from "#lib/boundary/action";
import { env } from "#lib/kit/env";
import * as inbox from "./inbox.commands.ts";
import * as rules from "./rules.commands.ts";
import {
  approveRuleForm,
  changeDraftForm,
  letGoForm,
  newRuleForm,
  nextVersionForm,
  rejectForm,
  retireRuleForm,
  ruleForm,
  takeNewRuleForm,
  tryRuleForm,
} from "./rules-forms.schema.ts";
import * as shipped from "./shipped-rules.commands.ts";

export const draftRule = action("feed.manage", newRuleForm, rules.draftRule);
export const nextVersion = action("feed.manage", nextVersionForm, rules.nextVersion);
export const takeShipped = action("feed.manage", nextVersionForm, shipped.takeShipped);
export const takeNewRule = action("feed.manage", takeNewRuleForm, shipped.takeNewRule);
export const changeRule = action("feed.manage", ruleForm, rules.changeRule);
export const tryRule = action("feed.read", tryRuleForm, (actor, form) =>
  rules.tryRule(actor, form, env.BUYOFF_ORIGIN),
);
export const approveRule = action("feed.approve", approveRuleForm, rules.approveRule);
export const retireRule = action("feed.approve", retireRuleForm, rules.retireRule);
export const letGo = action("feed.approve", letGoForm, inbox.letGo);
export const letGoChanged = action("feed.approve", changeDraftForm, inbox.letGoChanged);
export const reject = action("feed.approve", rejectForm, inbox.reject);
