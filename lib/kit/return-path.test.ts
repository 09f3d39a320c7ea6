import fc from "fast-check";
import { expect, test } from "vitest";
import { returnPath } from "./return-path.ts";

test("a page of ours is where somebody comes back to, with what was searched for", () => {
  for (const path of [
    "/",
    "/gages",
    "/people/0197a1c0-0000-7000-8000-000000000001",
    "/travelers?q=FSB-0117&show=all",
    "/travelers?q=Ana%20Ru%C3%ADz",
  ]) {
    expect(returnPath(path)).toBe(path);
  }
});

test("nothing else is: no other server, no script, no way in or out", () => {
  for (const asked of [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "\\\\evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/gages\\..\\..\\evil",
    "/\t/evil.example",
    "/\n/evil.example",
    "\u0000/gages",
    " //evil.example",
    "/gages\r\nset-cookie: a=b",
    "javascript:alert(1)",
    "data:text/html,hello",
    "gages",
    "?q=1",
    "",
    "/sign-in",
    "/sign-in?to=/gages",
    "/api/health",
    "/_next/static/x.js",
    "/set-up?token=x",
    "/floor",
    `/${"a".repeat(700)}`,
    null,
    undefined,
    ["/gages"],
    7,
  ]) {
    expect(returnPath(asked), JSON.stringify(asked)).toBeNull();
  }
});

test("whatever is asked, a browser that goes there stays at this address", () => {
  const piece = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "@",
    ":",
    "evil.example",
    "%2f",
    "\t",
    "?",
    "#",
    "a",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const to = returnPath(`/${pieces.join("")}`);
      if (to === null) return;
      for (const from of ["https://plant.example/sign-in", "http://127.0.0.1:3000/sign-in?to=x"]) {
        expect(new URL(to, from).origin).toBe(new URL(from).origin);
      }
    }),
    { numRuns: 5000 },
  );
});
