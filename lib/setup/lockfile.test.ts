import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const text = readFileSync(path.join(root, "package-lock.json"), "utf8");
type Locked = {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };
const numbersOf = (version: string) => version.split(/[.-]/).slice(0, 3).map(Number);
const isAtLeast = (version: string, floor: string) => {
  const [have, need] = [numbersOf(version), numbersOf(floor)];
  const at = need.findIndex((number, index) => number !== have[index]);
  return at === -1 || (have[at] ?? 0) > (need[at] ?? 0);
};

// Below these stand published vulnerabilities of what faces the network.
it.each([
  ["next", "16.4.3"],
  ["react", "19.2.6"],
  ["react-dom", "19.2.6"],
  ["sharp", "0.35.5"],
])("%s is not older than %s, in any place of the tree", (name, floor) => {
  const versions = Object.entries(packages)
    .filter(([place]) => place.endsWith(`node_modules/${name}`))
    .map(([, { version }]) => version ?? "");
  expect(versions.length).toBeGreaterThan(0);
  expect(versions.filter((version) => !isAtLeast(version, floor))).toEqual([]);
});

it("compares versions by number", () => {
  expect(isAtLeast("16.4.3", "16.4.3")).toBe(true);
  expect(isAtLeast("16.10.0", "16.4.3")).toBe(true);
  expect(isAtLeast("16.4.2", "16.4.3")).toBe(false);
  expect(isAtLeast("15.9.9", "16.4.3")).toBe(false);
});

it("names no registry: a plant installs from its own mirror", () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  expect(text).not.toMatch(/https?:\/\/[^"]*\.tgz/);
});

// npm ci refuses a lockfile that leaves out a package of another platform, even one it would not install.
it("lists every platform's variant of what has variants", () => {
  const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).filter((name) => !packages[`node_modules/${name}`]),
  );
  expect(missing).toEqual([]);
});

it("holds a checksum for every package that Linux on x64 or arm64 can install", () => {
  const isOurs = ({ os = ["linux"], cpu = ["x64"], libc = ["glibc"] }: Locked) =>
    os.includes("linux") &&
    (cpu.includes("x64") || cpu.includes("arm64")) &&
    libc.includes("glibc");
  const without = Object.entries(packages)
    .filter(([place, locked]) => place !== "" && !locked.integrity && !locked.link)
    .filter(([, locked]) => !locked.optional || isOurs(locked))
    .map(([place]) => place);
  expect(without).toEqual([]);
});
