import { expect, test } from "vitest";
import type { Bench, Given } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aDefect, aHold, inWorkAt, outcome, qmsSays, read, sign } from "./bench/stage.ts";

const release = (
  bench: Bench,
  by: NonNullable<Given["by"]>,
  hold = named("hold"),
  more: object = {},
) => act(bench, "releaseHold", { hold, comment: "cleared", byHand: null, ...more }, { by });
const order = { step: "010.1", field: "order" };

test("on hold nothing is built, measured, signed or completed", () => {
  const bench = inWorkAt("060.5");
  act(bench, "placeHold", aHold());
  const step = named("060.5");
  expect(outcome(act(bench, "startStep", { step, late: undefined }))).toBe("on_hold");
  expect(outcome(act(bench, "completeStep", { step, late: undefined }))).toBe("on_hold");
  expect(outcome(read(bench, order, "WO-700290"))).toBe("on_hold");
  const gage = { operation: named("op 060"), gage: "TW-0209" };
  expect(outcome(act(bench, "selectGage", gage))).toBe("on_hold");
  const place = { operation: "060", step: "060.5", requirement: "060 operator" };
  expect(outcome(sign(bench, place))).toBe("on_hold");
  expect(outcome(act(bench, "completeTraveler", {}))).toBe("on_hold");
});

test("on hold it stays possible to record what is wrong and to make safe", () => {
  const bench = inWorkAt("060.5");
  act(bench, "placeHold", aHold());
  const image = { sha256: "b".repeat(64), mediaType: "image/png" as const, bytes: 5 };
  const nowhere = { step: null, field: null, position: null, defect: null };
  const installation = bench.state.components[1]?.id ?? "";
  const final = bench.state.readings.find(({ field }) => field === named("final"))?.id ?? "";
  const possible = [
    act(bench, "logDefect", aDefect({ code: "FIN-01" })),
    act(bench, "addNote", { step: null, text: "tape on it" }),
    act(bench, "attachPhoto", { photo: named("photo"), ...image, ...nowhere }),
    act(bench, "amendReading", {
      reading: final,
      value: "22.2",
      reason: "misread",
      evidence: null,
    }),
    act(bench, "placeHold", aHold({ hold: named("second") })),
    act(bench, "removeComponent", { installation, reason: "fod", condition: "suspect", to: "MRB" }),
    act(bench, "noteHandover", { text: "bolt 2 is out" }),
    act(bench, "presentStep", { step: named("060.5"), language: "en" }),
  ];
  expect(possible.map(({ ok }) => ok)).toEqual(possible.map(() => true));
});

test("a hold on a step or an operation stops the work there and nowhere else", () => {
  const bench = inWorkAt("010.1");
  const scope = { kind: "step" as const, step: named("010.1") };
  act(bench, "placeHold", aHold({ scope }));
  expect(bench.state.status).toBe("in_work");
  expect(outcome(read(bench, order, "WO-700290"))).toBe("on_hold");
  release(bench, "sue");
  expect(outcome(read(bench, order, "WO-700290"))).toEqual(["reading.recorded"]);
  const operation = { kind: "operation" as const, operation: named("op 010") };
  act(bench, "placeHold", aHold({ hold: named("op hold"), scope: operation }));
  expect(outcome(read(bench, { ...order, field: "tools" }, "14"))).toBe("on_hold");
  const elsewhere = { kind: "operation" as const, operation: named("op 060") };
  release(bench, "sue", named("op hold"));
  act(bench, "placeHold", aHold({ hold: named("other"), scope: elsewhere }));
  expect(outcome(read(bench, { ...order, field: "tools" }, "14"))).toEqual(["reading.recorded"]);
});

test("a step on hold is not accepted by a signature that covers it", () => {
  const bench = inWorkAt("060.5");
  act(bench, "placeHold", aHold({ scope: { kind: "step", step: named("060.2") } }));
  const place = { operation: "060", step: "060.5", requirement: "060 operator" };
  expect(outcome(sign(bench, place))).toBe("on_hold");
});

test("a hold on the order, lot, gage, station or site holds this traveler too", () => {
  const bench = inWorkAt("010.1");
  const outerHolds = [
    { scope: "lot", subject: "L-1", reason: "recall", owner: "quality" as const },
  ];
  expect(outcome(read(bench, order, "WO-700290", { facts: { outerHolds } }))).toBe("on_hold");
});

test("only the function that owns a hold releases it", () => {
  const owners = [
    ["missing_tool", "sue"],
    ["nonconformance", "quinn"],
    ["drawing_question", "mel"],
    ["customer_stop", "cora"],
  ] as const;
  for (const [reason, owner] of owners) {
    const bench = inWorkAt("010.1");
    act(bench, "placeHold", aHold({ reason }));
    for (const by of ["sue", "quinn", "mel", "cora"] as const) {
      if (by !== owner) expect(outcome(release(bench, by))).toBe("hold_owner");
    }
    expect(outcome(release(bench, "ana"))).toBe("not_permitted");
    expect(outcome(release(bench, owner))).toEqual(["hold.released"]);
    expect(outcome(release(bench, owner))).toBe("hold_already_released");
  }
});

test("a hold has a reason that the plant knows and its own id", () => {
  const bench = inWorkAt("010.1");
  expect(outcome(act(bench, "placeHold", aHold({ reason: "?" })))).toBe("hold_reason_unknown");
  act(bench, "placeHold", aHold());
  expect(outcome(act(bench, "placeHold", aHold()))).toBe("id_already_used");
  expect(outcome(release(bench, "sue", named("none")))).toBe("hold_unknown");
});

function heldByDefect() {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect());
  return { bench, hold: bench.state.holds[0]?.id ?? "" };
}

test("a hold tied to a defect is released on the disposition fetched at that moment", () => {
  const { bench, hold } = heldByDefect();
  expect(outcome(release(bench, "quinn", hold))).toBe("qms_unreachable");
  qmsSays(bench, "rework", { status: "open" });
  expect(outcome(release(bench, "quinn", hold))).toBe("qms_not_dispositioned");
  qmsSays(bench, "rework", { quantity: "2" });
  expect(outcome(release(bench, "quinn", hold))).toBe("quantities_do_not_add_up");
  qmsSays(bench, "rework");
  expect(outcome(release(bench, "sue", hold))).toBe("hold_owner");
  expect(outcome(release(bench, "quinn", hold))).toEqual(["disposition.received", "hold.released"]);
  expect(bench.state.holds[0]?.released).toMatchObject({ basis: "qms" });
});

test("failure 51: decisions that don't add up to what is affected release nothing, too few or too many, in one or in several", () => {
  const { bench, hold } = heldByDefect();
  const decided = (...quantities: string[]) => {
    qmsSays(bench, "rework");
    const said = bench.qms.get(named("defect"));
    const [one] = said?.dispositions ?? [];
    if (!said || !one) throw new Error("the QMS says nothing");
    const dispositions = quantities.map((quantity) => ({ ...one, quantity }));
    bench.qms.set(named("defect"), { ...said, dispositions });
    return outcome(release(bench, "quinn", hold));
  };
  for (const odd of [["0.5"], ["2"], ["0.5", "0.4"], ["1", "1"], []]) {
    expect(decided(...odd), odd.join()).toBe("quantities_do_not_add_up");
    expect(bench.state.holds[0]?.released).toBeNull();
    expect(bench.state.defects[0]?.dispositions).toEqual([]);
  }
  expect(decided("0.6", "0.4")).toEqual(["disposition.received", "hold.released"]);
});

test("with the QMS down quality releases by hand, with the number it is known under", () => {
  const { bench, hold } = heldByDefect();
  const link = {
    defect: named("defect"),
    process: "NCR" as const,
    connector: "rest",
    externalId: "1",
  };
  const record = {
    number: "NCR-7",
    status: "open" as const,
    url: "https://qms.example/7",
    version: "1",
  };
  act(bench, "linkQmsRecord", { ...link, ...record }, { by: "link" });
  const byHand = (ncr: string) => ({ byHand: { ncr, evidence: "d".repeat(64) } });
  expect(outcome(release(bench, "sue", hold, byHand("NCR-7")))).toBe("hold_owner");
  expect(outcome(release(bench, "quinn", hold, byHand("NCR-8")))).toBe("ncr_number_differs");
  expect(outcome(release(bench, "quinn", hold, byHand("NCR-7")))).toEqual(["hold.released"]);
  expect(bench.state.holds[0]?.released).toMatchObject({ basis: "hand" });
});

test("while the QMS answers, its word counts and nobody's hand", () => {
  const { bench, hold } = heldByDefect();
  qmsSays(bench, "rework", { status: "open" });
  const byHand = { byHand: { ncr: "NCR-1", evidence: "d".repeat(64) } };
  expect(outcome(release(bench, "quinn", hold, byHand))).toBe("qms_not_dispositioned");
});

test("failure 50: decided there and open again: what was released on that word is held again, once", () => {
  const linked = (
    bench: Bench,
    status: "open" | "contained" | "dispositioned" | "closed" | "void",
    version: string,
    externalId = "1",
  ) => {
    const url = "https://qms.example/1";
    const where = { process: "NCR" as const, connector: "rest", externalId, number: "NCR-1", url };
    const body = { defect: named("defect"), ...where, status, version };
    return outcome(act(bench, "linkQmsRecord", body, { by: "link" }));
  };
  const { bench, hold } = heldByDefect();
  const open = () => bench.state.holds.filter(({ released }) => !released);
  expect(linked(bench, "open", "1")).toEqual(["qms_record.linked"]);
  // Still on hold: one is enough.
  expect(linked(bench, "dispositioned", "2")).toEqual(["qms_record.linked"]);
  expect(linked(bench, "open", "3")).toEqual(["qms_record.linked"]);
  expect(linked(bench, "closed", "4")).toEqual(["qms_record.linked"]);
  qmsSays(bench, "rework");
  release(bench, "quinn", hold);
  expect(open()).toEqual([]);
  // What goes on being decided holds nothing.
  expect(linked(bench, "dispositioned", "5")).toEqual(["qms_record.linked"]);
  expect(linked(bench, "contained", "6")).toEqual(["qms_record.linked", "hold.placed"]);
  expect(open()).toMatchObject([{ defect: named("defect"), owner: "quality" }]);
  qmsSays(bench, "rework", { status: "open" });
  expect(outcome(release(bench, "quinn", open()[0]?.id))).toBe("qms_not_dispositioned");
  expect(linked(bench, "open", "7")).toEqual(["qms_record.linked"]);
  expect(open()).toHaveLength(1);
});

test("a defect that was withdrawn, or never held the unit, holds nothing when its record opens again", () => {
  const url = "https://qms.example/1";
  const where = {
    process: "NCR" as const,
    connector: "rest",
    externalId: "1",
    number: "NCR-1",
    url,
  };
  const body = { defect: named("defect"), ...where };
  const linked = (bench: Bench, status: "open" | "closed", version: string) =>
    outcome(act(bench, "linkQmsRecord", { ...body, status, version }, { by: "link" }));
  const { bench, hold } = heldByDefect();
  linked(bench, "closed", "1");
  act(bench, "withdrawDefect", { defect: named("defect"), reason: "typed twice" }, { by: "quinn" });
  release(bench, "quinn", hold);
  expect(linked(bench, "open", "2")).toEqual(["qms_record.linked"]);
  const free = inWorkAt("060.3");
  act(free, "logDefect", aDefect({ code: "FIN-01" }), { by: "ivy" });
  expect(free.state.holds).toEqual([]);
  linked(free, "closed", "1");
  expect(linked(free, "open", "2")).toEqual(["qms_record.linked"]);
});
