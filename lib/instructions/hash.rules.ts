import { canonicalSha256 } from "#lib/kit/canonical";
import type { Step } from "./schema.ts";

/** The hash of one step's requirement, as every entry about the step carries it. */
export function requirementHash(of: Step): string {
  const known = requirementHashes.get(of) ?? canonicalSha256(of);
  requirementHashes.set(of, known);
  return known;
}

// Every entry asks again for the same few steps, and a step's content never changes.
const requirementHashes = new WeakMap<Step, string>();
