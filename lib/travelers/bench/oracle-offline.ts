import type { InstructionContent } from "#lib/instructions/schema";
import type { RecordedEvent } from "../schema.ts";

type Signed = Extract<RecordedEvent, { type: "buyoff.signed" }>;

/** A signature counts by then: given with a proof, or found right in its box; and not taken back. */
export function stands(events: readonly RecordedEvent[], signed: Signed): boolean {
  const is = (type: "buyoff.voided" | "buyoff.rejected" | "buyoff.verified") =>
    events.some((event) => event.type === type && event.body.buyoff === signed.body.buyoff);
  if (is("buyoff.voided") || is("buyoff.rejected")) return false;
  return signed.body.method !== "badge_pin_offline" || is("buyoff.verified");
}

/**
 * Whatever was signed without a network: only what the revision lets wait, never what nobody may pass; and where a
 * box was wrong, what was built on it is held.
 */
export function unsoundOffline(
  content: InstructionContent,
  events: readonly RecordedEvent[],
): string[] {
  const asked = content.operations.flatMap(({ buyoffs, steps }) => [
    ...buyoffs,
    ...steps.flatMap((step) => step.buyoffs),
  ]);
  return events.flatMap((event) => {
    if (event.type === "buyoff.signed" && event.body.method === "badge_pin_offline") {
      const requirement = asked.find(({ id }) => id === event.body.requirement);
      const mayWait =
        requirement?.offline === true &&
        !requirement.holdPoint &&
        (requirement.type === "operator" || requirement.type === "second_operator");
      return mayWait ? [] : [`sealed: ${event.body.type}`];
    }
    if (event.type !== "buyoff.rejected") return [];
    const signed = events.find(
      (one): one is Signed => one.type === "buyoff.signed" && one.body.buyoff === event.body.buyoff,
    );
    if (!signed) return ["rejected without a signature"];
    const between = events.filter(({ seq }) => seq > signed.seq && seq < event.seq);
    const after = stepsAfter(content, signed);
    const isBuiltOn = between.some(
      (one) =>
        (one.type === "reading.recorded" || one.type === "step.started") &&
        after.includes(one.body.step),
    );
    const isHeld = events.some(
      (one) =>
        one.type === "hold.placed" && one.command === event.command && one.body.owner === "quality",
    );
    return isBuiltOn && !isHeld ? ["rejected under later work without a hold"] : [];
  });
}

function stepsAfter({ operations }: InstructionContent, { body }: Signed): string[] {
  const all = operations.flatMap(({ steps }) => steps.map(({ id }) => id));
  const own = operations.find(({ id }) => id === body.operation);
  const last = body.step ?? own?.steps.at(-1)?.id ?? "";
  return all.slice(all.indexOf(last) + 1);
}
