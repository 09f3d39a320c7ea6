import { expect, test } from "vitest";
import { canonicalSha256 } from "#lib/kit/canonical";
import { plusMinutes } from "#lib/kit/time";
import type { Bench, Given } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named, requirement } from "./bench/plan.ts";
import { aPerson, begin as dayStart, people } from "./bench/plant.ts";
import { doneUpTo, inWorkAt, outcome, params, planWith, read, sign } from "./bench/stage.ts";
import { wholePlan } from "./bench/whole-plan.ts";
import { performers } from "./buyoffs.rules.ts";
import type { PersonFacts } from "./facts.schema.ts";
import { cosignContent, supervisionContent } from "./supervision.rules.ts";

const step = named("060.4");
const late = undefined;
const by = "jim" as const;
/** 060.4 without what asks for a gage: a stripe to judge and a tick. */
const stepOf060 = {
  fields: planWith({ step: "060.4", to: {} })
    .operations.flatMap(({ steps }) => steps)
    .flatMap(({ number, fields }) => (number === "060.4" ? fields : []))
    .filter(({ kind }) => kind !== "gage"),
};
const content = planWith({ step: "060.4", to: stepOf060 });
const before = () => doneUpTo("060.3", { content });

function supervise(bench: Bench, given: Given = {}, trainer: "ana" | "ben" | "ivy" = "ana") {
  const shown = supervisionContent(bench.state, {
    step,
    apprentice: named("jim"),
    trainer: named(trainer),
  });
  const body = { step, contentSha256: canonicalSha256(shown) };
  return act(bench, "superviseStep", body, { by, second: trainer, ...given });
}
/** Jim with other people to work under, or none. */
const under = (trainers: PersonFacts["trainers"]): Given => {
  const { jim } = people;
  return { facts: { person: { ...jim, trainers } } };
};
const namedFor = (name: string, qualification: string | null) => ({
  id: named(name),
  name,
  qualification,
});
const cosign = (bench: Bench, given: Given = {}) => {
  const contentSha256 = canonicalSha256(cosignContent(bench.state, content, step));
  return act(bench, "cosignStep", { step, contentSha256 }, { by, second: "ana", ...given });
};
function begin(bench: Bench) {
  act(bench, "presentStep", { step, language: "en" }, { by });
  return act(bench, "startStep", { step, late }, { by });
}
const tap = { source: "tap" as const, by };
const record = (bench: Bench) => {
  read(bench, { step: "060.4", field: "stripe" }, "pass", tap);
  return read(bench, { step: "060.4", field: "cleaned" }, "yes", tap);
};
const complete = (bench: Bench) => act(bench, "completeStep", { step, late }, { by });

test("an apprentice works under a trainer who is there, and the refusal names whom to call", () => {
  const bench = before();
  const refused = begin(bench);
  expect(outcome(refused)).toBe("not_qualified");
  expect(params(refused)).toMatchObject({ trainers: "ana" });
  expect(outcome(supervise(bench))).toEqual(["step.supervised"]);
  expect(outcome(begin(bench))).toEqual(["step.started"]);
  expect(outcome(record(bench))).toEqual(["reading.recorded"]);
});

test("the trainer co-signs exactly what was recorded, and what comes later asks for it again", () => {
  const bench = before();
  supervise(bench);
  begin(bench);
  record(bench);
  expect(outcome(complete(bench))).toBe("trainer_has_not_signed");
  expect(outcome(cosign(bench))).toEqual(["step.cosigned"]);
  read(bench, { step: "060.4", field: "cleaned" }, "yes", tap);
  expect(outcome(complete(bench))).toBe("trainer_has_not_signed");
  expect(outcome(cosign(bench))).toEqual(["step.cosigned"]);
  expect(outcome(complete(bench))).toEqual(["step.completed", "qualification.used"]);
  const used = bench.events.at(-1);
  expect(used?.body).toMatchObject({ qualifications: [{ code: "Q-TRQ", result: "supervised" }] });
});

test("a trainer is named for this apprentice and this qualification, holds it, and stands at the tablet", () => {
  const bench = before();
  expect(outcome(supervise(bench, {}, "ben"))).toBe("trainer_not_listed");
  expect(params(supervise(bench, {}, "ben"))).toMatchObject({ trainers: "ana" });
  expect(outcome(supervise(bench, { facts: { device: null } }))).toBe("trainer_not_here");
  expect(outcome(supervise(bench, { facts: { secondProof: null } }))).toBe("proof_missing");
  const { ana } = bench.people;
  if (!ana) throw new TypeError("no ana");
  const second = { ...ana, qualifications: [] };
  expect(outcome(supervise(bench, { facts: { second } }))).toBe("not_qualified");
  const { jim } = bench.people;
  if (!jim) throw new TypeError("no jim");
  const person = { ...jim, trainers: [{ id: ana.id, name: "ana", qualification: "Q-ASM" }] };
  expect(outcome(supervise(bench, { facts: { person } }))).toBe("trainer_not_listed");
  expect(outcome(supervise(bench, { by: "ben" }))).toBe("trainer_not_needed");
});

test("somebody else's badge does not co-sign, nor does one for other content", () => {
  const bench = before();
  supervise(bench);
  begin(bench);
  record(bench);
  expect(outcome(cosign(bench, { second: "ben" }))).toBe("trainer_not_listed");
  const contentSha256 = "0".repeat(64);
  const other = act(bench, "cosignStep", { step, contentSha256 }, { by, second: "ana" });
  expect(outcome(other)).toBe("content_changed");
  expect(outcome(cosign(bench, { facts: { secondProof: null } }))).toBe("proof_missing");
});

test("who answered for an apprentice's hands does not accept that work, and an apprentice accepts none", () => {
  const bench = before();
  supervise(bench);
  begin(bench);
  record(bench);
  cosign(bench);
  complete(bench);
  const covered = content.operations.flatMap(({ steps }) => steps).filter(({ id }) => id === step);
  expect(performers(bench.state, covered)).toEqual([named("jim"), named("ana")]);
  const { jim } = bench.people;
  if (!jim) throw new TypeError("no jim");
  const inspector = {
    ...jim,
    roles: ["operator", "inspector"] as const,
    stamps: [...jim.stamps, { number: "QI-40", kind: "inspection" as const }],
  };
  const buyoff = named("060.5");
  act(bench, "presentStep", { step: buyoff, language: "en" });
  act(bench, "startStep", { step: buyoff, late });
  sign(bench, { operation: "060", step: "060.5", requirement: "060 operator" });
  const place = { operation: "060", step: "060.5", requirement: "060 inspection" };
  const signed = sign(bench, place, { second: "ian", facts: { second: inspector } });
  expect(outcome(signed)).toBe("apprentice_never_accepts");
  expect(outcome(sign(bench, place, { second: "ian" }))).toEqual([
    "buyoff.signed",
    "step.completed",
  ]);
});

test("whoever is named for each thing that is missing may stand beside, also by two entries of a list", () => {
  const bench = before();
  const jim = { ...people.jim, qualifications: [] };
  const twice = [namedFor("ana", "Q-TRQ"), namedFor("ana", "Q-ASM"), namedFor("ben", "Q-TRQ")];
  const needs = planWith({ step: "060.4", to: { ...stepOf060, qualifications: ["Q-ASM"] } });
  const of: Given = { facts: { content: needs, person: { ...jim, trainers: twice } } };
  expect(outcome(supervise(bench, of, "ben"))).toBe("trainer_not_listed");
  expect(params(supervise(bench, of, "ben"))).toMatchObject({ trainers: "ana" });
  expect(outcome(supervise(bench, of))).toEqual(["step.supervised"]);
});

test("who needs a trainer is nobody's trainer", () => {
  const learning = { ...people.ben, trainers: [namedFor("ana", "Q-BND")] };
  const { facts } = under([namedFor("ben", "Q-TRQ")]);
  const refused = supervise(before(), { facts: { ...facts, second: learning } }, "ben");
  expect(outcome(refused)).toBe("apprentice_never_accepts");
});

test("a trainer's presence counts for one shift, and as long as they are listed", () => {
  const bench = before();
  supervise(bench);
  begin(bench);
  bench.minutes += 11 * 60;
  expect(outcome(read(bench, { step: "060.4", field: "stripe" }, "pass", tap))).toEqual([
    "reading.recorded",
  ]);
  expect(outcome(supervise(bench))).toBe("trainer_not_needed");
  const unlisted = read(bench, { step: "060.4", field: "cleaned" }, "yes", {
    ...tap,
    ...under([]),
  });
  expect(outcome(unlisted)).toBe("not_qualified");
  bench.minutes += 60;
  const record = () => read(bench, { step: "060.4", field: "cleaned" }, "yes", tap);
  expect(outcome(record())).toBe("not_qualified");
  expect(outcome(supervise(bench))).toEqual(["step.supervised"]);
  expect(outcome(record())).toEqual(["reading.recorded"]);
});

test("another trainer can take over: they co-sign it all, and both performed it", () => {
  const bench = before();
  const both = under([namedFor("ana", "Q-TRQ"), namedFor("ben", null)]);
  supervise(bench, both);
  begin(bench);
  record(bench);
  expect(outcome(supervise(bench, both, "ben"))).toEqual(["step.supervised"]);
  expect(outcome(cosign(bench, both))).toBe("trainer_not_listed");
  expect(outcome(cosign(bench, { ...both, second: "ben" }))).toEqual(["step.cosigned"]);
  const done = act(bench, "completeStep", { step, late }, { by, ...both });
  expect(outcome(done)).toEqual(["step.completed", "qualification.used"]);
  expect(bench.events.at(-1)?.body).toMatchObject({ qualifications: [{ trainer: named("ben") }] });
  const covered = content.operations.flatMap(({ steps }) => steps).filter(({ id }) => id === step);
  expect(performers(bench.state, covered)).toEqual([named("jim"), named("ana"), named("ben")]);
});

test("whose own qualification has lapsed by then does not co-sign", () => {
  const bench = before();
  supervise(bench);
  begin(bench);
  record(bench);
  const second = { ...people.ana, qualifications: [] };
  expect(outcome(cosign(bench, { facts: { second } }))).toBe("not_qualified");
  const gone = { ...people.ana, active: false };
  expect(outcome(cosign(bench, { facts: { second: gone } }))).toBe("trainer_not_listed");
});

test("a trainer who is signed in co-signs by themselves, at the tablet alone", () => {
  const bench = before();
  supervise(bench);
  begin(bench);
  record(bench);
  expect(outcome(cosign(bench, { facts: { device: null } }))).toBe("trainer_not_here");
  expect(outcome(cosign(bench, { by: "ana", second: null }))).toEqual(["step.cosigned"]);
  const done = act(bench, "completeStep", { step, late }, { by: "ana" });
  expect(outcome(done)).toEqual(["step.completed", "qualification.used"]);
});

test("a signature that completes a step waits for the trainer's as well", () => {
  const chain = [requirement("060.4 operator", "operator", "operator")];
  const plan = planWith({ step: "060.4", to: { ...stepOf060, buyoffs: chain as never } });
  const bench = doneUpTo("060.3", { content: plan });
  supervise(bench);
  begin(bench);
  record(bench);
  const place = { operation: "060", step: "060.4", requirement: "060.4 operator" };
  expect(outcome(sign(bench, place, { by }))).toBe("trainer_has_not_signed");
  const contentSha256 = canonicalSha256(cosignContent(bench.state, plan, step));
  act(bench, "cosignStep", { step, contentSha256 }, { by, second: "ana" });
  expect(outcome(sign(bench, place, { by }))).toEqual(["buyoff.signed", "step.completed"]);
});

test("nothing is claimed for a time before the trainer was there", () => {
  const bench = before();
  const claimedAt = plusMinutes(dayStart, bench.minutes - 1);
  bench.minutes += 60;
  supervise(bench);
  act(bench, "presentStep", { step, language: "en" }, { by });
  const early = { claimedAt, reason: "was busy" };
  expect(outcome(act(bench, "startStep", { step, late: early }, { by }))).toBe("not_qualified");
});

test("an apprentice neither verifies, accepts nor confirms anything", () => {
  const quality = aPerson(
    "novice",
    ["inspector", "supervisor", "quality", "manufacturing_engineer"],
    {
      trainers: [namedFor("ana", null)],
    },
  );
  const bench = inWorkAt("060.4", { content });
  const as: Given = { facts: { person: quality } };
  const defect = { defect: named("defect"), verification: "seen" };
  expect(outcome(act(bench, "closeDefect", defect, as))).toBe("apprentice_never_accepts");
  expect(outcome(act(bench, "acceptTraveler", {}, as))).toBe("apprentice_never_accepts");
  read(bench, { step: "060.4", field: "stripe" }, "fail", {
    source: "tap",
    confirmed: ["out_of_limits"],
  });
  const body = {
    reading: bench.state.readings.at(-1)?.id ?? "",
    value: "pass",
    reason: "tapped wrong",
    evidence: null,
  };
  const amended = act(bench, "amendReading", body, { facts: { second: quality } });
  expect(outcome(amended)).toBe("apprentice_never_accepts");
});

test("an apprentice among the leads approves no departure, for others nor for themselves", () => {
  const plan = wholePlan();
  const bench = doneUpTo("065.2", { content: plan });
  const novice = aPerson("novice", ["supervisor"], { trainers: [namedFor("ana", null)] });
  const body = { step: named("070.1"), reason: "no clip here", permit: null };
  const skip = (given: Given) => outcome(act(bench, "skipStep", body, given));
  expect(skip({ facts: { second: novice } })).toBe("apprentice_never_accepts");
  expect(skip({ facts: { person: novice } })).toBe("approval_needed");
  expect(skip({ by: "sue" })).toEqual(["step.skipped"]);
});

test("who stood beside the hands that measured accepts no value beyond a process limit", () => {
  const bench = inWorkAt("060.1");
  const at = named("060.1");
  const as = under([namedFor("mel", null)]);
  const of = { step: at, apprentice: named("jim"), trainer: named("mel") };
  const contentSha256 = canonicalSha256(supervisionContent(bench.state, of));
  act(bench, "superviseStep", { step: at, contentSha256 }, { by, second: "mel", ...as });
  act(bench, "selectGage", { operation: named("op 060"), gage: "DW-0066" });
  const measured = read(bench, { step: "060.1", field: "running" }, "7.0", { by, ...as });
  expect(outcome(measured)).toEqual(["reading.recorded"]);
  const body = { reading: bench.state.readings.at(-1)?.id ?? "", reason: "seen" };
  const accept = (given: Given) =>
    outcome(act(bench, "acceptReadingOutOfProcessLimit", body, given));
  expect(accept({ by: "mel" })).toBe("signer_performed_work");
  const other = { ...people.mel, id: named("other"), name: "other" };
  expect(accept({ facts: { person: other } })).toEqual(["reading.accepted_out_of_process_limit"]);
});

test("who stood beside the hands that measured confirms no better value", () => {
  const torque = planWith({ step: "060.4", to: stepOf060 });
  const bench = doneUpTo("060.3", { content: torque });
  const { ivy } = people;
  const both = under([namedFor("ivy", null)]);
  expect(outcome(supervise(bench, both, "ivy"))).toEqual(["step.supervised"]);
  begin(bench);
  act(bench, "startStep", { step, late }, { by, ...both });
  read(bench, { step: "060.4", field: "stripe" }, "fail", {
    ...tap,
    ...both,
    confirmed: ["out_of_limits"],
  });
  const body = {
    reading: bench.state.readings.at(-1)?.id ?? "",
    value: "pass",
    reason: "tapped wrong",
    evidence: null,
  };
  const confirm = (second: PersonFacts) =>
    act(bench, "amendReading", body, { by, facts: { second } });
  expect(outcome(confirm(ivy))).toBe("second_person_needed");
  expect(outcome(confirm(people.ian))).toBe("evidence_needed");
});
