import type { InstructionContent } from "#lib/instructions/schema";
import { performers } from "./buyoffs.rules.ts";
import { plannedSteps } from "./plan.rules.ts";
import type { OpenItem } from "./progress.rules.ts";
import { openItems } from "./progress.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";

/** What a person can read: "060.3", "TRQ-01", "060R1". */
function nameOf({ code, params }: OpenItem): string {
  switch (code) {
    case "buyoff_open":
      return `${params.step || params.operation} ${params.type}`;
    case "defect_open":
      return params.code ?? "";
    case "hold_open":
      return params.reason ?? "";
    case "rework_open":
      return params.label ?? "";
    case "tools_open":
      return `${params.kit} ${params.counted}/${params.due}`;
    case "quantity_open":
      return params.quantity ?? "";
    case "photo_not_arrived":
      return params.tablet ? `${params.what}: ${params.tablet}` : (params.what ?? "");
    default:
      return params.step ?? "";
  }
}

/** The refusal lists what is open: how many, and of each kind which. */
function incomplete(items: readonly OpenItem[]): Ruling {
  const listed = (...codes: OpenItem["code"][]) => [
    ...new Set(items.filter(({ code }) => codes.includes(code)).map(nameOf)),
  ];
  const groups = {
    steps: listed("step_open", "deferred_open", "field_open", "gage_open"),
    readings: listed("reading_uncovered", "process_limit_open"),
    buyoffs: listed("buyoff_open"),
    defects: listed("defect_open"),
    holds: listed("hold_open"),
    reworks: listed("rework_open"),
    tools: listed("tools_open"),
    photos: listed("photo_not_arrived"),
    quantity: listed("quantity_open"),
  };
  const texts = Object.entries(groups).map(([group, names]) => [group, names.join(", ")]);
  return refuse("traveler_incomplete", {
    count: String(items.length),
    open: Object.values(groups).flat().join(", "),
    ...Object.fromEntries(texts),
  });
}

export function completeTraveler({ state, content, facts }: Case<"completeTraveler">): Ruling {
  const items = openItems(state, content, facts);
  return items.length > 0 ? incomplete(items) : rule([{ type: "traveler.completed", body: {} }]);
}

/** Finishing is not accepting: quality accepts what is complete, with every NCR known and decided. */
export function acceptTraveler({ state, content, facts }: Case<"acceptTraveler">): Ruling {
  if (state.status !== "complete") return refuse("traveler_not_complete");
  const items = openItems(state, content, facts);
  if (items.length > 0) return incomplete(items);
  if (performers(state, stepsOf(content)).includes(facts.person.id)) {
    return refuse("signer_performed_work", { person: facts.person.name });
  }
  // What left with its pieces is accepted, or not, where they are.
  const reported = state.defects.filter(
    ({ status }) => status !== "withdrawn" && status !== "transferred",
  );
  const unnumbered = reported.filter(({ qms }) => qms === null);
  if (unnumbered.length > 0) {
    return refuse("ncr_missing", { defects: unnumbered.map(({ code }) => code).join(", ") });
  }
  const reopened = reported.find(
    ({ qms }) => qms?.status === "open" || qms?.status === "contained",
  )?.qms;
  if (reopened) {
    return refuse("qms_not_dispositioned", { ncr: reopened.number, status: reopened.status });
  }
  return rule([{ type: "traveler.accepted", body: {} }]);
}

const stepsOf = (content: InstructionContent) => plannedSteps(content).map(({ step }) => step);

export function cancelTraveler({ state, facts, body }: Case<"cancelTraveler">): Ruling {
  const isSystem = !facts.person.roles.some((role) => role === "supervisor" || role === "quality");
  const isBegun = isSystem && state.status !== "released";
  if (isBegun || state.status === "complete" || state.status === "accepted") {
    return refuse("traveler_not_open", { status: state.status });
  }
  const cancelled = { reason: textHash(body.reason) };
  return rule([{ type: "traveler.cancelled", body: cancelled }], [body.reason]);
}
