import type { InstructionContent } from "#lib/instructions/schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import type { CodeKind } from "./code-kinds.schema.ts";
import { canonicalOf } from "./crosswalk-lines.rules.ts";

/** A code that this plant can send, and how often it did in the last 90 days. */
export type Produced = { kind: CodeKind; code: string; label: string | null; uses: number };

export type PlantLists = {
  site: string;
  policy: Pick<PlantPolicy, "defectCodes" | "holdReasons">;
  instructions: readonly InstructionContent[];
  orders: readonly { number: string; partNumber: string; partRevision: string }[];
  gages: readonly { code: string; name: string; unit: string }[];
  stations: readonly { code: string; name: string; workCenter: string }[];
  people: readonly { employeeNumber: string; name: string }[];
  decisions: readonly string[];
  used: Readonly<Partial<Record<CodeKind, readonly { code: string; uses: number }[]>>>;
};

/** What the plant's own lists and instructions can produce, and what came up without being on any of them. */
export function producedBy(plant: PlantLists): Produced[] {
  const said = [...fromLists(plant), ...plant.instructions.flatMap(fromInstruction)];
  const found = new Map<string, Produced>();
  const put = (kind: CodeKind, code: string, label: string | null, uses: number) => {
    const key = `${kind}/${canonicalOf(kind, code)}`;
    const known = found.get(key);
    if (known) known.uses += uses;
    else found.set(key, { kind, code, label, uses });
  };
  for (const { kind, code, label } of said) put(kind, code, label, 0);
  for (const [kind, used] of Object.entries(plant.used))
    for (const { code, uses } of used ?? []) put(kind as CodeKind, code, null, uses);
  return [...found.values()].toSorted(
    (a, b) => a.kind.localeCompare(b.kind) || a.code.localeCompare(b.code),
  );
}

type Said = Omit<Produced, "uses">;
const of = (kind: CodeKind, code: string, label: string | null = null): Said => ({
  kind,
  code,
  label,
});

const fromLists = (plant: PlantLists): Said[] => [
  ...plant.policy.defectCodes.map(({ code, label }) => of("defect_code", code, label.en)),
  ...plant.policy.holdReasons.map(({ code, label }) => of("cause_code", code, label.en)),
  of("location", `site:${plant.site}`),
  ...plant.stations.flatMap(({ code, name, workCenter }) => [
    of("location", `station:${code}`, name),
    of("work_center", workCenter),
  ]),
  ...plant.orders.flatMap(({ number, partNumber, partRevision }) => [
    of("order", number),
    of("part", partNumber),
    of("revision", `part:${partNumber}/${partRevision}`),
  ]),
  ...plant.gages.flatMap(({ code, name, unit }) => [of("gage", code, name), of("unit", unit)]),
  ...plant.people.map(({ employeeNumber, name }) => of("person", employeeNumber, name)),
  ...plant.decisions.map((decision) => of("disposition", decision)),
];

function fromInstruction(content: InstructionContent): Said[] {
  const { part, number, revision } = content;
  const steps = content.operations.flatMap((operation) => operation.steps);
  const fields = steps.flatMap((step) => step.fields);
  return [
    of("part", part.number, part.name.en),
    of("revision", `part:${part.number}/${part.revision}`),
    of("revision", `drawing:${part.drawing.number}/${part.drawing.revision}`),
    of("revision", `instruction:${number}/${revision}`),
    ...content.operations.map((operation) =>
      of("operation", `${number}/${operation.number}`, operation.title.en),
    ),
    ...content.operations.map(({ workCenter }) => of("work_center", workCenter)),
    ...fields.flatMap((field) => ("unit" in field && field.unit ? [of("unit", field.unit)] : [])),
    ...fields
      .flatMap((field) => ("positions" in field ? (field.positions ?? []) : []))
      .map((position) => of("location", `zone:${position}`)),
  ];
}
