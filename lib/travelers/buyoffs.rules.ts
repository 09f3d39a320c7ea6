import type {
  BuyoffRequirement,
  InstructionContent,
  Operation,
  Step,
} from "#lib/instructions/schema";
import type { Canonical } from "#lib/kit/canonical";
import type { PlannedStep } from "./plan.rules.ts";
import { plannedStep, plannedSteps } from "./plan.rules.ts";
import type { Buyoff, TravelerState } from "./state.schema.ts";
import { attemptsOf, gageTypesMissing, placesOf } from "./values.rules.ts";

/** Where a signature belongs; `step` is null for the operation's own chain. */
export type BuyoffPlace = { operation: string; step: string | null; requirement: string };

export type BuyoffDue = {
  operation: string;
  step: string | null;
  requirement: BuyoffRequirement;
  covers: readonly { step: string; attempt: number }[];
};

/** The signatures asked for at one place, in their order, as far as this unit needs them. */
export type Chain = {
  operation: Operation;
  step: Step | null;
  requirements: readonly BuyoffRequirement[];
  /** Order of the step that it stands on, or of the operation's last step. */
  order: number;
};

const isAsked = (state: TravelerState, { serialEndsWith }: BuyoffRequirement): boolean =>
  !serialEndsWith || serialEndsWith.some((end) => state.unit.serial?.endsWith(end) ?? false);

/** A revision never changes: every place of signatures in it, in their order, whichever unit it is. */
const plans = new WeakMap<InstructionContent, readonly Chain[]>();

function plannedChains(content: InstructionContent): readonly Chain[] {
  const known = plans.get(content);
  if (known) return known;
  const planned = plannedSteps(content);
  const chains = content.operations
    .flatMap((operation): Chain[] => {
      const own = planned.filter((of) => of.operation.id === operation.id);
      const last = own.at(-1)?.order ?? 0;
      return [
        ...own.map(({ step, order }) => ({ operation, step, requirements: step.buyoffs, order })),
        { operation, step: null, requirements: operation.buyoffs, order: last },
      ];
    })
    .filter(({ requirements }) => requirements.length > 0);
  plans.set(content, chains);
  return chains;
}

/** As far as this unit needs it; null: no signature is asked for there. */
function asked(state: TravelerState, chain: Chain): Chain | null {
  // A step that was left out, under a permit, asks for no signature of its own.
  if (chain.step && state.steps[chain.step.id]?.status === "not_applicable") return null;
  if (chain.requirements.every((requirement) => isAsked(state, requirement))) return chain;
  const requirements = chain.requirements.filter((requirement) => isAsked(state, requirement));
  return requirements.length > 0 ? { ...chain, requirements } : null;
}

export const chainsOf = (state: TravelerState, content: InstructionContent): Chain[] =>
  plannedChains(content).flatMap((chain) => asked(state, chain) ?? []);

export function chainAt(
  state: TravelerState,
  content: InstructionContent,
  at: { operation: string; step: string | null },
): Chain | null {
  const chain = plannedChains(content).find(
    ({ operation, step }) => operation.id === at.operation && (step?.id ?? null) === at.step,
  );
  return chain ? asked(state, chain) : null;
}

const finalTypes: readonly BuyoffRequirement["type"][] = ["quality", "customer", "government"];

/**
 * The steps that a signature accepts. A buyoff step covers the operation since the last one; the
 * operation's own chain covers all of it; the final acceptance by quality, customer or government
 * in the last operation covers everything before it. A step that was deferred is accepted where it was
 * deferred to, by the last signatures there.
 */
export function coveredSteps(
  state: TravelerState,
  content: InstructionContent,
  chain: Pick<Chain, "operation" | "step" | "order">,
  type: BuyoffRequirement["type"],
): Step[] {
  const planned = plannedSteps(content);
  const isLast = content.operations.at(-1)?.id === chain.operation.id;
  if (isLast && finalTypes.includes(type)) {
    return planned.filter(({ order }) => order <= chain.order).map(({ step }) => step);
  }
  const deferredTo = (step: Step) => state.steps[step.id]?.deferredTo ?? null;
  const own = planned.filter(
    ({ operation, step }) => operation.id === chain.operation.id && deferredTo(step) === null,
  );
  const steps = chain.step ? sinceLastBuyoff(state, own, chain.order) : own;
  const traveled = isLastChain(state, content, chain)
    ? planned.filter(({ step }) => deferredTo(step) === chain.operation.id)
    : [];
  return [...traveled, ...steps].map(({ step }) => step);
}

/** A buyoff step that was left out accepts nothing: the next one covers what it would have. */
const accepts = (state: TravelerState, { id, buyoffs }: Step): boolean =>
  buyoffs.length > 0 && state.steps[id]?.status !== "not_applicable";

function sinceLastBuyoff(
  state: TravelerState,
  own: readonly PlannedStep[],
  order: number,
): PlannedStep[] {
  const before = own.filter((planned) => planned.order < order);
  const since = before.findLast(({ step }) => accepts(state, step))?.order ?? -1;
  return own.filter((planned) => planned.order > since && planned.order <= order);
}

/** The operation's own chain, or where it has none its last buyoff step. */
const isLastChain = (
  state: TravelerState,
  content: InstructionContent,
  { operation, step }: Pick<Chain, "operation" | "step">,
): boolean =>
  step === null ||
  (operation.buyoffs.length === 0 &&
    plannedSteps(content).findLast(
      (planned) => planned.operation.id === operation.id && accepts(state, planned.step),
    )?.step.id === step.id);

export const covers = (
  state: TravelerState,
  steps: readonly Step[],
): { step: string; attempt: number }[] =>
  steps.map(({ id }) => ({ step: id, attempt: state.steps[id]?.attempt ?? 1 }));

export const isAt = (a: BuyoffPlace, b: BuyoffPlace): boolean =>
  a.operation === b.operation && a.step === b.step && a.requirement === b.requirement;

export const signatureAt = (
  { buyoffs }: Pick<TravelerState, "buyoffs">,
  at: BuyoffPlace,
): Buyoff | null =>
  buyoffs.find((buyoff) => buyoff.status === "signed" && isAt(buyoff, at)) ?? null;

/** Given without a network and not verified yet: it stands for nothing but that the work may go on over it. */
export const pendingAt = (state: TravelerState, at: BuyoffPlace): Buyoff | null =>
  state.buyoffs.find((buyoff) => buyoff.status === "pending_verification" && isAt(buyoff, at)) ??
  null;

const placeIn = (chain: Chain, { id }: BuyoffRequirement): BuyoffPlace => ({
  operation: chain.operation.id,
  step: chain.step?.id ?? null,
  requirement: id,
});

/** Passed without the witness, for this attempt of what it covers (see witness.rules.ts). */
const isPassed = (state: TravelerState, at: BuyoffPlace): boolean =>
  state.witnessPasses.some((pass) => isAt(pass, at));

/** What a chain still misses, in its order. */
export const unsigned = (state: TravelerState, chain: Chain): readonly BuyoffRequirement[] =>
  chain.requirements.filter((requirement) => {
    const place = placeIn(chain, requirement);
    return !signatureAt(state, place) && !isPassed(state, place);
  });

/** What nobody has signed yet: where the work goes on, a signature that waits to be verified is not in its way. */
export const outstanding = (state: TravelerState, chain: Chain): readonly BuyoffRequirement[] =>
  unsigned(state, chain).filter((requirement) => !pendingAt(state, placeIn(chain, requirement)));

export const isDone = (state: TravelerState, step: string): boolean => {
  const status = state.steps[step]?.status;
  return status === "complete" || status === "not_applicable";
};

const hasAllRecorded = (state: TravelerState, operation: string, step: Step): boolean =>
  state.steps[step.id]?.status === "not_applicable" ||
  (placesOf(state, step).every(({ open }) => open === null) &&
    gageTypesMissing(state, operation, step).length === 0);

/** The work that a signature accepts is done: nothing in it is open. */
export function isWorkDone(
  state: TravelerState,
  content: InstructionContent,
  chain: Chain,
  type: BuyoffRequirement["type"],
): boolean {
  return coveredSteps(state, content, chain, type).every((step) => {
    const operation = plannedStep(content, step.id)?.operation.id ?? chain.operation.id;
    const now = state.steps[step.id];
    const isOwn = step.id === chain.step?.id;
    const isOpen = isOwn && now?.status === "in_work" && now.pausedAt === null;
    const isReady = isDone(state, step.id) || isOpen;
    return isReady && hasAllRecorded(state, operation, step);
  });
}

/** The signatures that could be given now: the next of each chain whose work is done. */
export function buyoffsDue(state: TravelerState, content: InstructionContent): BuyoffDue[] {
  if (state.status === "scrapped" || state.status === "cancelled") return [];
  return chainsOf(state, content).flatMap((chain) =>
    nextRequirements(state, chain)
      .filter((requirement) => !pendingAt(state, placeIn(chain, requirement)))
      .filter((requirement) => isWorkDone(state, content, chain, requirement.type))
      .map((requirement) => ({
        operation: chain.operation.id,
        step: chain.step?.id ?? null,
        requirement,
        covers: covers(state, coveredSteps(state, content, chain, requirement.type)),
      })),
  );
}

/** The first one that binds; and before it witnesses who were passed and may still come. */
export function nextRequirements(state: TravelerState, chain: Chain): BuyoffRequirement[] {
  const [binding] = unsigned(state, chain);
  const until = binding ? chain.requirements.indexOf(binding) : chain.requirements.length;
  const late = chain.requirements
    .slice(0, until)
    .filter((requirement) => !signatureAt(state, placeIn(chain, requirement)));
  return binding ? [binding, ...late] : late;
}

/**
 * What can be given next without a network: a second operator signs over signatures that wait to be verified
 * themselves. Everything else is asked for in its turn.
 */
export function nextOffline(state: TravelerState, chain: Chain): BuyoffRequirement | undefined {
  const [next] = nextRequirements(state, chain);
  if (!next || !pendingAt(state, placeIn(chain, next))) return next;
  const [open] = outstanding(state, chain);
  return open?.type === "second_operator" ? open : next;
}

/** The signatures before this one in its chain that wait to be verified. */
export const pendingBefore = (
  state: TravelerState,
  chain: Chain,
  { id }: BuyoffRequirement,
): Buyoff[] =>
  chain.requirements
    .slice(
      0,
      Math.max(
        0,
        chain.requirements.findIndex((of) => of.id === id),
      ),
    )
    .flatMap((before) => pendingAt(state, placeIn(chain, before)) ?? []);

/** Signatures that stand and accept any of these steps, verified or not yet. */
export const buyoffsCovering = (state: TravelerState, steps: readonly string[]): Buyoff[] =>
  state.buyoffs.filter(
    (buyoff) =>
      (buyoff.status === "signed" || buyoff.status === "pending_verification") &&
      buyoff.covers.some(({ step }) => steps.includes(step)),
  );

/**
 * Everyone who recorded in the production steps among these, in any attempt: what a rework carries
 * is accepted anew. A step at which there is nothing to do but sign is no work. Whoever answered for an
 * apprentice's hands performed it too.
 */
export function performers(state: TravelerState, steps: readonly Step[]): string[] {
  const worked = steps
    .filter(({ work }) => work === "production")
    .filter(({ fields, buyoffs }) => fields.length > 0 || buyoffs.length === 0)
    .map(({ id }) => id);
  const hands = worked.flatMap((id) =>
    attemptsOf(state, id).flatMap(({ performedBy }) => performedBy),
  );
  return [...new Set([...hands, ...trainersAt(state, worked)])];
}

/** Who answered for an apprentice's hands in any of these steps. */
export const trainersAt = (state: TravelerState, steps: readonly string[]): string[] =>
  state.supervisions.filter(({ step }) => steps.includes(step)).map(({ trainer }) => trainer);

/** The chain with an unsigned hold point that stands before this place in the revision. */
export function holdPointBefore(
  state: TravelerState,
  content: InstructionContent,
  at: { operation: string; order: number },
): Chain | null {
  return (
    chainsOf(state, content).find((chain) => {
      const isBefore =
        chain.step === null ? chain.operation.id !== at.operation : chain.order !== at.order;
      return (
        isBefore &&
        chain.order < at.order &&
        unsigned(state, chain).some(({ holdPoint }) => holdPoint)
      );
    }) ?? null
  );
}

/**
 * Exactly what a signer is shown and signs (21 CFR 11.70): canonicalSha256 of it is the
 * `contentSha256` of signBuyoff. Throws for a place that the revision doesn't have.
 */
export function buyoffContent(
  state: TravelerState,
  content: InstructionContent,
  of: BuyoffPlace,
): Canonical {
  const chain = chainAt(state, content, of);
  const requirement = chain?.requirements.find(({ id }) => id === of.requirement);
  if (!chain || !requirement) throw new TypeError(`no buyoff ${of.requirement} here`);
  return {
    traveler: state.id,
    unit: state.unit,
    order: state.workOrder,
    part: state.part,
    instruction: state.revision,
    operation: { id: chain.operation.id, number: chain.operation.number },
    step: chain.step ? { id: chain.step.id, number: chain.step.number } : null,
    requirement: requirement.id,
    type: requirement.type,
    meaning: requirement.meaning,
    steps: coveredSteps(state, content, chain, requirement.type).map((step) =>
      signedStep(state, step),
    ),
  };
}

/** One covered step as it is signed: every value that counts, with its limits and its gage. */
export function signedStep(state: TravelerState, step: Step): Canonical {
  const places = placesOf(state, step);
  return {
    step: step.id,
    number: step.number,
    attempt: state.steps[step.id]?.attempt ?? 1,
    values: places.flatMap(({ field, position, sample, reading }) =>
      reading
        ? [
            {
              reading: reading.id,
              field,
              position,
              sample,
              attempt: reading.attempt,
              retry: reading.retry,
              value: reading.value,
              unit: reading.unit,
              limits: reading.limits,
              process: reading.process,
              verdict: reading.verdict,
              acceptedBy: reading.acceptedBy,
              gage: reading.gage,
              amended: reading.amendments.length,
            },
          ]
        : [],
    ),
    components: places.flatMap(({ installation }) =>
      installation
        ? [
            {
              installation: installation.id,
              find: installation.find,
              position: installation.position,
              part: installation.part,
              serial: installation.serial,
              lot: installation.lot,
              quantity: installation.quantity,
              expiresOn: installation.expiresOn,
            },
          ]
        : [],
    ),
    photos: places.flatMap(({ field, position, photos }) =>
      photos.map(({ sha256 }) => ({ field, position, sha256 })),
    ),
    clocks: places.flatMap(({ field, clock }) =>
      clock
        ? [{ field, clock: clock.clock, part: clock.part, lot: clock.lot, mixedAt: clock.mixedAt }]
        : [],
    ),
  };
}
