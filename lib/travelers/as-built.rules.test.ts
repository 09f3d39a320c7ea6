import { expect, test } from "vitest";
import { type AsBuilt, asBuilt } from "./as-built.rules.ts";
import { recordHead } from "./as-built-head.rules.ts";
import type { Bench } from "./bench/bench.ts";
import { aBench, act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { people } from "./bench/plant.ts";
import {
  aDefect,
  aHold,
  completed,
  doneUpTo,
  inWorkAt,
  lastReading,
  qmsSays,
  read,
} from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";
import type { RecordRow } from "./record-row.rules.ts";

const builtOf = ({ state, content, events }: Bench): AsBuilt => asBuilt(state, content, events);
const headOf = ({ state, content, events }: Bench) =>
  recordHead(state, content, events, "2026-01-01T00:00:00.000Z");
const operationOf = (bench: Bench, number: string) => {
  const found = builtOf(bench).operations.find((of) => of.number === number);
  if (!found) throw new TypeError(`no operation ${number}`);
  return found;
};
const rowsOf = (bench: Bench, step: string): RecordRow[] =>
  builtOf(bench)
    .operations.flatMap(({ rows }) => rows)
    .filter((row) => row.step.number === step);
const readingsOf = (bench: Bench, step: string) =>
  rowsOf(bench, step).flatMap(({ content, ...row }) =>
    content.kind === "reading" ? { ...row, ...content } : [],
  );

function overTorqued(): Bench {
  const bench = inWorkAt("060.3");
  act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
  read(bench, { step: "060.3", field: "final" }, "27.2", { confirmed: ["out_of_limits"] });
  return bench;
}

/** Bolt 2 is found scratched after its buyoffs, and done again. */
function reworked(): Bench {
  const bench = doneUpTo("060.5");
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("060.3") }));
  qmsSays(bench, "rework");
  const steps = ["060.1", "060.2", "060.3"].map((step) => ({
    step: named(step),
    positions: ["2"],
  }));
  act(
    bench,
    "startRework",
    { rework: named("rework"), defect: named("defect"), steps },
    { by: "sue" },
  );
  return bench;
}

test("a unit that was only released has not begun, and nobody has worked on it", () => {
  const built = builtOf(aBench());
  expect(built.startedAt).toBeNull();
  expect(built.people).toEqual({ all: 0, accepting: 0 });
  expect(built.operations.flatMap(({ rows }) => rows)).toEqual([]);
  expect(built.operations[0]?.untouched.map(({ number }) => number)).toEqual(["010.1", "010.2"]);
});

test("every step of a complete unit stands in it, in the instruction's order", () => {
  const bench = completed();
  const { operations } = builtOf(bench);
  expect(operations.map(({ number }) => number)).toEqual(
    bench.content.operations.map(({ number }) => number),
  );
  for (const operation of operations) {
    expect(operation.untouched, operation.number).toEqual([]);
    const steps = operation.rows.map(({ step }) => step.number);
    expect(steps).toEqual(steps.toSorted());
    expect(
      operation.startedAt && operation.endedAt && operation.startedAt <= operation.endedAt,
    ).toBe(true);
  }
});

test("every value that was recorded is in it once, with the gage and limits it was judged by", () => {
  const bench = completed();
  const shown = builtOf(bench)
    .operations.flatMap(({ rows }) => rows)
    .filter(({ content }) => content.kind === "reading");
  expect(shown.map(({ key }) => key).toSorted()).toEqual(
    bench.state.readings.map(({ id }) => id).toSorted(),
  );
  const [first] = readingsOf(bench, "060.3");
  expect(first).toMatchObject({ position: "1", gage: "TW-0209", tags: [] });
  expect(first?.limits?.min).toBeTruthy();
});

test("a place is named only where there is more than one", () => {
  const bench = completed();
  expect(readingsOf(bench, "020.1").map(({ position }) => position)).toEqual(["A", "B"]);
  expect(readingsOf(bench, "010.1").map(({ position }) => position)).toEqual([null, null]);
});

test("who performed and who accepted are counted apart", () => {
  expect(builtOf(completed()).people).toEqual({ all: 4, accepting: 2 });
});

test("an amended value shows what it was, and is no longer out of limits", () => {
  const bench = overTorqued();
  expect(readingsOf(bench, "060.3")[0]?.tags).toEqual(["out_of_limits"]);
  const reading = lastReading(bench, "final").id;
  const image = { sha256: "b".repeat(64), mediaType: "image/jpeg" as const, bytes: 5 };
  const nowhere = { step: null, field: null, position: null, defect: null };
  act(bench, "attachPhoto", { photo: named("proof"), ...image, ...nowhere });
  const evidence = { photo: named("proof"), reading: null };
  act(
    bench,
    "amendReading",
    { reading, value: "22.3", reason: "misread", evidence },
    { second: "ivy" },
  );
  expect(readingsOf(bench, "060.3")[0]).toMatchObject({
    value: "22.3",
    tags: ["amended", "second_person"],
    amendments: [
      {
        from: "27.2",
        to: "22.3",
        person: people.ana.id,
        second: people.ivy.id,
        verdict: "in_limits",
        photo: { id: named("proof") },
        reading: null,
      },
    ],
  });
  const { amended } = headOf(bench);
  expect(amended).toMatchObject([{ step: "060.3", from: "27.2", to: "22.3", position: "1" }]);
});

test("a rework leaves the first attempt in place and says what stands for it", () => {
  const bench = reworked();
  expect(operationOf(bench, "060").reworks.map(({ label }) => label)).toEqual(["060R1"]);
  workUntil(bench, ({ state }) => state.steps[named("060.3")]?.status === "complete");
  const second = readingsOf(bench, "060.3").filter(({ position }) => position === "2");
  expect(second.map(({ attempt, replacedBy }) => [attempt, replacedBy?.rework ?? null])).toEqual([
    [1, "060R1"],
    [2, null],
  ]);
  expect(second.every(({ tags }) => tags.includes("repeated"))).toBe(true);
  const first = readingsOf(bench, "060.3").filter(({ position }) => position === "1");
  expect(first.map(({ attempt, replacedBy }) => [attempt, replacedBy])).toEqual([[1, null]]);
  expect(operationOf(bench, "060").attempt).toBe(2);
});

test("a buyoff that was taken back says by what", () => {
  const { buyoffs } = operationOf(reworked(), "060");
  expect(buyoffs.map(({ buyoff, voided }) => [buyoff.status, voided?.cause])).toEqual([
    ["voided", "rework_started"],
    ["voided", "rework_started"],
  ]);
  expect(buyoffs[0]?.step).toBe("060.5");
});

test("a defect and a hold stand where they are, or with the whole unit", () => {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect({ step: named("060.3") }));
  act(
    bench,
    "placeHold",
    aHold({ hold: named("here"), scope: { kind: "step", step: named("060.3") } }),
  );
  act(
    bench,
    "placeHold",
    aHold({ hold: named("op"), scope: { kind: "operation", operation: named("op 060") } }),
  );
  act(bench, "placeHold", aHold());
  act(bench, "logDefect", aDefect({ defect: named("whole"), code: "FIN-01" }));
  const { unit } = builtOf(bench);
  expect(unit.defects.map(({ id }) => id)).toEqual([named("whole")]);
  expect(unit.holds.map(({ id }) => id)).toContain(named("hold"));
  expect(unit.holds.map(({ id }) => id)).not.toContain(named("op"));
  const operation = operationOf(bench, "060");
  expect(operation.defects.map(({ id }) => id)).toEqual([named("defect")]);
  expect(operation.holds.map(({ id }) => id)).toEqual(
    expect.arrayContaining([named("here"), named("op")]),
  );
});

test("the head tells open NCRs, what was decided, and the papers a decision rests on", () => {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect({ code: "FIN-01" }));
  const head = () => headOf(bench);
  expect(head()).toMatchObject({
    ncrs: [{ code: "FIN-01", number: null, decisions: [] }],
    permits: [],
  });
  const body = {
    defect: named("defect"),
    from: "hand" as const,
    ncr: "NCR-1",
    dispositions: qmsSays(bench, "use_as_is"),
    evidence: "c".repeat(64),
    reason: "the QMS is down",
  };
  act(bench, "receiveDisposition", body, { by: "quinn" });
  expect(head()).toMatchObject({
    ncrs: [{ byHand: true, decisions: [{ decision: "use_as_is" }] }],
    permits: [{ reference: "DA-12", what: "design_authority", on: "FIN-01" }],
    configuration: { partAgrees: true },
  });
});
