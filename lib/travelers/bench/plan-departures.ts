import { field, measurement, named, operation, requirement, step } from "./plan.ts";

/** Steps that may be left out, done later or out of turn, and one that covers earlier work. */
export const departureOperations = [
  operation(
    "070",
    [
      step("070.1", {
        skip: { by: "supervisor" },
        fields: [field("wiped", ["1"], { kind: "acknowledgement" })],
      }),
      step("070.2", {
        notApplicable: { by: "quality" },
        fields: [
          field("clip", ["1"], {
            kind: "component",
            find: "9",
            part: "BOLT",
            alternates: [],
            trace: "lot",
            quantity: "1",
            expires: false,
          }),
        ],
      }),
      step("070.3", { fields: [field("tagged", ["1"], { kind: "acknowledgement" })] }),
      step("070.4", {
        buries: [named("060.3")],
        fields: [field("sealed", ["1"], { kind: "acknowledgement" })],
      }),
    ],
    {
      departure: { by: "supervisor" },
      buyoffs: [requirement("070 inspection", "inspection", "inspector", { stamp: true })],
    },
  ),
  operation(
    "080",
    [
      step("080.1", {
        skip: { by: "supervisor" },
        fields: [measurement("gap", ["1"], { unit: "mm", retriesMax: 1 })],
      }),
      step("080.2", {
        fields: [
          measurement("play", ["1"], {
            unit: "mm",
            difference: {
              "1": {
                minuend: { field: named("gap"), position: "1" },
                subtrahend: { field: named("gap"), position: "1" },
              },
            },
          }),
        ],
      }),
    ],
    { buyoffs: [requirement("080 inspection", "inspection", "inspector", { stamp: true })] },
  ),
  operation(
    "085",
    [step("085.1", { fields: [field("bonded", ["1"], { kind: "acknowledgement" })] })],
    {
      buyoffs: [
        requirement("085 witness", "inspection", "inspector", {
          stamp: true,
          witnessNoticeMinutes: 3,
        }),
      ],
    },
  ),
];
