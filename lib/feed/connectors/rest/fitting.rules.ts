import type { FieldLimit, TextLimit } from "./schema.ts";

export type Length = {
  field: string;
  length: number;
  max: number;
  count: FieldLimit["count"];
  /** Where the whole text goes when it is longer; null: nowhere, and it is refused. */
  overflow: FieldLimit["overflow"];
};
/** The whole text of a member that was too long for its field. */
export type TextFile = { name: string; text: string };
export type Fitted =
  | { ok: true; body: unknown; lengths: readonly Length[]; files: readonly TextFile[] }
  | { ok: false; problem: string; lengths: readonly Length[] };

const mark = "…";

/** What fits into the target's fields, with what is longer where its overflow was declared to go. */
export function fitted(body: unknown, limits: readonly FieldLimit[]): Fitted {
  const made: unknown = structuredClone(body);
  const files: TextFile[] = [];
  const lengths = limits.flatMap(({ field, max, count, overflow }) => {
    const text = writtenAt(body, field);
    return text === null ? [] : [{ field, length: lengthOf(text, count), max, count, overflow }];
  });
  for (const { field, length, max, count, overflow } of lengths) {
    if (length <= max) continue;
    if (!overflow) return { ok: false, problem: tooLong(field, length, max), lengths };
    const value = valueAt(body, field);
    const text = writtenAt(body, field) ?? "";
    put(made, field, isList(value) ? firstOf(value, max, count) : beginning(text, max, count));
    if (overflow.to === "attachment") files.push({ name: overflow.name, text });
    else {
      const there = valueAt(made, overflow.field);
      const parts = [typeof there === "string" ? there : null, `${field}: ${text}`];
      const whole = parts.filter((part) => part !== null && part !== "").join("\n\n");
      if (!put(made, overflow.field, whole))
        return { ok: false, problem: `${overflow.field}: not there to take ${field}`, lengths };
    }
  }
  const over = limits.find(({ field, max, count }) => {
    const text = writtenAt(made, field);
    return text !== null && lengthOf(text, count) > max;
  });
  if (!over) return { ok: true, body: made, lengths, files };
  // What another member's overflow has made too long has nowhere to go.
  const length = lengthOf(writtenAt(made, over.field) ?? "", over.count);
  return { ok: false, problem: tooLong(over.field, length, over.max), lengths };
}

const tooLong = (field: string, length: number, max: number): string =>
  `${field}: ${length} long, the target takes ${max}`;

const bytes = new TextEncoder();
export const lengthOf = (text: string, count: FieldLimit["count"]): number =>
  count === "bytes" ? bytes.encode(text).length : text.length;

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** So much of a text as fits with its mark: whole characters as a reader sees them, never a part of one. */
export function beginning(text: string, max: number, count: FieldLimit["count"]): string {
  const room = max - lengthOf(mark, count);
  let kept = "";
  let taken = 0;
  for (const { segment } of graphemes.segment(text)) {
    taken += lengthOf(segment, count);
    if (taken > room) break;
    kept += segment;
  }
  return room < 0 ? "" : `${kept.trimEnd()}${mark}`;
}

/** What a field holds, as its length counts: of a list, such as serial numbers, all of it with commas between. */
function writtenAt(body: unknown, path: string): string | null {
  const value = valueAt(body, path);
  return typeof value === "string" ? value : isList(value) ? value.join(between) : null;
}

const between = ", ";

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");

/** So many of a list as fit with its mark: whole ones, because a part of a serial number is another's. */
function firstOf(list: readonly string[], max: number, count: FieldLimit["count"]): string[] {
  const kept: string[] = [];
  for (const one of list) {
    if (lengthOf([...kept, one, mark].join(between), count) > max) break;
    kept.push(one);
  }
  return lengthOf(mark, count) > max ? [] : [...kept, mark];
}

/** The words of an addition, as long as its target takes them, and all of them where they were declared to go. */
export function fittedText(
  text: string,
  { max, count, overflow }: TextLimit,
): { ok: true; text: string; file: TextFile | null } | { ok: false; problem: string } {
  const length = lengthOf(text, count);
  if (length <= max) return { ok: true, text, file: null };
  if (!overflow) return { ok: false, problem: tooLong("text", length, max) };
  return { ok: true, text: beginning(text, max, count), file: { name: overflow.name, text } };
}

function valueAt(body: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), body);
}

function put(body: unknown, path: string, text: string | string[]): boolean {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const holder = names.length === 0 ? body : valueAt(body, names.join("."));
  if (!isObject(holder)) return false;
  holder[last] = text;
  return true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
