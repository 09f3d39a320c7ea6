import { expect, test } from "vitest";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aDefect, aHold, completed, inWorkAt, qmsSays, read } from "./bench/stage.ts";
import { quietEvents, tell, toneOf } from "./story.rules.ts";

function overTorqued() {
  const bench = inWorkAt("060.3");
  act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
  read(bench, { step: "060.3", field: "final" }, "27.2", { confirmed: ["out_of_limits"] });
  return bench;
}
const last = (bench: ReturnType<typeof overTorqued>) => {
  const event = bench.events.at(-1);
  if (!event) throw new TypeError("nothing happened");
  return tell(event, bench.state, bench.content);
};

test("a value out of its limits is told where it was taken, what it was, and as a stop", () => {
  expect(last(overTorqued())).toMatchObject({
    type: "reading.recorded",
    tone: "stop",
    place: "060.3",
    subject: { en: "final" },
    said: {
      place: "1",
      value: { as: "value", value: "27.2" },
      verdict: { as: "code", in: "verdict", code: "out_of_limits" },
    },
  });
});

test("whatever happens in a whole build is told, and each step by its number", () => {
  const bench = completed();
  const lines = bench.events.map((event) => tell(event, bench.state, bench.content));
  expect(lines).toHaveLength(bench.events.length);
  const steps = new Set(bench.content.operations.flatMap((of) => of.steps.map((s) => s.number)));
  for (const [index, line] of lines.entries()) {
    const body = bench.events[index]?.body as { step?: string | null };
    if (typeof body.step === "string") expect(steps.has(line.place ?? ""), line.type).toBe(true);
  }
  expect(lines[0]).toMatchObject({ type: "traveler.released", place: null });
  expect(lines.at(-1)).toMatchObject({ type: "traveler.completed", tone: "good" });
});

test("signing is good, defects and holds stop, and what was turned away wants attention", () => {
  const bench = overTorqued();
  const toneAfter = (what: () => unknown) => {
    what();
    const event = bench.events.at(-1);
    return event ? [event.type, toneOf(event)] : null;
  };
  expect(toneAfter(() => act(bench, "placeHold", aHold()))).toEqual(["hold.placed", "stop"]);
  // Its reason is a code of the plant, and no text that retention could have disposed of.
  expect(last(bench)).toMatchObject({
    text: null,
    said: { reason: { as: "code", in: "holdReason", code: "missing_tool" } },
  });
  const release = { hold: named("hold"), comment: "found", byHand: null };
  expect(toneAfter(() => act(bench, "releaseHold", release, { by: "sue" }))).toEqual([
    "hold.released",
    "good",
  ]);
  const refused = { command: "signBuyoff", refusal: "buyoff_not_due", params: {} } as const;
  expect(toneAfter(() => act(bench, "recordRefusedAttempt", refused))).toEqual([
    "attempt.refused",
    "attention",
  ]);
  expect(last(bench)).toMatchObject({
    said: { command: { as: "code", in: "command", code: "signBuyoff" } },
    refused: { command: "signBuyoff", code: "buyoff_not_due" },
  });
  act(bench, "logDefect", aDefect({ code: "FIN-01", comment: "beside bolt 1" }));
  const logged = bench.events.findLast(({ type }) => type === "defect.logged");
  if (!logged) throw new TypeError("no defect");
  const told = tell(logged, bench.state, bench.content);
  expect(told).toMatchObject({
    tone: "stop",
    said: { defect: { as: "code", in: "defectCode", code: "FIN-01" } },
  });
  expect(told.text).toMatch(/^[0-9a-f]{64}$/);
  const dispositions = qmsSays(bench, "scrap");
  const body = {
    defect: named("defect"),
    from: "qms" as const,
    ncr: "NCR-1",
    dispositions,
    evidence: null,
    reason: null,
  };
  act(bench, "receiveDisposition", body, { by: "link" });
  expect(last(bench)).toMatchObject({
    said: {
      ncr: "NCR-1",
      decisions: { as: "list", of: [{ as: "code", in: "decision", code: "scrap" }] },
    },
  });
});

test("only looking is left out of the story, never an act", () => {
  expect([...quietEvents].toSorted()).toEqual([
    "gage.selected",
    "qualification.used",
    "step.presented",
    "step.started",
  ]);
});
