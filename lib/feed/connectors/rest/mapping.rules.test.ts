import { describe, expect, test } from "vitest";
import { isAllowedAddress } from "./address.rules.ts";
import { classify, retryAfterMs } from "./classify.rules.ts";
import { evaluate } from "./mapping.rules.ts";

const budget = { now: () => performance.now(), milliseconds: 200, depth: 500 };

describe("a mapping", () => {
  test("gives plain JSON, and null for what is not there", async () => {
    expect(
      await evaluate('{ "a": x.y, "k": $key }', { x: { y: "1" } }, { key: "K" }, budget),
    ).toEqual({ ok: true, value: { a: "1", k: "K" } });
    expect(await evaluate("nothing", {}, {}, budget)).toEqual({ ok: true, value: null });
  });

  test("that runs for ever is ended, and one that goes too deep too", async () => {
    const endless = "($f := function($n) { $n < 0 ? 0 : $f($n + 1) }; $f(1))";
    expect(await evaluate(endless, {}, {}, budget)).toEqual({
      ok: false,
      problem: "the expression takes too long",
    });
    const deep = "($f := function($n) { 1 + $f($n) }; $f(1))";
    expect(await evaluate(deep, {}, {}, budget)).toEqual({
      ok: false,
      problem: "the expression goes too deep",
    });
  });

  test("has no regular expressions and no $eval, which no clock could end", async () => {
    expect((await evaluate('$match("aaa", /(a+)+$/)', {}, {}, budget)).ok).toBe(false);
    expect((await evaluate('$eval("1+1")', {}, {}, budget)).ok).toBe(false);
  });

  test("asked twice at a time, each keeps its own codes, words and clock", async () => {
    const source = '$code("gage", c) & " " & $who';
    let answer = (_: string) => {};
    const late = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const codesOf = (to: Promise<string>) => ({
      find: async (kind: "gage", code: string) => {
        const plain = { factor: null, addend: null, places: null, list: "", version: 1 };
        return { ok: true, used: { kind, code, how: "mapped", to: await to, ...plain } } as const;
      },
    });
    const asked = (to: Promise<string>, who: string) =>
      evaluate(source, { c: "TW-1" }, { who }, budget, codesOf(to) as never);
    await asked(Promise.resolve("A"), "before");
    const first = asked(late, "first");
    const second = asked(Promise.resolve("B"), "second");
    expect(await second).toEqual({ ok: true, value: "B second" });
    answer("A");
    expect(await first).toEqual({ ok: true, value: "A first" });
    expect(await asked(Promise.resolve("C"), "after")).toEqual({ ok: true, value: "C after" });
  });

  test("names a code that nobody has mapped and never drops it", async () => {
    const mapped = '$code({ "TRQ-01": "T1" }, c)';
    expect(await evaluate(mapped, { c: "TRQ-01" }, {}, budget)).toEqual({ ok: true, value: "T1" });
    expect(await evaluate(mapped, { c: "SEA-03" }, {}, budget)).toEqual({
      ok: false,
      problem: 'no code for "SEA-03"',
    });
  });
});

describe("an answer", () => {
  const meaning = (
    status: number,
    body: unknown = {},
    results: { when: string; is: "rejected" | "done" }[] = [],
  ) => classify({ results }, "create", { status, headers: {}, body }, budget);

  test.each([
    [201, "done"],
    [400, "rejected"],
    [401, "unauthorized"],
    [403, "rejected"],
    [404, "not_found"],
    [302, "rejected"],
    [408, "unknown"],
    [412, "not_processed"],
    [422, "rejected"],
    [429, "rate_limited"],
    [500, "unknown"],
    [503, "unknown"],
  ] as const)("%i means %s", async (status, expected) => {
    expect(await meaning(status)).toBe(expected);
  });

  test("that says 200 and isn't JSON is no success", async () => {
    const page = { status: 200, headers: {}, body: undefined };
    expect(await classify({ results: [] }, "create", page, budget)).toBe("unknown");
  });

  test("failure 45: an endpoint that is gone is for the whole connector, as a refused token is", async () => {
    const gone = { status: 410, headers: {}, body: { error: "use the new search" } };
    expect(await classify({ results: [] }, "search", gone, budget)).toBe("unauthorized");
  });

  test("is what the configuration says of it; a rule that can't be evaluated decides nothing", async () => {
    expect(
      await meaning(200, { error: "no" }, [{ when: "$exists(body.error)", is: "rejected" }]),
    ).toBe("rejected");
    expect(await meaning(200, {}, [{ when: "body.", is: "done" }])).toBe("unknown");
    expect(await meaning(500, {}, [{ when: '"text"', is: "done" }])).toBe("unknown");
  });

  test("says how long to wait in seconds or as a date", () => {
    const nowMs = Date.parse("2026-03-02T07:00:00Z");
    expect(retryAfterMs("120", nowMs)).toBe(120_000);
    expect(retryAfterMs("Mon, 02 Mar 2026 07:01:00 GMT", nowMs)).toBe(60_000);
    expect(retryAfterMs("Mon, 02 Mar 2026 06:00:00 GMT", nowMs)).toBe(0);
    expect(retryAfterMs("soon", nowMs)).toBeNull();
    expect(retryAfterMs(undefined, nowMs)).toBeNull();
  });
});

describe("an address", () => {
  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.20.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "::",
    "fd00::1",
    "::ffff:10.0.0.1",
    "2002:a00:1::",
    "64:ff9b::a00:1",
    "198.18.0.1",
  ])("%s is private: refused unless its host is named", (address) => {
    expect(isAllowedAddress("qms.example", address, [])).toBe(false);
    expect(isAllowedAddress("qms.example", address, ["other.example"])).toBe(false);
    expect(isAllowedAddress("qms.example", address, ["QMS.example"])).toBe(true);
  });
  test.each(["93.184.216.34", "2606:2800:220:1::1", "172.32.0.1"])("%s is public", (address) => {
    expect(isAllowedAddress("qms.example", address, [])).toBe(true);
  });
  test.each(["169.254.169.254", "fe80::1", "::ffff:169.254.169.254"])(
    "%s is refused whoever is named",
    (address) => {
      expect(isAllowedAddress("qms.example", address, ["qms.example", address])).toBe(false);
    },
  );
});
