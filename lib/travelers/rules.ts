import type { InstructionContent } from "#lib/instructions/schema";
import type { Facts } from "./facts.schema.ts";
import type { Ruling } from "./ruling.rules.ts";
import { refuse } from "./ruling.rules.ts";
import type { Command, TravelerEvent } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

export type Release = {
  id: string;
  site: string;
  workOrder: string;
  unit: { serial: string | null; lot: string | null; quantity: string };
  /** The instruction's id; number and revision stand in the content. */
  instruction: string;
  content: InstructionContent;
  contentSha256: string;
};

/** The first entry of a traveler: the unit, the order and the revision that it stays on. */
export function releaseTraveler(of: Release): TravelerEvent {
  return {
    type: "traveler.released",
    body: {
      traveler: of.id,
      site: of.site,
      workOrder: of.workOrder,
      part: { number: of.content.part.number, revision: of.content.part.revision },
      unit: of.unit,
      revision: {
        instruction: of.instruction,
        number: of.content.number,
        revision: of.content.revision,
        contentSha256: of.contentSha256,
      },
      operations: of.content.operations.map(({ id, number, steps }) => ({
        id,
        number,
        steps: steps.map((step) => step.id),
      })),
    },
  };
}

/**
 * The rule book: what a command leads to. Pure, and the same on the tablet and on the server. An
 * accepted command gives at least one event. What a command makes and doesn't name (a reading, an
 * installation, a note, a buyoff) carries the command's own id.
 */
export function decide(state: TravelerState | null, command: Command, facts: Facts): Ruling {
  if (!state) return refuse("traveler_not_released");
  return refuse("command_not_available", { command: command.type, site: facts.site.code });
}
