import type { BuyoffRequirement, InstructionContent } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import { plusMinutes } from "#lib/kit/time";
import type { Chain } from "./buyoffs.rules.ts";
import {
  buyoffsDue,
  chainAt,
  coveredSteps,
  covers,
  holdPointBefore,
  isWorkDone,
  nextRequirements,
  unsigned,
} from "./buyoffs.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import { held, openHold } from "./gates.rules.ts";
import { mixesSettled } from "./mix-age.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule } from "./ruling.rules.ts";
import { stepDoneBy } from "./signing.rules.ts";
import type { InspectionCall, TravelerState } from "./state.schema.ts";

/** May be passed without its party once they were called and the notice time is over (rule 12). */
export const isWitnessPoint = ({ witnessNoticeMinutes, holdPoint }: BuyoffRequirement): boolean =>
  witnessNoticeMinutes !== undefined && !holdPoint;

/**
 * The call that counts for a witness point: the last one for the work as it is now. A call before a rework
 * or before an earlier signature here invited nobody to this; whoever has come is not passed over.
 */
export function witnessCall(
  state: TravelerState,
  chain: Chain,
  requirement: BuyoffRequirement,
): { call: InspectionCall; until: Instant } | null {
  const own = chain.operation.steps.map(({ id }) => id);
  const again = state.reworks.filter(({ steps }) => steps.some(({ step }) => own.includes(step)));
  const reopened = state.departures.filter(
    ({ kind, step }) => kind === "reopened" && own.includes(step),
  );
  const signed = state.buyoffs.filter((buyoff) => buyoff.requirement === requirement.id);
  const since =
    [...again, ...reopened, ...signed]
      .map(({ at }) => at)
      .sort()
      .at(-1) ?? "";
  const call = state.calls.find(
    (one) => one.operation === chain.operation.id && one.at >= since && one.arrivedAt === null,
  );
  if (!call) return null;
  const heardAt = call.heardAt ?? call.at;
  return { call, until: plusMinutes(heardAt, requirement.witnessNoticeMinutes ?? 0) };
}

/** Until when the work of an operation waits for a witness who was called to what is due there. */
export function witnessUntil(
  state: TravelerState,
  content: InstructionContent,
  operation: string,
): Instant | null {
  const waits = buyoffsDue(state, content).flatMap((due) => {
    const chain = chainAt(state, content, due);
    const isHere = due.operation === operation && isWitnessPoint(due.requirement);
    const isOpen = chain !== null && unsigned(state, chain).includes(due.requirement);
    return isHere && isOpen ? (witnessCall(state, chain, due.requirement)?.until ?? []) : [];
  });
  return waits.sort().at(0) ?? null;
}

/** The work goes on without the witness: deliberately, by somebody, and for a review. */
export function passWitness(of: Case<"passWitness">): Ruling {
  const { state, content, facts, body } = of;
  const chain = chainAt(state, content, body);
  const requirement = chain?.requirements.find(({ id }) => id === body.requirement);
  if (!chain || !requirement) return refuse("buyoff_unknown");
  const { type } = requirement;
  if (!isWitnessPoint(requirement)) return refuse("not_a_witness_point", { type });
  const hold = openHold(state, { operation: chain.operation.id, step: chain.step?.id ?? null });
  if (hold) return held(hold);
  const at = { operation: chain.operation.id, order: chain.order };
  const point = holdPointBefore(state, content, at);
  if (point) {
    const step = point.step?.number ?? "";
    return refuse("hold_point_open", { operation: point.operation.number, step });
  }
  const [next] = nextRequirements(state, chain);
  const isNext = next?.id === requirement.id && unsigned(state, chain).includes(requirement);
  if (!isNext || !isWorkDone(state, content, chain, type)) {
    return refuse("buyoff_not_due", { type, before: next?.type ?? "" });
  }
  const called = witnessCall(state, chain, requirement);
  if (!called) return refuse("witness_not_called", { type });
  if (facts.at < called.until) {
    return refuse("witness_notice_runs", { type, calledAt: called.call.at, until: called.until });
  }
  const mixes = chain.step ? mixesSettled(state, content, chain.step, facts.at) : null;
  if (mixes?.ok === false) return mixes;
  const passed: TravelerEvent = {
    type: "witness.passed",
    body: {
      operation: body.operation,
      step: body.step,
      requirement: requirement.id,
      type,
      call: called.call.id,
      calledAt: called.call.at,
      noticeMinutes: requirement.witnessNoticeMinutes ?? 0,
      covers: covers(state, coveredSteps(state, content, chain, type)),
    },
  };
  return rule([passed, ...stepDoneBy(of, chain, passed)]);
}
