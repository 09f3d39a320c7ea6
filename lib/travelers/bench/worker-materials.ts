import type { Field } from "#lib/instructions/schema";
import type { Bench, Deed, Given } from "./bench.ts";
import { gages } from "./plant.ts";

/** What a good worker does where a machine's report is asked for; null: the field is none. */
export const recordDeeds = (
  field: Field,
  at: { step: string; field: string; position: string },
  given: Given,
): Deed[] | null => {
  if (field.kind !== "measurement_record") return null;
  const file = { sha256: "b".repeat(64), mediaType: "application/pdf", bytes: 900, uri: null };
  return [
    { type: "attachMeasurementRecord", body: { ...at, name: "CMM-02 report.PDF", ...file }, given },
  ];
};

const kit = "K-14";

/** Hostile: tools that come and go, gages that fall, reports that are none. */
export const materialBodies = (
  bench: Bench,
  at: { step: string; field: string; position: string },
  dice: (sides: number) => number,
) => ({
  transferTools: () => ({
    kit: dice(5) === 0 ? "?" : kit,
    quantity: ["1", "2", "0", "40"][dice(4)],
    direction: dice(2) === 0 ? "in" : "out",
    counterpart: "FSB-0119",
    reason: "because",
  }),
  quarantineGage: () => ({
    gage: (dice(2) === 0 ? bench.state.gages[0]?.code : gages[dice(gages.length)]?.code) ?? "?",
    reason: "dropped",
  }),
  attachMeasurementRecord: () => ({
    ...at,
    name: ["report.pdf", "report.qif", "report.exe", "report"][dice(4)],
    sha256: "c".repeat(64),
    mediaType: ["application/pdf", "text/html", null][dice(3)],
    bytes: [900, null][dice(2)],
    uri: [null, null, "https://cmm.example/1.qif", "javascript:alert(1)"][dice(4)],
  }),
});
