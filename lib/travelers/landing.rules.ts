import type { Role } from "#lib/instructions/schema";

export const landingSections = [
  "signatures",
  "calls",
  "process_limits",
  "waivers",
  "holds",
  "blocked",
  "dispositions",
  "conflicts",
  "reviews",
  "standing",
  "gages",
  "deliveries",
  "resets",
  "stations",
] as const;
export type LandingSection = (typeof landingSections)[number];

/** What waits for each role, and for nobody else. */
const waitsFor: Readonly<Record<LandingSection, readonly Role[]>> = {
  signatures: [
    "operator",
    "inspector",
    "supervisor",
    "quality",
    "manufacturing_engineer",
    "customer",
  ],
  calls: ["inspector", "supervisor", "quality"],
  process_limits: ["inspector", "supervisor", "quality", "manufacturing_engineer"],
  waivers: ["quality"],
  holds: ["supervisor", "quality", "manufacturing_engineer", "customer"],
  blocked: ["supervisor"],
  dispositions: ["quality"],
  conflicts: ["quality"],
  reviews: ["quality"],
  standing: ["supervisor"],
  gages: ["quality"],
  deliveries: ["quality", "administrator", "integrator"],
  resets: ["supervisor", "quality", "administrator"],
  stations: ["administrator"],
};

/** In the order in which they are looked at; somebody with two roles sees what waits for either, once. */
export const sectionsFor = (roles: readonly Role[]): LandingSection[] =>
  landingSections.filter((section) => roles.some((role) => waitsFor[section].includes(role)));
