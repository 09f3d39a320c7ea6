import { expect, it } from "vitest";
import { roles } from "#lib/instructions/schema";
import { ownersOf } from "./holds.rules.ts";
import { type LandingSection, sectionsFor } from "./landing.rules.ts";
import { permissions } from "./permissions.rules.ts";

it("gives every role something of its own, and none what another one decides", () => {
  for (const role of roles) expect(sectionsFor([role]).length, role).toBeGreaterThan(0);
  expect(sectionsFor(["operator"])).toEqual(["signatures"]);
  expect(sectionsFor(["customer"])).toEqual(["signatures", "holds"]);
  expect(sectionsFor(["integrator"])).toEqual(["deliveries"]);
  expect(sectionsFor(["quality"])).toEqual(
    expect.arrayContaining(["reviews", "gages", "dispositions", "waivers"]),
  );
  expect(sectionsFor(["supervisor"])).toEqual(expect.arrayContaining(["blocked", "standing"]));
  expect(sectionsFor(["supervisor"])).not.toContain("reviews");
  // A supervisor asks for a waiver; what waits is for quality to grant.
  expect(sectionsFor(["supervisor"])).not.toContain("waivers");
});

it("counts nothing for somebody who may not open the room of it", () => {
  const seeing = (section: LandingSection) =>
    roles.filter((role) => sectionsFor([role]).includes(section));
  expect(seeing("conflicts")).toEqual(permissions.reviewSignals);
  expect(seeing("reviews")).toEqual(permissions.reviewSignals);
});

it("shows somebody with two roles what waits for either, each once", () => {
  const both = sectionsFor(["supervisor", "quality"]);
  expect(new Set(both).size).toBe(both.length);
  expect(both).toEqual(
    expect.arrayContaining([...sectionsFor(["supervisor"]), ...sectionsFor(["quality"])]),
  );
});

it("knows whose holds are whose to release", () => {
  expect(ownersOf(["supervisor"])).toEqual(["production"]);
  expect(ownersOf(["quality", "customer"])).toEqual(["quality", "customer"]);
  expect(ownersOf(["operator", "inspector", "administrator", "integrator"])).toEqual([]);
});
