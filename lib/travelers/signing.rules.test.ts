import { expect, test } from "vitest";
import type { Bench } from "./bench/bench.ts";
import { aBench, aCommand, act, proofFor, shown } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aPerson, device, people } from "./bench/plant.ts";
import {
  completed,
  doneUpTo,
  inWorkAt,
  lastReading,
  outcome,
  params,
  planWith,
  read,
  sign,
} from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";
import { buyoffsDue } from "./buyoffs.rules.ts";
import type { ProofFacts } from "./facts.schema.ts";

const operator = { operation: "060", step: "060.5", requirement: "060 operator" };
const inspection = { operation: "060", step: "060.5", requirement: "060 inspection" };
const bores = { operation: "020", step: "020.4", requirement: "020 inspection" };

const dual = () => inWorkAt("060.5");

test("a chain is signed in its order, by different people, and its last signature completes the step", () => {
  const bench = dual();
  expect(outcome(sign(bench, inspection, { second: "ivy" }))).toBe("buyoff_not_due");
  expect(outcome(sign(bench, operator))).toEqual(["buyoff.signed"]);
  expect(outcome(sign(bench, operator, { by: "ben" }))).toBe("buyoff_already_signed");
  expect(outcome(sign(bench, inspection, { second: "ivy" }))).toEqual([
    "buyoff.signed",
    "step.completed",
  ]);
});

test("a buyoff isn't due before the work beneath it is done", () => {
  const bench = inWorkAt("060.4");
  expect(outcome(sign(bench, operator))).toBe("buyoff_not_due");
  expect(buyoffsDue(bench.state, bench.content)).toEqual([]);
});

test("who did the work can't accept it, with a second badge neither", () => {
  const bench = dual();
  const both = {
    ...people.ana,
    roles: ["operator", "inspector"] as const,
    stamps: people.ivy.stamps,
  };
  bench.people = { ...bench.people, ana: both };
  sign(bench, operator, { by: "ben" });
  expect(outcome(sign(bench, inspection))).toBe("signer_performed_work");
  expect(outcome(sign(bench, inspection, { by: "ben", second: "ana" }))).toBe(
    "signer_performed_work",
  );
});

test("nobody signs twice in one chain", () => {
  const bench = dual();
  const ben = {
    ...people.ben,
    roles: ["operator", "inspector"] as const,
    stamps: people.ivy.stamps,
  };
  bench.people = { ...bench.people, ben };
  sign(bench, operator, { by: "ben" });
  expect(outcome(sign(bench, inspection, { by: "ben" }))).toBe("signer_already_signed");
});

test("an inspector may buy off what they measured themselves in an inspection step", () => {
  const bench = inWorkAt("020.4");
  expect(lastReading(bench, "bore", "A").person).toBe(people.ivy.id);
  expect(outcome(sign(bench, bores, { by: "ivy" }))).toContain("buyoff.signed");
});

test("role, qualification and stamp are those that the requirement asks for", () => {
  const bench = inWorkAt("020.4");
  const stampless = aPerson("stampless", ["inspector"]);
  const unsighted = { ...people.ian, id: named("unsighted"), qualifications: [] };
  bench.people = { ...bench.people, stampless, unsighted };
  expect(outcome(sign(bench, bores, { second: "ben" }))).toBe("buyoff_role");
  expect(outcome(sign(bench, bores, { second: "stampless" as "ivy" }))).toBe("buyoff_stamp");
  expect(outcome(sign(bench, bores, { second: "unsighted" as "ivy" }))).toBe("not_qualified");
  expect(outcome(sign(bench, bores, { second: "gone" }))).toBe("person_not_active");
  sign(bench, bores, { second: "ian" });
  expect(bench.state.buyoffs.at(-1)).toMatchObject({ stamp: "QI-11", person: people.ian.id });
});

test("an act at the unit needs the tablet there; a remote one doesn't", () => {
  const bench = dual();
  expect(outcome(sign(bench, operator, { facts: { device: null } }))).toBe("buyoff_not_at_unit");
  const last = aBench();
  const due = (one: Bench) =>
    buyoffsDue(one.state, one.content).some(({ requirement }) => requirement.type === "quality");
  workUntil(last, due);
  const quality = { operation: "100", requirement: "100 quality" };
  const ruling = sign(last, quality, { by: "quinn", facts: { device: null } });
  expect(outcome(ruling)).toContain("buyoff.signed");
});

test("at a desk the proof is of this session, and by both components each time", () => {
  const last = aBench();
  workUntil(last, (one) =>
    buyoffsDue(one.state, one.content).some(({ requirement }) => requirement.type === "quality"),
  );
  const quality = { operation: "100", requirement: "100 quality" };
  const session = named("session");
  const place = { operation: named("op 100"), step: null, requirement: named("100 quality") };
  const signed = (change: Partial<ProofFacts>) => {
    last.minutes += 1;
    const contentSha256 = shown(last, place);
    const command = aCommand(last, "signBuyoff", { ...place, contentSha256 });
    last.minutes -= 1;
    const good = proofFor(last, command, people.quinn, "badge_pin");
    const proof = good && { ...good, device: session, ...change };
    return outcome(sign(last, quality, { by: "quinn", facts: { device: null, session, proof } }));
  };
  expect(signed({ device: named("another session") })).toBe("proof_not_for_this");
  expect(signed({ device: device.id })).toBe("proof_not_for_this");
  expect(signed({ method: "pin" })).toBe("badge_needed");
  expect(signed({})).toContain("buyoff.signed");
});

test("the proof is for this act, this person, this tablet and this content", () => {
  const place = {
    operation: named("op 060"),
    step: named("060.5"),
    requirement: named("060 operator"),
  };
  const withProof = (change: Partial<ProofFacts> | null) => {
    const bench = dual();
    bench.minutes += 1;
    const contentSha256 = shown(bench, place);
    const command = aCommand(bench, "signBuyoff", { ...place, contentSha256 });
    bench.minutes -= 1;
    const good = proofFor(bench, command, people.ana, "pin");
    const proof = change && good ? { ...good, ...change } : null;
    return outcome(sign(bench, operator, { facts: { proof } }));
  };
  expect(withProof(null)).toBe("proof_missing");
  expect(withProof({ command: named("other") })).toBe("proof_not_for_this");
  expect(withProof({ person: people.ben.id })).toBe("proof_not_for_this");
  expect(withProof({ device: named("tablet 2") })).toBe("proof_not_for_this");
  expect(withProof({ contentSha256: "0".repeat(64) })).toBe("proof_not_for_this");
  expect(withProof({ device: device.id })).toEqual(["buyoff.signed"]);
});

test("the second signer gives badge and PIN", () => {
  const bench = dual();
  sign(bench, operator);
  const place = {
    operation: named("op 060"),
    step: named("060.5"),
    requirement: named("060 inspection"),
  };
  bench.minutes += 1;
  const command = aCommand(bench, "signBuyoff", { ...place, contentSha256: shown(bench, place) });
  bench.minutes -= 1;
  const secondProof = proofFor(bench, command, people.ivy, "pin");
  const ruling = sign(bench, inspection, { second: "ivy", facts: { secondProof } });
  expect(outcome(ruling)).toBe("badge_needed");
});

test("what is signed is what stands: a value that moved since it was shown is refused", () => {
  const bench = dual();
  const place = {
    operation: named("op 060"),
    step: named("060.5"),
    requirement: named("060 operator"),
  };
  const before = shown(bench, place);
  const reading = lastReading(bench, "final").id;
  act(bench, "amendReading", { reading, value: "22.1", reason: "misread", evidence: null });
  expect(outcome(sign(bench, operator, {}, before))).toBe("content_changed");
  expect(outcome(sign(bench, operator))).toEqual(["buyoff.signed"]);
});

test("a hold point blocks everything after it until it is bought off", () => {
  const bench = doneUpTo("060.1");
  const buyoff = bench.state.buyoffs.find(({ type }) => type === "inspection")?.id ?? "";
  act(bench, "presentStep", { step: named("060.2"), language: "en" });
  act(bench, "voidBuyoff", { buyoff, reason: "wrong stamp" }, { by: "quinn" });
  const start = () => act(bench, "startStep", { step: named("060.2"), late: undefined });
  const ruling = start();
  expect(outcome(ruling)).toBe("hold_point_open");
  expect(params(ruling)).toEqual({ operation: "020", step: "020.4" });
  expect(outcome(sign(bench, bores, { second: "ivy" }))).toEqual([
    "buyoff.signed",
    "qualification.used",
  ]);
  expect(outcome(start())).toEqual(["step.started"]);
});

test("a delegated operator accepts their own work with their own stamp; another operator doesn't", () => {
  const requirement = planWith({ step: "060.5", to: {} }).operations[2]?.steps[4]?.buyoffs[1];
  if (!requirement) throw new TypeError("no inspection");
  const to = { buyoffs: [{ ...requirement, selfVerification: "OSV" }] };
  const content = planWith({ step: "060.5", to });
  const bench = inWorkAt("060.5", { content });
  expect(outcome(sign(bench, inspection))).toBe("buyoff_role");
  const osv = { code: "OSV", validFrom: "2020-01-01", validUntil: null };
  const ana = { ...people.ana, qualifications: [...people.ana.qualifications, osv] };
  const ben = { ...people.ben, qualifications: [...people.ben.qualifications, osv] };
  bench.people = { ...bench.people, ana, ben };
  expect(outcome(sign(bench, inspection, { by: "ben" }))).toBe("buyoff_role");
  expect(outcome(sign(bench, inspection))).toContain("buyoff.signed");
  expect(bench.state.buyoffs.at(-1)).toMatchObject({ stamp: "OP-31" });
});

test("the customer is asked only for the serials that the requirement names", () => {
  const types = (serial: string) => completed({ serial }).state.buyoffs.map(({ type }) => type);
  expect(types("FSB-0118")).not.toContain("customer");
  expect(types("FSB-0120")).toContain("customer");
});

test("a decline is kept with its reason, and signs nothing", () => {
  const bench = dual();
  const place = {
    operation: named("op 060"),
    step: named("060.5"),
    requirement: named("060 inspection"),
  };
  act(bench, "declineBuyoff", { ...place, reason: "stripe missing" }, { second: "ivy" });
  expect(bench.state.declines).toMatchObject([{ person: people.ivy.id }]);
  expect(bench.state.buyoffs.filter(({ step }) => step === named("060.5"))).toEqual([]);
});

test("a value recorded again in a step beneath a signature voids the signature", () => {
  const bench = doneUpTo("060.5");
  act(bench, "reopenStep", { step: named("060.3"), reason: "check again" }, { by: "sue" });
  const live = () => bench.state.buyoffs.filter(({ status }) => status === "signed");
  expect(live().map(({ operation }) => operation)).toEqual([named("op 010"), named("op 020")]);
  read(bench, { step: "060.3", field: "final" }, "22.1");
  act(bench, "completeStep", { step: named("060.3"), late: undefined });
  expect(outcome(sign(bench, operator))).toEqual(["buyoff.signed"]);
  act(bench, "reopenStep", { step: named("060.3"), reason: "and again" }, { by: "sue" });
  expect(live()).toHaveLength(2);
});
