import type { BuyoffRequirement, Role } from "#lib/instructions/schema";
import { instructionContent } from "#lib/instructions/schema";
import { derivedId } from "#lib/kit/ids";

/** An id for anything of the test plan, by its name. */
export const named = (name: string): string => derivedId("bench", name);

const words = (en: string) => ({ en });
export const field = (name: string, positions: string[], more: object) => ({
  id: named(name),
  label: words(name),
  required: true,
  positions,
  ...more,
});
export const step = (number: string, more: object) => ({
  id: named(number),
  number,
  title: words(number),
  text: words(number),
  calls: [],
  media: [],
  work: "production",
  qualifications: [],
  fields: [],
  buyoffs: [],
  buries: [],
  ...more,
});
export const requirement = (
  name: string,
  type: BuyoffRequirement["type"],
  role: Role,
  more: object = {},
): BuyoffRequirement => ({
  id: named(name),
  type,
  meaning: words(`I accept: ${name}`),
  role,
  qualifications: [],
  stamp: false,
  presence: "at_unit",
  holdPoint: false,
  offline: false,
  ...more,
});
export const operation = (number: string, steps: object[], more: object = {}) => ({
  id: named(`op ${number}`),
  number,
  title: words(number),
  workCenter: "ASM",
  qualifications: [],
  sequence: "strict",
  steps,
  buyoffs: [],
  ...more,
});
export const measurement = (name: string, positions: string[], more: object) =>
  field(name, positions, {
    kind: "measurement",
    characteristic: named(`characteristic ${name}`),
    samples: 1,
    retriesMax: 0,
    ...more,
  });
const bore = {
  unit: "mm",
  gageType: "bore",
  limits: { kind: "fixed", min: "28.575", max: "28.596" },
};
const od = {
  unit: "mm",
  gageType: "micrometer",
  limits: { kind: "fixed", min: "28.607", max: "28.619" },
};
const ref = (name: string, position: string) => ({ field: named(name), position });

const operations = [
  operation(
    "010",
    [
      step("010.1", {
        qualifications: ["Q-ASM"],
        fields: [
          field("order", ["1"], { kind: "text", lengthMax: 40, matches: "order" }),
          field("tools", ["1"], { kind: "count", min: "14", max: "14" }),
        ],
      }),
      step("010.2", {
        fields: [
          field("bracket", ["1"], {
            kind: "component",
            find: "1",
            part: "BRACKET",
            partRevision: "B",
            alternates: [],
            trace: "serial",
            quantity: "1",
            expires: false,
          }),
          field("kit", ["1"], { kind: "photo", photosMin: 1 }),
        ],
      }),
    ],
    { buyoffs: [requirement("010 operator", "operator", "operator", { offline: true })] },
  ),
  operation("020", [
    step("020.1", { work: "inspection", fields: [measurement("bore", ["A", "B"], bore)] }),
    step("020.2", { work: "inspection", fields: [measurement("od", ["A", "B"], od)] }),
    step("020.3", {
      work: "inspection",
      fields: [
        measurement("fit", ["A", "B"], {
          unit: "mm",
          limits: { kind: "fixed", min: "0.015", max: "0.040" },
          difference: {
            A: { minuend: ref("od", "A"), subtrahend: ref("bore", "A") },
            B: { minuend: ref("od", "B"), subtrahend: ref("bore", "B") },
          },
        }),
      ],
    }),
    step("020.4", {
      work: "inspection",
      buyoffs: [
        requirement("020 inspection", "inspection", "inspector", {
          holdPoint: true,
          stamp: true,
          qualifications: ["Q-VIS"],
        }),
      ],
    }),
  ]),
  operation(
    "060",
    [
      step("060.1", {
        fields: [
          measurement("running", ["1", "2"], {
            unit: "N.m",
            gageType: "dial",
            limits: { kind: "fixed", min: "1.1", max: "9.0" },
            process: { max: "6.0", acceptBy: "manufacturing_engineer" },
            retriesMax: 2,
          }),
        ],
      }),
      step("060.2", {
        fields: [
          field("bolt", ["1", "2"], {
            kind: "component",
            find: "4",
            part: "BOLT",
            alternates: ["BOLT-ALT"],
            trace: "lot",
            quantity: "1",
            expires: true,
            singleUse: true,
          }),
        ],
      }),
      step("060.3", {
        fields: [
          measurement("final", ["1", "2"], {
            unit: "N.m",
            gageType: "torque",
            limits: {
              kind: "calculated",
              from: named("running"),
              nominal: "20.0",
              minus: "1.5",
              plus: "1.5",
            },
            retriesMax: 1,
          }),
        ],
      }),
      step("060.4", {
        fields: [
          field("stripe", ["1"], { kind: "attribute" }),
          field("cleaned", ["1"], { kind: "acknowledgement" }),
          field("wrench", ["1"], { kind: "gage", gageType: "torque" }),
        ],
      }),
      step("060.5", {
        buyoffs: [
          requirement("060 operator", "operator", "operator", { offline: true }),
          requirement("060 inspection", "inspection", "inspector", { stamp: true }),
        ],
      }),
    ],
    { qualifications: ["Q-TRQ"] },
  ),
  operation(
    "100",
    [step("100.1", { fields: [field("closed", ["1"], { kind: "acknowledgement" })] })],
    {
      buyoffs: [
        requirement("100 quality", "quality", "quality", { stamp: true, presence: "remote" }),
        requirement("100 customer", "customer", "customer", {
          holdPoint: true,
          serialEndsWith: ["0", "5"],
        }),
      ],
    },
  ),
];

export const bracketPlan = (change: (plan: Record<string, unknown>) => object = (plan) => plan) =>
  instructionContent.parse(
    change({
      schema: 1,
      number: "WI-BENCH",
      revision: "03",
      title: words("Bracket"),
      part: {
        number: "4471-2210-1",
        revision: "C",
        name: words("Bracket assembly"),
        drawing: { number: "4471-2210", revision: "C" },
      },
      sequence: "strict",
      characteristics: ["bore", "od", "fit", "running", "final"].map((name, index) => ({
        id: named(`characteristic ${name}`),
        balloon: String(index + 1),
        name: words(name),
      })),
      operations: structuredClone(operations),
    }),
  );
