import type { InstructionContent } from "#lib/instructions/schema";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import type { Facts, ProofFacts } from "./facts.schema.ts";
import { type Command, commandBodies } from "./schema.ts";
import { reason } from "./values.schema.ts";

/** Parts of the facts that many decisions share, or that name people: kept once, by their hash. */
const apart = ["policy", "person", "second", "gages", "stock", "holders", "others"] as const;

export type KeptText = { sha256: string; text: string };

/** What a command was: its canonical text, and the words in it that stand there only by their hash. */
export function keptCommand({ type, body }: Command): { said: string; words: KeptText[] } {
  const words: KeptText[] = [];
  const keep = (text: string) => {
    const sha256 = sha256Hex(text);
    words.push({ sha256, text });
    return sha256;
  };
  return { said: canonicalJson({ type, body: withWords(type, body, keep) } as Canonical), words };
}

/**
 * What it was decided on. The content is the traveler's own revision and isn't repeated; a proof is
 * kept without its id, which was somebody's secret. `hashOf` keeps a part and gives its hash.
 */
export function keptFacts(
  { content: _, ...facts }: Facts,
  hashOf: (part: unknown) => string,
): string {
  const shared = apart.map((name) => [name, isNothing(facts[name]) ? null : hashOf(facts[name])]);
  return JSON.stringify({
    ...facts,
    proof: withoutId(facts.proof),
    secondProof: withoutId(facts.secondProof),
    ...Object.fromEntries(shared),
  });
}

const isNothing = (part: unknown) => part === null || (Array.isArray(part) && part.length === 0);

const withoutId = (proof: ProofFacts | null) => {
  if (!proof) return null;
  const { id: _, ...said } = proof;
  return said;
};

/** Every hash that a kept command and its facts name: what has to be at hand to read them again. */
export function namedIn(said: string, facts: string): string[] {
  const { type, body } = JSON.parse(said) as Command;
  const words: string[] = [];
  withWords(type, body, (hash) => {
    words.push(hash);
    return hash;
  });
  const kept = JSON.parse(facts) as Record<string, string | null>;
  return [...words, ...apart.flatMap((name) => kept[name] ?? [])];
}

/** The command as it was; `textOf` gives what a hash stands for. */
export function readCommand(id: string, said: string, textOf: (sha256: string) => string): Command {
  const { type, body } = JSON.parse(said) as Command;
  return { id, type, body: withWords(type, body, textOf) } as Command;
}

/** The facts as they were; no rule asks for a proof's id. */
export function readFacts(
  facts: string,
  content: InstructionContent,
  textOf: (sha256: string) => string,
): Facts {
  const kept = JSON.parse(facts) as Record<string, unknown>;
  const shared = apart.map((name) => {
    const hash = kept[name];
    const nothing = name === "second" ? null : [];
    return [name, typeof hash === "string" ? JSON.parse(textOf(hash)) : nothing];
  });
  const proofs = (["proof", "secondProof"] as const).map((name) => [
    name,
    kept[name] ? { id: "", ...kept[name] } : null,
  ]);
  return {
    ...kept,
    content,
    ...Object.fromEntries(shared),
    ...Object.fromEntries(proofs),
  } as Facts;
}

/** A body with each member that holds somebody's own words changed: which ones, its schema says. */
function withWords(
  type: Command["type"],
  body: unknown,
  change: (words: string) => string,
): unknown {
  return changed(commandBodies[type] as Schema, body, change);
}

type Schema = {
  _zod: { def: { shape?: Record<string, Schema>; innerType?: Schema; element?: Schema } };
};

function changed(schema: Schema, value: unknown, change: (words: string) => string): unknown {
  if (schema === (reason as Schema)) return typeof value === "string" ? change(value) : value;
  const { shape, innerType, element } = schema._zod.def;
  if (innerType) return changed(innerType, value, change);
  if (element && Array.isArray(value)) return value.map((one) => changed(element, one, change));
  if (!shape || typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, inner]) => [
    name,
    shape[name] ? changed(shape[name], inner, change) : inner,
  ]);
  return Object.fromEntries(members);
}
