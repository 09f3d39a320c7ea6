import { sha256Hex } from "#lib/kit/canonical";
import type { Facts } from "../facts.schema.ts";
import type { Bench, Deed } from "./bench.ts";
import { named } from "./plan.ts";

/** What a tablet without a network has instead of a proof. */
export const sealedFacts = (of: string): Partial<Facts> => ({
  proof: null,
  secondProof: null,
  sealed: { sha256: sha256Hex(of), key: "1-bench" },
});

/** Of the second person at the same tablet, beside whoever is signed in. */
export const besideFacts = (of: Partial<Facts>): Partial<Facts> =>
  of.sealed ? { ...of, sealed: { ...of.sealed, second: true } } : of;

/** What a passkey answered there, which is no secret. */
export const assertedFacts = (of: string): Partial<Facts> => ({
  ...sealedFacts(of),
  sealed: { sha256: sha256Hex(of), passkey: named("passkey") },
});

export const pendingIn = ({ state }: Bench) =>
  state.buyoffs.filter(({ status }) => status === "pending_verification");

/** Those of which nobody has said yet what was in their box. */
const unopenedIn = (bench: Bench) =>
  pendingIn(bench).filter(({ checkedAt }) => checkedAt === undefined);

export const hasBox = (bench: Bench): boolean => unopenedIn(bench).length > 0;

export const verification = (
  bench: Bench,
  outcome: NonNullable<Facts["verification"]>["outcome"],
  buyoff = pendingIn(bench).at(-1),
): Partial<Facts> =>
  buyoff === undefined
    ? {}
    : {
        verification: {
          buyoff: buyoff.id,
          sealedSha256: buyoff.sealedSha256 ?? sha256Hex("nothing"),
          outcome,
        },
      };

/** The server opens what was sealed, and finds it right. */
export const verificationDeeds = (bench: Bench): Deed[] =>
  unopenedIn(bench).map((buyoff) => ({
    type: "verifyBuyoff",
    body: { buyoff: buyoff.id },
    given: { by: "link", facts: verification(bench, "right", buyoff) },
  }));
