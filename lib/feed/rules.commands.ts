import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import { type DeskSigningRefusal, proveAtDesk } from "#lib/people/desk-signing.commands";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { dayBegins } from "./days.rules.ts";
import { ruleId } from "./default-rules.commands.ts";
import { defaultRules } from "./default-rules.rules.ts";
import { dryRunOf } from "./dry-run.queries.ts";
import { routerLock } from "./routing.commands.ts";
import { contentOfRule } from "./routing.queries.ts";
import { hasWritten, worldOf } from "./rules.queries.ts";
import { approvalSha256, contentChanges, problemsOf, type RuleProblem } from "./rules.rules.ts";
import { approvalMeaning, type RuleContent } from "./rules.schema.ts";
import {
  type ApproveRuleForm,
  contentOfForm,
  type NewRuleForm,
  type NextVersionForm,
  type RetireRuleForm,
  type RuleForm,
  type TryRuleForm,
} from "./rules-forms.schema.ts";

export type RuleRefusal =
  | RuleProblem
  | DeskSigningRefusal
  | {
      code:
        | "rule_unknown"
        | "rule_code_taken"
        | "rule_not_a_draft"
        | "rule_draft_there"
        | "rule_moved"
        | "rule_not_tested"
        | "rule_own"
        | "rule_not_in_force"
        | "rule_effective_past"
        | "nothing_changed";
      params: Readonly<Record<string, string>>;
    };
export type Outcome<T> = Promise<Result<T, RuleRefusal>>;
export const refused = (code: RuleRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<RuleRefusal>({ code, params } as RuleRefusal);

export const textOf = (content: RuleContent) => canonicalJson(content as unknown as Canonical);
export const told = (
  rule: string,
  type: Happening["type"],
  body: Canonical,
  texts?: readonly string[],
): Happening => ({
  kind: "feed",
  stream: rule,
  type,
  body,
  ...(texts ? { texts } : {}),
});

/** Two who change the rules of a site take turns, and so does the router: an entry is decided before or after. */
export const taking = (tx: Tx) => tx.$executeRaw`select pg_advisory_xact_lock(${routerLock})`;

/** A rule of its own beside those that came, as a draft that starts from the process's first. */
export function draftRule(actor: Actor, form: NewRuleForm): Outcome<{ rule: string }> {
  const like = Object.values(defaultRules).find(({ process }) => process === form.process);
  const id = ruleId(actor.site, form.code);
  return recorded(actor, async (tx) => {
    if (!like) return refused("rule_unknown");
    await taking(tx);
    const known = await tx.routingRule.findFirst({
      where: { siteId: actor.site, code: form.code },
    });
    if (known) return refused("rule_code_taken", { rule: form.code });
    const text = textOf({ ...like.content(""), title: form.title, on: [], follow: [] });
    const at = new Date();
    await tx.routingRule.create({
      data: { id, siteId: actor.site, code: form.code, createdAt: at },
    });
    await tx.routingRuleVersion.create({ data: draftRow(actor, id, 1, text, at) });
    const body = {
      rule: form.code,
      version: 1,
      process: form.process,
      contentSha256: sha256Hex(text),
    };
    return ok({ value: { rule: id }, events: [told(id, "rule.drafted", body)] });
  });
}

export const draftRow = (
  actor: Actor,
  ruleId: string,
  version: number,
  content: string,
  changedAt: Date,
) => ({
  ruleId,
  version,
  siteId: actor.site,
  content,
  contentSha256: sha256Hex(content),
  authorId: actor.id,
  changedAt,
});

export async function versionsOf(tx: Tx, actor: Actor, rule: string) {
  await taking(tx);
  const of = await tx.routingRule.findFirst({ where: { id: rule, siteId: actor.site } });
  const versions = await tx.routingRuleVersion.findMany({
    where: { ruleId: rule, siteId: actor.site },
    orderBy: { version: "asc" },
  });
  return of ? { code: of.code, versions } : null;
}

/** The next version, as a draft that says what the last one says. */
export function nextVersion(actor: Actor, form: NextVersionForm): Outcome<{ version: number }> {
  return recorded(actor, async (tx) => {
    const known = await versionsOf(tx, actor, form.rule);
    const last = known?.versions.at(-1);
    if (!known || !last) return refused("rule_unknown");
    if (last.approvedAt === null && last.retiredAt === null) return refused("rule_draft_there");
    const version = last.version + 1;
    await tx.routingRuleVersion.create({
      data: draftRow(actor, form.rule, version, last.content, new Date()),
    });
    const body = {
      rule: known.code,
      version,
      from: last.version,
      contentSha256: last.contentSha256,
      reason: sha256Hex(form.reason),
    };
    return ok({
      value: { version },
      events: [told(form.rule, "rule.drafted", body, [form.reason])],
    });
  });
}

/** A draft says something else; what was tested before was another content. */
export function changeRule(actor: Actor, form: RuleForm): Outcome<{ version: number }> {
  return recorded(actor, async (tx) => {
    const known = await versionsOf(tx, actor, form.rule);
    const draft = known?.versions.find(({ version }) => version === Number(form.version));
    if (!known || !draft) return refused("rule_unknown");
    if (draft.approvedAt !== null || draft.retiredAt !== null) return refused("rule_not_a_draft");
    const before = contentOfRule(draft.contentSha256, draft.content);
    const content = contentOfForm(form, before);
    const text = textOf(content);
    if (text === draft.content) return refused("nothing_changed");
    await tx.routingRuleVersion.update({
      where: { ruleId_version: { ruleId: form.rule, version: draft.version } },
      data: {
        content: text,
        contentSha256: sha256Hex(text),
        authorId: actor.id,
        changedAt: new Date(),
      },
    });
    const body = {
      rule: known.code,
      version: draft.version,
      changes: Object.fromEntries(
        contentChanges(before, content).map(({ member, ...change }) => [member, change]),
      ),
      contentSha256: sha256Hex(text),
      reason: sha256Hex(form.reason),
    };
    return ok({
      value: { version: draft.version },
      events: [told(form.rule, "rule.changed", body, [form.reason])],
    });
  });
}

/** What a draft would have made of the last days, kept with the hash of exactly this content. */
export async function tryRule(
  actor: Actor,
  form: TryRuleForm,
  origin: string,
): Outcome<{ dryRun: string }> {
  const version = Number(form.version);
  const known = await inTransaction((tx) => versionsOf(tx, actor, form.rule), actor.site);
  const draft = known?.versions.find((one) => one.version === version);
  if (!known || !draft) return refused("rule_unknown");
  const content = contentOfRule(draft.contentSha256, draft.content);
  const result = await dryRunOf(actor, {
    rule: form.rule,
    code: known.code,
    content,
    days: Number(form.days),
    origin,
  });
  const resultSha256 = sha256Hex(canonicalJson(result as unknown as Canonical));
  return recorded(actor, async (tx) => {
    // Sent again after a lost answer.
    if (await tx.routingDryRun.findUnique({ where: { id: form.command } }))
      return ok({ value: { dryRun: form.command }, events: [] });
    await tx.routingDryRun.create({
      data: {
        id: form.command,
        siteId: actor.site,
        ruleId: form.rule,
        version,
        contentSha256: draft.contentSha256,
        byId: actor.id,
        at: new Date(),
        result,
        resultSha256,
      },
    });
    const { from, to, entries, counts } = result;
    const body = {
      rule: known.code,
      version,
      contentSha256: draft.contentSha256,
      dryRun: form.command,
      resultSha256,
      from,
      to,
      entries,
      counts,
    };
    return ok({ value: { dryRun: form.command }, events: [told(form.rule, "rule.tested", body)] });
  });
}

/**
 * Signed by somebody who may and did not write it, for exactly the content and the dry run that were shown. It is in
 * force from now on, and ends the version before it.
 */
export async function approveRule(
  actor: Actor,
  form: ApproveRuleForm,
): Outcome<{ version: number }> {
  const version = Number(form.version);
  const first = await inTransaction((tx) => approvable(tx, actor, form), actor.site);
  if (!first.ok) return first;
  const contentSha256 = approvalSha256({
    site: actor.site,
    rule: first.value.code,
    version,
    contentSha256: form.contentSha256,
    dryRunSha256: form.dryRunSha256,
    effectiveOn: form.effectiveOn,
    meaning: approvalMeaning,
  });
  const { command, badge, pin } = form;
  const proven = await proveAtDesk(actor, { command, contentSha256, badge, pin });
  if (!proven.ok) return proven;
  return recorded(actor, async (tx) => {
    // Once more, in the transaction that approves: a second path may have been approved meanwhile.
    const still = await approvable(tx, actor, form);
    if (!still.ok) return still;
    if (still.value.isDone) return ok({ value: { version }, events: [] });
    const { proof } = proven.value;
    const at = instant(Date.now());
    const effectiveFrom = await begins(tx, actor, form, at);
    const signature = {
      meaning: approvalMeaning,
      method: "badge_pin",
      proof,
      command,
      contentSha256,
      dryRun: form.dryRunSha256,
    };
    await tx.signProof.update({ where: { id: proof }, data: { usedAt: new Date(at) } });
    await tx.routingRuleVersion.update({
      where: { ruleId_version: { ruleId: form.rule, version } },
      data: {
        approvedBy: actor.id,
        approvedAt: new Date(at),
        effectiveFrom: new Date(effectiveFrom),
        approval: signature,
      },
    });
    const { code, content, replaces } = still.value;
    const body = {
      rule: code,
      version,
      process: content.process,
      connector: content.connector,
      contentSha256: form.contentSha256,
      effectiveFrom,
      replaces,
      signature,
    };
    return ok({ value: { version }, events: [told(form.rule, "rule.approved", body)] });
  });
}

async function begins(tx: Tx, actor: Actor, { effectiveOn }: ApproveRuleForm, at: Instant) {
  if (effectiveOn === "") return at;
  const { timeZone } = await tx.site.findUniqueOrThrow({
    where: { id: actor.site },
    select: { timeZone: true },
  });
  return dayBegins(timeZone, effectiveOn);
}

type Approvable = { code: string; content: RuleContent; isDone: boolean; replaces: number | null };

async function approvable(tx: Tx, actor: Actor, form: ApproveRuleForm): Outcome<Approvable> {
  const known = await versionsOf(tx, actor, form.rule);
  const draft = known?.versions.find((one) => one.version === Number(form.version));
  if (!known || !draft) return refused("rule_unknown");
  const content = contentOfRule(draft.contentSha256, draft.content);
  const before = known.versions.findLast(
    (one) => one.approvedAt !== null && one.retiredAt === null && one.version !== draft.version,
  );
  const value = { code: known.code, content, isDone: false, replaces: before?.version ?? null };
  const approval = draft.approval as { command?: string } | null;
  // Sent again after a lost answer.
  if (approval?.command === form.command) return ok({ ...value, isDone: true });
  if (draft.approvedAt !== null || draft.retiredAt !== null) return refused("rule_not_a_draft");
  if (draft.contentSha256 !== form.contentSha256) return refused("rule_moved");
  const { version } = draft;
  if (await hasWritten(tx, { person: actor.id, rule: form.rule, version }))
    return refused("rule_own");
  const tested = await tx.routingDryRun.findFirst({
    where: {
      ruleId: form.rule,
      contentSha256: draft.contentSha256,
      resultSha256: form.dryRunSha256,
    },
  });
  if (!tested) return refused("rule_not_tested");
  const now = instant(Date.now());
  // What has happened was decided by the version before.
  if ((await begins(tx, actor, form, now)) < now) return refused("rule_effective_past");
  const [problem] = problemsOf(content, await worldOf(tx, actor.site, form.rule));
  return problem ? err(problem) : ok(value);
}

/** From now on nobody listens by this version; what it has begun goes on under it. */
export function retireRule(actor: Actor, form: RetireRuleForm): Outcome<{ version: number }> {
  const version = Number(form.version);
  return recorded(actor, async (tx) => {
    const known = await versionsOf(tx, actor, form.rule);
    const of = known?.versions.find((one) => one.version === version);
    if (!known || !of) return refused("rule_unknown");
    if (of.retiredAt !== null) return refused("rule_not_in_force");
    await tx.routingRuleVersion.update({
      where: { ruleId_version: { ruleId: form.rule, version } },
      data: { retiredAt: new Date() },
    });
    const body = { rule: known.code, version, reason: sha256Hex(form.reason) };
    return ok({
      value: { version },
      events: [told(form.rule, "rule.retired", body, [form.reason])],
    });
  });
}
