import type { SealedFacts } from "./facts.schema.ts";
import type { Envelope } from "./schema.ts";

type Auth = Envelope["auth"];

/** Who signs beside whoever is signed in, and their proof; null: in a box, or by a passkey's answer. */
export type Second = { person: string; proof: string | null };

export function secondIn({ second, secondSealed, secondAsserted }: Auth): Second | null {
  if (second) return second;
  const boxed = secondSealed ?? secondAsserted;
  return boxed ? { person: boxed.person, proof: null } : null;
}

/** What was given without a network, and by which of the two. A proof of the second leaves no room for their box. */
export function sealIn({
  second,
  sealed,
  asserted,
  secondSealed,
  secondAsserted,
}: Auth): SealedFacts | null {
  const boxed = second ? undefined : (secondSealed ?? secondAsserted);
  if (!boxed) return sealed ?? asserted ?? null;
  const { person: _, ...facts } = boxed;
  return { ...facts, second: true };
}
