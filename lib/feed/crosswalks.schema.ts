import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";
import type { Instant } from "#lib/kit/time";
import {
  command,
  day,
  dayOrNothing,
  id,
  reason,
  words,
  wordsOrNothing,
} from "#lib/plant/fields.schema";
import { listText } from "#lib/plant/import.schema";
import { type CodeKind, codeKinds } from "./code-kinds.schema.ts";
import { isConverted, lineProblem } from "./crosswalk-lines.rules.ts";

export const onMissing = ["park", "default", "fail"] as const;
export type OnMissing = (typeof onMissing)[number];

export type CrosswalkLine = {
  from: string;
  to: string;
  label: string | null;
  /** Of a unit: theirs is ours × factor + addend, exactly, or to so many places. */
  factor: string | null;
  addend: string | null;
  places: number | null;
  /** When the event happened; null: ever since, and without end. */
  validFrom: Instant | null;
  validTo: Instant | null;
};

/** A list with those of its lines that say something of the code. */
export type CrosswalkList = {
  id: string;
  version: number;
  onMissing: OnMissing;
  defaultCode: string | null;
  lines: readonly CrosswalkLine[];
};

/** What a code was looked up as, in which version of which list. */
export type CodeUsed = {
  kind: CodeKind;
  code: string;
  how: "mapped" | "default";
  to: string;
  factor: string | null;
  addend: string | null;
  places: number | null;
  list: string;
  version: number;
};
export type CodeMissing = { kind: CodeKind; code: string; fails: boolean };
/** The pieces of the lot `code` have no serial numbers yet. */
export type SerialsMissing = { kind: "serials"; code: string; fails: false };
/** What a mapping lacks that somebody or something else will bring. */
export type Missing = CodeMissing | SerialsMissing;

const codeText = words(200);
const moment = z.iso.datetime({ precision: 3 });
/** In a file a moment stands as well, so that a list that was changed in the middle of a day reads as it was written. */
const whenOrNothing = z.string().check(
  z.trim(),
  z.refine(
    (said) => said === "" || [day, moment].some((of) => of.safeParse(said).success),
    "day_needed",
  ),
);
const number = z.union([
  z.literal(""),
  z.string().check(z.trim(), z.regex(DECIMAL, "number_needed")),
]);
const places = z.union([z.literal(""), z.string().check(z.regex(/^[0-9]$/, "places_needed"))]);

const kind = z.enum(codeKinds, "needed");
const connector = z.string().check(z.maxLength(60, "too_long"));
const missing = {
  onMissing: z.enum(onMissing, "needed"),
  defaultCode: wordsOrNothing(200),
};
const defaultSaid = z.refine<{ onMissing: string; defaultCode: string }>(
  (form) => (form.onMissing === "default") === (form.defaultCode !== ""),
  { path: ["defaultCode"], message: "default_with_its_code" },
);

/** A list of the company or of this site, for one system or, with no code, for all of them. */
export const crosswalkForm = z
  .object({
    command,
    scope: z.enum(["company", "site"], "needed"),
    kind,
    connector,
    ...missing,
    reason,
  })
  .check(defaultSaid);
export type CrosswalkForm = z.output<typeof crosswalkForm>;

export const crosswalkChangeForm = z
  .object({ command, list: id, ...missing, reason })
  .check(defaultSaid);
export type CrosswalkChangeForm = z.output<typeof crosswalkChangeForm>;

const line = {
  to: codeText,
  label: wordsOrNothing(200),
  factor: number,
  addend: number,
  places,
};

type LineSaid = {
  kind: CodeKind;
  from: string;
  to: string;
  factor: string;
  addend: string;
  places: string;
};
/** What is wrong with a line depends on its kind: said at its field, in a form and in a file alike. */
const fits = z.check<LineSaid>((context) => {
  const { kind: of, from, to, factor, addend } = context.value;
  const found = lineProblem(of, from, to);
  if (found)
    context.issues.push({ code: "custom", input: from, path: [found.column], message: found.code });
  const isOdd = of !== "unit" && isConverted(factor, addend, context.value.places);
  if (isOdd)
    context.issues.push({
      code: "custom",
      input: factor,
      path: ["factor"],
      message: "only_units_convert",
    });
});
const inOrder = z.refine<{ validFrom: string; validTo: string }>(
  ({ validFrom, validTo }) => validFrom === "" || validTo === "" || validFrom < validTo,
  { path: ["validTo"], message: "ends_before_start" },
);

/** `validFrom` empty: from where the code's last line ends, or ever since where it has none. */
export const lineForm = z
  .object({
    command,
    list: id,
    kind,
    from: codeText,
    ...line,
    validFrom: dayOrNothing,
    validTo: dayOrNothing,
    reason,
  })
  .check(fits, inOrder);
export type LineForm = z.output<typeof lineForm>;

/** now: what happens from now on; start: it was wrong from its beginning, and what was not sent yet is sent right. */
export const lineChangeForm = z
  .object({
    command,
    line: id,
    kind,
    from: codeText,
    ...line,
    since: z.enum(["now", "start"], "needed"),
    reason,
  })
  .check(fits);
export type LineChangeForm = z.output<typeof lineChangeForm>;

/** Empty: from now on. A day that is past would take a code from what has happened with it. */
export const lineEndForm = z.object({ command, line: id, validTo: dayOrNothing, reason });
export type LineEndForm = z.output<typeof lineEndForm>;

export const crosswalkPreviewForm = z.object({ list: id, text: listText });
export type CrosswalkPreviewForm = z.output<typeof crosswalkPreviewForm>;
export const crosswalkImportForm = z.object({ command, list: id, text: listText, reason });
export type CrosswalkImportForm = z.output<typeof crosswalkImportForm>;

export const lineRow = (of: CodeKind) =>
  z
    .pipe(
      z.object({ from: codeText, ...line, validFrom: whenOrNothing, validTo: whenOrNothing }),
      z.transform((row) => ({ ...row, kind: of })),
    )
    .check(fits, inOrder);
export type LineRow = z.output<ReturnType<typeof lineRow>>;
