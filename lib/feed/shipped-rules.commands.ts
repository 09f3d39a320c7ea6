import "server-only";
import { sha256Hex } from "#lib/kit/canonical";
import { ok } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { recorded } from "#lib/record/recorded.commands";
import { connectorsByProcess, ruleId } from "./default-rules.commands.ts";
import { defaultRules } from "./default-rules.rules.ts";
import {
  draftRow,
  type Outcome,
  refused,
  taking,
  textOf,
  told,
  versionsOf,
} from "./rules.commands.ts";
import { newerOf } from "./rules.queries.ts";
import type { NextVersionForm, TakeNewRuleForm } from "./rules-forms.schema.ts";
import { newShipped } from "./shipped-rules.rules.ts";

/** The next version, as a draft that says what the product brings by now, with what was said here. */
export function takeShipped(actor: Actor, form: NextVersionForm): Outcome<{ version: number }> {
  return recorded(actor, async (tx) => {
    const known = await versionsOf(tx, actor, form.rule);
    const last = known?.versions.at(-1);
    if (!known || !last) return refused("rule_unknown");
    if (last.approvedAt === null && last.retiredAt === null) return refused("rule_draft_there");
    const newer = newerOf(known.code, known.versions);
    if (!newer) return refused("nothing_changed");
    const version = last.version + 1;
    const text = textOf(newer.content);
    const row = draftRow(actor, form.rule, version, text, new Date());
    await tx.routingRuleVersion.create({ data: { ...row, shipped: textOf(newer.shipped) } });
    const body = {
      rule: known.code,
      version,
      from: last.version,
      contentSha256: sha256Hex(text),
      cameWith: "the product",
      reason: sha256Hex(form.reason),
    };
    return ok({
      value: { version },
      events: [told(form.rule, "rule.drafted", body, [form.reason])],
    });
  });
}

/** A rule that the product brings and the site has never had, as a draft. */
export function takeNewRule(actor: Actor, form: TakeNewRuleForm): Outcome<{ rule: string }> {
  const id = ruleId(actor.site, form.code);
  return recorded(actor, async (tx) => {
    await taking(tx);
    const known = await tx.routingRule.findMany({
      where: { siteId: actor.site },
      select: { code: true },
    });
    const codes = known.map(({ code }) => code);
    if (codes.includes(form.code)) return refused("rule_code_taken", { rule: form.code });
    const brought = defaultRules[form.code];
    if (!brought || !newShipped(codes).some(({ code }) => code === form.code))
      return refused("rule_unknown");
    const connectorOf = await connectorsByProcess(tx, actor.site);
    const text = textOf(brought.content(connectorOf(brought.process)));
    const at = new Date();
    await tx.routingRule.create({
      data: { id, siteId: actor.site, code: form.code, createdAt: at },
    });
    await tx.routingRuleVersion.create({
      data: { ...draftRow(actor, id, 1, text, at), shipped: text },
    });
    const body = {
      rule: form.code,
      version: 1,
      process: brought.process,
      contentSha256: sha256Hex(text),
      cameWith: "the product",
      reason: sha256Hex(form.reason),
    };
    return ok({ value: { rule: id }, events: [told(id, "rule.drafted", body, [form.reason])] });
  });
}
