import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { documentFrom } from "../feed/documents.rules.ts";
import type { NcrDraft } from "../feed/schema.ts";
import { plusMinutes } from "../kit/time.ts";
import { aBench, act, type Bench } from "../travelers/bench/bench.ts";
import { named } from "../travelers/bench/plan.ts";
import { begin } from "../travelers/bench/plant.ts";
import { inWorkAt, planWith, read } from "../travelers/bench/stage.ts";
import { workUntil } from "../travelers/bench/worker.ts";
import { asBuiltRecord } from "./conformance/as-built.ts";
import { heardOf } from "./conformance/bench-events.ts";
import { form3 } from "./conformance/form-3.ts";
import type { Heard } from "./conformance/heard.ts";
import { histories, history, patienceMs, played, someHistories } from "./conformance/histories.ts";
import { ncrDraft } from "./conformance/ncr.ts";
import { ownForm3, ownRecord, ownUsage } from "./conformance/own-views.ts";
import { trainingUsage } from "./conformance/training.ts";

const heard = (bench: Bench): readonly Heard[] => heardOf(bench) as readonly Heard[];
const ucum = { mm: "mm", "N.m": "N.m" };

test("the receiver's programs know nothing of ours but the events", () => {
  const folder = path.join(import.meta.dirname, "conformance");
  const programs = ["heard.ts", "readings.ts", "ncr.ts", "form-3.ts", "training.ts", "as-built.ts"];
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(programs));
  for (const program of programs) {
    const source = readFileSync(path.join(folder, program), "utf8");
    const imports = [...source.matchAll(/from "([^"]+)"|import\("([^"]+)"\)/g)].map(
      ([, from, loaded]) => from ?? loaded,
    );
    expect(imports.filter((from) => !["./heard.ts", "./readings.ts"].includes(from ?? ""))).toEqual(
      [],
    );
  }
});

test(
  "from the events of any history come its as-built record, Form 3 and the use of qualifications as the app shows them",
  () => {
    let rows = 0;
    let used = 0;
    const kinds = new Set<string>();
    fc.assert(
      fc.property(history, (of) => {
        const bench = played(of);
        const events = heard(bench);
        const record = asBuiltRecord(events);
        expect(record).toEqual(ownRecord(bench));
        expect(form3(events)).toEqual(ownForm3(bench, ucum));
        const usage = trainingUsage(events);
        expect(usage).toEqual(ownUsage(bench));
        const told = record.operations.flatMap((operation) => operation.rows);
        for (const { kind } of told) kinds.add(kind);
        rows += told.length;
        used += usage.length;
      }),
      { numRuns: histories, examples: someHistories },
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining(["clock", "component", "departure", "photo", "reading"]),
    );
    expect(Math.min(rows, used)).toBeGreaterThan(histories);
  },
  patienceMs,
);

test("what was recorded late is late in the record that the receiver makes, and nothing else is", () => {
  const bench = inWorkAt("060.1");
  act(bench, "selectGage", { operation: named("op 060"), gage: "DW-0066" });
  bench.minutes += 40;
  const late = { claimedAt: plusMinutes(begin, bench.minutes - 30), reason: "was charging" };
  expect(read(bench, { step: "060.1", field: "running" }, "2.4", { late }).ok).toBe(true);
  read(bench, { step: "060.1", field: "running", position: "2" }, "2.6");
  const record = asBuiltRecord(heard(bench));
  expect(record).toEqual(ownRecord(bench));
  const rows = record.operations.flatMap((of) => of.rows).filter(({ step }) => step === "060.1");
  const told = rows.map(({ content, late: claimed }) => [content.value, claimed]);
  expect(told).toContainEqual(["2.4", late.claimedAt]);
  expect(told).toContainEqual(["2.6", null]);
});

/** One bolt over torque, its NCR, disposition and rework, and the unit complete in the end. */
function reworked(): Bench {
  const bench = aBench({ content: planWith({ step: "060.4", to: { fields: [] } }) });
  const over = (field: string, position: string) =>
    field === named("final") && position === "2" && bench.state.reworks.length === 0
      ? "27.2"
      : undefined;
  if (!workUntil(bench, ({ state }) => state.status === "complete", over)) {
    throw new Error("never completed");
  }
  return bench;
}

test("a reworked unit comes out of its events whole: what was done twice, voided, replaced, and done", () => {
  const bench = reworked();
  const events = heard(bench);
  const record = asBuiltRecord(events);
  expect(record).toEqual(ownRecord(bench));
  expect(record.unit.isCompleted).toBe(true);
  expect(record.reworks.map(({ label, isComplete }) => [label, isComplete])).toEqual([
    ["060R1", true],
  ]);
  const torque = record.operations.find(({ number }) => number === "060");
  const final = torque?.rows.filter(({ kind, step }) => kind === "reading" && step === "060.3");
  expect(final?.map(({ content }) => [content.value, content.verdict])).toContainEqual([
    "27.2",
    "out_of_limits",
  ]);
  expect(torque?.rows.some(({ kind }) => kind === "done")).toBe(true);
  expect(torque?.rows.some(({ rework }) => rework === "060R1")).toBe(true);
  // Form 3 shows what counts: the torque of the rework, and the NCR of the one before.
  const row = form3(events).find(({ name }) => name === "final");
  expect(form3(events)).toEqual(ownForm3(bench, ucum));
  expect(row?.results.map(({ verdict, ucum: unit }) => [verdict, unit])).toEqual([
    ["in_limits", "N.m"],
    ["in_limits", "N.m"],
  ]);
  expect(row?.tooling).toEqual(["TW-0209"]);
  expect(row?.nonconformances.length).toBe(1);
});

test("an NCR author needs nothing but the events: the draft says what ours says, and more", () => {
  const bench = reworked();
  const logged = heardOf(bench).find(({ type }) => type === "dev.buyoff.defect.logged.v1");
  if (!logged) throw new Error("nobody logged a defect");
  const own = documentFrom("NCR", logged, logged) as NcrDraft;
  const draft = ncrDraft(heard(bench), own.defect.id);
  expect(draft).toMatchObject({
    organization: own.site,
    order: own.order,
    part: own.part,
    drawing: own.drawing,
    unit: own.unit,
    quantityAffected: own.defect.quantity,
    code: own.defect.code,
    label: own.defect.label,
    severity: own.defect.severity,
    description: own.defect.comment,
    location: own.defect.location,
    position: own.defect.position,
    detectedAt: {
      operation: own.operation,
      step: own.step,
      station: own.station,
      shift: own.shift,
      time: own.occurredAt,
    },
    detectedBy: own.reportedBy,
    instruction: {
      number: own.instruction.number,
      revision: own.instruction.revision,
      contentHash: own.instruction.sha256,
    },
    balloon: own.balloon,
    characteristic: own.characteristic,
    keyCharacteristic: own.keyCharacteristic,
    requirement: own.requirement,
    actual: own.actual,
    gage: own.gage,
    entry: { stream: own.entry.stream, seq: own.entry.seq },
    link: own.link,
  });
  expect(draft?.requirement).toMatch(/ … .* N\.m$/);
  expect(draft?.dispositions).toHaveLength(1);
  expect(draft?.isWithdrawn).toBe(false);
});
