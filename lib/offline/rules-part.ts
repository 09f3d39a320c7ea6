import { later } from "#lib/kit/later";

/** Whoever finds their badge asks no rule: they come with the work, or with the first answer to it. */
export const ruleBook = later(async () => (await import("./rule-book.ts")).rules);
export type RuleBook = Awaited<ReturnType<typeof ruleBook.bring>>;
