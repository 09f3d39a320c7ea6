import type { FieldLimit } from "./schema.ts";

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
    const text = valueAt(body, field);
    return typeof text === "string"
      ? [{ field, length: lengthOf(text, count), max, count, overflow }]
      : [];
  });
  for (const { field, length, max, count, overflow } of lengths) {
    if (length <= max) continue;
    if (!overflow) return { ok: false, problem: tooLong(field, length, max), lengths };
    const text = valueAt(body, field) as string;
    put(made, field, beginning(text, max, count));
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
    const text = valueAt(made, field);
    return typeof text === "string" && lengthOf(text, count) > max;
  });
  if (!over) return { ok: true, body: made, lengths, files };
  // What another member's overflow has made too long has nowhere to go.
  const length = lengthOf(valueAt(made, over.field) as string, over.count);
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

function valueAt(body: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), body);
}

function put(body: unknown, path: string, text: string): boolean {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const holder = names.length === 0 ? body : valueAt(body, names.join("."));
  if (!isObject(holder)) return false;
  holder[last] = text;
  return true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
