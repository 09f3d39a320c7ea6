import { expect, test } from "vitest";
import { derivedId } from "#lib/kit/ids";
import type { Bench, Given } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { people } from "./bench/plant.ts";
import {
  aDefect,
  completed,
  doneUpTo,
  inWorkAt,
  lastReading,
  outcome,
  qmsSays,
  read,
} from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";

type Decision = Parameters<typeof qmsSays>[1];
const receive = (
  bench: Bench,
  decision: Decision,
  given: Given = {},
  more: Parameters<typeof qmsSays>[2] = {},
  from: "qms" | "hand" = "qms",
) => {
  const dispositions = qmsSays(bench, decision, more);
  const evidence = from === "hand" ? "c".repeat(64) : null;
  const reason = from === "hand" ? "QMS is down" : null;
  const body = { defect: named("defect"), from, ncr: "NCR-1", dispositions, evidence, reason };
  return act(bench, "receiveDisposition", body, { by: "link", ...given });
};
const close = (bench: Bench, by: "ivy" | "ian" | "quinn" = "ian") =>
  act(bench, "closeDefect", { defect: named("defect"), verification: "seen" }, { by });

test("a defect carries what was measured, as it stood then", () => {
  const bench = inWorkAt("060.3");
  act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
  read(bench, { step: "060.3", field: "final" }, "27.2", { confirmed: ["out_of_limits"] });
  const reading = lastReading(bench, "final").id;
  const ruling = act(bench, "logDefect", aDefect({ code: "FIN-01", reading }));
  const logged = ruling.ok ? ruling.value.events[0] : undefined;
  expect(logged?.body).toMatchObject({
    measured: {
      balloon: "5",
      value: "27.2",
      limits: { min: "20.8", max: "23.8" },
      gage: { code: "TW-0209" },
    },
  });
});

test("a code that the plant has marked places a hold by itself, named alike on both sides", () => {
  const bench = inWorkAt("060.3");
  const ruling = act(bench, "logDefect", aDefect());
  expect(outcome(ruling)).toEqual(["defect.logged", "hold.placed"]);
  expect(bench.state.status).toBe("on_hold");
  expect(bench.state.holds).toMatchObject([
    {
      id: derivedId(bench.events.at(-1)?.command ?? "", "hold"),
      owner: "quality",
      defect: named("defect"),
      person: null,
    },
  ]);
});

test("so does a severity, also when it is raised later", () => {
  const critical = { code: "FIN-01", severity: "critical" as const };
  expect(outcome(act(inWorkAt("060.3"), "logDefect", aDefect(critical)))).toHaveLength(2);
  const bench = inWorkAt("060.3");
  expect(outcome(act(bench, "logDefect", aDefect({ code: "FIN-01" })))).toEqual(["defect.logged"]);
  const raised = act(bench, "updateDefect", { defect: named("defect"), severity: "critical" });
  expect(outcome(raised)).toEqual(["defect.updated", "hold.placed"]);
});

test("a defect has a known code, a quantity that is there, and its own id", () => {
  const bench = inWorkAt("060.3");
  expect(outcome(act(bench, "logDefect", aDefect({ code: "XXX" })))).toBe("defect_code_unknown");
  for (const quantity of ["2", "0", "-1"]) {
    expect(outcome(act(bench, "logDefect", aDefect({ quantity })))).toBe("quantity_too_large");
  }
  expect(outcome(act(bench, "logDefect", aDefect({ reading: named("none") })))).toBe(
    "reading_unknown",
  );
  act(bench, "logDefect", aDefect());
  expect(outcome(act(bench, "logDefect", aDefect()))).toBe("id_already_used");
});

test("a disposition never comes from the floor", () => {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect());
  for (const by of ["ana", "ivy", "sue"] as const) {
    expect(outcome(receive(bench, "use_as_is", { by }))).toBe("not_permitted");
  }
  const tablet = { id: named("tablet 1"), station: "ASM-1", workCenter: "ASM" };
  expect(outcome(receive(bench, "use_as_is", { facts: { device: tablet } }))).toBe(
    "disposition_not_from_floor",
  );
  expect(outcome(receive(bench, "use_as_is", { by: "quinn" }))).toBe("disposition_not_from_floor");
  expect(outcome(receive(bench, "use_as_is"))).toEqual(["disposition.received"]);
});

test("what a connector brings is what the QMS says at that moment", () => {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect());
  expect(outcome(receive(bench, "use_as_is", { facts: { qms: null } }))).toBe("qms_unreachable");
  const dispositions = qmsSays(bench, "use_as_is");
  qmsSays(bench, "rework");
  const body = {
    defect: named("defect"),
    from: "qms" as const,
    ncr: "NCR-1",
    dispositions,
    evidence: null,
    reason: null,
  };
  expect(outcome(act(bench, "receiveDisposition", body, { by: "link" }))).toBe(
    "disposition_differs_from_qms",
  );
});

test("by hand quality gives the document and the reason", () => {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect());
  const dispositions = qmsSays(bench, "use_as_is");
  const bare = {
    defect: named("defect"),
    from: "hand" as const,
    ncr: "NCR-1",
    dispositions,
    evidence: null,
    reason: "down",
  };
  expect(outcome(act(bench, "receiveDisposition", bare, { by: "quinn" }))).toBe("evidence_needed");
  expect(outcome(receive(bench, "use_as_is", { by: "quinn" }, {}, "hand"))).toEqual([
    "disposition.received",
  ]);
});

test("repair and use-as-is name their design authority, and quantities add up", () => {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect());
  for (const decision of ["repair", "use_as_is"] as const) {
    expect(outcome(receive(bench, decision, {}, { authority: null }))).toBe(
      "design_authority_needed",
    );
  }
  expect(outcome(receive(bench, "rework", {}, { quantity: "2" }))).toBe("quantities_do_not_add_up");
  expect(outcome(receive(bench, "rework", {}, { authority: null }))).toEqual([
    "disposition.received",
  ]);
});

test("a defect closes when its disposition is carried out and somebody else has verified it", () => {
  const bench = inWorkAt("060.3");
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("060.3") }));
  expect(outcome(close(bench))).toBe("disposition_missing");
  receive(bench, "rework");
  expect(outcome(close(bench))).toBe("disposition_not_carried_out");
  receive(bench, "scrap");
  expect(outcome(close(bench))).toBe("disposition_not_carried_out");
  receive(bench, "use_as_is");
  const ivy = { ...people.ivy, id: people.ana.id };
  bench.people = { ...bench.people, ivy };
  expect(outcome(close(bench, "ivy"))).toBe("defect_performer");
  expect(outcome(act(bench, "closeDefect", { defect: named("defect"), verification: "ok" }))).toBe(
    "not_permitted",
  );
  expect(outcome(close(bench))).toEqual(["defect.closed"]);
  expect(outcome(close(bench))).toBe("defect_not_open");
});

test("only quality withdraws a defect, and a withdrawn one covers nothing", () => {
  const bench = inWorkAt("060.3");
  act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
  read(bench, { step: "060.3", field: "final" }, "27.2", { confirmed: ["out_of_limits"] });
  read(bench, { step: "060.3", field: "final", position: "2" }, "23.0");
  const reading = lastReading(bench, "final").id;
  act(bench, "logDefect", aDefect({ code: "FIN-01", reading }));
  receive(bench, "use_as_is");
  const complete = () => act(bench, "completeStep", { step: named("060.3"), late: undefined });
  const withdrawn = { defect: named("defect"), reason: "logged twice" };
  expect(outcome(act(bench, "withdrawDefect", withdrawn, { by: "ivy" }))).toBe("not_permitted");
  act(bench, "withdrawDefect", withdrawn, { by: "quinn" });
  expect(outcome(complete())).toBe("reading_out_of_limits");
});

test("a value outside its limits stands only under a disposition that accepts it", () => {
  for (const [decision, expected] of [
    ["use_as_is", "step.completed"],
    ["rework", "reading_out_of_limits"],
    ["scrap", "reading_out_of_limits"],
  ] as const) {
    const bench = inWorkAt("060.3");
    act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
    read(bench, { step: "060.3", field: "final" }, "27.2", { confirmed: ["out_of_limits"] });
    read(bench, { step: "060.3", field: "final", position: "2" }, "23.0");
    const reading = lastReading(bench, "final").id;
    act(bench, "logDefect", aDefect({ code: "FIN-01", reading }));
    const complete = () => act(bench, "completeStep", { step: named("060.3"), late: undefined });
    expect(outcome(complete())).toBe("reading_out_of_limits");
    receive(bench, decision);
    expect([outcome(complete())].flat()[0]).toBe(expected);
  }
});

test("scrap takes the decision for the whole unit, identification and segregation, and ends it", () => {
  const bench = doneUpTo("060.3");
  act(bench, "logDefect", aDefect());
  const body = { defect: named("defect"), identification: "red tag 17", segregation: "cage 2" };
  const scrap = () => act(bench, "scrapTraveler", body, { by: "quinn" });
  expect(outcome(scrap())).toBe("disposition_missing");
  receive(bench, "use_as_is");
  expect(outcome(scrap())).toBe("disposition_is_not_scrap");
  receive(bench, "scrap");
  expect(outcome(scrap())).toEqual(["traveler.scrapped"]);
  expect(outcome(read(bench, { step: "060.3", field: "final" }, "22.3"))).toBe("traveler_not_open");
  expect(outcome(close(bench))).toEqual(["defect.closed"]);
});

test("no acceptance while an NCR has no number or is open again", () => {
  const bench = doneUpTo("060.3");
  act(bench, "logDefect", aDefect({ code: "FIN-01" }));
  receive(bench, "use_as_is");
  close(bench);
  workUntil(bench, ({ state }) => state.status === "complete");
  const accept = () => act(bench, "acceptTraveler", {}, { by: "quinn" });
  expect(outcome(accept())).toBe("ncr_missing");
  const link = {
    defect: named("defect"),
    process: "NCR" as const,
    connector: "rest",
    externalId: "1",
    number: "NCR-1",
    url: "https://qms.example/1",
    version: "1",
  };
  act(bench, "linkQmsRecord", { ...link, status: "open" }, { by: "link" });
  expect(outcome(accept())).toBe("qms_not_dispositioned");
  act(bench, "linkQmsRecord", { ...link, status: "closed" }, { by: "link" });
  expect(outcome(accept())).toEqual(["traveler.accepted"]);
});

test("a defect logged on a completed traveler opens its gate again", () => {
  const bench = completed();
  act(bench, "logDefect", aDefect({ code: "FIN-01" }), { by: "ivy" });
  expect(bench.state.status).toBe("in_work");
  expect(outcome(act(bench, "completeTraveler", {}))).toBe("traveler_incomplete");
});
