import { expect, test } from "vitest";
import type { Bench, Given } from "./bench/bench.ts";
import { aCommand, act, proofFor } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { people } from "./bench/plant.ts";
import { completed, doneUpTo, inWorkAt, lastReading, outcome, read } from "./bench/stage.ts";

const final = { step: "060.3", field: "final" };

function overTorqued() {
  const bench = inWorkAt("060.3");
  act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
  read(bench, final, "27.2", { confirmed: ["out_of_limits"] });
  const image = { sha256: "b".repeat(64), mediaType: "image/jpeg" as const, bytes: 5 };
  const nowhere = { step: null, field: null, position: null, defect: null };
  act(bench, "attachPhoto", { photo: named("proof"), ...image, ...nowhere });
  return bench;
}

const photo = { photo: named("proof"), reading: null };
const amend = (
  bench: Bench,
  value: string,
  given: Given = {},
  evidence: typeof photo | null = photo,
  reading = lastReading(bench, "final").id,
) => act(bench, "amendReading", { reading, value, reason: "misread the display", evidence }, given);

test("from fail to pass takes a second person, an inspector or quality, and evidence", () => {
  const bench = overTorqued();
  expect(outcome(amend(bench, "22.3"))).toBe("second_person_needed");
  expect(outcome(amend(bench, "22.3", { second: "ben" }))).toBe("second_person_needed");
  expect(outcome(amend(bench, "22.3", { by: "ivy", second: "ivy" }))).toBe("second_person_needed");
  expect(outcome(amend(bench, "22.3", { by: "quinn", second: "ana" }))).toBe(
    "second_person_needed",
  );
  expect(outcome(amend(bench, "22.3", { second: "ivy" }, null))).toBe("evidence_needed");
  const unknown = { photo: named("other"), reading: null };
  expect(outcome(amend(bench, "22.3", { second: "ivy" }, unknown))).toBe("evidence_needed");
  expect(outcome(amend(bench, "22.3", { second: "ivy" }))).toEqual(["reading.amended"]);
});

test("the second person confirms with badge and PIN for exactly this amendment", () => {
  const bench = overTorqued();
  expect(outcome(amend(bench, "22.3", { second: "ivy", facts: { secondProof: null } }))).toBe(
    "proof_missing",
  );
  bench.minutes += 1;
  const body = {
    reading: lastReading(bench, "final").id,
    value: "22.3",
    reason: "misread the display",
    evidence: photo,
  };
  const proof = proofFor(bench, aCommand(bench, "amendReading", body), people.ivy, "pin");
  const other = proofFor(
    bench,
    aCommand(bench, "amendReading", { ...body, value: "22.4" }),
    people.ivy,
    "badge_pin",
  );
  bench.minutes -= 1;
  const withPin = { second: "ivy" as const, facts: { secondProof: proof } };
  expect(outcome(amend(bench, "22.3", withPin))).toBe("badge_needed");
  bench.minutes -= 1;
  const withOther = { second: "ivy" as const, facts: { secondProof: other } };
  expect(outcome(amend(bench, "22.3", withOther))).toBe("proof_not_for_this");
});

test("the old value, the new one and the reason stand beside each other", () => {
  const bench = overTorqued();
  expect(outcome(amend(bench, "27.2"))).toBe("value_unchanged");
  expect(outcome(amend(bench, "27,3"))).toBe("value_not_readable");
  amend(bench, "27.3", {}, null);
  expect(lastReading(bench, "final")).toMatchObject({
    value: "27.3",
    verdict: "out_of_limits",
    amendments: [{ from: "27.2", to: "27.3", person: people.ana.id, second: null }],
  });
});

test("an amendment voids every signature over the value, up to the final one, and reopens the gate", () => {
  const bench = completed();
  const ruling = amend(bench, "22.1", {}, null);
  expect(outcome(ruling)).toEqual([
    "reading.amended",
    "buyoff.voided",
    "buyoff.voided",
    "buyoff.voided",
  ]);
  expect(bench.state.status).toBe("in_work");
});

test("amending what limits come from derives them again, judges again and voids both", () => {
  const bench = completed();
  const running = lastReading(bench, "running", "2").id;
  const ruling = amend(bench, "4.9", {}, null, running);
  expect(outcome(ruling).slice(0, 2)).toEqual(["reading.amended", "reading.rejudged"]);
  expect(lastReading(bench, "final", "2")).toMatchObject({
    limits: { min: "23.4", max: "26.4" },
    verdict: "out_of_limits",
  });
});

test("a difference is calculated again when what it comes from is amended", () => {
  const bench = doneUpTo("020.4");
  const bore = lastReading(bench, "bore", "A").id;
  const ruling = amend(bench, "28.590", { by: "ivy" }, null, bore);
  expect(outcome(ruling)).toEqual(["reading.amended", "reading.recorded", "buyoff.voided"]);
  expect(lastReading(bench, "fit", "A")).toMatchObject({ value: "0.020", retry: 2 });
});

test("amending an input doesn't make a bad reading good without the second person", () => {
  const bench = overTorqued();
  const running = lastReading(bench, "running", "1").id;
  expect(outcome(amend(bench, "6.5", {}, photo, running))).toBe("second_person_needed");
  expect(outcome(amend(bench, "6.5", { second: "ivy" }, photo, running))[0]).toBe(
    "reading.amended",
  );
});

test("after acceptance only quality amends", () => {
  const bench = completed();
  act(bench, "acceptTraveler", {}, { by: "quinn" });
  expect(bench.state.status).toBe("accepted");
  expect(outcome(amend(bench, "22.1", { by: "ivy" }, null))).toBe("amendment_after_acceptance");
  expect(outcome(amend(bench, "22.1", { by: "quinn" }, null))[0]).toBe("reading.amended");
});

test("what is calculated is amended only where it comes from", () => {
  const bench = doneUpTo("020.4");
  const fit = lastReading(bench, "fit", "A").id;
  expect(outcome(amend(bench, "0.031", {}, null, fit))).toBe("calculated_value_differs");
});
