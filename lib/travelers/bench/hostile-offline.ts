import { sha256Hex } from "#lib/kit/canonical";
import type { Facts } from "../facts.schema.ts";
import type { CommandType } from "../schema.ts";
import type { Bench } from "./bench.ts";
import { assertedFacts, besideFacts, pendingIn, sealedFacts, verification } from "./box.ts";
import { named } from "./plan.ts";

type Dice = (sides: number) => number;

/** Now and then a box instead of a proof; and a box that is right, wrong or somebody else's. */
export function offlineFacts(bench: Bench, type: CommandType, dice: Dice): Partial<Facts> | null {
  if (type === "signBuyoff") {
    if (dice(2) === 0) return null;
    const of = `box ${bench.minutes}`;
    const facts = dice(2) === 0 ? sealedFacts(of) : assertedFacts(of);
    return dice(3) === 0 ? besideFacts(facts) : facts;
  }
  if (type !== "verifyBuyoff" || dice(6) === 0) return null;
  const outcomes = ["right", "components_wrong", "same_person", "passkey_copied"] as const;
  const buyoff = bench.state.buyoffs[dice(bench.state.buyoffs.length)];
  const found = verification(bench, outcomes[dice(4)] ?? "right", buyoff);
  return dice(6) === 0 && found.verification
    ? { verification: { ...found.verification, sealedSha256: sha256Hex("another box") } }
    : found;
}

/** Of anything that was signed, most often of what waits. */
export const boxBody = (bench: Bench, dice: Dice): object => ({
  buyoff:
    (dice(3) === 0
      ? bench.state.buyoffs[dice(bench.state.buyoffs.length)]
      : pendingIn(bench).at(-1)
    )?.id ?? named("nowhere"),
});
