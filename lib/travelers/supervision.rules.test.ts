import { expect, test } from "vitest";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { Bench, Given } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { doneUpTo, outcome, params, planWith, read, sign } from "./bench/stage.ts";
import { performers } from "./buyoffs.rules.ts";
import { cosignContent, supervisionContent } from "./supervision.rules.ts";

const step = named("060.4");
const late = undefined;
const by = "jim" as const;
/** 060.4 without what asks for a gage: a stripe to judge and a tick. */
const content = planWith({
  step: "060.4",
  to: {
    fields: planWith({ step: "060.4", to: {} })
      .operations.flatMap(({ steps }) => steps)
      .flatMap(({ number, fields }) => (number === "060.4" ? fields : []))
      .filter(({ kind }) => kind !== "gage"),
  },
});
const before = () => doneUpTo("060.3", { content });

function supervise(bench: Bench, given: Given = {}, trainer: "ana" | "ben" = "ana") {
  const shown = supervisionContent(bench.state, {
    step,
    apprentice: named("jim"),
    trainer: named(trainer),
  });
  const body = { step, contentSha256: canonicalSha256(shown) };
  return act(bench, "superviseStep", body, { by, second: trainer, ...given });
}
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
