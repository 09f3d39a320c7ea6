import fc from "fast-check";
import { expect, test } from "vitest";
import { patternProblem, rewritten } from "./code-patterns.rules.ts";
import { beginning, fitted, fittedText, lengthOf } from "./connectors/rest/fitting.rules.ts";
import { canonicalOf } from "./crosswalk-lines.rules.ts";
import { codeIn, holdsAt } from "./crosswalks.rules.ts";
import type { CrosswalkLine } from "./crosswalks.schema.ts";

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms * 60_000).toISOString();
const aLine = (from: string, to: string, more: Partial<CrosswalkLine> = {}): CrosswalkLine => ({
  ...{ from, to, label: null, factor: null, addend: null, places: null },
  ...{ validFrom: null, validTo: null, ...more },
});

test("failure 19: whatever is changed from now on, what happened before keeps its code", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 1_100 }),
      (changes, when) => {
        const turns = changes.toSorted((a, b) => a - b);
        const lines = [null, ...turns].map((from, place) =>
          aLine("X", `code ${place}`, {
            validFrom: from === null ? null : at(from),
            validTo: turns[place] === undefined ? null : at(turns[place]),
          }),
        );
        expect(lines.filter((line) => holdsAt(line, at(when)))).toHaveLength(1);
        const expected = turns.filter((turn) => turn <= when).length;
        const list = { id: "l", version: 1, onMissing: "park", defaultCode: null, lines } as const;
        const found = codeIn("defect_code", "X", [list], at(when));
        expect(found.ok && found.used.to).toBe(`code ${expected}`);
      },
    ),
  );
});

test("failure 25: two orders that differ never become one, by a pattern that was let in", () => {
  const pattern = fc.constantFrom(
    ["WO-{n#6}", "{n#12}"],
    ["{n#}", "{n#10}"],
    ["{a@2}{n#}-{s#2}", "{a}{n#8}.{s}"],
    ["{x*}-{y*}", "{x}/{y}"],
  );
  const order = fc.stringMatching(/^(WO-|AB|)[0-9]{1,8}(-[0-9]{1,2})?$/);
  fc.assert(
    fc.property(pattern, order, order, ([from = "", to = ""], one, other) => {
      expect(patternProblem(from, to)).toBeNull();
      const [made, too] = [rewritten(from, to, one), rewritten(from, to, other)];
      if (made === null || made !== too) return;
      // Only leading zeros of a field that is written as a number may differ.
      const bare = (text: string) => text.replace(/(^|[^0-9])0+(?=\d)/g, "$1");
      expect(bare(one)).toBe(bare(other));
    }),
    { numRuns: 2_000 },
  );
});

test("a pattern takes one walk: the longest text against the worst pattern is over at once", () => {
  const worst = Array.from(
    { length: 20 },
    (_, place) => `{f${"abcdefghijklmnopqrst"[place]}*9}`,
  ).join("");
  // A regular expression of this shape tries 9 to the power of 20 ways before it gives up.
  for (let turn = 0; turn < 200; turn += 1)
    expect(rewritten(worst, worst, "a".repeat(20_000))).toBeNull();
});

test("a canonical form is its own", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.constantFrom("order", "part", "unit"),
      (code, kind) => {
        const once = canonicalOf(kind as "order", code);
        if (kind !== "unit") expect(canonicalOf(kind as "order", once)).toBe(once);
      },
    ),
  );
});

const words = fc.string({ unit: "grapheme", maxLength: 300 });
const count = fc.constantFrom("utf16" as const, "bytes" as const);

test("failure 20: a beginning fits, is the text's own, and ends between two characters as a reader sees them", () => {
  const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
  fc.assert(
    fc.property(words, fc.integer({ min: 3, max: 120 }), count, (text, max, by) => {
      const kept = beginning(text, max, by);
      expect(lengthOf(kept, by)).toBeLessThanOrEqual(max);
      expect(kept.endsWith("…")).toBe(true);
      const own = kept.slice(0, -1);
      expect(text.startsWith(own)).toBe(true);
      const ends = [...graphemes.segment(text)].map(({ index }) => index);
      // White space before the mark is left out: what is kept ends at a boundary, give or take that.
      const isBoundary = (end: number) => end === text.length || ends.includes(end);
      expect(isBoundary(own.length) || /\s/.test(text[own.length] ?? "")).toBe(true);
    }),
  );
});

test("failure 20: nothing of a text is lost: it stands whole in its field, in the other one, or beside the record", () => {
  const overflow = fc.constantFrom(
    null,
    { to: "field" as const, field: "long" },
    { to: "attachment" as const, name: "title.txt" },
  );
  fc.assert(
    fc.property(
      words,
      words,
      fc.integer({ min: 3, max: 60 }),
      count,
      overflow,
      (title, long, max, by, to) => {
        const limits = [{ field: "title", max, count: by, overflow: to }];
        const made = fitted({ title, long }, limits);
        const isLonger = lengthOf(title, by) > max;
        if (!made.ok) {
          expect(isLonger && to === null).toBe(true);
          expect(made.problem).toContain("title");
          return;
        }
        const body = made.body as { title: string; long: string };
        expect(lengthOf(body.title, by)).toBeLessThanOrEqual(max);
        expect(
          [body.title, body.long, ...made.files.map(({ text }) => text)].some((text) =>
            text.includes(title),
          ),
        ).toBe(true);
        expect(body.long.startsWith(long)).toBe(true);
        if (!isLonger) expect(body).toEqual({ title, long });
      },
    ),
  );
});

test("failure 20: what an overflow makes too long for the other field is refused by that field's name", () => {
  const limits = [
    {
      field: "title",
      max: 5,
      count: "utf16" as const,
      overflow: { to: "field" as const, field: "long" },
    },
    { field: "long", max: 10, count: "utf16" as const, overflow: null },
  ];
  expect(fitted({ title: "123456", long: "" }, limits)).toMatchObject({
    ok: false,
    problem: "long: 13 long, the target takes 10",
  });
});

test("failure 20: of a list too long for its field whole members stay, and all of it stands where it was declared to go", () => {
  const serial = fc.stringMatching(/^[A-Z]{2,4}-[0-9]{1,6}$/);
  fc.assert(
    fc.property(
      fc.array(serial, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 120 }),
      fc.constantFrom(null, "field", "attachment"),
      (serials, max, to) => {
        const overflow =
          to === null
            ? null
            : to === "field"
              ? ({ to, field: "long" } as const)
              : ({ to, name: "serials.txt" } as const);
        const limits = [{ field: "serials", max, count: "utf16" as const, overflow }];
        const made = fitted({ serials, long: "" }, limits);
        const whole = serials.join(", ");
        if (!made.ok) {
          expect(to).toBeNull();
          expect(made.problem).toBe(`serials: ${whole.length} long, the target takes ${max}`);
          return;
        }
        const body = made.body as { serials: string[]; long: string };
        expect(body.serials.join(", ").length).toBeLessThanOrEqual(max);
        if (whole.length <= max) {
          expect(body.serials).toEqual(serials);
          return;
        }
        const kept = body.serials.filter((one) => one !== "…");
        expect(kept).toEqual(serials.slice(0, kept.length));
        expect(kept.length).toBeLessThan(serials.length);
        const elsewhere = [body.long, ...made.files.map(({ text }) => text)];
        expect(elsewhere.some((text) => text.includes(whole))).toBe(true);
      },
    ),
  );
});

test("failure 20: the words of an addition go whole beside it where they are longer, or not at all", () => {
  const overflow = { to: "attachment", name: "update.txt" } as const;
  const text = "FSB-0501, ".repeat(50);
  expect(fittedText("short", { max: 20, count: "utf16", overflow: null })).toEqual({
    ok: true,
    text: "short",
    file: null,
  });
  expect(fittedText(text, { max: 100, count: "utf16", overflow })).toMatchObject({
    ok: true,
    file: { name: "update.txt", text },
  });
  expect(fittedText(text, { max: 100, count: "utf16", overflow: null })).toEqual({
    ok: false,
    problem: `text: ${text.length} long, the target takes 100`,
  });
});
