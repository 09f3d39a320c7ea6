import { canonicalSha256 } from "#lib/kit/canonical";
import { plusMinutes } from "#lib/kit/time";
import { plannedStep } from "../plan.rules.ts";
import { textHash } from "../ruling.rules.ts";
import type { CommandType } from "../schema.ts";
import { cosignContent, supervisionContent } from "../supervision.rules.ts";
import { waiverContent } from "../waivers.rules.ts";
import type { Bench } from "./bench.ts";
import { named } from "./plan.ts";
import { begin } from "./plant.ts";

type Dice = (sides: number) => number;
const oneOf = <T>(dice: Dice, list: readonly T[], other: T): T => list[dice(list.length)] ?? other;

/** Waivers and trainers for anybody, asked for by anybody; what is signed is mostly what is shown. */
export function backingBodies(
  bench: Bench,
  { step, person, second }: { step: string; person: string; second: string },
  dice: Dice,
): Partial<Record<CommandType, () => object>> {
  const reason = "because";
  const hash = (shown: Parameters<typeof canonicalSha256>[0]) =>
    dice(6) === 0 ? "0".repeat(64) : canonicalSha256(shown);
  const waiver = oneOf(dice, bench.state.waivers, null);
  return {
    requestWaiver: () => {
      const asked = {
        waiver: named(`waiver ${bench.minutes}`),
        person: named(oneOf(dice, ["max", "ana", "jim", "sue", "quinn"], "ana")),
        qualification: oneOf(dice, ["Q-REF", "Q-REF", "Q-AID", "Q-TRQ"], "Q-REF"),
        validUntil: plusMinutes(begin, bench.minutes + oneOf(dice, [1, 3, 60, 1440, 5000], 60)),
      };
      const shown = waiverContent(bench.state, { ...asked, reason: textHash(reason) });
      return { ...asked, reason, contentSha256: hash(shown) };
    },
    grantWaiver: () => ({
      waiver: waiver?.id ?? named("nowhere"),
      contentSha256: hash(
        waiver ? waiverContent(bench.state, { ...waiver, waiver: waiver.id }) : "nothing",
      ),
    }),
    revokeWaiver: () => ({ waiver: waiver?.id ?? named("nowhere"), reason }),
    superviseStep: () => {
      const shown = supervisionContent(bench.state, { step, apprentice: person, trainer: second });
      return { step, contentSha256: hash(shown) };
    },
    cosignStep: () => ({
      step,
      contentSha256: hash(
        plannedStep(bench.content, step) ? cosignContent(bench.state, bench.content, step) : "",
      ),
    }),
  };
}
