import type { InstructionContent } from "#lib/instructions/schema";
import type { TravelerState } from "./state.schema.ts";

export type Row = Readonly<Record<string, unknown>>;
export type Projection = {
  traveler: Row;
  stepExecutions: readonly Row[];
  readings: readonly Row[];
  installations: readonly Row[];
  photos: readonly Row[];
  buyoffs: readonly Row[];
  defects: readonly Row[];
  holds: readonly Row[];
};

/** The rows of the read tables, by their columns' names. A fold over the entries gives these. */
export function projection(state: TravelerState, content: InstructionContent): Projection {
  return {
    traveler: { id: state.id, revision: content.revision },
    stepExecutions: [],
    readings: [],
    installations: [],
    photos: [],
    buyoffs: [],
    defects: [],
    holds: [],
  };
}
