import type { Role } from "#lib/instructions/schema";
import type { Facts, GageFacts, PersonFacts, StockFacts } from "../facts.schema.ts";
import { named } from "./plan.ts";

const words = (en: string) => ({ en });

export function aPerson(name: string, roles: readonly Role[], more: Partial<PersonFacts> = {}) {
  const codes = ["Q-ASM", "Q-TRQ", "Q-VIS"];
  const person: PersonFacts = {
    id: named(name),
    name,
    roles,
    active: true,
    qualifications: codes.map((code) => ({
      code,
      validFrom: "2020-01-01",
      validUntil: "2027-01-01",
    })),
    stamps: [],
    trainers: [],
    ...more,
  };
  return person;
}

export const people = {
  ana: aPerson("ana", ["operator"], { stamps: [{ number: "OP-31", kind: "operator" }] }),
  ben: aPerson("ben", ["operator"]),
  lapsed: aPerson("lapsed", ["operator"], {
    qualifications: [
      { code: "Q-ASM", validFrom: "2020-01-01", validUntil: "2027-01-01" },
      { code: "Q-TRQ", validFrom: "2020-01-01", validUntil: "2026-02-26" },
    ],
  }),
  ivy: aPerson("ivy", ["inspector"], { stamps: [{ number: "QI-07", kind: "inspection" }] }),
  ian: aPerson("ian", ["inspector"], { stamps: [{ number: "QI-11", kind: "inspection" }] }),
  sue: aPerson("sue", ["supervisor"]),
  quinn: aPerson("quinn", ["quality"], { stamps: [{ number: "QA-01", kind: "quality" }] }),
  mel: aPerson("mel", ["manufacturing_engineer"]),
  cora: aPerson("cora", ["customer"]),
  link: aPerson("link", ["integrator"]),
  /** Could do and accept everything, were it not for the rules. */
  max: aPerson("max", ["operator", "inspector", "quality"], {
    stamps: [
      { number: "OP-99", kind: "operator" },
      { number: "QI-99", kind: "inspection" },
      { number: "QA-99", kind: "quality" },
    ],
  }),
  /** An apprentice who learns torquing under ana. */
  jim: aPerson("jim", ["operator"], {
    qualifications: [{ code: "Q-ASM", validFrom: "2020-01-01", validUntil: "2027-01-01" }],
    stamps: [{ number: "OP-40", kind: "operator" }],
    trainers: [{ id: named("ana"), name: "ana", qualification: "Q-TRQ" }],
  }),
  gone: aPerson("gone", ["operator", "inspector", "quality"], { active: false }),
};
export type Name = keyof typeof people;

/** What can be waived here, and by whom; everything else by nobody. */
export const waivable: Readonly<Record<string, Facts["qualificationRules"][number]["waivableBy"]>> =
  { "Q-REF": "supervisor_and_quality", "Q-AID": "quality" };

export const aGage = (code: string, type: string, more: Partial<GageFacts> = {}): GageFacts => ({
  id: named(code),
  code,
  type,
  name: code,
  unit: "mm",
  calibratedMin: "25",
  calibratedMax: "35",
  resolution: "0.001",
  uncertainty: "0.002",
  calibrationDueOn: "2026-09-01",
  status: "in_service",
  ...more,
});
const torque = {
  unit: "N.m",
  calibratedMin: "10",
  calibratedMax: "50",
  resolution: "0.1",
  uncertainty: "0.3",
};

export const gages: readonly GageFacts[] = [
  aGage("BG-0142", "bore"),
  aGage("BG-NARROW", "bore", { calibratedMin: "28.58" }),
  aGage("MIC-0087", "micrometer"),
  aGage("MIC-DROPPED", "micrometer", { status: "quarantined" }),
  aGage("MIC-COARSE", "micrometer", { resolution: "0.01" }),
  aGage("MIC-VAGUE", "micrometer", { uncertainty: "0.004" }),
  aGage("DW-0066", "dial", { ...torque, calibratedMin: "1.0", calibratedMax: "12" }),
  aGage("TW-0198", "torque", { ...torque, calibrationDueOn: "2026-03-01" }),
  aGage("TW-0209", "torque", torque),
  aGage("SC-0019", "scale"),
];

export const aLot = (part: string, lot: string, more: Partial<StockFacts> = {}): StockFacts => ({
  part,
  revision: null,
  serial: null,
  lot,
  expiresOn: "2026-12-31",
  onHold: false,
  installedIn: null,
  spent: false,
  ...more,
});
const bracket = (serial: string, more: Partial<StockFacts> = {}) =>
  aLot("BRACKET", "", { lot: null, serial, revision: "B", expiresOn: null, ...more });

export const stock: readonly StockFacts[] = [
  aLot("BOLT", "L-1"),
  aLot("BOLT", "L-2"),
  aLot("BOLT", "L-EXPIRED", { expiresOn: "2026-03-01" }),
  aLot("BOLT", "L-HELD", { onHold: true }),
  aLot("BOLT-ALT", "L-ALT"),
  aLot("NUT", "L-NUT"),
  aLot("SEAL", "S-1"),
  aLot("SEAL", "S-EXPIRED", { expiresOn: "2026-03-01" }),
  bracket("BR-1"),
  bracket("BR-2"),
  bracket("BR-USED", { installedIn: "FSB-0001" }),
  bracket("BR-SPENT", { spent: true }),
  bracket("BR-OLD", { revision: "A" }),
];

export const policy: Facts["policy"] = {
  defectCodes: [
    { code: "TRQ-01", label: words("Over torque"), holdReason: "nonconformance" },
    { code: "FIN-01", label: words("Scratch"), holdReason: null },
    { code: "PRC-01", label: words("Timer exceeded"), holdReason: "nonconformance" },
  ],
  holdSeverities: ["critical"],
  holdReasons: [
    { code: "missing_tool", label: words("Tool missing"), owner: "production" },
    { code: "nonconformance", label: words("Nonconformance"), owner: "quality" },
    { code: "drawing_question", label: words("Drawing question"), owner: "engineering" },
    { code: "customer_stop", label: words("Customer stop"), owner: "customer" },
  ],
  lateAfterMinutes: 15,
  offlineSigning: ["operator", "second_operator"],
};

export const device = { id: named("tablet 1"), station: "ASM-1", workCenter: "ASM" };
/** Two in the morning of 2 March in Denver: still 1 March in plants further west, already noon elsewhere. */
export const begin = "2026-03-02T13:00:00.000Z";

/** Runs in the plant already: another unit has begun it. */
export const plantMix: Facts["clocks"][number] = {
  clock: "application life",
  part: "SEAL",
  lot: "S-1",
  mixedAt: "2026-03-02T12:50:00.000Z",
  unit: "FSB-0117",
};
