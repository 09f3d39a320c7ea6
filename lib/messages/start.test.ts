import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import en from "./en/start.json" with { type: "json" };

const root = path.resolve(import.meta.dirname, "../..");
const firstScreen = "components/floor/floor-app.tsx";

/** What is there before somebody is at work: all that its page imports, without what it fetches later. */
function filesOf(first: string): Map<string, string> {
  const found = new Map<string, string>();
  const waiting = [first];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    const text = readFileSync(path.join(root, file), "utf8");
    found.set(file, text);
    for (const [, names, from = ""] of text.matchAll(/^import (.*?)from "([^"]+)"/gms)) {
      if (names?.startsWith("type ")) continue;
      const at = /^#(lib|components)\/(.+)$/.exec(from);
      if (at) waiting.push(`${at[1]}/${at[2]}${at[1] === "lib" ? ".ts" : ".tsx"}`);
      else if (from.startsWith(".")) waiting.push(path.posix.join(path.posix.dirname(file), from));
    }
  }
  return found;
}

test("the first screen of a tablet says nothing that comes later, and asks no rule", () => {
  const files = filesOf(firstScreen);
  expect([...files.keys()]).toContain("components/floor/lock-screen.tsx");
  expect([...files.keys()]).toContain("lib/offline/acts.ts");
  const areas = [...files].flatMap(([file, text]) =>
    [...text.matchAll(/useTranslations\("floor\.?([^".]*)/g)].map(([, area = ""]) => [file, area]),
  );
  expect(areas.length).toBeGreaterThan(8);
  expect(areas.filter(([, area = ""]) => !Object.hasOwn(en, area))).toEqual([]);
  expect([...files.keys()]).not.toContain("lib/travelers/rules.ts");
  expect([...files.keys()]).not.toContain("lib/travelers/evolve.rules.ts");
});
