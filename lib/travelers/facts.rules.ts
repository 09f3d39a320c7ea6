import type { InstructionContent } from "#lib/instructions/schema";
import { chainAt } from "./buyoffs.rules.ts";
import { gageTypesOf } from "./gages.rules.ts";
import { qualificationsOf } from "./gates.rules.ts";
import { operationOf, plannedStep } from "./plan.rules.ts";
import type { Command } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

/** What has to be looked up before a command can be decided, alike on the tablet and the server. */
export type FactsNeeded = {
  /** Every gage of these types, so that a refusal can name a suitable one. */
  gageTypes: readonly string[];
  /** And these, whatever their type, because they were scanned. */
  gageCodes: readonly string[];
  stock: readonly { part: string; serial: string | null; lot: string | null }[];
  /** Other lots of these parts, so that a refusal can offer one. */
  parts: readonly string[];
  /** Who holds these now, so that a refusal can name somebody. */
  qualifications: readonly string[];
  /** Lots whose running clocks count. */
  lots: readonly string[];
  /** Other travelers, such as the lots to be merged. */
  travelers: readonly string[];
  /** What only the server knows of a lot: the id of one to be made, and serial numbers to be given. */
  lot: { child: string | null; serials: readonly string[] } | null;
  /** The defect whose disposition has to be fetched at this moment; null: none. */
  disposition: string | null;
};

const nothing: FactsNeeded = {
  gageTypes: [],
  gageCodes: [],
  stock: [],
  parts: [],
  qualifications: [],
  lots: [],
  travelers: [],
  lot: null,
  disposition: null,
};

/** What the tablet's own clock measures from one act to another. */
export const timesByTablet = ({ type }: Pick<Command, "type">): boolean =>
  type === "startTimer" || type === "stopTimer";

export function factsNeeded(
  command: Command,
  state: TravelerState,
  content: InstructionContent,
): FactsNeeded {
  switch (command.type) {
    case "startStep":
    case "completeStep":
    case "recordReading":
    case "installComponent":
    case "attachMeasurementRecord":
    case "startTimer":
    case "readClock":
    case "startBatchClock":
    case "resumeStep":
    case "failStep":
    case "superviseStep":
      return forWork(command, state, content);
    case "selectGage": {
      const operation = operationOf(content, command.body.operation);
      const gageTypes = operation ? gageTypesOf(operation) : [];
      return { ...nothing, gageTypes, gageCodes: [command.body.gage] };
    }
    case "quarantineGage": {
      const { gage } = command.body;
      const gageTypes = state.gages.flatMap(({ code, type }) => (code === gage ? [type] : []));
      return { ...nothing, gageTypes: [...new Set(gageTypes)], gageCodes: [gage] };
    }
    case "signBuyoff": {
      const { requirement } = command.body;
      const chain = chainAt(state, content, command.body);
      const asked = chain?.requirements.find(({ id }) => id === requirement);
      return { ...nothing, qualifications: asked?.qualifications ?? [] };
    }
    case "requestWaiver":
      return { ...nothing, qualifications: [command.body.qualification] };
    case "grantWaiver": {
      const waiver = state.waivers.find(({ id }) => id === command.body.waiver);
      return { ...nothing, qualifications: waiver ? [waiver.qualification] : [] };
    }
    case "splitTraveler": {
      const { child } = command.body;
      return { ...nothing, travelers: [child], lot: { child, serials: [] } };
    }
    case "mergeTravelers":
      return { ...nothing, travelers: command.body.from, lot: { child: null, serials: [] } };
    case "assignSerials":
      return { ...nothing, lot: { child: null, serials: command.body.serials } };
    case "releaseHold": {
      const hold = state.holds.find(({ id }) => id === command.body.hold);
      return { ...nothing, disposition: hold?.defect ?? null };
    }
    case "startRework":
      return { ...nothing, disposition: command.body.defect };
    case "receiveDisposition":
      return { ...nothing, disposition: command.body.from === "qms" ? command.body.defect : null };
    default:
      return nothing;
  }
}

function forWork(
  command: Extract<
    Command,
    {
      type:
        | "startStep"
        | "completeStep"
        | "recordReading"
        | "installComponent"
        | "attachMeasurementRecord"
        | "startTimer"
        | "readClock"
        | "startBatchClock"
        | "resumeStep"
        | "failStep"
        | "superviseStep";
    }
  >,
  state: TravelerState,
  content: InstructionContent,
): FactsNeeded {
  const planned = plannedStep(content, command.body.step);
  if (!planned) return nothing;
  const { operation, step } = planned;
  const base = { ...nothing, qualifications: qualificationsOf(operation, step) };
  if (command.type === "recordReading") {
    const selected = state.gages.filter((gage) => gage.operation === operation.id);
    return {
      ...base,
      gageTypes: gageTypesOf(operation),
      gageCodes: [...new Set(selected.map(({ code }) => code))],
    };
  }
  if (command.type === "startBatchClock") {
    const { lot } = command.body;
    const mix = step.fields.find(({ id }) => id === command.body.field);
    const parts =
      mix?.kind === "batch_clock" && mix.part ? [mix.part, ...(mix.alternates ?? [])] : [];
    const stock = parts.map((part) => ({ part, serial: null, lot }));
    return { ...base, stock, parts, lots: [lot] };
  }
  if (command.type !== "installComponent") return base;
  const { part, serial, lot } = command.body;
  const field = step.fields.find(({ id }) => id === command.body.field);
  const parts = field?.kind === "component" ? [field.part, ...field.alternates] : [];
  return { ...base, stock: [{ part, serial, lot }], parts };
}
