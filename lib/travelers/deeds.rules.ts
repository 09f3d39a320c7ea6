import type { Field, InstructionContent, Localized } from "#lib/instructions/schema";

/** What somebody did at a tablet, as a command says it; texts that are kept apart by their hash. */
export type Deed = {
  type: string;
  person: string | null;
  step: string | null;
  field: string | null;
  /** A reading's value, a part, a gage, a number: what was typed or scanned. */
  values: readonly string[];
  /** Words of the person's own, or their hash. */
  texts: readonly string[];
};

const scanned = ["value", "part", "serial", "lot", "gage", "code", "quantity"] as const;
const written = ["text", "reason", "comment"] as const;

/** Of a command, or of all that was sent: both name type and body. */
export function deedOf(sent: unknown): Deed {
  const { type, person, body } = sent as { type: string; person?: string; body?: object };
  const said = (body ?? {}) as Readonly<Record<string, unknown>>;
  const textsIn = (names: readonly string[]) =>
    names.flatMap((name) => (typeof said[name] === "string" ? [said[name] as string] : []));
  const [step = null] = textsIn(["step"]);
  const [field = null] = textsIn(["field"]);
  return {
    type,
    person: person ?? null,
    step,
    field,
    values: textsIn(scanned),
    texts: textsIn(written),
  };
}

export type DeedPlace = { number: string; title: Localized; label: Localized | null; unit: string };

/** Where that is in the instruction, and in which unit a value was typed. */
export function placeOfDeed(
  { step, field }: Pick<Deed, "step" | "field">,
  contents: readonly InstructionContent[],
): DeedPlace | null {
  const steps = contents.flatMap(({ operations }) => operations.flatMap((of) => of.steps));
  const found = steps.find(({ id }) => id === step);
  if (!found) return null;
  const asked: Field | undefined = found.fields.find(({ id }) => id === field);
  const unit = asked && "unit" in asked && typeof asked.unit === "string" ? asked.unit : "";
  return { number: found.number, title: found.title, label: asked?.label ?? null, unit };
}
