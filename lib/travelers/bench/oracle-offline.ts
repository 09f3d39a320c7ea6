import type { InstructionContent } from "#lib/instructions/schema";
import type { RecordedEvent } from "../events.schema.ts";

type Signed = Extract<RecordedEvent, { type: "buyoff.signed" }>;

const isOffline = ({ body }: Signed): boolean => body.method.endsWith("_offline");

/** A signature counts by then: given with a proof, or found right in its box; and not taken back. */
export function stands(events: readonly RecordedEvent[], signed: Signed): boolean {
  const is = (type: "buyoff.voided" | "buyoff.rejected") =>
    events.some((event) => event.type === type && event.body.buyoff === signed.body.buyoff);
  if (is("buyoff.voided") || is("buyoff.rejected")) return false;
  return !isOffline(signed) || countsFrom(events, signed) !== null;
}

/** The entry that says of one given without a network that it counts. */
const countsFrom = (events: readonly RecordedEvent[], { body }: Signed): number | null =>
  events.find(
    (event) =>
      event.type === "buyoff.verified" && !event.body.waits && event.body.buyoff === body.buyoff,
  )?.seq ?? null;

const signatures = (events: readonly RecordedEvent[]): Signed[] =>
  events.filter((event): event is Signed => event.type === "buyoff.signed");

/**
 * Two people without a network: nobody beside themselves, and what was given over a signature that waited counts at no
 * moment at which nothing at that one's place did.
 */
function unsoundPairs(events: readonly RecordedEvent[]): string[] {
  return signatures(events)
    .filter(isOffline)
    .flatMap((signed) => {
      const { body, second, person } = signed;
      const isBeside = second === null || (second === body.signer && second !== person);
      const from = countsFrom(events, signed);
      const until = events.filter(({ seq }) => from !== null && seq < from);
      const unders = signatures(events).filter((of) => body.over?.includes(of.body.buyoff));
      const isEarly = unders.some(
        (under) =>
          from !== null &&
          !signatures(until).some((of) => isSamePlace(of, under) && stands(until, of)),
      );
      const isSame = unders.some((under) => under.body.signer === body.signer);
      const isOrphan = unders.some((under) =>
        events.some(
          ({ type, body: of, seq }) =>
            type === "buyoff.rejected" &&
            of.buyoff === under.body.buyoff &&
            stands(events, signed) &&
            (from === null || seq > from),
        ),
      );
      return [
        ...(isBeside ? [] : ["beside themselves"]),
        ...(isEarly ? ["counts before what it was given over"] : []),
        ...(isSame ? ["one person twice in a chain"] : []),
        ...(isOrphan ? ["stands over a rejected one"] : []),
      ];
    });
}

const isSamePlace = ({ body: a }: Signed, { body: b }: Signed): boolean =>
  a.operation === b.operation && a.step === b.step && a.requirement === b.requirement;

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
  const waited = events.flatMap((event) => {
    if (event.type === "buyoff.signed" && isOffline(event)) {
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
  return [...waited, ...unsoundPairs(events)];
}

function stepsAfter({ operations }: InstructionContent, { body }: Signed): string[] {
  const all = operations.flatMap(({ steps }) => steps.map(({ id }) => id));
  const own = operations.find(({ id }) => id === body.operation);
  const last = body.step ?? own?.steps.at(-1)?.id ?? "";
  return all.slice(all.indexOf(last) + 1);
}
