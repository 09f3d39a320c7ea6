import { millis } from "#lib/kit/time";
import type { EntryLine } from "#lib/record/schema";
import { reworkOf } from "#lib/travelers/record-row.rules";
import type { EventContext } from "./envelope.schema.ts";
import type { EventFacts } from "./facts.schema.ts";
import { qualificationsInAct } from "./quality.rules.ts";
import { known, operationOf, personOf, stepIn } from "./refs.rules.ts";
import { pieces } from "./units.rules.ts";

/** The common block: the same members for every entry, and only those that the record knows. */
export function contextOf(entry: EntryLine, facts: EventFacts): EventContext {
  const qualification = qualificationsInAct({ facts });
  return known({
    place: placeOf(entry, facts),
    clock: entry.clock && clockOf(entry.clock),
    order: entry.order === null ? null : { orderId: entry.order },
    item: itemOf(entry, facts),
    units: unitsOf(entry, facts),
    operation: placeInPlan(entry, facts),
    step: stepOf(entry, facts),
    instruction:
      entry.instruction &&
      known({
        documentId: facts.state?.revision.instruction,
        number: entry.instruction.number,
        revision: entry.instruction.revision,
        contentHash: entry.instruction.sha256,
      }),
    actor: actorOf(entry, facts),
    qualification: qualification.length > 0 ? qualification : null,
    integrity: known({
      stream: entry.stream,
      seq: entry.seq,
      prevHash: entry.prev,
      eventHash: facts.entryHash,
    }),
    link:
      entry.kind === "traveler"
        ? `${facts.origin}/travelers/${entry.stream}#entry-${entry.seq}`
        : null,
  });
}

function clockOf({ wall, skew, ...clock }: NonNullable<EntryLine["clock"]>) {
  const { earliest, latest } = clock;
  const isSaid = earliest !== undefined && latest !== undefined;
  return known({
    source: "tablet" as const,
    wall,
    offsetMs: skew,
    ...(isSaid && { uncertaintyMs: Math.ceil((millis(latest) - millis(earliest)) / 2) }),
    ...clock,
  });
}

function placeOf(entry: EntryLine, { site, content }: EventFacts) {
  const operation = content && operationOf(content, entry.step);
  return known({
    siteId: site.id,
    site: site.code,
    timeZone: site.timeZone,
    shift: entry.shift,
    workCenter: operation && { id: operation.workCenter },
    stationId: entry.station,
    deviceId: entry.device,
  });
}

function itemOf(entry: EntryLine, { content }: EventFacts) {
  if (entry.part === null || entry.partRevision === null) return null;
  return known({
    partNumber: entry.part,
    partRevision: entry.partRevision,
    partName: content?.part.name.en,
    drawing: content?.part.drawing,
  });
}

function unitsOf(entry: EntryLine, { state }: EventFacts) {
  if (!state) return null;
  const { serial, lot, quantity } = state.unit;
  return [known({ travelerId: entry.stream, serial, lot, quantity: pieces(quantity) })];
}

function placeInPlan(entry: EntryLine, { content }: EventFacts) {
  const operation = content && operationOf(content, entry.step);
  return (
    operation && {
      operationId: operation.id,
      operationNumber: operation.number,
      title: operation.title.en,
      workCenter: operation.workCenter,
      sequence: operation.sequence,
    }
  );
}

function stepOf(entry: EntryLine, { content, state }: EventFacts) {
  const { step: stepId, attempt, requirementHash } = entry;
  if (stepId === null) return null;
  const step = content && stepIn(content, stepId);
  const execution =
    state &&
    [...Object.values(state.steps), ...state.earlierAttempts].find(
      (of) => of.step === stepId && of.attempt === attempt,
    );
  const verified = step?.fields.flatMap((field) =>
    "characteristic" in field && field.characteristic ? [field.characteristic] : [],
  );
  return known({
    stepId,
    stepInstanceId: execution?.instance,
    stepNumber: step?.number,
    title: step?.title.en,
    work: step?.work,
    requirementHash,
    attempt,
    rework: state && attempt !== null ? reworkOf(state, stepId, attempt) : null,
    characteristicIds: verified && verified.length > 0 ? verified : null,
  });
}

function actorOf(entry: EntryLine, facts: EventFacts) {
  if (entry.person === null) return null;
  const card = facts.discloses.people ? facts.card : null;
  return known({
    ...personOf({ entry, facts }, entry.person),
    cardHash: entry.card,
    stamps: card?.stamps && [...card.stamps],
    second: entry.second === null ? null : { personId: entry.second },
  });
}
