import type { InstructionContent, Localized } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { RecordedEvent } from "./events.schema.ts";
import type { Defect, Disposition, TravelerState, Waiver } from "./state.schema.ts";

/** The five lines an inspector asks for first. Open items come from `openItems`. */
export type RecordHead = {
  configuration: {
    instruction: string;
    revision: string;
    contentSha256: string;
    drawing: { number: string; revision: string };
    /** The traveler's part against the part that the instruction is written for. */
    partAgrees: boolean;
    alternates: readonly { position: string; part: string; insteadOf: string }[];
  };
  ncrs: readonly {
    defect: string;
    code: string;
    number: string | null;
    status: string | null;
    url: string | null;
    decisions: readonly Disposition[];
    byHand: boolean;
    defectStatus: Defect["status"];
  }[];
  permits: readonly {
    reference: string;
    what: "concession" | "design_authority" | "permit";
    on: string;
  }[];
  /** Qualifications waived for somebody on this unit, while they last. */
  waivers: readonly Waiver[];
  amended: readonly {
    reading: string;
    step: string;
    label: Localized;
    position: string;
    from: string;
    to: string;
    unit: string | null;
  }[];
};

/** `events`: all of its history, also what came with a split. `at`: what is in force then. */
export function recordHead(
  state: TravelerState,
  content: InstructionContent,
  events: readonly RecordedEvent[],
  at: Instant,
): RecordHead {
  return {
    configuration: {
      instruction: state.revision.number,
      revision: state.revision.revision,
      contentSha256: state.revision.contentSha256,
      drawing: content.part.drawing,
      partAgrees:
        state.part.number === content.part.number && state.part.revision === content.part.revision,
      alternates: state.components
        .filter((of) => of.removed === null && of.alternateFor !== null)
        .map((of) => ({ position: of.position, part: of.part, insteadOf: of.alternateFor ?? "" })),
    },
    ncrs: state.defects
      .filter((defect) => defect.status !== "withdrawn")
      .map((defect) => ({
        defect: defect.id,
        code: defect.code,
        number: defect.qms?.number ?? null,
        status: defect.qms?.status ?? null,
        url: defect.qms?.url ?? null,
        decisions: defect.dispositions,
        byHand: defect.dispositionFrom === "hand",
        defectStatus: defect.status,
      })),
    permits: permitsInForce(state, content, events),
    waivers: state.waivers.filter(
      ({ grantedAt, revoked, validUntil }) =>
        grantedAt !== null && revoked === null && validUntil > at,
    ),
    amended: amendedValues(state, content),
  };
}

function permitsInForce(
  state: TravelerState,
  content: InstructionContent,
  events: readonly RecordedEvent[],
): RecordHead["permits"] {
  const steps = content.operations.flatMap((operation) => operation.steps);
  const skipped = events.flatMap((event) => {
    if (event.type !== "step.skipped" && event.type !== "step.marked_not_applicable") return [];
    const step = steps.find((of) => of.id === event.body.step);
    if (event.body.permit === null) return [];
    return { reference: event.body.permit, what: "permit" as const, on: step?.number ?? "" };
  });
  const disposed = state.defects.flatMap((defect) =>
    defect.dispositions.flatMap((of) => [
      ...(of.concession === null
        ? []
        : [{ reference: of.concession, what: "concession" as const, on: defect.code }]),
      ...(of.designAuthority === null
        ? []
        : [{ reference: of.designAuthority, what: "design_authority" as const, on: defect.code }]),
    ]),
  );
  return [...disposed, ...skipped];
}

function amendedValues(state: TravelerState, content: InstructionContent): RecordHead["amended"] {
  const steps = content.operations.flatMap((operation) => operation.steps);
  return state.readings.flatMap((reading) => {
    const first = reading.amendments[0];
    if (!first) return [];
    const step = steps.find((of) => of.id === reading.step);
    const field = step?.fields.find((of) => of.id === reading.field);
    return {
      reading: reading.id,
      step: step?.number ?? "",
      label: field?.label ?? { en: "" },
      position: (field?.positions.length ?? 0) > 1 ? reading.position : "",
      from: first.from,
      to: reading.value,
      unit: reading.unit,
    };
  });
}
