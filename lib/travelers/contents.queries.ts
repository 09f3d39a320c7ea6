import "server-only";
import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import type { TravelerState } from "./state.schema.ts";

// A revision's content is what its hash says, so it never goes stale. Bounded, longest unused out first.
const contents = new Map<string, InstructionContent>();
const contentsMax = 64;

export const knownContents = (): string[] => [...contents.keys()];

export const knownContent = (sha256: string): InstructionContent | null =>
  contents.get(sha256) ?? null;

/** The content of a hash, parsed once; `text` is what the database sent if this process had none. */
export function contentOf(sha256: string, text: string | null): InstructionContent {
  const known = contents.get(sha256);
  if (known) {
    // Used last, forgotten last: what is in work stays.
    contents.delete(sha256);
    contents.set(sha256, known);
    return known;
  }
  if (text === null) throw new Error(`no content under ${sha256}`);
  const parsed = instructionContent.parse(JSON.parse(text));
  contents.set(sha256, parsed);
  forgetOldest(contents, contentsMax);
  return parsed;
}

// What a traveler looked like last, only to guess which facts its next command needs: a guess that
// falls short costs a second reading and never a wrong decision.
const lastSeen = new Map<string, TravelerState>();
const lastSeenMax = 500;

// What is built now is built on a few instructions: the streams of these are asked for with the first
// command of a traveler that this process has not seen.
const instructions = new Map<string, true>();
const instructionsMax = 8;

export const lastInstructions = (): string[] => [...instructions.keys()];

export function rememberInstruction(id: string): void {
  instructions.delete(id);
  instructions.set(id, true);
  forgetOldest(instructions, instructionsMax);
}

export const lastSeenState = (traveler: string): TravelerState | null =>
  lastSeen.get(traveler) ?? null;

export function rememberState(state: TravelerState): void {
  lastSeen.delete(state.id);
  lastSeen.set(state.id, state);
  forgetOldest(lastSeen, lastSeenMax);
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const oldest = map.keys().next();
  if (map.size > most && !oldest.done) map.delete(oldest.value);
}
