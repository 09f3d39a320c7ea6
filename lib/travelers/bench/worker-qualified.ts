import type { Operation, Step } from "#lib/instructions/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import { plusMinutes } from "#lib/kit/time";
import { qualificationsOf } from "../gates.rules.ts";
import { plannedStep } from "../plan.rules.ts";
import { textHash } from "../ruling.rules.ts";
import { cosignContent, supervisionContent } from "../supervision.rules.ts";
import { waiverContent } from "../waivers.rules.ts";
import type { Bench, Deed, Given } from "./bench.ts";
import { named } from "./plan.ts";
import { learned } from "./plan-qualified.ts";
import { begin, waivable } from "./plant.ts";

/** Who does a step that somebody learns: the apprentice, not whoever works here. */
export const apprenticeAt = (step: string): Given | null =>
  step === learned ? { by: "jim" } : null;

const reason = "until the course";

/** Waivers for what this worker lacks: asked for by one, granted by another; the trainer before an apprentice. */
export function backingDeeds(bench: Bench, step: string, given: Given): Deed[] {
  const planned = plannedStep(bench.content, step);
  if (!planned) return [];
  return [
    ...waiverDeeds(bench, planned, given),
    ...(apprenticeAt(step) ? [superviseDeed(bench, step)] : []),
  ];
}

function waiverDeeds(
  bench: Bench,
  { operation, step }: { operation: Operation; step: Step },
  given: Given,
): Deed[] {
  const worker = bench.people[given.by ?? bench.worker];
  if (!worker) return [];
  const lacks = qualificationsOf(operation, step)
    .filter((code) => waivable[code])
    .filter((code) => !worker.qualifications.some((one) => one.code === code));
  return lacks.flatMap((qualification): Deed[] => {
    const waiver = named(`waiver ${bench.minutes}`);
    const validUntil = plusMinutes(begin, bench.minutes + 8 * 60);
    const asked = { waiver, person: worker.id, qualification, validUntil };
    const shown = waiverContent(bench.state, { ...asked, reason: textHash(reason) });
    const request = { ...asked, reason, contentSha256: canonicalSha256(shown) };
    const waiting = bench.state.waivers.filter(
      (one) => one.person === worker.id && one.qualification === qualification && !one.grantedAt,
    );
    return [
      { type: "requestWaiver", body: request, given: { by: "sue" } },
      ...waiting.map((one): Deed => {
        const contentSha256 = canonicalSha256(
          waiverContent(bench.state, { ...one, waiver: one.id }),
        );
        const body = { waiver: one.id, contentSha256 };
        return { type: "grantWaiver", body, given: { by: bench.worker, second: "quinn" } };
      }),
    ];
  });
}

function superviseDeed(bench: Bench, step: string): Deed {
  const [apprentice, trainer] = [named("jim"), named("ana")];
  const shown = supervisionContent(bench.state, { step, apprentice, trainer });
  const body = { step, contentSha256: canonicalSha256(shown) };
  return { type: "superviseStep", body, given: { by: "jim", second: "ana" } };
}

/** The trainer signs what was recorded, before it can be complete. */
export function cosignDeeds(bench: Bench, step: string): Deed[] {
  if (!apprenticeAt(step)) return [];
  const contentSha256 = canonicalSha256(cosignContent(bench.state, bench.content, step));
  const signed = bench.state.supervisions.some(
    (of) => of.step === step && of.cosigned?.contentSha256 === contentSha256,
  );
  const body = { step, contentSha256 };
  return signed ? [] : [{ type: "cosignStep", body, given: { by: "jim", second: "ana" } }];
}
