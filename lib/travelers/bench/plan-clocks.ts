import { field, named, operation, step } from "./plan.ts";

/** A mix with its clock, a bath with its minimum, a transfer with its maximum, and work that waits for both. */
export const clockOperation = operation("030", [
  step("030.1", {
    fields: [
      field("mix", ["1"], {
        kind: "batch_clock",
        clock: "application life",
        part: "SEAL",
        alternates: ["SEAL-ALT"],
        maxMinutes: 5000,
      }),
    ],
  }),
  step("030.2", {
    plausibleMinSeconds: 90,
    fields: [
      field("soak", ["1"], { kind: "timer", minSeconds: 120 }),
      field("transfer", ["1", "2"], {
        kind: "timer",
        maxSeconds: 90,
        defectCode: "PRC-01",
        severity: "major",
      }),
    ],
  }),
  step("030.3", {
    clocks: [{ field: named("mix"), afterMinutes: 3, withinMinutes: 5000 }],
    fields: [
      field("age", ["1"], {
        kind: "clock_age",
        from: named("mix"),
        maxMinutes: 4900,
        defectCode: "PRC-01",
      }),
    ],
  }),
]);
