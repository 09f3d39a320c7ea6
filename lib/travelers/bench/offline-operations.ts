import { anInstruction } from "#lib/db/test-record-plant";
import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";

const meanings = { operator: "I did this", second_operator: "I saw this done" } as const;

/** A buyoff as an instruction asks for it; `offline`: it may be signed without a network. */
export const aSignature = (type: keyof typeof meanings, offline = true) => ({
  id: uuidv7(),
  type,
  meaning: { en: meanings[type], es: meanings[type] },
  role: "operator",
  qualifications: [],
  stamp: false,
  presence: "at_unit",
  holdPoint: false,
  offline,
});

/** Operations of one step each, with these buyoffs: 010, 020, … */
export function operationsSigned(...buyoffs: object[][]): InstructionContent {
  const content = anInstruction();
  const [operation] = content.operations;
  const [look] = operation?.steps ?? [];
  if (!operation || !look) throw new Error("no operation");
  const operations = buyoffs.map((asked, index) => {
    const number = `0${index + 1}0`;
    const fields = look.fields.map((field) => ({ ...field, id: uuidv7() }));
    const steps = [{ ...look, id: uuidv7(), number: `${number}.1`, fields }];
    return { ...operation, id: uuidv7(), number, steps, buyoffs: asked };
  });
  return instructionContent.parse({ ...content, operations });
}
