import { expect, test } from "vitest";
import { plusMinutes } from "#lib/kit/time";
import { asBuilt } from "./as-built.rules.ts";
import { recordHead } from "./as-built-head.rules.ts";
import { act, type Bench } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { begin, people } from "./bench/plant.ts";
import { aDefect, completed, doneUpTo, inWorkAt, qmsSays, read } from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";
import type { RecordedEvent, TravelerEvent } from "./events.schema.ts";
import { evolve } from "./evolve.rules.ts";
import { filterCounts, filtered, type RecordFilter } from "./record-filter.rules.ts";
import { linesOf, type RecordRow } from "./record-row.rules.ts";
import type { TravelerState } from "./state.schema.ts";

const hash = (letter: string) => letter.repeat(64);

/** What the record tells, also of kinds whose rules are not what is tested here. */
function happen(
  bench: Bench,
  event: TravelerEvent,
  by: { person?: string; second?: string; minutes?: number; command?: string } = {},
): void {
  bench.minutes += by.minutes ?? 1;
  const recorded: RecordedEvent = {
    ...event,
    seq: bench.events.length + 1,
    person: by.person ?? people.ana.id,
    second: by.second ?? null,
    at: plusMinutes(begin, bench.minutes),
    command: by.command ?? named(`command ${bench.minutes}`),
  };
  bench.events.push(recorded);
  bench.state = evolve(bench.state, recorded);
}

const rowsOf = ({ state, content, events }: Bench, step: string): RecordRow[] =>
  asBuilt(state, content, events)
    .operations.flatMap(({ rows }) => rows)
    .filter((row) => row.step.number === step);
const shown = ({ state, content, events }: Bench, filter: RecordFilter) =>
  filtered(asBuilt(state, content, events), events, filter);
const stepsShown = (bench: Bench, filter: RecordFilter) =>
  shown(bench, filter).operations.flatMap(({ rows }) => rows.map((row) => row.step.number));
const counts = ({ state, content, events }: Bench) =>
  filterCounts(asBuilt(state, content, events), events);

/** The bench's plan with other fields at 060.2, which collects nothing there. */
function withFields(bench: Bench, fields: readonly object[]): Bench {
  const operations = bench.content.operations.map((operation) => ({
    ...operation,
    steps: operation.steps.map((step) =>
      step.number === "060.2" ? { ...step, fields: fields as typeof step.fields } : step,
    ),
  }));
  return { ...bench, content: { ...bench.content, operations } };
}
const field = (name: string, kind: string, more: object = {}) => ({
  id: named(name),
  kind,
  label: { en: name },
  required: true,
  positions: ["1"],
  ...more,
});
const at = (name: string) => ({ step: named("060.2"), field: named(name), position: "1" });

function reworked(): Bench {
  const bench = doneUpTo("060.5");
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("060.3") }));
  qmsSays(bench, "rework");
  const steps = ["060.1", "060.3"].map((step) => ({ step: named(step), positions: ["2"] }));
  const body = { rework: named("rework"), defect: named("defect"), steps };
  act(bench, "startRework", body, { by: "sue" });
  workUntil(bench, ({ state }) => state.steps[named("060.3")]?.status === "complete");
  return bench;
}

test("attempts at one place stand in one line, the rework by its name, and nowhere else", () => {
  const lines = linesOf(rowsOf(reworked(), "060.3"));
  const attempts = lines.map(({ rows }) => rows.map(({ attempt, rework }) => [attempt, rework]));
  expect(attempts).toEqual([
    [[1, null]],
    [
      [1, null],
      [2, "060R1"],
    ],
  ]);
  const all = rowsOf(reworked(), "060.3");
  expect(lines.flatMap(({ rows }) => rows).length).toBe(all.length);
});

function measuring(): Bench {
  const bench = inWorkAt("060.1");
  act(bench, "selectGage", { operation: named("op 060"), gage: "DW-0066" });
  return bench;
}

test("a second reading of one attempt stands beside the first", () => {
  const bench = measuring();
  read(bench, { step: "060.1", field: "running" }, "2.4");
  read(bench, { step: "060.1", field: "running" }, "2.6");
  const [line] = linesOf(rowsOf(bench, "060.1"));
  const values = line?.rows.map(({ content }) => content.kind === "reading" && content.value);
  expect(values).toEqual(["2.4", "2.6"]);
});

test("only what was recorded late is late, with the time that was claimed and why", () => {
  const bench = measuring();
  // Half an hour before it was recorded, and after the step had begun.
  bench.minutes += 40;
  const late = { claimedAt: plusMinutes(begin, bench.minutes - 30), reason: "tablet was charging" };
  read(bench, { step: "060.1", field: "running" }, "2.4", { late });
  read(bench, { step: "060.1", field: "running", position: "2" }, "2.6");
  const rows = rowsOf(bench, "060.1");
  expect(rows.map((row) => row.late?.claimedAt ?? null)).toEqual([late.claimedAt, null]);
  expect(rows.map((row) => row.tags.includes("late"))).toEqual([true, false]);
  expect(rows[0]?.late?.reason).toMatch(/^[0-9a-f]{64}$/);
  expect(counts(bench).late).toBe(1);
});

test("a start that was claimed earlier is told although it recorded no value", () => {
  const bench = inWorkAt("060.1");
  const late = { step: named("060.1"), claimedAt: begin, reason: hash("d") };
  happen(bench, { type: "entry.late", body: late });
  expect(rowsOf(bench, "060.1").map(({ content, late: told }) => [content.kind, told])).toEqual([
    ["departure", { claimedAt: begin, reason: hash("d") }],
  ]);
});

test("departures from the plan stand at their step, each found by its filter", () => {
  const bench = inWorkAt("060.1");
  const step = named("060.2");
  const why = { step, reason: hash("a") };
  happen(bench, { type: "step.deferred", body: { ...why, to: named("op 060") } });
  happen(bench, { type: "step.skipped", body: { ...why, permit: "DP-9" } });
  happen(bench, { type: "step.marked_not_applicable", body: { ...why, permit: null } });
  happen(bench, { type: "sequence.departed", body: why });
  const fast = { step, attempt: 1, seconds: 4, plausibleMinSeconds: 30 };
  happen(bench, { type: "step.implausibly_fast", body: fast });
  const told = rowsOf(bench, "060.2").map(({ content }) => content);
  expect(told).toMatchObject([
    { departure: "deferred", to: "060", reason: hash("a") },
    { departure: "skipped", permit: "DP-9" },
    { departure: "not_applicable" },
    { departure: "out_of_sequence" },
    { departure: "fast", seconds: { took: 4, least: 30 } },
  ]);
  expect(stepsShown(bench, "not_done")).toEqual(["060.2", "060.2", "060.2"]);
  expect(stepsShown(bench, "out_of_sequence")).toEqual(["060.2"]);
  expect(stepsShown(bench, "timers")).toEqual(["060.2"]);
});

test("what a timer measured shows when it ran; one that runs is told; one too long is found", () => {
  const timers = [field("soak", "timer", { maxSeconds: 60 }), field("dwell", "timer")];
  const bench = withFields(inWorkAt("060.1"), timers);
  const soak = { timer: named("t1"), ...at("soak"), attempt: 1 };
  happen(bench, { type: "timer.started", body: soak });
  const started = bench.events.at(-1)?.at;
  const command = named("stop");
  const verdict = "out_of_limits" as const;
  happen(
    bench,
    { type: "timer.stopped", body: { ...soak, seconds: "120", verdict } },
    { minutes: 2, command },
  );
  const reading = {
    reading: named("r1"),
    ...at("soak"),
    characteristic: null,
    sample: 1,
    attempt: 1,
    retry: 1,
    value: "120",
    unit: "s",
    limits: { min: null, max: "60" },
    process: null,
    derivedFrom: null,
    verdict,
    gage: null,
    source: "device" as const,
    confirmed: [],
  };
  happen(bench, { type: "reading.recorded", body: reading }, { minutes: 0, command });
  const dwell = { timer: named("t2"), ...at("dwell"), attempt: 1 };
  happen(bench, { type: "timer.started", body: dwell });
  const rows = rowsOf(bench, "060.2");
  expect(rows.map(({ content }) => content.kind)).toEqual(["reading", "timer"]);
  expect(rows[0]?.content).toMatchObject({
    timer: { startedAt: started, stoppedAt: bench.events.at(-3)?.at },
  });
  expect(rows[1]?.content).toMatchObject({ timer: { stoppedAt: null } });
  expect(stepsShown(bench, "timers")).toEqual(["060.2"]);
});

test("a batch clock shows its mix and its limits; the age read from it names the batch", () => {
  const mix = field("mix", "batch_clock", { clock: "life", maxMinutes: 120 });
  const age = field("age", "clock_age", { from: named("mix"), maxMinutes: 120 });
  const bench = withFields(inWorkAt("060.1"), [mix, age]);
  const clock = { batchClock: named("c"), step: named("060.2"), field: named("mix"), attempt: 1 };
  const batch = { clock: "life", part: null, lot: "PSB-1", mixedAt: begin, joined: true };
  happen(bench, { type: "batch_clock.started", body: { ...clock, ...batch } });
  const [row] = rowsOf(bench, "060.2");
  expect(row?.content).toMatchObject({
    kind: "clock",
    max: 120,
    min: null,
    clock: { lot: "PSB-1" },
  });
});

test("a measurement record stands in its place with its hash, beside the readings of its characteristics", () => {
  const bench = withFields(inWorkAt("060.1"), [
    field("cmm", "measurement_record", {
      formats: ["pdf"],
      characteristics: [named("characteristic running"), named("characteristic final")],
    }),
  ]);
  const attach = (name: string, letter: string) =>
    happen(bench, {
      type: "measurement_record.attached",
      body: {
        record: named(name),
        ...at("cmm"),
        attempt: 1,
        name: `${name}.pdf`,
        sha256: hash(letter),
        uri: null,
        mediaType: "application/pdf",
        bytes: 900,
      },
    });
  attach("CMM 12", "b");
  const contents = () => rowsOf(bench, "060.2").map(({ content }) => content);
  expect(contents()[0]).toMatchObject({
    kind: "document",
    record: { name: "CMM 12.pdf", sha256: hash("b"), uri: null },
    isReplaced: false,
  });
  act(bench, "selectGage", { operation: named("op 060"), gage: "DW-0066" });
  read(bench, { step: "060.1", field: "running" }, "3.0");
  attach("CMM 13", "c");
  const [first, second] = contents();
  expect([first, second]).toMatchObject([{ isReplaced: true }, { isReplaced: false }]);
  expect(second).toMatchObject({
    reported: [{ readings: [{ step: "060.1", position: "1", value: "3.0" }] }, { readings: [] }],
  });
  expect(stepsShown(bench, "reports")).toEqual(["060.2", "060.2"]);
  expect(counts(bench).reports).toBe(2);
});

test("an apprentice's step names the trainer and is found with what a second person signed", () => {
  const bench = inWorkAt("060.1");
  const step = named("060.2");
  const trainer = people.ben.id;
  const by = { step, attempt: 1, trainer, contentSha256: hash("c") };
  happen(bench, { type: "step.supervised", body: { ...by, qualifications: ["Q-TRQ"] } });
  const supervision = () => rowsOf(bench, "060.2")[0]?.content;
  expect(supervision()).toMatchObject({
    supervision: { apprentice: people.ana.id, trainer, cosigned: null },
  });
  happen(bench, { type: "step.cosigned", body: by });
  expect(supervision()).toMatchObject({
    supervision: { cosigned: { at: bench.events.at(-1)?.at } },
  });
  expect(stepsShown(bench, "second_person")).toEqual(["060.2"]);
});

test("a waiver is in force from its grant until it ends or is revoked", () => {
  const bench = inWorkAt("060.1");
  const waiver = named("w");
  const until = plusMinutes(begin, 10_000);
  const asked = { waiver, person: people.ben.id, qualification: "Q-ASM", reason: hash("a") };
  const signed = { by: people.sue.id, contentSha256: hash("c") };
  const inForce = (at: string) =>
    recordHead(bench.state, bench.content, bench.events, at).waivers.length;
  happen(bench, { type: "waiver.requested", body: { ...asked, validUntil: until, ...signed } });
  expect(inForce(begin)).toBe(0);
  happen(bench, { type: "waiver.granted", body: { waiver, ...signed } });
  expect(inForce(begin)).toBe(1);
  expect(inForce(plusMinutes(until, 1))).toBe(0);
  expect(shown(bench, "waivers").unit.waivers).toHaveLength(1);
  happen(bench, { type: "waiver.revoked", body: { waiver, reason: hash("b") } });
  expect(inForce(begin)).toBe(0);
  expect(counts(bench).waivers).toBe(1);
});

test("an inspector's no is shown where the yes would stand, with its reason, and counted", () => {
  const bench = doneUpTo("060.4");
  const requirement = bench.content.operations
    .find(({ number }) => number === "060")
    ?.steps.flatMap(({ buyoffs }) => buyoffs)
    .find(({ type }) => type === "inspection");
  const body = {
    operation: named("op 060"),
    step: named("060.5"),
    requirement: requirement?.id ?? "",
    reason: "not visible",
  };
  expect(act(bench, "declineBuyoff", body, { by: "ivy" }).ok).toBe(true);
  const [declined] = shown(bench, "voided").operations.flatMap(({ declines }) => declines);
  expect(declined).toMatchObject({
    person: people.ivy.id,
    step: "060.5",
    type: "inspection",
    meaning: requirement?.meaning,
  });
  expect(declined?.reason).toMatch(/^[0-9a-f]{64}$/);
  expect(counts(bench).voided).toBe(1);
});

test("a lot that was split off marks what came from its parent, also what the parent's entries tell", () => {
  const parent = doneUpTo("020.3");
  happen(parent, { type: "sequence.departed", body: { step: named("020.1"), reason: hash("a") } });
  const event: RecordedEvent = {
    type: "traveler.split_off",
    body: {
      traveler: named("child"),
      from: { traveler: parent.state.id, seq: parent.state.seq, head: hash("e") },
      lot: "L-1A",
      quantity: "3",
      defects: [],
    },
    seq: 1,
    person: people.sue.id,
    second: null,
    at: plusMinutes(begin, parent.minutes + 1),
    command: null,
  };
  const child: TravelerState = evolve(parent.state, event);
  const bench = { ...parent, state: child, events: [event] };
  const built = asBuilt(child, parent.content, bench.events, parent.events);
  const rows = built.operations.flatMap((operation) => operation.rows);
  const readings = rows.filter(({ content }) => content.kind === "reading");
  expect(readings).toHaveLength(parent.state.readings.length);
  expect(readings.every(({ inherited }) => inherited)).toBe(true);
  const departed = rows.filter(({ content }) => content.kind === "departure");
  expect(departed.map(({ inherited, step }) => [inherited, step.number])).toEqual([
    [true, "020.1"],
  ]);
  // A unit of its own begins with its release: nothing of it is anybody else's.
  const alone = asBuilt(parent.state, parent.content, parent.events);
  expect(alone.operations.flatMap((of) => of.rows).some(({ inherited }) => inherited)).toBe(false);
});

test("hand-overs, calls for help and tools that moved are of the unit", () => {
  const bench = inWorkAt("060.1");
  happen(bench, { type: "handover.noted", body: { text: hash("a") } });
  happen(bench, { type: "assistance.requested", body: { step: null, category: "tooling" } });
  const transfer = {
    kit: "KIT-14",
    quantity: "1",
    direction: "out" as const,
    counterpart: "FSB-2",
  };
  happen(bench, { type: "tools.transferred", body: { ...transfer, reason: hash("b") } });
  const { unit } = asBuilt(bench.state, bench.content, bench.events);
  expect(unit.remarks.map(({ kind }) => kind)).toEqual(["handover", "assistance"]);
  expect(unit.transfers).toMatchObject([transfer]);
});

test("departures stand with the exceptions, and whoever reviewed one is named", () => {
  const bench = inWorkAt("060.1");
  happen(bench, { type: "sequence.departed", body: { step: named("060.2"), reason: hash("a") } });
  const signals = () => shown(bench, "exceptions").unit.signals;
  expect(signals()).toMatchObject([{ kind: "out_of_sequence", reviewed: null }]);
  const [signal] = signals();
  const review = { signals: [signal?.seq ?? 0], note: hash("b") };
  happen(bench, { type: "signal.reviewed", body: review }, { person: people.quinn.id });
  expect(signals()).toMatchObject([{ reviewed: { person: people.quinn.id, note: hash("b") } }]);
  expect(shown(bench, "photos").unit.signals).toEqual([]);
});

test("a clean build offers everything and photos, and no filter of exceptions", () => {
  const offered = Object.entries(counts(completed())).filter(([, count]) => count > 0);
  expect(offered.map(([filter]) => filter)).toEqual(["everything", "second_person", "photos"]);
});
