import type { Field } from "#lib/instructions/schema";
import { sha256Hex } from "#lib/kit/canonical";
import type { CommandType } from "../schema.ts";
import { commandBodies, parseBody } from "../schema.ts";
import type { Bench, Deed, Given } from "./bench.ts";
import { shown } from "./bench.ts";
import { hasBox } from "./box.ts";
import { boxBody, offlineFacts } from "./hostile-offline.ts";
import { backingBodies } from "./hostile-qualified.ts";
import { named } from "./plan.ts";
import type { Name } from "./plant.ts";
import { gages, people, stock } from "./plant.ts";
import { deeds, tryDeed } from "./worker.ts";
import { clockBodies } from "./worker-clocks.ts";
import { departureBodies, likelyDepartures } from "./worker-departures.ts";
import { materialBodies } from "./worker-materials.ts";

export type Dice = (sides: number) => number;
const of = <T>(dice: Dice, list: readonly T[]): T | undefined => list[dice(list.length)];
const nowhere = named("nowhere");

const types = Object.keys(commandBodies) as CommandType[];
/** Those that move a traveler are tried more often than those that only say something. */
const likely: readonly CommandType[] = [
  "recordReading",
  "recordReading",
  "recordReading",
  "amendReading",
  "amendReading",
  "signBuyoff",
  "signBuyoff",
  "completeStep",
  "startStep",
  "reopenStep",
  "removeComponent",
  "installComponent",
  "logDefect",
  "placeHold",
  "releaseHold",
  "startRework",
  "completeRework",
  "closeDefect",
  "voidBuyoff",
  "verifyBuyoff",
  "completeTraveler",
  "acceptTraveler",
  "withdrawDefect",
  "receiveDisposition",
  "transferTools",
  "startTimer",
  "stopTimer",
  "startBatchClock",
  "readClock",
  ...likelyDepartures,
  "requestWaiver",
  "grantWaiver",
  "superviseStep",
];

type Pools = {
  step: string;
  operation: string;
  field: Field | undefined;
  reading: string;
  defect: string;
};

/** What would be done here some time, but now, or by somebody else, or with another value. */
export function nearlyRight(bench: Bench, dice: Dice): Deed {
  const right = of(dice, deeds(bench));
  if (!right) return hostileDeed(bench, dice);
  const names = Object.keys(people) as Name[];
  const given = dice(3) === 0 ? { ...right.given, by: of(dice, names) ?? "ana" } : right.given;
  const isMeasured = right.type === "recordReading" && dice(3) === 0;
  const values = ["27.2", "7.0", "9.5", "22.4", "28.700", "fail"];
  const body = isMeasured ? { ...right.body, value: of(dice, values) } : right.body;
  const offline = right.type === "signBuyoff" ? offlineFacts(bench, right.type, dice) : null;
  return { type: right.type, body, given: offline ? { ...given, facts: offline } : given };
}

/** Any command by anybody about anything that is there, and sometimes about what isn't. */
export function hostileDeed(bench: Bench, dice: Dice): Deed {
  const isToOpen = hasBox(bench) && dice(3) === 0;
  const any = (dice(4) === 0 ? of(dice, types) : of(dice, likely)) ?? "completeTraveler";
  const type = isToOpen ? "verifyBuyoff" : any;
  const names = Object.keys(people) as Name[];
  const given: Given = {
    by: of(dice, names) ?? "ana",
    second: dice(2) === 0 ? (of(dice, names) ?? null) : null,
  };
  const steps = bench.content.operations.flatMap(({ id, steps: own }) =>
    own.map((step) => ({ operation: id, step })),
  );
  const active = steps.filter(({ step }) => bench.state.steps[step.id]?.status === "in_work");
  const at = of(dice, dice(3) > 0 && active.length > 0 ? active : steps);
  const pools: Pools = {
    step: at?.step.id ?? nowhere,
    operation: at?.operation ?? nowhere,
    field: of(dice, at?.step.fields ?? []),
    reading: of(dice, bench.state.readings)?.id ?? nowhere,
    defect: of(dice, bench.state.defects)?.id ?? nowhere,
  };
  const asked = {
    step: pools.step,
    person: named(given.by ?? "ana"),
    second: named(given.second ?? "ana"),
  };
  const backing = backingBodies(bench, asked, dice)[type];
  const offline = offlineFacts(bench, type, dice);
  return {
    type,
    body: backing?.() ?? bodyOf(bench, type, pools, dice),
    given: {
      ...given,
      ...(type === "verifyBuyoff" && dice(8) > 0 && { by: "link" }),
      ...(offline && { facts: offline }),
    },
  };
}

/** As a command comes in: one that its schema doesn't know meets no rule. */
export function play(bench: Bench, { type, body, given }: Deed): boolean {
  const parsed = parseBody(type, body);
  return parsed !== null && tryDeed(bench, { type, body: parsed.body, given }).ok;
}

/** Enough for every command that says little; what a command doesn't know, its schema leaves out. */
const plain = ({ step, operation, defect }: Pools, fresh: string) => ({
  step,
  operation,
  defect,
  reason: "because",
  text: "because",
  call: fresh,
  arrived: true,
  category: "help",
  purpose: "audit",
  identification: "tag",
  segregation: "cage",
  command: "x",
  refusal: "y",
  params: {},
});

type Bodies = Partial<Record<CommandType, () => object>>;

function bodyOf(bench: Bench, type: CommandType, pools: Pools, dice: Dice): object {
  const fresh = named(`${type} ${bench.minutes}`);
  const bodies = {
    ...workBodies(bench, pools, dice, fresh),
    ...qualityBodies(bench, pools, dice, fresh),
    ...materialBodies(bench, placeOf(pools, dice), dice),
    ...clockBodies(bench, placeOf(pools, dice), dice),
    ...departureBodies(bench, placeOf(pools, dice), pools.operation, dice),
  };
  return bodies[type]?.() ?? plain(pools, fresh);
}

function workBodies(bench: Bench, pools: Pools, dice: Dice, fresh: string): Bodies {
  const reason = "because";
  const { step, operation, defect } = pools;
  return {
    presentStep: () => ({ step, language: "es" }),
    amendReading: () => ({
      reading: pools.reading,
      value: someValue(pools.field, dice),
      reason,
      evidence: evidenceOf(bench, dice),
    }),
    acceptReadingOutOfProcessLimit: () => ({ reading: pools.reading, reason }),
    recordReading: () => ({
      ...placeOf(pools, dice),
      sample: 1,
      value: someValue(pools.field, dice),
      source: dice(5) === 0 ? "calculated" : "keypad",
      confirmed: dice(3) === 0 ? [] : ["out_of_limits", "fewer_decimals"],
    }),
    installComponent: () => installOf(pools, dice),
    removeComponent: () => ({
      installation: of(dice, bench.state.components)?.id ?? nowhere,
      reason,
      condition: of(dice, ["serviceable", "suspect", "scrap"]),
      to: "MRB",
    }),
    attachPhoto: () => ({
      photo: fresh,
      sha256: sha256Hex(fresh),
      mediaType: "image/png",
      bytes: 9,
      ...placeOf(pools, dice),
      defect: dice(2) === 0 ? null : defect,
    }),
    selectGage: () => ({ operation, gage: of(dice, gages)?.code ?? "?" }),
    signBuyoff: () => signOf(bench, dice),
    declineBuyoff: () => ({ ...placeToSign(bench, dice), reason }),
    verifyBuyoff: () => boxBody(bench, dice),
    voidBuyoff: () => ({ buyoff: of(dice, bench.state.buyoffs)?.id ?? nowhere, reason }),
  };
}

function qualityBodies(bench: Bench, pools: Pools, dice: Dice, fresh: string): Bodies {
  const reason = "because";
  const { step, operation, defect } = pools;
  return {
    logDefect: () => ({
      defect: fresh,
      code: of(dice, ["TRQ-01", "FIN-01", "XXX-99"]),
      severity: of(dice, ["minor", "major", "critical"]),
      quantity: of(dice, ["1", "2", "0"]),
      ...placeOf(pools, dice),
      reading: dice(2) === 0 ? null : pools.reading,
      location: null,
      comment: null,
    }),
    updateDefect: () => ({ defect, severity: of(dice, ["minor", "critical"]) }),
    closeDefect: () => ({ defect, verification: reason }),
    receiveDisposition: () => ({
      defect,
      from: of(dice, ["qms", "hand"]),
      ncr: "NCR-1",
      dispositions: [dispositionOf(dice)],
      evidence: dice(2) === 0 ? null : sha256Hex("doc"),
      reason: dice(2) === 0 ? null : reason,
    }),
    placeHold: () => ({
      hold: fresh,
      scope: of(dice, [
        { kind: "traveler" },
        { kind: "operation", operation },
        { kind: "step", step },
      ]),
      reason: of(dice, ["missing_tool", "nonconformance", "customer_stop", "?"]),
      comment: null,
    }),
    releaseHold: () => ({
      hold: of(dice, bench.state.holds)?.id ?? nowhere,
      comment: reason,
      byHand: dice(2) === 0 ? null : { ncr: "NCR-1", evidence: sha256Hex("doc") },
    }),
    startRework: () => ({
      rework: fresh,
      defect,
      steps: [
        { step, positions: dice(2) === 0 ? null : [of(dice, pools.field?.positions ?? ["9"])] },
      ],
    }),
    completeRework: () => ({ rework: of(dice, bench.state.reworks)?.id ?? nowhere }),
  };
}

const placeOf = ({ step, field }: Pools, dice: Dice) => ({
  step,
  field: field?.id ?? nowhere,
  position: of(dice, field?.positions ?? ["1"]) ?? "1",
});

function someValue(field: Field | undefined, dice: Dice): string {
  const numbers = [
    "2.3",
    "3.9",
    "7.0",
    "9.5",
    "22.3",
    "23.4",
    "24.9",
    "27.2",
    "28.580",
    "28.610",
    "0.030",
    "14",
    "x",
  ];
  const texts = ["pass", "fail", "yes", "WO-700290", ""];
  const isNumber = field?.kind === "measurement" || field?.kind === "count";
  return of(dice, dice(8) === 0 || !isNumber ? [...texts, ...numbers] : numbers) ?? "1";
}

const evidenceOf = (bench: Bench, dice: Dice) =>
  dice(3) === 0
    ? null
    : {
        photo: of(dice, bench.state.photos)?.id ?? null,
        reading: of(dice, bench.state.readings)?.id ?? null,
      };

function installOf(pools: Pools, dice: Dice): object {
  const { part, serial, lot } = of(dice, stock) ?? { part: "?", serial: null, lot: "?" };
  return { ...placeOf(pools, dice), part, serial, lot, quantity: of(dice, ["1", "1", "2"]) };
}

function placeToSign(bench: Bench, dice: Dice) {
  const places = bench.content.operations.flatMap((one) => [
    ...one.buyoffs.map(({ id }) => ({ operation: one.id, step: null, requirement: id })),
    ...one.steps.flatMap((step) =>
      step.buyoffs.map(({ id }) => ({ operation: one.id, step: step.id, requirement: id })),
    ),
  ]);
  return of(dice, places) ?? { operation: nowhere, step: null, requirement: nowhere };
}

function signOf(bench: Bench, dice: Dice): object {
  const place = placeToSign(bench, dice);
  return { ...place, contentSha256: dice(6) === 0 ? sha256Hex("other") : shown(bench, place) };
}

const dispositionOf = (dice: Dice) => ({
  decision: of(dice, ["rework", "use_as_is", "scrap", "repair", "return_to_supplier"]),
  quantity: of(dice, ["1", "1", "2"]),
  designAuthority: dice(2) === 0 ? null : "DA-1",
  concession: null,
});
