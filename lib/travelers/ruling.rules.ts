import type { InstructionContent } from "#lib/instructions/schema";
import { sha256Hex } from "#lib/kit/canonical";
import type { Result } from "#lib/kit/result";
import { err, ok } from "#lib/kit/result";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts } from "./facts.schema.ts";
import type { Refusal, RefusalCode } from "./refusal.schema.ts";
import type { CommandBody, CommandType } from "./schema.ts";
import type { TextHash, TravelerState } from "./state.schema.ts";

/** What a command leads to: what happened, and the texts whose hashes stand in it. */
export type Ruling = Result<
  { events: TravelerEvent[]; texts: string[]; others?: readonly OthersEvents[] },
  Refusal
>;

/** What the same act does to another traveler, written with it or not at all. */
export type OthersEvents = { traveler: string; events: readonly TravelerEvent[] };

/** One command before the rules: what it says, on which traveler, with which facts. */
export type Case<T extends CommandType> = {
  state: TravelerState;
  content: InstructionContent;
  facts: Facts;
  command: { id: string; type: T };
  body: CommandBody<T>;
};

export const refuse = (
  code: RefusalCode,
  params: Readonly<Record<string, string>> = {},
): Result<never, Refusal> => err({ code, params });

export const rule = (events: TravelerEvent[], texts: readonly (string | null)[] = []): Ruling =>
  ok({ events, texts: texts.filter((text) => text !== null) });

/** And what it does to other lots of the family. */
export const ruleForFamily = (
  events: TravelerEvent[],
  others: readonly OthersEvents[],
  texts: readonly string[],
): Ruling => ok({ events, texts: [...texts], others });

export const textHash = (text: string): TextHash => sha256Hex(text);
export const textHashOrNull = (text: string | null): TextHash | null =>
  text === null ? null : textHash(text);
