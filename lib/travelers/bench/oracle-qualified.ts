import type { InstructionContent } from "#lib/instructions/schema";
import { dateIn } from "#lib/kit/time";
import type { RecordedEvent } from "../events.schema.ts";
import type { PersonFacts } from "../facts.schema.ts";
import { people } from "./plant.ts";

type Work = Extract<
  RecordedEvent,
  { type: "step.started" | "step.completed" | "reading.recorded" | "component.installed" }
>;

const isWork = (event: RecordedEvent): event is Work =>
  event.type === "step.started" ||
  event.type === "component.installed" ||
  event.type === "reading.recorded" ||
  event.type === "step.completed";

const known = new Map<string, PersonFacts>(Object.values(people).map((one) => [one.id, one]));
const shiftMs = 12 * 60 * 60 * 1000;

/** A waiver of exactly this for exactly this person: asked for and granted by two others, and not over. */
function isWaived(before: readonly RecordedEvent[], person: string, code: string, at: string) {
  return before.some((asked) => {
    if (asked.type !== "waiver.requested") return false;
    const { waiver, by, validUntil } = asked.body;
    if (asked.body.person !== person || asked.body.qualification !== code) return false;
    const granted = before.find(
      (event) => event.type === "waiver.granted" && event.body.waiver === waiver,
    );
    const revoked = before.some(
      (event) => event.type === "waiver.revoked" && event.body.waiver === waiver,
    );
    const granter = granted?.type === "waiver.granted" ? granted.body.by : null;
    const isTwo = granter !== null && new Set([granter, by, person]).size === 3;
    const hasQuality = granter !== null && (known.get(granter)?.roles.includes("quality") ?? false);
    return isTwo && hasQuality && !revoked && at <= validUntil;
  });
}

/** The trainer who came to this attempt last, listed for it and no longer than a shift ago. */
function trainerAt(before: readonly RecordedEvent[], event: Work): string | null {
  const again = before.findLastIndex(
    (one) =>
      one.type === "rework.started" && one.body.steps.some(({ step }) => step === event.body.step),
  );
  const came = before
    .slice(again + 1)
    .findLast((one) => one.type === "step.supervised" && one.body.step === event.body.step);
  if (came?.type !== "step.supervised" || came.person !== event.person) return null;
  const isLate = Date.parse(event.at) - Date.parse(came.at) > shiftMs;
  return isLate ? null : came.body.trainer;
}

/** Work by whom nothing let do it, and steps of apprentices whose trainer did not sign them last. */
export function unqualifiedWork(
  content: InstructionContent,
  events: readonly RecordedEvent[],
): string[] {
  const plan = content.operations.flatMap(({ qualifications, steps }) =>
    steps.map((step) => ({ step, codes: [...qualifications, ...step.qualifications] })),
  );
  return events.flatMap((event, index) => {
    if (!isWork(event) || event.person === null) return [];
    const planned = plan.find(({ step }) => step.id === event.body.step);
    const person = known.get(event.person);
    if (!planned || !person || isBySignature(events, event)) return [];
    // A timer is stopped by whoever stands there: what it measured is no work of theirs.
    if (event.type === "reading.recorded" && isTimer(planned.step, event.body.field)) return [];
    const before = events.slice(0, index);
    const name = `${person.name} ${event.type} ${planned.step.number}`;
    const today = dateIn("America/Denver", event.at);
    const trainer = trainerAt(before, event);
    const isListed = (code: string) =>
      person.trainers.some(
        ({ id, qualification }) => id === trainer && [null, code].includes(qualification),
      );
    const missing = planned.codes.filter(
      (code) =>
        !holdsOn(person, code, today) &&
        !isWaived(before, person.id, code, event.at) &&
        !(isListed(code) && holdsOn(known.get(trainer ?? ""), code, today)),
    );
    return [
      ...missing.map((code) => `${name} without ${code}`),
      ...(event.type === "step.completed" && !isCosigned(before, event)
        ? [`${name} not co-signed`]
        : []),
    ];
  });
}

const isTimer = (step: InstructionContent["operations"][number]["steps"][number], field: string) =>
  step.fields.some(({ id, kind }) => id === field && kind === "timer");

const holdsOn = (person: PersonFacts | undefined, code: string, day: string): boolean =>
  person?.qualifications.some(
    (one) =>
      one.code === code &&
      one.validFrom <= day &&
      (one.validUntil === null || day <= one.validUntil),
  ) ?? false;

/** A buyoff step is complete by its last signature, whoever is signed in at the tablet. */
const isBySignature = (events: readonly RecordedEvent[], { command }: Work): boolean =>
  events.some((event) => event.type === "buyoff.signed" && event.command === command);

/** Nothing was recorded in an apprentice's attempt after its trainer's last signature. */
function isCosigned(before: readonly RecordedEvent[], { body: { step } }: Work): boolean {
  const since = before.slice(
    before.findLastIndex(
      (one) => one.type === "rework.started" && one.body.steps.some((again) => again.step === step),
    ) + 1,
  );
  const came = since.some((one) => one.type === "step.supervised" && one.body.step === step);
  if (!came) return true;
  const last = since.findLast(
    (one) =>
      (one.type === "reading.recorded" ||
        one.type === "component.installed" ||
        one.type === "step.cosigned") &&
      one.body.step === step,
  );
  return last === undefined || last.type === "step.cosigned";
}

/** Whoever is listed under a trainer signs nothing but their own work. */
export const acceptedByApprentice = (events: readonly RecordedEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.type !== "buyoff.signed" || event.body.type === "operator") return [];
    const signer = known.get(event.body.signer);
    return signer && signer.trainers.length > 0 ? [`${signer.name} ${event.body.type}`] : [];
  });
