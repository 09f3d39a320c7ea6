import { createRequire } from "node:module";
import { expect, test } from "vitest";
import en from "../messages/en/desk.json" with { type: "json" };
import es from "../messages/es/desk.json" with { type: "json" };
import { named } from "./bench/plan.ts";
import { completed } from "./bench/stage.ts";
import {
  type EventBody,
  type EventType,
  eventBodies,
  eventTypes,
  type RecordedEvent,
} from "./events.schema.ts";
import { type OpenItemCode, openItemCodes } from "./progress.rules.ts";
import { type RecordFilter, recordFilters } from "./record-filter.rules.ts";
import type { Departure } from "./record-row.rules.ts";
import { type CommandType, commandBodies } from "./schema.ts";
import { type EventWords, said, type Word, wordsOf } from "./sentences.rules.ts";
import { type SignalKind, signalKinds, type TravelerState } from "./state.schema.ts";

/** A kind of event, or a command, without words in one of the languages does not compile. */
const titles: readonly Record<EventWords, string>[] = [en.events, es.events];
const sentences: readonly Record<EventWords, string>[] = [en.sentences, es.sentences];
/** So are the open items of the head, the filters, and what a step departed by. */
const opens: readonly Record<OpenItemCode, string>[] = [en, es].flatMap(({ head }) => [
  head.openCount,
  head.openItem,
]);
const filterNames: readonly Record<RecordFilter, string>[] = [en.record.filter, es.record.filter];
const signals: readonly Record<SignalKind, string>[] = [en.record.signal, es.record.signal];
const departures: readonly Record<Departure, string>[] = [en.record.departure, es.record.departure];
const commands: readonly Record<CommandType, string>[] = [en.record.command, es.record.command];

const id = named("anything");
const hash = "ab".repeat(32);
const at = "2026-11-18T14:30:12.000Z";
const step = named("060.3");
const place = { step, field: named("final"), position: "2" };
const limits = { min: "21.9", max: "24.9" };
const meaning = { en: "I accept it", es: "Lo acepto" };

/** One of each kind, with everything that it can say. */
const samples: { [T in EventType]: EventBody<T> } = {
  "traveler.released": {
    traveler: id,
    site: id,
    workOrder: "WO-1",
    part: { number: "4471", revision: "C" },
    unit: { serial: "FSB-1", lot: null, quantity: "1" },
    revision: { instruction: id, number: "WI-1", revision: "03", contentSha256: hash },
    operations: [],
  },
  "traveler.completed": {},
  "traveler.accepted": {},
  "traveler.cancelled": { reason: hash },
  "traveler.scrapped": { defect: id, identification: "red tag 7", segregation: "cage 2" },
  "traveler.split": { child: id, lot: "L-1A", quantity: "3", defects: [], reason: hash },
  "traveler.split_off": {
    traveler: id,
    from: { traveler: id, seq: 41, head: hash },
    lot: "L-1A",
    quantity: "3",
    defects: [],
  },
  "traveler.merged": {
    from: [{ traveler: id, seq: 41, head: hash, lot: "L-1", quantity: "3", serials: [] }],
    performedBy: [{ step, people: [id] }],
    reason: hash,
  },
  "traveler.merged_into": { into: id, lot: "L-1", quantity: "3", reason: hash },
  "quantity.scrapped": {
    defect: id,
    quantity: "2",
    identification: "Red tag 118",
    segregation: "MRB cage",
  },
  "quantity.accounted": { accepted: "47", scrapped: "2", transferredOut: "1" },
  "traveler.serials_assigned": { serials: ["S-1", "S-2"] },
  "step.presented": { step, requirementHash: hash, language: "es" },
  "step.started": { step, buried: [id, hash.slice(0, 8) + id.slice(8)] },
  "step.paused": { step, reason: "break" },
  "step.resumed": { step },
  "step.completed": { step, attempt: 2 },
  "step.implausibly_fast": { step, attempt: 1, seconds: 4, plausibleMinSeconds: 30 },
  "step.supervised": {
    step,
    attempt: 1,
    trainer: id,
    qualifications: ["Q-TRQ"],
    contentSha256: hash,
  },
  "step.cosigned": { step, attempt: 1, trainer: id, contentSha256: hash },
  "step.failed": { step, reason: hash },
  "step.skipped": { step, reason: hash, permit: "DP-9" },
  "step.marked_not_applicable": { step, reason: hash, permit: "DP-9" },
  "step.deferred": { step, to: named("op 060"), reason: hash },
  "step.reopened": { step, attempt: 2, positions: ["2"], reason: hash },
  "sequence.departed": { step, reason: hash },
  "entry.late": { step, claimedAt: at, reason: hash },
  "reading.recorded": {
    reading: id,
    ...place,
    characteristic: null,
    sample: 1,
    attempt: 1,
    retry: 1,
    value: "27.2",
    unit: "N·m",
    limits,
    process: null,
    derivedFrom: null,
    verdict: "out_of_limits",
    gage: { id, code: "TW-0209", calibrationDueOn: "2027-01-01" },
    source: "keypad",
    confirmed: [],
  },
  "reading.amended": {
    reading: id,
    from: "27.2",
    to: "22.3",
    verdict: "in_limits",
    reason: hash,
    second: id,
    evidence: null,
  },
  "reading.rejudged": { reading: id, limits, derivedFrom: id, verdict: "in_limits" },
  "reading.accepted_out_of_process_limit": { reading: id, reason: hash },
  "measurement_record.attached": {
    ...place,
    record: id,
    attempt: 1,
    name: "CMM 12",
    sha256: hash,
    uri: "file://cmm/12",
    mediaType: null,
    bytes: null,
  },
  "photo.attached": {
    photo: id,
    sha256: hash,
    mediaType: "image/png",
    bytes: 5_400,
    step,
    field: null,
    position: null,
    attempt: null,
    defect: null,
  },
  "note.added": { note: id, step, text: hash },
  "component.installed": {
    installation: id,
    ...place,
    attempt: 1,
    find: "7",
    part: "NG-SHM-221",
    alternateFor: "NG-SHM-220",
    serial: "S-9",
    lot: "7731",
    quantity: "1",
    expiresOn: null,
  },
  "component.removed": { installation: id, reason: hash, condition: "scrap", to: "bin 4" },
  "gage.selected": {
    operation: named("op 060"),
    type: "torque",
    id,
    code: "TW-0209",
    calibrationDueOn: "2027-01-01",
  },
  "gage.quarantined": { gage: id, code: "TW-0209", reason: hash },
  "batch_clock.exceeded": {
    batchClock: id,
    step,
    attempt: 1,
    clock: "application life",
    lot: "PSB-2291",
    minutes: "131.2",
    maxMinutes: "120",
  },
  "batch_clock.started": {
    batchClock: id,
    step,
    field: id,
    attempt: 1,
    clock: "application life",
    part: null,
    lot: "PSB-2291",
    mixedAt: at,
    joined: true,
  },
  "timer.started": { timer: id, ...place, attempt: 1 },
  "timer.stopped": { timer: id, ...place, attempt: 1, seconds: "37", verdict: "out_of_limits" },
  "tools.transferred": {
    kit: "KIT-14",
    quantity: "1",
    direction: "out",
    counterpart: "FSB-2",
    reason: hash,
  },
  "traveler.checked_out": {
    device: id,
    tablet: "Bench 1",
    station: "ASM-1",
    until: "2026-03-02T21:00:00.000Z",
    from: id,
    reason: hash,
  },
  "traveler.checked_in": { device: id, reason: hash },
  "inspection.called": { call: id, operation: named("op 060") },
  "inspection.acknowledged": { call: id, arrived: true },
  "assistance.requested": { step, category: "tooling" },
  "handover.noted": { text: hash },
  "buyoff.signed": {
    buyoff: id,
    operation: named("op 060"),
    step,
    requirement: id,
    signer: id,
    type: "inspection",
    meaning,
    stamp: "QI-07",
    method: "badge_pin",
    contentSha256: hash,
    covers: [],
  },
  "buyoff.verified": { buyoff: id, waits: true },
  "buyoff.rejected": { buyoff: id, cause: "pin_wrong" },
  "witness.passed": {
    operation: named("op 060"),
    step,
    requirement: id,
    type: "inspection",
    call: id,
    calledAt: at,
    noticeMinutes: 30,
    covers: [],
  },
  "buyoff.declined": {
    buyoff: id,
    operation: named("op 060"),
    step,
    requirement: id,
    signer: id,
    type: "inspection",
    meaning,
    reason: hash,
  },
  "buyoff.voided": { buyoff: id, cause: "reading_amended", reason: null },
  "defect.logged": {
    defect: id,
    code: "TRQ-01",
    severity: "major",
    quantity: "1",
    step,
    field: null,
    position: null,
    attempt: 1,
    reading: null,
    measured: {
      characteristic: null,
      balloon: "12",
      value: "27.2",
      unit: "N·m",
      limits,
      gage: null,
    },
    location: null,
    comment: hash,
  },
  "defect.updated": { defect: id, severity: "minor", quantity: "2", location: "left" },
  "defect.withdrawn": { defect: id, reason: hash },
  "defect.closed": { defect: id, verification: hash },
  "qms_record.linked": {
    defect: id,
    process: "NCR",
    connector: "rest",
    externalId: "7",
    number: "NCR-7",
    status: "open",
    url: "https://qms.example/7",
    version: "1",
  },
  "disposition.received": {
    defect: id,
    from: "hand",
    ncr: "NCR-7",
    dispositions: [{ decision: "rework", quantity: "1", designAuthority: null, concession: null }],
    evidence: hash,
    reason: hash,
  },
  "hold.placed": {
    hold: id,
    scope: { kind: "traveler" },
    reason: "missing_tool",
    owner: "quality",
    defect: null,
    comment: null,
    byRule: false,
  },
  "hold.released": { hold: id, comment: hash, basis: "qms", ncr: "NCR-7", evidence: null },
  "rework.started": {
    rework: id,
    defect: id,
    label: "060R1",
    steps: [{ step, attempt: 2, positions: null }],
    voids: { readings: [], buyoffs: [id] },
  },
  "rework.completed": { rework: id, defect: id },
  "attempt.refused": { command: "signBuyoff", refusal: "buyoff_not_due", params: {} },
  "command.not_applied": {
    command: "signBuyoff",
    refusal: "buyoff_not_due",
    params: {},
    commandSha256: hash,
  },
  "qualification.used": {
    step,
    qualifications: [{ code: "Q-TRQ", validUntil: null, result: "held" }],
  },
  "record.viewed_for_audit": { purpose: hash },
  "signal.reviewed": { signals: [12, 14], note: hash },
  "waiver.requested": {
    waiver: id,
    by: id,
    person: id,
    qualification: "Q-ASM-R",
    reason: hash,
    validUntil: at,
    contentSha256: hash,
  },
  "waiver.granted": { waiver: id, by: id, contentSha256: hash },
  "waiver.revoked": { waiver: id, reason: hash },
  "clock.skewed": { skewMs: 90_000 },
  "revision.superseded_in_use": { revision: "03", since: at },
  "revision.changed_for_traveler": { from: hash, to: "cd".repeat(32), reason: hash },
  "redline.proposed": { redline: id, step, text: hash },
  "redline.approved": { redline: id },
  "redline.dropped": { redline: id, reason: hash },
  "paper_evidence.attached": { step, sha256: hash, performedBy: id, performedAt: at },
};

/** What stands in a sentence in place of each word, so that it can be found again. */
function spoken(word: Word): string {
  if (typeof word === "string") return word;
  switch (word.as) {
    case "words":
      return word.of.en;
    case "list":
      return word.of.map(spoken).join(", ");
    case "value":
      return [word.value, word.unit].filter(Boolean).join(" ");
    case "code":
      return word.code;
    case "limits":
      return `${word.limits?.min}..${word.limits?.max}`;
    case "hash":
      return word.hash.slice(0, 8);
    case "moment":
      return word.at;
    case "day":
      return word.on;
    default:
      return `the ${word.as}`;
  }
}

const { state: built, content } = completed();
const state: TravelerState = {
  ...built,
  buyoffs: [...built.buyoffs, ...built.buyoffs.slice(0, 1).map((of) => ({ ...of, id }))],
  reworks: [
    {
      id,
      defect: id,
      label: "060R1",
      steps: [],
      voidedBuyoffs: [],
      status: "complete",
      person: id,
      at,
    },
  ],
  waivers: [
    {
      id,
      person: id,
      qualification: "Q-ASM-R",
      reason: hash,
      validUntil: at,
      requestedBy: id,
      requestedAt: at,
      grantedBy: id,
      grantedAt: at,
      revoked: null,
    },
  ],
};
const eventOf = (type: EventType): RecordedEvent =>
  ({
    type,
    body: samples[type],
    seq: 7,
    person: id,
    second: null,
    at,
    command: null,
  }) as RecordedEvent;

type Teller = (key: string, words: Readonly<Record<string, string>>) => string;
type Formatter = {
  createTranslator: (of: { locale: string; messages: object }) => Teller;
};
// The formatter of the pages without the pages: next-intl brings it.
const pages = createRequire(createRequire(import.meta.url).resolve("next-intl/config"));
const { createTranslator }: Formatter = await import(pages.resolve("use-intl/core"));
const tellers = [
  createTranslator({ locale: "en", messages: { sentences: en.sentences } }),
  createTranslator({ locale: "es", messages: { sentences: es.sentences } }),
];

test.each(eventTypes)("%s is told in a whole sentence in both languages", (type) => {
  expect(eventBodies[type].parse(samples[type])).toEqual(samples[type]);
  const words = said(eventOf(type), state, content);
  const filled = Object.fromEntries(Object.entries(words).map(([key, of]) => [key, spoken(of)]));
  for (const tell of tellers) {
    const text = tell(`sentences.${wordsOf(type)}`, filled);
    expect(text).toMatch(/^\S.*[.:”»]$/);
    expect(text).not.toMatch(/[{}]|undefined|null|sentences\.|none/);
  }
});

test("whatever an entry says stands in its sentence, in both languages", () => {
  const hidden: Readonly<Record<string, readonly string[]>> = {
    // A choice between two wordings, not a word itself.
    language: ["step.presented"],
    direction: ["tools.transferred"],
    arrived: ["inspection.acknowledged"],
    from: ["disposition.received"],
    taken: ["traveler.checked_out"],
    by: ["traveler.checked_in"],
    waits: ["buyoff.verified"],
  };
  for (const type of eventTypes) {
    const words = Object.entries(said(eventOf(type), state, content));
    const filled = Object.fromEntries(words.map(([key, of]) => [key, spoken(of)]));
    for (const tell of tellers) {
      const text = tell(`sentences.${wordsOf(type)}`, filled);
      for (const [key, value] of Object.entries(filled)) {
        expect(value, `${type} ${key}`).not.toBe("none");
        if (hidden[key]?.includes(type)) continue;
        expect(text, `${type} ${key}`).toContain(value);
      }
    }
  }
});

test("every event and every command is named in both languages, and no name is of none", () => {
  const events = eventTypes.map(wordsOf).toSorted();
  for (const list of [...titles, ...sentences])
    expect(Object.keys(list).toSorted()).toEqual(events);
  const known = Object.keys(commandBodies).toSorted();
  for (const list of opens) expect(Object.keys(list).toSorted()).toEqual(openItemCodes.toSorted());
  for (const list of filterNames)
    expect(Object.keys(list).toSorted()).toEqual(recordFilters.toSorted());
  for (const list of signals) expect(Object.keys(list).toSorted()).toEqual(signalKinds.toSorted());
  expect(departures.map((list) => Object.keys(list).length)).toEqual([8, 8]);
  for (const list of commands) expect(Object.keys(list).toSorted()).toEqual(known);
});
