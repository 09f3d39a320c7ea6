import * as z from "zod/mini";

/** What of a flow's configuration can change: each part has a hash of its own. */
export const flowParts = ["rule", "connector", "mapping", "crosswalks", "schema"] as const;
export type FlowPart = (typeof flowParts)[number];

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
export const fingerprint = z.object({
  rule: sha256,
  connector: sha256,
  mapping: sha256,
  crosswalks: sha256,
  schema: sha256,
});
export type Fingerprint = z.output<typeof fingerprint>;

/** What a message's flow stood on: nobody has validated it, it has changed since, or it is as it was signed. */
export const validations = ["never", "changed", "validated"] as const;
export type Validation = (typeof validations)[number];

export const runModes = ["shadow", "live"] as const;
export type RunMode = (typeof runModes)[number];
