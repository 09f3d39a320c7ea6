import { describe, expect, test } from "vitest";
import { patternProblem, rewritten } from "./code-patterns.rules.ts";
import { canonicalOf, lineProblem } from "./crosswalk-lines.rules.ts";
import { codeIn, converted } from "./crosswalks.rules.ts";
import { type CrosswalkLine, type CrosswalkList, lineForm } from "./crosswalks.schema.ts";

const at = "2026-03-02T07:00:00.000Z";
const aLine = (from: string, to: string, more: Partial<CrosswalkLine> = {}): CrosswalkLine => ({
  from,
  to,
  label: null,
  factor: null,
  addend: null,
  places: null,
  validFrom: null,
  validTo: null,
  ...more,
});
const aList = (
  lines: readonly CrosswalkLine[],
  more: Partial<CrosswalkList> = {},
): CrosswalkList => ({
  id: "list",
  version: 3,
  onMissing: "park",
  defaultCode: null,
  lines,
  ...more,
});
const to = (
  kind: Parameters<typeof codeIn>[0],
  code: string,
  lists: readonly CrosswalkList[],
  when = at,
) => {
  const found = codeIn(kind, code, lists, when);
  return found.ok ? found.used.to : null;
};

describe("a code", () => {
  test("failure 19: is what it was when it happened, to the moment", () => {
    const change = "2026-03-02T07:00:00.000Z";
    const list = aList([
      aLine("TRQ-01", "old", { validTo: change }),
      aLine("TRQ-01", "new", { validFrom: change }),
    ]);
    expect(to("defect_code", "TRQ-01", [list], "2026-03-02T06:59:59.999Z")).toBe("old");
    expect(to("defect_code", "TRQ-01", [list], change)).toBe("new");
    // Whichever line is found first.
    const turned = aList(list.lines.toReversed());
    expect(to("defect_code", "TRQ-01", [turned], "2026-03-02T06:59:59.999Z")).toBe("old");
    expect(to("defect_code", "TRQ-01", [turned], change)).toBe("new");
    expect(codeIn("defect_code", "TRQ-01", [list], change)).toMatchObject({
      used: { list: "list", version: 3, how: "mapped" },
    });
  });

  test("is the site's before the company's, line by line, whatever system the line is for", () => {
    const company = aList([aLine("A", "company"), aLine("B", "company")]);
    const site = aList([aLine("A", "site")]);
    expect(to("part", "A", [site, company])).toBe("site");
    expect(to("part", "B", [site, company])).toBe("company");
  });

  test("failure 18: without a line it is named, and nothing stands for it but what the list says", () => {
    const [parks, fails] = [aList([]), aList([], { onMissing: "fail" })];
    const missing = { kind: "defect_code", code: "SEA-03" };
    expect(codeIn("defect_code", "SEA-03", [parks], at)).toEqual({
      ok: false,
      missing: { ...missing, fails: false },
    });
    expect(codeIn("defect_code", "SEA-03", [], at)).toMatchObject({ ok: false });
    expect(codeIn("defect_code", "SEA-03", [fails], at)).toMatchObject({
      missing: { fails: true },
    });
    // The nearest list says what becomes of it, and not the wider one.
    const defaults = aList([], { onMissing: "default", defaultCode: "ZZ" });
    expect(codeIn("defect_code", "SEA-03", [parks, defaults], at)).toMatchObject({ ok: false });
  });

  test("failure 26: a person whom the QMS doesn't know is its integration user, flagged as such", () => {
    const list = aList([], { onMissing: "default", defaultCode: "buyoff-integration" });
    expect(codeIn("person", "E-9999", [list], at)).toMatchObject({
      ok: true,
      used: { how: "default", to: "buyoff-integration" },
    });
  });

  test("failure 21: revision A is not A1, nor a, nor a blank one", () => {
    const list = aList([aLine("part:4471/A", "4471-A")]);
    expect(to("revision", "part:4471/A", [list])).toBe("4471-A");
    for (const other of ["part:4471/A1", "part:4471/a", "part:4471/", "drawing:4471/A"])
      expect(to("revision", other, [list])).toBeNull();
  });
});

describe("an order number", () => {
  test("failure 25: with leading zeros is the same, a split of it is another, and one used again is the one of its time", () => {
    const archived = "2026-02-01T00:00:00.000Z";
    const list = aList([
      aLine("4711", "order of 2025", { validTo: archived }),
      aLine("4711", "order of 2026", { validFrom: archived }),
    ]);
    expect(to("order", "000000004711", [list])).toBe("order of 2026");
    expect(to("order", "4711", [list], "2026-01-15T00:00:00.000Z")).toBe("order of 2025");
    for (const other of ["4711-01", "47110", "0", "14711"])
      expect(to("order", other, [list])).toBeNull();
    expect(canonicalOf("order", "0000")).toBe("0");
  });

  test("failure 25: a whole family is written by its pattern, the split suffix kept", () => {
    const list = aList([
      aLine("WO-{n#6}", "{n#12}"),
      aLine("WO-{n#6}-{split#2}", "{n#12}/{split#4}"),
      aLine("WO-700999", "special"),
    ]);
    expect(to("order", "WO-004711", [list])).toBe("000000004711");
    expect(to("order", "WO-004711-02", [list])).toBe("000000004711/0002");
    expect(to("order", "WO-700999", [list])).toBe("special");
    expect(to("order", "WO-4711", [list])).toBeNull();
  });

  test("that two patterns write differently is nobody's guess", () => {
    const list = aList([aLine("{a#4}", "X{a}"), aLine("{b#}", "Y{b}")]);
    expect(codeIn("order", "4711", [list], at)).toMatchObject({
      ok: false,
      missing: { code: "4711" },
    });
  });
});

describe("a pattern", () => {
  test.each([
    ["{a#}{b#2}", "{a}{b}", "pattern_ambiguous"],
    ["{a*}7", "{a}", "pattern_ambiguous"],
    ["{a}", "{a}", "pattern_unreadable"],
    ["{a#", "{a}", "pattern_unreadable"],
    ["{a#}-{a#}", "{a}", "pattern_unreadable"],
    ["S{a#}", "T{b}", "format_unreadable"],
    ["S{a@}", "T{a#4}", "format_unreadable"],
    ["S{a#}-{b#}", "T{a}", "format_drops_a_field"],
  ])("%s as %s is refused: %s", (from, made, code) => {
    expect(patternProblem(from, made)?.code).toBe(code);
  });
  test("is for families of codes only, and a text may have no braces elsewhere", () => {
    expect(lineProblem("defect_code", "{a#}", "X")?.code).toBe("no_patterns_here");
    expect(lineProblem("serial_format", "FSB-{n#4}", "{n#8}")).toBeNull();
    expect(lineProblem("location", "ASM-1", "1")?.code).toBe("level_needed_location");
    expect(lineProblem("disposition", "nacharbeiten", "rework")).toBeNull();
    expect(lineProblem("disposition", "nacharbeiten", "do it again")?.code).toBe("decision_needed");
  });
  test("that doesn't fit makes nothing rather than something shorter", () => {
    expect(rewritten("S{n#}", "{n#4}", "S12345")).toBeNull();
    expect(rewritten("S{n#}", "{n#4}", "S00012")).toBe("0012");
    expect(rewritten("S{n#}", "{n#}", "S00012")).toBe("12");
    expect(rewritten("S{n#}", "{n}", "S00012x")).toBeNull();
  });
});

describe("a unit", () => {
  test("failure 23: is converted by exact decimals, to as many places as its line says", () => {
    const inLbf = { factor: "8.850745791", addend: null, places: 1 };
    expect(converted("27.2", inLbf)).toBe("240.7");
    expect(converted("27.2", { ...inLbf, places: null })).toBe("240.7402855152");
    expect(converted("-40.0", { factor: "1.8", addend: "32", places: 1 })).toBe("-40.0");
    expect(converted("0.1", { factor: "3", addend: null, places: null })).toBe("0.3");
  });
  test("failure 23: a comma is no decimal point, and a number with one is none", () => {
    expect(converted("11,2", { factor: "1", addend: null, places: null })).toBeNull();
  });
  test("is the same however it is written, by UCUM", () => {
    const list = aList([aLine("N·m", "NM")]);
    for (const unit of ["N·m", "N.m", "Nm"]) expect(to("unit", unit, [list])).toBe("NM");
    expect(to("unit", "lbf·in", [list])).toBeNull();
  });
});

test("a form says at its field what is wrong: a conversion of anything but a unit", () => {
  const form = {
    command: "0198c0de-0000-7000-8000-000000000000",
    list: "0198c0de-0000-7000-8000-000000000001",
    kind: "part",
    from: "A",
    to: "B",
    label: "",
    factor: "2",
    addend: "",
    places: "",
    validFrom: "2026-03-02",
    validTo: "2026-03-01",
    reason: "because",
  };
  const issues = (of: object) => lineForm.safeParse(of).error?.issues.map(({ message }) => message);
  expect(issues({ ...form, validTo: "" })).toEqual(["only_units_convert"]);
  expect(issues({ ...form, factor: "" })).toEqual(["ends_before_start"]);
  expect(issues({ ...form, factor: "", validTo: "" })).toBeUndefined();
});
