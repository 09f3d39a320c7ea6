import { expect, test } from "vitest";
import { uuidv7 } from "#lib/kit/ids";
import { aBench, act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { people } from "./bench/plant.ts";
import { aDefect, aHold, completed, doneUpTo, inWorkAt, outcome, params } from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";
import { nextStep, openItems } from "./progress.rules.ts";

const complete = (bench: ReturnType<typeof aBench>, facts = {}) =>
  act(bench, "completeTraveler", {}, { by: "quinn", facts });
const ready = () => {
  const bench = aBench();
  workUntil(bench, ({ state, content }) => nextStep(state, content) === null);
  return bench;
};

test("the gate lists every step and buyoff that is open", () => {
  const ruling = complete(inWorkAt("060.5"));
  expect(outcome(ruling)).toBe("traveler_incomplete");
  expect(params(ruling)).toMatchObject({
    steps: "060.5, 100.1",
    buyoffs: "060.5 operator, 060.5 inspection, 100 quality",
    count: "5",
  });
});

test("nothing is complete with a defect open or a step on hold", () => {
  const withDefect = ready();
  act(withDefect, "logDefect", aDefect({ code: "FIN-01" }));
  expect(params(complete(withDefect))).toMatchObject({ defects: "FIN-01", count: "1" });
  const withHold = ready();
  act(withHold, "placeHold", aHold({ scope: { kind: "step", step: named("060.1") } }));
  expect(params(complete(withHold))).toMatchObject({ holds: "missing_tool", count: "1" });
});

test("nothing is complete while a photo hasn't arrived, and it says which and who has it", () => {
  const sha256 = "e".repeat(64);
  const missing = { blobsMissing: [sha256] };
  expect(params(complete(ready(), missing))).toMatchObject({ photos: "eeeeeeee", count: "1" });
  const bench = ready();
  const photo = { photo: uuidv7(), sha256, mediaType: "image/jpeg" as const, bytes: 9 };
  const at = { step: named("060.3"), field: null, position: null, defect: null };
  act(bench, "attachPhoto", { ...photo, ...at });
  const tablet = "Bench 2 (ASM-1)";
  expect(params(complete(bench, { ...missing, missingFrom: { [sha256]: tablet } }))).toMatchObject({
    photos: "060.3: Bench 2 (ASM-1)",
    open: "060.3: Bench 2 (ASM-1)",
  });
  expect(params(complete(bench, missing))).toMatchObject({ photos: "060.3" });
  expect(outcome(complete(bench))).toEqual(["traveler.completed"]);
});

test("with everything done, signed and closed the traveler completes once", () => {
  const bench = ready();
  expect(openItems(bench.state, bench.content)).toEqual([]);
  expect(outcome(complete(bench))).toEqual(["traveler.completed"]);
  expect(outcome(complete(bench))).toBe("traveler_not_open");
});

test("quality accepts what is complete, and not what they built", () => {
  const accept = (bench: ReturnType<typeof aBench>, by: "quinn" | "ivy" = "quinn") =>
    outcome(act(bench, "acceptTraveler", {}, { by }));
  expect(accept(doneUpTo("060.5"))).toBe("traveler_not_complete");
  const bench = completed();
  expect(accept(bench, "ivy")).toBe("not_permitted");
  const ana = { ...people.ana, roles: ["operator", "quality"] as const };
  bench.people = { ...bench.people, quinn: ana };
  expect(accept(bench)).toBe("signer_performed_work");
  bench.people = people;
  expect(accept(bench)).toEqual(["traveler.accepted"]);
  expect(bench.state.status).toBe("accepted");
});

test("a voided buyoff opens the gate of a completed traveler again", () => {
  const bench = completed();
  const buyoff = bench.state.buyoffs.at(-1)?.id ?? "";
  act(bench, "voidBuyoff", { buyoff, reason: "wrong unit" }, { by: "quinn" });
  expect(bench.state.status).toBe("in_work");
  expect(params(complete(bench))).toMatchObject({ buyoffs: "100 quality" });
});

test("a cancelled traveler takes no more work", () => {
  const bench = inWorkAt("010.1");
  act(bench, "cancelTraveler", { reason: "order withdrawn" }, { by: "sue" });
  expect(bench.state.status).toBe("cancelled");
  const present = act(bench, "presentStep", { step: named("010.1"), language: "en" });
  expect(outcome(present)).toBe("traveler_not_open");
  expect(outcome(act(completed(), "cancelTraveler", { reason: "x" }, { by: "sue" }))).toBe(
    "traveler_not_open",
  );
});
