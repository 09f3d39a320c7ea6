import type { FeedProcess } from "./processes.schema.ts";
import type { KeyMember, RuleContent } from "./rules.schema.ts";

const member = (name: string, from: string, mayBeEmpty = false): KeyMember => ({
  name,
  from,
  mayBeEmpty,
});
const units = "$origin.data.context.units[0]";
const order = member("order", "$origin.data.context.order.orderId");
const unit = member("unit", `$exists(${units}.serial) ? ${units}.serial : ${units}.lot`);
const step = member("step", "data.context.step.stepId", true);
const event = member("event", "id");

type Said = Pick<RuleContent, "title" | "on" | "when"> &
  Partial<Pick<RuleContent, "follow" | "priority" | "discloses">> & {
    key: readonly KeyMember[];
    window?: string;
    fold?: RuleContent["correlate"]["fold"];
    gated?: boolean;
  };

const ruleFor =
  (process: FeedProcess, of: Said) =>
  (connector: string): RuleContent => ({
    v: 1,
    title: of.title,
    process,
    on: of.on,
    follow: of.follow ?? [],
    scope: { parts: [], workCenters: [] },
    when: of.when,
    correlate: { key: [...of.key], window: of.window ?? "until-closed", fold: of.fold ?? "create" },
    connector,
    attachments: { photos: process === "NCR", bytesMax: 25_000_000 },
    gate: { mode: of.gated ? "needs-approval" : "auto", role: "quality" },
    priority: of.priority ?? 50,
    discloses: of.discloses ?? { people: true, words: true },
    effects: [],
  });

/**
 * What every site starts with: one rule for each element of the matrix. The NCR's is what was a constant before
 * rules were configuration, with the same keys.
 */
export const defaultRules: Readonly<
  Record<string, { process: FeedProcess; content: (connector: string) => RuleContent }>
> = {
  "ncr-from-defect": {
    process: "NCR",
    content: ruleFor("NCR", {
      title: "Every defect becomes an NCR, and what happens to it is told there",
      on: ["defect.logged"],
      follow: [
        "evidence.attached",
        "defect.amended",
        "defect.withdrawn",
        "rework.started",
        "hold.released",
        "unit.serials_assigned",
      ],
      when: "true",
      // A defect found at no step has an empty part: it is known to be none.
      key: [
        order,
        unit,
        member("step", "$origin.data.context.step.stepId", true),
        member(
          "characteristic or code",
          "$exists($origin.data.characteristic.characteristicId) ? $origin.data.characteristic.characteristicId : $origin.data.code.code",
        ),
        member("defect", "$origin.data.defectId"),
      ],
      fold: "update",
      priority: 10,
    }),
  },
  "hold-notice": {
    process: "HOLD_NOTICE",
    content: ruleFor("HOLD_NOTICE", {
      title: "Holds, when they are placed and when they are released",
      on: ["hold.placed", "hold.released"],
      when: "true",
      key: [member("hold", "$exists(data.holdId) ? data.holdId : id")],
      fold: "append-comment",
      priority: 20,
    }),
  },
  "deviation-from-departure": {
    process: "DEVIATION",
    content: ruleFor("DEVIATION", {
      title: "Departures from the plan without a nonconforming characteristic",
      on: [
        "step.skipped",
        "step.deferred",
        "step.out_of_sequence",
        "batch_clock.exceeded",
        "entry.late",
        "measurement.accepted_out_of_process_limit",
        "witness.passed",
      ],
      when: "true",
      key: [order, unit, step, member("what", "type")],
      fold: "append-comment",
    }),
  },
  "deviation-from-timer": {
    process: "DEVIATION",
    content: ruleFor("DEVIATION", {
      title: "A timer that missed its limit",
      on: ["timer.stopped"],
      when: "$exists(data.missed)",
      key: [order, unit, step, member("timer", "data.timerId")],
    }),
  },
  "capa-from-repeats": {
    process: "CAPA_CANDIDATE",
    content: ruleFor("CAPA_CANDIDATE", {
      title: "Major and critical defects, by part and code, for a person to look at",
      on: ["defect.logged"],
      when: 'data.severity in ["major", "critical"]',
      key: [member("part", "data.context.item.partNumber"), member("code", "data.code.code")],
      window: "P30D",
      fold: "append-comment",
      gated: true,
      discloses: { people: false, words: true },
    }),
  },
  "capa-from-rework": {
    process: "CAPA_CANDIDATE",
    content: ruleFor("CAPA_CANDIDATE", {
      title: "A second rework of the same operation",
      on: ["rework.started"],
      when: "data.loop > 1",
      key: [member("part", "data.context.item.partNumber"), member("rework", "data.label")],
      window: "P30D",
      fold: "append-comment",
      gated: true,
      discloses: { people: false, words: true },
    }),
  },
  "training-usage": {
    process: "TRAINING_USAGE",
    content: ruleFor("TRAINING_USAGE", {
      title: "Which qualification was used for which work",
      on: ["qualification.used", "qualification.override", "step.supervised"],
      when: "true",
      key: [event],
      priority: 80,
    }),
  },
  "audit-evidence": {
    process: "AUDIT_EVIDENCE",
    content: ruleFor("AUDIT_EVIDENCE", {
      title: "Acceptances, refusals and what was transcribed, unit by unit",
      on: [
        "step.cosigned",
        "signature.declined",
        "signature.voided",
        "paper.transcribed",
        "order.accepted",
        "order.completed",
      ],
      when: "true",
      key: [event],
      priority: 80,
    }),
  },
  "inspection-result": {
    process: "INSPECTION_RESULT",
    content: ruleFor("INSPECTION_RESULT", {
      title: "Measured characteristics of the drawing",
      on: ["measurement.recorded", "measurement.corrected", "measurement.rejudged"],
      when: "$exists(data.characteristic.characteristicId)",
      key: [member("reading", "data.readingId")],
      fold: "update",
      priority: 70,
    }),
  },
  "conformance-signal": {
    process: "CONFORMANCE_SIGNAL",
    content: ruleFor("CONFORMANCE_SIGNAL", {
      title: "Skips, out of sequence, rework loops and holds, to be counted",
      on: [
        "step.skipped",
        "step.deferred",
        "step.out_of_sequence",
        "step.reopened",
        "step.implausibly_fast",
        "rework.started",
        "hold.placed",
      ],
      when: "true",
      key: [event],
      priority: 80,
      discloses: { people: false, words: false },
    }),
  },
  "mes-confirmation": {
    process: "MES_CONFIRM",
    content: ruleFor("MES_CONFIRM", {
      title: "Starts, holds, completions and scrap, for the order in the MES",
      on: [
        "order.started",
        "step.completed",
        "hold.placed",
        "hold.released",
        "unit.scrapped",
        "order.completed",
        "order.accepted",
        "order.closed_short",
      ],
      when: "true",
      key: [event],
      priority: 30,
      discloses: { people: false, words: false },
    }),
  },
  "events-to-bus": {
    process: "EVENTS",
    content: ruleFor("EVENTS", {
      title: "The events of units, defects and holds, to whoever listens",
      on: [
        "order.started",
        "order.completed",
        "defect.logged",
        "defect.withdrawn",
        "hold.placed",
        "hold.released",
        "rework.started",
        "rework.completed",
      ],
      when: "true",
      key: [],
      discloses: { people: false, words: false },
    }),
  },
};
