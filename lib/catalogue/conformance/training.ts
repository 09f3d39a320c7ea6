import { type Heard, named } from "./heard.ts";

/** Who used which qualification for what, under which revision: what a training officer counts. */
export const trainingUsage = (events: readonly Heard[]) =>
  named(events, "qualification.used").flatMap(({ time, data }) =>
    data.qualifications.map((used) => ({
      personId: data.context.actor?.personId ?? null,
      name: data.context.actor?.displayName ?? null,
      code: used.code,
      result: used.result,
      validUntil: used.validUntil ?? null,
      under: used.waiverId ?? used.trainerId ?? null,
      step: data.context.step?.stepNumber ?? null,
      instruction: data.context.instruction
        ? `${data.context.instruction.number} rev ${data.context.instruction.revision}`
        : null,
      at: time,
    })),
  );
