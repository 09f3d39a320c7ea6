import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { happeningTypes } from "#lib/record/happenings.schema";
import type { EntryLine, StreamKind } from "#lib/record/schema";
import english from "../messages/en/connectors.json" with { type: "json" };
import spanish from "../messages/es/connectors.json" with { type: "json" };
import { aBench, type Bench } from "../travelers/bench/bench.ts";
import { named } from "../travelers/bench/plan.ts";
import { begin, policy } from "../travelers/bench/plant.ts";
import { wholePlan } from "../travelers/bench/whole-plan.ts";
import { workUntil } from "../travelers/bench/worker.ts";
import { type EventType, eventTypes, type RecordedEvent } from "../travelers/events.schema.ts";
import { evolve } from "../travelers/evolve.rules.ts";
import {
  about,
  catalogueTable,
  namesOf,
  notYet,
  plantNamesOf,
  withoutEvent,
} from "./catalogue.rules.ts";
import { heardOf, origin } from "./conformance/bench-events.ts";
import { faults, nameOf } from "./conformance/checked.ts";
import { played } from "./conformance/histories.ts";
import { samples } from "./conformance/samples.ts";
import { type CloudEvent, eventNames } from "./data.schema.ts";
import { eventsOf } from "./events.rules.ts";

/** `BUYOFF_WRITE_DOCS=1 npx vitest run lib/catalogue/catalogue.rules.test.ts` writes it anew. */
const environment = import.meta.env as unknown as Readonly<Record<string, string | undefined>>;
const isWriting = environment.BUYOFF_WRITE_DOCS !== undefined;

/** The catalogue as it was designed; what we add to it says so by not being here. */
const designed =
  `order.released order.started order.split order.merged revision.submitted revision.approved
  revision.superseded revision.withdrawn revision.migrated step.presented step.started step.paused step.resumed
  step.completed step.signed_off step.cosigned signature.rejected signature.voided measurement.recorded
  measurement.corrected measurement.out_of_tolerance defect.logged defect.amended defect.withdrawn step.skipped
  step.out_of_sequence step.failed step.reopened hold.placed hold.released disposition.received rework.started
  rework.completed unit.scrapped unit.quantity_adjusted material.installed material.removed tool.used
  gage.status_changed gage.found_out_of_tolerance qualification.used qualification.override
  training.acknowledged operator.assistance_requested andon.raised paper.transcribed evidence.attached
  fai.started fai.completed order.completed order.closed_short record.exported record.viewed_for_audit
  integration.delivered integration.failed integration.reconciled clock.skew_detected audit.checkpoint`.split(
    /\s+/,
  );

describe("the catalogue", () => {
  test("has each designed event, or says why it is not sent yet", () => {
    const known = new Set([...eventNames, ...Object.keys(notYet)]);
    expect(designed.filter((name) => !known.has(name as never))).toEqual([]);
    expect(Object.keys(notYet).filter((name) => (eventNames as string[]).includes(name))).toEqual(
      [],
    );
  });

  test("has every type of entry: with an event, or with the reason why there is none", () => {
    const types = Object.values(happeningTypes).flat();
    const sorted = (names: readonly string[]) => [...new Set(names)].sort();
    expect(sorted([...Object.keys(plantNamesOf), ...Object.keys(withoutEvent)])).toEqual(
      sorted(types),
    );
    expect(Object.keys(plantNamesOf).filter((type) => type in withoutEvent)).toEqual([]);
    expect(Object.values(withoutEvent).filter((why) => why.length < 10)).toEqual([]);
    expect(sorted(Object.keys(namesOf))).toEqual(sorted(eventTypes));
  });

  test("has no event that nothing leads to, and says of each when it comes and for whom", () => {
    const led = new Set([...Object.values(namesOf), ...Object.values(plantNamesOf)].flat());
    expect(eventNames.filter((name) => !led.has(name))).toEqual([]);
    for (const name of eventNames)
      expect(about[name].consumers, name).toMatch(/^[NCTAMF]( [NCTAMF])*$/);
  });

  test("is said on the screens in the same words, and in Spanish in others", () => {
    for (const name of eventNames) {
      const [noun = "", verb = ""] = name.split(".");
      const said = (of: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
        of[noun]?.[verb];
      expect(said(english.events), name).toBe(about[name].when);
      expect(said(spanish.events), name).not.toBe(about[name].when);
    }
  });

  test("stands in docs/feed.md as it is", () => {
    const file = path.resolve(import.meta.dirname, "../../docs/feed.md");
    const text = readFileSync(file, "utf8");
    const [before, rest] = text.split("<!-- catalogue: made by lib/catalogue -->\n");
    const [, after] = rest?.split("<!-- end of the catalogue -->") ?? [];
    if (isWriting) {
      const made = `${before}<!-- catalogue: made by lib/catalogue -->\n${catalogueTable()}\n<!-- end of the catalogue -->${after}`;
      writeFileSync(file, made);
    }
    expect(readFileSync(file, "utf8")).toContain(
      `\n${catalogueTable()}\n<!-- end of the catalogue -->`,
    );
  });
});

/** As the record would hold it, whether or not the rules would lead there now. */
function happen(bench: Bench, type: EventType, body: unknown): void {
  const event = {
    type,
    body,
    seq: bench.events.length + 1,
    person: named("ana"),
    second: named("ivy"),
    at: begin,
    command: named(`command ${bench.events.length}`),
  } as RecordedEvent;
  bench.events.push(event);
  bench.state = evolve(bench.state, event);
}

test("every type of a traveler's entry comes out under its own names, as its schema says", () => {
  const bench = played({ plan: 2, seed: 3, turns: 40 });
  for (const [type, body] of Object.entries(samples)) happen(bench, type as EventType, body);
  const [reading] = bench.state.readings;
  happen(bench, "reading.rejudged", {
    reading: reading?.id,
    limits: { min: "1.0", max: null },
    derivedFrom: reading?.id,
    verdict: "out_of_limits",
  });
  happen(bench, "reading.amended", {
    reading: reading?.id,
    from: "2.3",
    to: "2.4",
    verdict: "in_limits",
    reason: "a".repeat(64),
    second: named("ivy"),
    evidence: null,
  });
  happen(bench, "reading.accepted_out_of_process_limit", {
    reading: reading?.id,
    reason: "a".repeat(64),
  });
  const over = aBench({ content: wholePlan(), serial: "FSB-0122" });
  const isDone = ({ state }: Bench) => state.status === "complete";
  workUntil(over, isDone, (field, position) =>
    field === named("final") && position === "2" && over.state.reworks.length === 0
      ? "27.2"
      : undefined,
  );
  const told = new Map<EventType, Set<string>>();
  for (const one of [bench, over]) {
    const types = new Map(one.events.map(({ seq, type }) => [seq, type]));
    for (const event of heardOf(one)) {
      expect(faults(event), event.type).toEqual([]);
      const type = types.get(event.data.context.integrity.seq);
      if (type) told.set(type, (told.get(type) ?? new Set()).add(nameOf(event)));
    }
  }
  expect(eventTypes.filter((type) => !told.has(type))).toEqual([]);
  for (const [type, names] of told) {
    const allowed: readonly string[] = namesOf[type];
    expect(
      [...names].filter((name) => !allowed.includes(name)),
      type,
    ).toEqual([]);
  }
});

const line = (kind: StreamKind, type: string, body: unknown): EntryLine => ({
  v: 1,
  stream: named(`stream of a ${kind}`),
  kind,
  seq: 4,
  prev: null,
  type,
  typeVersion: 1,
  site: named("site"),
  command: null,
  person: named("quinn"),
  card: null,
  second: null,
  device: null,
  station: null,
  shift: null,
  occurredAt: begin,
  clock: null,
  recordedAt: begin,
  unit: null,
  order: null,
  part: null,
  partRevision: null,
  instruction: null,
  step: null,
  attempt: null,
  requirementHash: null,
  body,
});

const toldOf = (entry: EntryLine): readonly CloudEvent[] => {
  const told = eventsOf(entry, {
    origin,
    site: { id: named("site"), code: "NG1", timeZone: "America/Denver", policy },
    entryHash: "0".repeat(64),
    discloses: { people: true, words: true },
    card: null,
    words: {},
    content: null,
    state: null,
    act: [],
  });
  if (!told.ok) throw new Error(told.error.detail);
  return told.value;
};

describe("what happens outside of travelers", () => {
  const hash = "a".repeat(64);
  const certificate = {
    code: "BG-0151",
    type: "bore",
    calibrationDueOn: "2026-09-01",
    certificate: "C-77",
    laboratory: "Metro",
    asFound: "out_of_tolerance",
    asLeft: "in_service",
  };
  const bodies: Record<keyof typeof plantNamesOf, [StreamKind, object]> = {
    "gage.created": ["gage", certificate],
    "gage.changed": [
      "gage",
      { changes: { status: { before: "in_service", after: "withdrawn" } }, reason: hash },
    ],
    "gage.calibrated": ["gage", { ...certificate, comment: null, before: {} }],
    "gage.out_of_tolerance": [
      "gage",
      { code: "BG-0151", foundOn: "2026-03-01", asFound: "out", comment: null },
    ],
    "plant_hold.placed": [
      "site",
      {
        hold: named("hold"),
        scope: "lot",
        subject: "L-1",
        reason: "nonconformance",
        owner: "quality",
        comment: hash,
      },
    ],
    "plant_hold.released": [
      "site",
      { hold: named("hold"), scope: "lot", subject: "L-1", comment: hash },
    ],
    "revision.made_effective": [
      "instruction",
      { number: "WI-1", revision: "03", contentSha256: hash },
    ],
    "signing.refused": [
      "device",
      { subject: "somebody", command: named("c"), contentSha256: hash, why: "wrong" },
    ],
    "device.gap": [
      "device",
      { kind: "forked", expected: { seq: 3, prev: hash }, received: { seq: 2, prev: hash } },
    ],
    "reconciliation.done": [
      "feed",
      {
        run: named("run"),
        connector: named("qms"),
        from: "2026-03-01T00:00:00.000Z",
        to: "2026-03-02T00:00:00.000Z",
        askedBy: null,
        listed: true,
        produced: 3,
        accepted: 2,
        lines: { missing: 1 },
        unexplained: 1,
        result: hash,
      },
    ],
    "drop.written": [
      "feed",
      {
        drop: named("drop"),
        askedBy: null,
        from: "2026-03-01T00:00:00.000Z",
        to: "2026-03-02T00:00:00.000Z",
        order: "WO-1",
        part: null,
        uri: "s3://plant/evidence/NG1_20260301T000000Z_20260302T000000Z_WO-1_0123456789abcdef",
        manifest: hash,
        counts: {
          entries: 3,
          streams: 1,
          events: 2,
          readings: 1,
          attachments: 0,
          missing: 0,
          unreadable: 0,
        },
      },
    ],
    "validation.done": [
      "feed",
      {
        run: named("run"),
        connector: named("qms"),
        process: "NCR",
        mode: "live",
        flow: hash,
        passed: 2,
        failed: 0,
        notRun: 1,
        result: hash,
      },
    ],
    "validation.signed": [
      "feed",
      {
        run: named("run"),
        connector: named("qms"),
        process: "NCR",
        mode: "live",
        flow: hash,
        signature: { meaning: "I have reviewed it" },
        result: hash,
      },
    ],
  };

  test.each(Object.entries(bodies))("%s comes out as its schema says", (type, [kind, body]) => {
    const events = toldOf(line(kind, type, body));
    expect(events.map(nameOf)).toEqual(plantNamesOf[type as keyof typeof plantNamesOf]);
    for (const event of events) expect(faults(event)).toEqual([]);
    // Who was refused is for the plant's own security log.
    expect(JSON.stringify(events)).not.toContain("somebody");
  });

  test("nothing comes of an entry that has no event, and a refusal comes also where there is no unit", () => {
    expect(toldOf(line("person", "pin.set", { person: named("ana") }))).toEqual([]);
    const refused = samples["command.not_applied"];
    expect(toldOf(line("device", "command.not_applied", refused)).map(nameOf)).toEqual([
      "command.refused",
    ]);
  });
});
