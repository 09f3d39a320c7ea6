import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { defaultRules } from "./default-rules.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";
import type { RuleContent } from "./rules.schema.ts";

/** A rule that came with a later product than the site was begun with. */
export type NewShipped = { code: string; process: FeedProcess; title: string };

/** Rules that the product brings and the site has never had. A site without any is given all of them by its worker. */
export function newShipped(codes: readonly string[]): NewShipped[] {
  if (codes.length === 0) return [];
  return Object.entries(defaultRules)
    .filter(([code]) => !codes.includes(code))
    .map(([code, { process, content }]) => ({ code, process, title: content("").title }));
}

/** Still the words that it came with: a plant that writes its own means just those. */
export const isShippedTitle = (code: string, title: string): boolean =>
  Object.hasOwn(defaultRules, code) && defaultRules[code]?.content("").title === title;

/** A rule that the product brings in another form than it once brought it here. */
export type NewerShipped = {
  /** What the site would have, as a draft. */
  content: RuleContent;
  /** What the product brings now, which the draft was made from. */
  shipped: RuleContent;
  /** Members that were changed here and there: what was said here stays. */
  kept: readonly (keyof RuleContent)[];
};

/**
 * Whether the product brings this rule in a newer form. `base`: what it brought when the site last took it; `own`: what
 * the site says now. Which system it goes to is the site's alone. Null: nothing is new, or nothing would change here.
 */
export function newerShipped(
  code: string,
  base: RuleContent | null,
  own: RuleContent,
): NewerShipped | null {
  const now = Object.hasOwn(defaultRules, code) ? defaultRules[code] : undefined;
  if (!now || base === null) return null;
  const shipped = now.content(own.connector);
  if (textOf({ ...base, connector: own.connector }) === textOf(shipped)) return null;
  const { content, kept } = taken(base, own, shipped);
  return textOf(content) === textOf(own) ? null : { content, shipped, kept };
}

const textOf = (value: unknown): string => canonicalJson(value as Canonical);

/** Member by member: what only they changed is theirs, what was changed here stays. Lists of events are both. */
function taken(base: RuleContent, own: RuleContent, shipped: RuleContent) {
  const content: Record<string, unknown> = {};
  const kept: (keyof RuleContent)[] = [];
  const names = new Set([...Object.keys(own), ...Object.keys(shipped)] as (keyof RuleContent)[]);
  for (const name of names) {
    const [was, is, next] = [base[name], own[name], shipped[name]];
    if (name === "connector" || textOf(next ?? null) === textOf(was ?? null)) content[name] = is;
    else if (textOf(is ?? null) === textOf(was ?? null)) content[name] = next;
    else if (name === "on" || name === "follow")
      content[name] = both(base[name], own[name], shipped[name]);
    else {
      content[name] = is;
      if (textOf(is ?? null) !== textOf(next ?? null)) kept.push(name);
    }
    if (content[name] === undefined) delete content[name];
  }
  return { content: content as RuleContent, kept };
}

/** Ours, with what they have taken up and without what they have given up. */
function both<E>(base: readonly E[], own: readonly E[], shipped: readonly E[]): E[] {
  const added = shipped.filter((one) => !base.includes(one) && !own.includes(one));
  return [...own.filter((one) => shipped.includes(one) || !base.includes(one)), ...added];
}
