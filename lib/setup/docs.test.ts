import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "DECISIONS.md"];
const more = readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" });
const files = [...top, ...more.map((name) => `docs/${name}`).filter((name) => /\.md$/.test(name))];
const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");

it.each(files)("%s links to nothing that isn't there", (file) => {
  const links = [...textOf(file).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => to ?? "");
  const own = links.filter((to) => !/^[a-z]+:/.test(to));
  expect(own.filter((to) => !existsSync(path.join(root, path.dirname(file), to)))).toEqual([]);
});

it.each(files)("%s names no command that npm doesn't know here", (file) => {
  const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
  const named = [...textOf(file).matchAll(/npm run ([a-z0-9:]+)/g)].map(([, name]) => name ?? "");
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it("sees the links and commands that are there", () => {
  expect(files).toContain("docs/operations.md");
  expect(textOf("README.md")).toMatch(/\]\(docs\/screens\/player\.png\)/);
  expect(textOf("CONTRIBUTING.md")).toContain("npm run check");
});
