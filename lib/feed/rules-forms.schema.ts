import * as z from "zod/mini";
import { isEventName } from "#lib/catalogue/data.schema";
import {
  command,
  dayOrNothing,
  id,
  reason,
  secret,
  sha256,
  words,
  wordsOrNothing,
} from "#lib/plant/fields.schema";
import { feedProcesses } from "./processes.schema.ts";
import {
  folds,
  type KeyMember,
  type RuleContent,
  ruleCode,
  windowPattern,
} from "./rules.schema.ts";

const version = z.string().check(z.regex(/^[1-9]\d{0,5}$/));
const events = z
  .array(z.string())
  .check(z.refine((names) => names.every(isEventName), "not_right"));
const number = (min: number, max: number) =>
  z.string().check(
    z.trim(),
    z.regex(/^\d{1,9}$/, "number_needed"),
    z.refine((text) => Number(text) >= min && Number(text) <= max, "not_right"),
  );

/** One member a line, `name: JSONata`; `name?:` where it may be empty. */
const keyLine = /^\s*([^:?\n]{1,40}?)\s*(\??)\s*:\s*(.+?)\s*$/;
export function keyMembers(text: string): KeyMember[] | null {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const members = lines.map((line) => {
    const [, name, mark, from] = keyLine.exec(line) ?? [];
    return name && from ? { name, from, mayBeEmpty: mark === "?" } : null;
  });
  return members.some((member) => member === null) ? null : (members as KeyMember[]);
}
export const keyText = (members: readonly KeyMember[]): string =>
  members
    .map(({ name, from, mayBeEmpty }) => `${name}${mayBeEmpty ? "?" : ""}: ${from}`)
    .join("\n");

const listed = (text: string): string[] => text.split(/[\s,;]+/).filter((one) => one !== "");

const content = {
  title: words(120),
  connector: wordsOrNothing(80),
  on: events,
  follow: events,
  parts: wordsOrNothing(1000),
  workCenters: wordsOrNothing(1000),
  when: words(2000),
  key: z.string().check(
    z.maxLength(4000, "too_long"),
    z.refine((text) => keyMembers(text) !== null, "not_right"),
  ),
  window: z.string().check(
    z.trim(),
    z.refine((text) => text === "until-closed" || windowPattern.test(text), "not_right"),
  ),
  fold: z.enum(folds),
  gate: z.enum(["auto", "needs-approval"]),
  photoMegabytes: number(0, 100),
  priority: number(1, 99),
  discloses: z.array(z.string()),
  holdReason: wordsOrNothing(60),
};

export const newRuleForm = z.object({
  command,
  code: ruleCode,
  process: z.enum(feedProcesses),
  title: words(120),
});
export type NewRuleForm = z.output<typeof newRuleForm>;

export const takeNewRuleForm = z.object({ command, code: ruleCode, reason });
export type TakeNewRuleForm = z.output<typeof takeNewRuleForm>;

export const ruleForm = z.object({ command, rule: id, version, ...content, reason });
export type RuleForm = z.output<typeof ruleForm>;

export const nextVersionForm = z.object({ command, rule: id, reason });
export type NextVersionForm = z.output<typeof nextVersionForm>;

export const tryRuleForm = z.object({ command, rule: id, version, days: number(1, 90) });
export type TryRuleForm = z.output<typeof tryRuleForm>;

export const approveRuleForm = z.object({
  command,
  rule: id,
  version,
  /** Of exactly what was shown: the content, and the dry run of it. */
  contentSha256: sha256,
  dryRunSha256: sha256,
  /** From the beginning of that day of the plant; empty: at once. */
  effectiveOn: dayOrNothing,
  badge: secret,
  pin: secret,
});
export type ApproveRuleForm = z.output<typeof approveRuleForm>;

export const retireRuleForm = z.object({ command, rule: id, version, reason });
export type RetireRuleForm = z.output<typeof retireRuleForm>;

export const letGoForm = z.object({ command, delivery: id, payloadSha256: sha256 });
export type LetGoForm = z.output<typeof letGoForm>;

/** What quality says otherwise before it goes: words of the draft, never what it is about. */
export const changeDraftForm = z.object({
  command,
  delivery: id,
  payloadSha256: sha256,
  title: words(2000),
  requirement: wordsOrNothing(2000),
  actual: wordsOrNothing(2000),
  expected: wordsOrNothing(2000),
  detail: wordsOrNothing(2000),
  because: wordsOrNothing(2000),
  location: wordsOrNothing(2000),
  remark: wordsOrNothing(4000),
  reason,
});
export type ChangeDraftForm = z.output<typeof changeDraftForm>;

export const rejectForm = z.object({ command, delivery: id, reason });
export type RejectForm = z.output<typeof rejectForm>;

const bytesOf = 1_000_000;

/** What a form says as a rule's content; what it does not show stays as it was. */
export function contentOfForm(form: RuleForm, before: RuleContent): RuleContent {
  const megabytes = Number(form.photoMegabytes);
  const { bytesMax } = before.attachments;
  const isAsBefore = megabytes === 0 || megabytes === Math.round(bytesMax / bytesOf);
  return {
    ...before,
    title: form.title,
    connector: form.connector,
    on: form.on as RuleContent["on"],
    follow: form.follow as RuleContent["follow"],
    scope: { parts: listed(form.parts), workCenters: listed(form.workCenters) },
    when: form.when,
    correlate: { key: keyMembers(form.key) ?? [], window: form.window, fold: form.fold },
    attachments: {
      photos: megabytes > 0,
      bytesMax: isAsBefore ? bytesMax : megabytes * bytesOf,
    },
    gate: { mode: form.gate, role: "quality" },
    priority: Number(form.priority),
    discloses: {
      people: form.discloses.includes("people"),
      words: form.discloses.includes("words"),
    },
    effects: [
      ...(form.holdReason === "" ? [] : [{ kind: "hold" as const, reason: form.holdReason }]),
      ...before.effects.slice(1),
    ],
  };
}

export const formOfContent = (
  content: RuleContent,
): Omit<RuleForm, "command" | "rule" | "version" | "reason"> => ({
  title: content.title,
  connector: content.connector,
  on: content.on,
  follow: content.follow,
  parts: content.scope.parts.join(", "),
  workCenters: content.scope.workCenters.join(", "),
  when: content.when,
  key: keyText(content.correlate.key),
  window: content.correlate.window,
  fold: content.correlate.fold,
  gate: content.gate.mode,
  photoMegabytes: content.attachments.photos
    ? String(Math.round(content.attachments.bytesMax / bytesOf))
    : "0",
  priority: String(content.priority),
  discloses: Object.entries(content.discloses).flatMap(([what, may]) => (may ? [what] : [])),
  holdReason: content.effects[0]?.reason ?? "",
});
