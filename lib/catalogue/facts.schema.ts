import type { InstructionContent } from "#lib/instructions/schema";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import type { TravelerState } from "#lib/travelers/state.schema";

/**
 * What an entry names and does not hold itself, as it was then: by hash, or folded from the entries before
 * it. Same entry and same facts, same events.
 */
export type EventFacts = {
  /** Where the plant's own pages and schemas are found. */
  origin: string;
  site: {
    id: string;
    code: string;
    timeZone: string;
    policy: Pick<PlantPolicy, "defectCodes" | "holdReasons">;
  };
  entryHash: string;
  /**
   * What the receiver may have of people and of their words. An id and a hash go out always: what
   * retention disposes of here must not live on where nobody agreed to it.
   */
  discloses: { people: boolean; words: boolean };
  /** The card that the entry names; null: none, or not kept. */
  card: { name: string; employeeNumber: string; stamps?: readonly string[] } | null;
  /** Words by their SHA-256; what was disposed of is not there. */
  words: Readonly<Record<string, string>>;
  /** The pinned revision; null: of no traveler. */
  content: InstructionContent | null;
  /** The traveler with this entry folded in, and none after it; null: of no traveler. */
  state: TravelerState | null;
  /** Everything that was recorded by the same act. */
  act: readonly RecordedEvent[];
};
