import { describe, expect, test } from "vitest";
import type { Coded } from "../../crosswalks.rules.ts";
import { qmsSandboxConfig } from "../qms-sandbox/rules.ts";
import { expressionProblems, kindsAsked } from "./expressions.rules.ts";
import { type Codes, evaluate } from "./mapping.rules.ts";

const config = qmsSandboxConfig("http://127.0.0.1:4310");
const withBody = (body: string) => ({ ...config, create: { ...config.create, body } });
const budget = { now: () => performance.now(), milliseconds: 200, depth: 500 };

describe("a connector", () => {
  test("of the demo has nothing that would be refused, and asks for three kinds of code", () => {
    expect(expressionProblems(config)).toEqual([]);
    expect(kindsAsked(config)).toEqual(["defect_code", "gage", "person"]);
  });

  test.each([
    ['{ "code": $lookup({"A": "B"}, defect.code) }', "$lookup drops"],
    ['($find := $lookup; { "code": $find({"A": "B"}, defect.code) })', "$lookup drops"],
    ['{ "code": defect.code ~> $lookup({"A": "B"}) }', "$lookup drops"],
    ['{ "code": $code(kind, defect.code) }', "stands in the mapping"],
    ['{ "code": $code("defects", defect.code) }', 'no kind of code is called "defects"'],
    ['($c := $code; $c("part", part.number))', "is called with its kind"],
    ['{ "code": ', "create.body: "],
  ])("failure 18: can't be saved with %s", (body, problem) => {
    expect(expressionProblems(withBody(body)).join()).toContain(problem);
  });

  test("asks for units by $convert", () => {
    expect(kindsAsked(withBody('{ "torque": $convert(actual) }'))).toContain("unit");
  });
});

const codes = (known: Record<string, string>): Codes => ({
  find: async (kind, code): Promise<Coded> => {
    const to = known[`${kind}/${code}`];
    if (to === undefined) return { ok: false, missing: { kind, code, fails: false } };
    const more = { factor: kind === "unit" ? "2" : null, addend: null, places: null };
    return { ok: true, used: { kind, code, how: "mapped", to, ...more, list: "l", version: 1 } };
  },
});
const of = (source: string, input: unknown, known: Record<string, string>, milliseconds = 200) =>
  evaluate(source, input, {}, { ...budget, milliseconds }, codes(known));

describe("a mapping", () => {
  test("asks the crosswalks, and has nothing for what is not there", async () => {
    const source = '{ "a": $code("part", a), "b": $code("part", b), "c": $convert(d) }';
    expect(await of(source, { a: "P", d: "1.5 N·m" }, { "part/P": "Q", "unit/N·m": "NM" })).toEqual(
      {
        ok: true,
        value: { a: "Q", b: null, c: { value: "3.0", unit: "NM" } },
      },
    );
  });

  test("failure 18: names every code that nobody has mapped, once each, whatever else it says", async () => {
    const source =
      '{ "a": $code("part", a), "b": $uppercase($code("defect_code", b)), "c": $code("part", a) }';
    const made = await of(source, { a: "P", b: "D" }, {});
    expect(made).toMatchObject({ ok: false, problem: 'no part for "P", no defect_code for "D"' });
    expect(made).toHaveProperty("missing.length", 2);
  });

  test("failure 23: a value with a decimal comma stops it", async () => {
    const made = await of('$convert("11,2 N·m")', {}, { "unit/N·m": "NM" });
    expect(made).toMatchObject({ ok: false, problem: expect.stringContaining("11,2") });
  });

  test("is not ended by a database that takes its time, and is by its own", async () => {
    const slow: Codes = {
      find: async (kind, code) => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        return codes({ "part/P": "Q" }).find(kind, code);
      },
    };
    const tight = { ...budget, milliseconds: 100 };
    const source = '[$code("part", "P"), $code("part", "P")]';
    expect(await evaluate(source, {}, {}, tight, slow)).toMatchObject({ ok: true });
    const endless = '($code("part", "P"); $f := function($n) { $f($n + 1) }; $f(1))';
    expect((await evaluate(endless, {}, {}, tight, slow)).ok).toBe(false);
  });

  test("has no crosswalks where there is no event", async () => {
    expect(await evaluate('$code("part", "P")', {}, {}, budget)).toMatchObject({ ok: false });
    expect(await evaluate('$code({"a": "b"}, "c", "d")', {}, {}, budget)).toMatchObject({
      value: "d",
    });
  });
});
