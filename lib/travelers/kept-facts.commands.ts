import "server-only";
import { sha256Hex } from "#lib/kit/canonical";
import type { KeptText } from "./decided.rules.ts";

// The same person, policy and gages come with every command: each text is hashed once per process, and
// sent until it is known to be stored. Bounded, oldest out first: what is forgotten is sent again.
const hashes = new Map<string, string>();
const stored = new Set<string>();
const knownMax = 5000;

// And within one reading it is mostly the very same object.
const ofObject = new WeakMap<object, KeptText>();

/** A part of the facts as it is kept. Nobody changes one afterwards. */
export function keptPart(part: unknown): KeptText {
  if (typeof part !== "object" || part === null) return keptText(JSON.stringify(part));
  const known = ofObject.get(part) ?? keptText(JSON.stringify(part));
  ofObject.set(part, known);
  return known;
}

function keptText(text: string): KeptText {
  const known = hashes.get(text);
  if (known) return { sha256: known, text };
  const sha256 = sha256Hex(text);
  hashes.set(text, sha256);
  forgetOldest(hashes);
  return { sha256, text };
}

export const isStored = (site: string, sha256: string): boolean => stored.has(`${site}/${sha256}`);

/** Only after they were appended for good. */
export function rememberStored(site: string, facts: readonly KeptText[]): void {
  for (const { sha256 } of facts) {
    stored.add(`${site}/${sha256}`);
    forgetOldest(stored);
  }
}

function forgetOldest(known: Map<string, string> | Set<string>): void {
  const oldest = known.keys().next();
  if (known.size > knownMax && !oldest.done) known.delete(oldest.value);
}
