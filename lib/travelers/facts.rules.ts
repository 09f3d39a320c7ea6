import type { InstructionContent } from "#lib/instructions/schema";
import type { Command } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

/** What has to be looked up before a command can be decided, alike on the tablet and the server. */
export type FactsNeeded = {
  /** Every gage of these types, so that a refusal can name a suitable one. */
  gageTypes: readonly string[];
  /** And these, whatever their type, because they were scanned. */
  gageCodes: readonly string[];
  stock: readonly { part: string; serial: string | null; lot: string | null }[];
  /** Other lots of these parts, so that a refusal can offer one. */
  parts: readonly string[];
  /** Who holds these now, so that a refusal can name somebody. */
  qualifications: readonly string[];
  /** The defect whose disposition has to be fetched at this moment; null: none. */
  disposition: string | null;
};

export function factsNeeded(
  command: Command,
  state: TravelerState,
  content: InstructionContent,
): FactsNeeded {
  return {
    gageTypes: [],
    gageCodes: [],
    stock: [],
    parts: [],
    qualifications: command.type === "startStep" ? [state.id, content.number].slice(2) : [],
    disposition: null,
  };
}
