import { expect, test } from "vitest";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aDefect, aHold, inWorkAt, outcome } from "./bench/stage.ts";
import { openCall, stepStory } from "./step-story.rules.ts";

const here = { operation: named("op 060"), step: named("060.4") };
const elsewhere = { operation: named("op 020"), step: named("020.4") };

const kindsAt = (bench: ReturnType<typeof inWorkAt>, place: typeof here | null) =>
  stepStory(bench.state, place).map(({ kind }) => kind);

test("a note of a step is told at that step, a note of the unit at every step", () => {
  const bench = inWorkAt("060.4");
  act(bench, "addNote", { step: here.step, text: "Bolt 3 turned hard" });
  expect(kindsAt(bench, here)).toEqual(["note"]);
  expect(kindsAt(bench, elsewhere)).toEqual([]);
  act(bench, "addNote", { step: null, text: "Box 12 is the kit of this unit" });
  expect(kindsAt(bench, here)).toEqual(["note", "note"]);
  expect(kindsAt(bench, elsewhere)).toEqual(["note"]);
  expect(kindsAt(bench, null)).toEqual(["note"]);
});

test("the newest stands first", () => {
  const bench = inWorkAt("060.4");
  act(bench, "addNote", { step: here.step, text: "first" });
  act(bench, "callInspection", { call: named("call"), operation: here.operation });
  expect(kindsAt(bench, here)).toEqual(["call", "note"]);
});

test("a defect, a hold and a picture beside the work belong to the story; a picture of a field doesn't", () => {
  const bench = inWorkAt("060.4");
  const picture = { sha256: "a".repeat(64), mediaType: "image/jpeg" as const, bytes: 9 };
  const beside = { step: here.step, field: null, position: null, defect: null };
  act(bench, "attachPhoto", { photo: named("photo"), ...picture, ...beside });
  act(bench, "logDefect", aDefect({ step: here.step }));
  act(bench, "placeHold", aHold());
  expect(kindsAt(bench, here).sort()).toEqual(expect.arrayContaining(["defect", "hold", "photo"]));
  const ofField = bench.state.photos.map((photo) => ({ ...photo, field: named("kit") }));
  const withField = { ...bench, state: { ...bench.state, photos: ofField } };
  expect(kindsAt(withField, here)).not.toContain("photo");
});

test("a call is open until the inspector is at the unit; being on the way does not end it", () => {
  const bench = inWorkAt("060.4");
  const call = named("call");
  expect(openCall(bench.state, here.operation)).toBeNull();
  act(bench, "callInspection", { call, operation: here.operation });
  expect(openCall(bench.state, here.operation)?.id).toBe(call);
  expect(openCall(bench.state, elsewhere.operation)).toBeNull();
  expect(
    outcome(act(bench, "acknowledgeInspection", { call, arrived: false }, { by: "ivy" })),
  ).toEqual(["inspection.acknowledged"]);
  const answered = openCall(bench.state, here.operation);
  expect(answered?.acknowledgedAt).not.toBeNull();
  expect(answered?.arrivedAt).toBeNull();
  act(bench, "acknowledgeInspection", { call, arrived: true }, { by: "ivy" });
  expect(openCall(bench.state, here.operation)).toBeNull();
  expect(bench.state.calls[0]?.acknowledgedAt).toBe(answered?.acknowledgedAt);
});
