import { describe, expect, test } from "vitest";
import en from "../messages/en/desk.json" with { type: "json" };
import es from "../messages/es/desk.json" with { type: "json" };
import { defaultRules } from "./default-rules.rules.ts";
import type { RuleContent } from "./rules.schema.ts";
import { isShippedTitle, newerShipped, newShipped } from "./shipped-rules.rules.ts";

const code = "ncr-from-defect";
const now = (connector = "qms"): RuleContent => {
  const content = defaultRules[code]?.content(connector);
  if (!content) throw new Error("no such rule");
  return content;
};
/** What the product brought before lots had serial numbers. */
const then = (connector = "qms"): RuleContent => ({
  ...now(connector),
  follow: now().follow.filter((event) => event !== "unit.serials_assigned"),
});

describe("a rule that came with the product", () => {
  test("is offered in its newer form where it is as it came, and goes where the site sends it", () => {
    const newer = newerShipped(code, then(""), then("qms-ng1"));
    expect(newer?.content).toEqual(now("qms-ng1"));
    expect(newer?.kept).toEqual([]);
  });

  test("is not offered where nothing is new, where it says so already, or where the site wrote it", () => {
    expect(newerShipped(code, now(""), now("qms"))).toBeNull();
    expect(newerShipped(code, then(), now())).toBeNull();
    expect(newerShipped(code, null, then())).toBeNull();
    expect(newerShipped("rule-of-ours", then(), then())).toBeNull();
    expect(newerShipped("constructor", then(), then())).toBeNull();
  });

  test("keeps what was changed here: members whole, and of events what was added and taken out", () => {
    const own: RuleContent = {
      ...then(),
      when: 'data.severity != "minor"',
      title: "Ours",
      follow: [...then().follow.filter((event) => event !== "hold.released"), "hold.placed"],
    };
    const newer = newerShipped(code, then(), own);
    expect(newer?.content).toEqual({ ...own, follow: [...own.follow, "unit.serials_assigned"] });
    expect(newer?.kept).toEqual([]);
  });

  test("says which members were changed on both sides, and leaves those as they are here", () => {
    const base: RuleContent = { ...then(), when: "1 = 1" };
    const own: RuleContent = { ...base, when: 'data.severity = "critical"' };
    const newer = newerShipped(code, base, own);
    expect(newer?.content.when).toBe(own.when);
    expect(newer?.kept).toEqual(["when"]);
  });
});

describe("rules that the product brings and a site has never had", () => {
  const codes = Object.keys(defaultRules);

  test("are named, and a site that has all of them or none yet has nothing to take", () => {
    expect(newShipped(codes)).toEqual([]);
    expect(newShipped([])).toEqual([]);
    const [first, ...others] = codes;
    expect(newShipped([...others, "rule-of-ours"])).toEqual([
      { code: first, process: "NCR", title: now().title },
    ]);
  });
});

describe("the sentence of a rule that came with the product", () => {
  test("reads in each language as long as it is the product's own, and as it was written otherwise", () => {
    const titles = Object.entries(defaultRules).map(([of, { content }]) => [of, content("").title]);
    expect(en.rules.shippedTitle).toEqual(Object.fromEntries(titles));
    expect(Object.keys(es.rules.shippedTitle)).toEqual(Object.keys(en.rules.shippedTitle));
    for (const [of, title] of titles) {
      expect(es.rules.shippedTitle).not.toMatchObject({ [of as string]: title });
      expect(isShippedTitle(of as string, title as string)).toBe(true);
    }
    expect(isShippedTitle(code, "Every defect of a flight critical part becomes an NCR")).toBe(
      false,
    );
    // Of another rule it is that plant's own sentence.
    expect(isShippedTitle("hold-notice", now().title)).toBe(false);
    expect(isShippedTitle("toString", now().title)).toBe(false);
  });
});
