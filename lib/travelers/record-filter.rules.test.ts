import { expect, test } from "vitest";
import { asBuilt } from "./as-built.rules.ts";
import type { Bench } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aDefect, aHold, completed, doneUpTo, inWorkAt, qmsSays, read } from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";
import {
  filterCounts,
  filtered,
  type RecordFilter,
  recordFilters,
  refusedAttempts,
} from "./record-filter.rules.ts";

const shown = ({ state, content, events }: Bench, filter: RecordFilter) =>
  filtered(asBuilt(state, content, events), events, filter);
const counts = ({ state, content, events }: Bench) =>
  filterCounts(asBuilt(state, content, events), events);
const rowsOf = (bench: Bench, filter: RecordFilter) =>
  shown(bench, filter).operations.flatMap(({ rows }) => rows);

function troubled(): Bench {
  const bench = doneUpTo("060.5");
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("060.3") }));
  qmsSays(bench, "rework");
  const steps = [{ step: named("060.3"), positions: ["2"] }];
  act(
    bench,
    "startRework",
    { rework: named("rework"), defect: named("defect"), steps },
    { by: "sue" },
  );
  workUntil(bench, ({ state }) => state.steps[named("060.3")]?.status === "complete");
  act(bench, "placeHold", aHold());
  act(bench, "recordRefusedAttempt", {
    command: "signBuyoff",
    refusal: "signer_performed_work",
    params: {},
  });
  return bench;
}

test("a clean build has no exceptions, and everything shows all of it", () => {
  const bench = completed();
  expect(shown(bench, "exceptions").operations).toEqual([]);
  const { exceptions, out_of_limits, amended, repeated, offline, refused } = counts(bench);
  expect({ exceptions, out_of_limits, amended, repeated, offline, refused }).toEqual({
    exceptions: 0,
    out_of_limits: 0,
    amended: 0,
    repeated: 0,
    offline: 0,
    refused: 0,
  });
  expect(rowsOf(bench, "everything")).toHaveLength(counts(bench).everything);
});

test("exceptions are what was repeated, found, held, taken back and turned away", () => {
  const bench = troubled();
  const [operation] = shown(bench, "exceptions").operations;
  expect(operation?.number).toBe("060");
  expect(operation?.rows.every(({ tags }) => tags.length > 0)).toBe(true);
  expect(operation?.defects).toHaveLength(1);
  expect(operation?.buyoffs.map(({ buyoff }) => buyoff.status)).toEqual(["voided", "voided"]);
  expect(refusedAttempts(bench.events)).toHaveLength(1);
  const rows = operation?.rows.length ?? 0;
  // Rows, the defect, two buyoffs, the hold on the whole unit, the refused attempt.
  expect(counts(bench).exceptions).toBe(rows + 1 + 2 + 1 + 1);
});

test("a filter counts as many values as it shows", () => {
  const out = inWorkAt("060.3");
  act(out, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
  read(out, { step: "060.3", field: "final" }, "27.2", { confirmed: ["out_of_limits"] });
  for (const bench of [troubled(), completed(), out]) {
    for (const filter of ["out_of_limits", "amended", "repeated"] as const) {
      expect(rowsOf(bench, filter).length, filter).toBe(counts(bench)[filter]);
    }
  }
  expect(rowsOf(out, "out_of_limits")).toHaveLength(1);
  expect(rowsOf(troubled(), "repeated")).toHaveLength(2);
});

test("photos are shown alone, and counted one by one", () => {
  const bench = completed();
  const photos = rowsOf(bench, "photos");
  expect(photos.map(({ step }) => step.number)).toEqual(["010.2"]);
  expect(counts(bench).photos).toBe(bench.state.photos.length);
});

test("an operation of which a filter leaves nothing is gone", () => {
  for (const filter of recordFilters) {
    if (filter === "everything") continue;
    for (const { rows, defects, holds, buyoffs } of shown(troubled(), filter).operations) {
      expect(rows.length + defects.length + holds.length + buyoffs.length).toBeGreaterThan(0);
    }
  }
});
