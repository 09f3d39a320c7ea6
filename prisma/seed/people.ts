import type { Role } from "#lib/instructions/schema";

/** Days from the anchor's day until a qualification ends; negative: it has ended. */
type Held = Readonly<Record<string, number>>;

export type DemoPerson = {
  employeeNumber: string;
  name: string;
  locale: "en" | "es";
  roles: readonly Role[];
  /** Works here as well as at NG1. */
  alsoAtNg2?: boolean;
  shift: 1 | 2;
  badges: readonly { id: string; secret: string }[];
  pin: string;
  /** For the desk; who works only on the floor has none. */
  password: string | null;
  stamps: readonly { number: string; kind: "operator" | "inspection" | "quality" }[];
  qualifications: Held;
  /** Under whom an apprentice learns whatever that person holds. */
  trainer?: string;
  /** What a newcomer should know when choosing whose badge to tap. */
  about: string;
};

const assembly: Held = { "Q-ASM-R": 412 };
const fitting: Held = { "Q-CRYO": 203, "Q-PRM": 161 };
const inspection: Held = {
  "Q-MET": 388,
  "Q-VIS": 141,
  "Q-TRQ": 96,
  "Q-BND": 502,
  "Q-FIN": 277,
};

/**
 * Thirteen people. Badges and PINs are constants of the demo alone: the database holds only their
 * Argon2id hashes, and an installation of its own has none of these people.
 */
export const demoPeople: readonly DemoPerson[] = [
  {
    employeeNumber: "20417",
    name: "Marisol Reyes",
    locale: "es",
    roles: ["operator"],
    shift: 1,
    badges: [{ id: "7K2M9Q", secret: "w4Zp8RkT1vXc6NbH" }],
    pin: "482917",
    password: null,
    stamps: [{ number: "OP-31", kind: "operator" }],
    qualifications: {
      ...assembly,
      ...fitting,
      "Q-MET": 290,
      "Q-TRQ": 112,
      "Q-SEAL": 134,
      "Q-BND": 344,
      "OSV-SEAL": 134,
    },
    about: "operator, every operation, may verify her own sealing",
  },
  {
    employeeNumber: "20388",
    name: "Dwayne Okafor",
    locale: "en",
    roles: ["operator"],
    shift: 1,
    badges: [{ id: "3XH8TW", secret: "q7Lm2YsD9uFe5KjA" }],
    pin: "730264",
    password: null,
    stamps: [{ number: "OP-18", kind: "operator" }],
    qualifications: {
      ...assembly,
      ...fitting,
      "Q-MET": 190,
      "Q-TRQ": 77,
      "Q-SEAL": 58,
      "Q-BND": 226,
    },
    about: "operator, second signature at the shrink fit",
  },
  {
    employeeNumber: "20533",
    name: "Tomás Herrera",
    locale: "es",
    roles: ["operator"],
    shift: 2,
    badges: [{ id: "9BD4RJ", secret: "n3Vt6GxW8hPa1QcM" }],
    pin: "159406",
    password: null,
    stamps: [],
    qualifications: { "Q-ASM-R": -17, "Q-SEAL": -4, "Q-CRYO": 61, "Q-PRM": 61, "Q-TRQ": 148 },
    about: "operator, sealing lapsed four days ago, refresher lapsed",
  },
  {
    employeeNumber: "20561",
    name: "Anneke Vos",
    locale: "en",
    roles: ["operator"],
    alsoAtNg2: true,
    shift: 2,
    badges: [{ id: "5NQ7CF", secret: "r9Bk4JzE2mUw7XdS" }],
    pin: "604831",
    password: null,
    stamps: [{ number: "OP-27", kind: "operator" }],
    qualifications: { ...assembly, ...fitting, "Q-MET": 333, "Q-TRQ": 205, "Q-SEAL": 240 },
    about: "operator, second shift; also at the machining plant",
  },
  {
    employeeNumber: "20602",
    name: "Jamal Whitfield",
    locale: "en",
    roles: ["operator"],
    shift: 1,
    badges: [{ id: "2VT6LP", secret: "d5Hn1CyR8kZq3WgF" }],
    pin: "917358",
    password: null,
    stamps: [],
    qualifications: { "Q-ASM-R": 690 },
    trainer: "Dwayne Okafor",
    about: "apprentice, trained by Dwayne Okafor",
  },
  {
    employeeNumber: "20219",
    name: "Priya Raman",
    locale: "en",
    roles: ["inspector"],
    alsoAtNg2: true,
    shift: 1,
    badges: [{ id: "8FW3KZ", secret: "t2Xs9AvM6bLj4YpD" }],
    pin: "268075",
    password: null,
    stamps: [{ number: "QI-07", kind: "inspection" }],
    qualifications: inspection,
    about: "inspector, stamp QI-07",
  },
  {
    employeeNumber: "20244",
    name: "Stellan Berg",
    locale: "en",
    roles: ["operator", "inspector"],
    shift: 2,
    badges: [
      { id: "4JC9XN", secret: "h8Gd3TqK5wRf7ZmB" },
      { id: "6RY2HV", secret: "p1Ne7UcL4xSa9DkW" },
    ],
    pin: "351692",
    password: null,
    stamps: [{ number: "QI-11", kind: "inspection" }],
    qualifications: { ...assembly, ...inspection },
    about: "inspector, stamp QI-11, also torques; two badges",
  },
  {
    employeeNumber: "20102",
    name: "Ruth Calloway",
    locale: "en",
    roles: ["supervisor"],
    shift: 1,
    badges: [{ id: "1MP5DT", secret: "k6Yw2FbQ9nVx4HcJ" }],
    pin: "840523",
    password: "calm-otter-plough",
    stamps: [],
    qualifications: assembly,
    about: "supervisor, first shift",
  },
  {
    employeeNumber: "20117",
    name: "Hector Salinas",
    locale: "es",
    roles: ["supervisor"],
    alsoAtNg2: true,
    shift: 2,
    badges: [{ id: "9TL8GB", secret: "z4Rj7MsE1pKu6NvX" }],
    pin: "296147",
    password: "brisk-lantern-moss",
    stamps: [],
    qualifications: assembly,
    about: "supervisor, second shift; also at the machining plant",
  },
  {
    employeeNumber: "20066",
    name: "Ingrid Maurer",
    locale: "en",
    roles: ["quality"],
    alsoAtNg2: true,
    shift: 1,
    badges: [{ id: "7ZK4WQ", secret: "b9Tf5LgC2yHd8RaP" }],
    pin: "573809",
    password: "quiet-anvil-heron",
    stamps: [{ number: "QA-02", kind: "quality" }],
    qualifications: { "Q-FIN": 260, "Q-VIS": 88, "Q-MET": 150 },
    about: "quality engineer, final buyoff",
  },
  {
    employeeNumber: "20151",
    name: "Owen Tracy",
    locale: "en",
    roles: ["manufacturing_engineer"],
    shift: 1,
    badges: [{ id: "3GS7NR", secret: "v7Qk1XeZ5jMb9TwL" }],
    pin: "614982",
    password: "amber-cliff-tallow",
    stamps: [],
    qualifications: {},
    about: "manufacturing engineer, author of WI-4471-2210",
  },
  {
    employeeNumber: "20158",
    name: "Mei Castellano",
    locale: "en",
    roles: ["manufacturing_engineer", "administrator"],
    shift: 2,
    badges: [{ id: "5PX2VC", secret: "f3Js8KnD6uGy1BqR" }],
    pin: "385270",
    password: "north-thimble-reed",
    stamps: [],
    qualifications: {},
    about: "manufacturing engineer, approver; administers people, stations and orders",
  },
  {
    employeeNumber: "C-0031",
    name: "Laurent Dubois",
    locale: "en",
    roles: ["customer"],
    shift: 1,
    badges: [{ id: "2HW9JM", secret: "m5Cp4WtA8sFz7EvN" }],
    pin: "708436",
    password: "gentle-harbor-flax",
    stamps: [],
    qualifications: {},
    about: "customer representative of Halden Aircraft",
  },
];

export const demoQualifications: readonly {
  code: string;
  name: { en: string; es: string };
  waivableBy: "nobody" | "quality" | "supervisor_and_quality";
}[] = [
  {
    code: "Q-ASM-R",
    name: { en: "Assembly refresher", es: "Repaso de ensamble" },
    waivableBy: "supervisor_and_quality",
  },
  { code: "Q-MET", name: { en: "Measuring", es: "Medición" }, waivableBy: "nobody" },
  { code: "Q-TRQ", name: { en: "Torque", es: "Par de apriete" }, waivableBy: "nobody" },
  { code: "Q-CRYO", name: { en: "Cryogenic fit", es: "Ajuste criogénico" }, waivableBy: "nobody" },
  { code: "Q-PRM", name: { en: "Primer", es: "Imprimador" }, waivableBy: "nobody" },
  { code: "Q-SEAL", name: { en: "Sealing", es: "Sellado" }, waivableBy: "nobody" },
  { code: "Q-BND", name: { en: "Electrical bond", es: "Puesta a masa" }, waivableBy: "nobody" },
  { code: "Q-VIS", name: { en: "Near vision", es: "Visión cercana" }, waivableBy: "nobody" },
  { code: "Q-FIN", name: { en: "Final inspection", es: "Inspección final" }, waivableBy: "nobody" },
  {
    code: "OSV-SEAL",
    name: { en: "Delegation: own sealing", es: "Delegación: sellado propio" },
    waivableBy: "nobody",
  },
];
