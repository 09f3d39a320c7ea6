import type { NcrDraft, NcrUpdate } from "../../schema.ts";

/** A draft in which everything is said: what a mapping makes of it has every member that it can have. */
export const sampleDraft: NcrDraft = {
  v: 1,
  process: "NCR",
  title: "TRQ-01 Over high limit · SN-0001 · step 060.3",
  entry: { stream: "00000000-0000-7000-8000-000000000000", seq: 1, hash: "0".repeat(64) },
  site: "SITE",
  order: "WO-1",
  part: { number: "1000-1", revision: "A", name: "Bracket" },
  drawing: { number: "1000", revision: "A" },
  unit: "SN-0001",
  instruction: { number: "WI-1000", revision: "01", sha256: "0".repeat(64) },
  operation: "060",
  step: "060.3",
  station: "ST-1",
  shift: "1",
  reportedBy: { name: "Sample Person", employeeNumber: "E-0001" },
  occurredAt: "2026-01-01T00:00:00.000Z",
  recordedAt: "2026-01-01T00:00:01.000Z",
  defect: {
    id: "00000000-0000-7000-8000-000000000001",
    code: "TRQ-01",
    label: "Over high limit",
    severity: "major",
    quantity: "1",
    position: "3",
    location: "A1",
    comment: "The wrench clicked twice.",
  },
  balloon: "12",
  characteristic: "Final torque",
  keyCharacteristic: "KC-1",
  requirement: "21.9 … 24.9 N·m",
  actual: "27.2 N·m",
  gage: "TW-1",
  containment: ["The unit is held."],
  link: "https://buyoff.invalid/record",
};

/** A word to a record that is there already. */
export const sampleUpdate: NcrUpdate = {
  v: 1,
  process: "NCR",
  event: "defect.updated",
  entry: { stream: "00000000-0000-7000-8000-000000000000", seq: 2, hash: "0".repeat(64) },
  by: "Sample Person (E-0001)",
  at: "2026-01-01T00:10:00.000Z",
  text: "Defect updated. quantity: 2",
  evidence: {
    drop: "00000000-0000-7000-8000-000000000002",
    uri: "sftp://files.invalid/evidence/SITE",
    sha256: "0".repeat(64),
    from: "2026-01-01T00:00:00.000Z",
    to: "2026-01-02T00:00:00.000Z",
  },
};

/** That draft with nothing said that may be left unsaid: a field that takes no null shows here. */
export const bareDraft: NcrDraft = {
  ...sampleDraft,
  order: null,
  part: { number: null, revision: null, name: "Bracket" },
  unit: null,
  operation: null,
  step: null,
  station: null,
  shift: null,
  defect: { ...sampleDraft.defect, position: null, location: null, comment: null },
  balloon: null,
  characteristic: null,
  keyCharacteristic: null,
  requirement: null,
  actual: null,
  gage: null,
};
