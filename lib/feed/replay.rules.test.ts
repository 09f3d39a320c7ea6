import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeliveryState } from "./delivery.rules.ts";
import { type Named, type Replayable, replayOf } from "./replay.rules.ts";

const nothingNamed: Named = { discarded: false, gone: false };
const aMessage = (as: Partial<Replayable> = {}): Replayable => ({
  state: "tracking",
  operation: "create",
  externalId: "NCR-1",
  isGone: false,
  isInDoubt: false,
  lastResult: "confirmed",
  discardAskedBy: null,
  ...as,
});
const of = (as: Partial<Replayable>, named: Partial<Named> = {}) =>
  replayOf(aMessage(as), { ...nothingNamed, ...named });

describe("a message that is sent again", () => {
  test("is read by its id where they have its record, followed or closed, and made by nobody", () => {
    for (const state of ["tracking", "closed"] as const) {
      expect(of({ state })).toEqual({
        effect: "looked_at",
        state: "delivered",
        externalId: "NCR-1",
      });
    }
  });

  test("goes under its own id where it is an event or an addition, from the beginning", () => {
    for (const operation of ["publish", "update", "attach"] as const) {
      expect(of({ state: "verified", operation })).toEqual({
        effect: "again",
        state: "pending",
        externalId: null,
      });
    }
  });

  test("starts where it stopped: with the search for its key, or with reading what is there", () => {
    for (const state of ["parked", "dead"] as const) {
      expect(of({ state, externalId: null })).toMatchObject({
        effect: "started",
        state: "pending",
      });
      expect(of({ state })).toMatchObject({ effect: "started", state: "delivered" });
    }
  });

  test("is left where it goes by itself, is not needed, or a second person decides", () => {
    const waiting = ["pending", "gated", "sending", "outcome_unknown", "delivered"] as const;
    for (const state of waiting) expect(of({ state })).toEqual({ left: "goes_by_itself" });
    expect(of({ state: "superseded" })).toEqual({ left: "not_needed" });
    const withdrawn = { state: "cancelled", lastResult: "withdrawn before it was sent" } as const;
    expect(of(withdrawn, { discarded: true })).toEqual({ left: "not_needed" });
    expect(of({ state: "dead", discardAskedBy: "somebody" })).toEqual({ left: "others_decide" });
  });

  test("discarded or gone there, is sent again only when that is named", () => {
    const discarded = { state: "cancelled", lastResult: "discarded", externalId: null } as const;
    expect(of(discarded)).toEqual({ left: "is_discarded" });
    expect(of(discarded, { gone: true })).toEqual({ left: "is_discarded" });
    expect(of(discarded, { discarded: true })).toMatchObject({ effect: "started" });
    for (const state of ["tracking", "parked"] as const) {
      expect(of({ state, isGone: true }, { discarded: true })).toEqual({ left: "is_gone" });
      expect(of({ state, isGone: true }, { gone: true })).toEqual({
        effect: "made_again",
        state: "pending",
        externalId: null,
      });
    }
  });

  test("in doubt at a system that can't be asked, is nobody's by the dozen", () => {
    const doubtful = { externalId: null, isInDoubt: true };
    expect(of({ state: "parked", ...doubtful })).toEqual({ left: "in_doubt" });
    const discarded = { state: "cancelled", lastResult: "discarded", ...doubtful } as const;
    expect(of(discarded, { discarded: true })).toEqual({ left: "in_doubt" });
  });
});

type Model = { message: Replayable; alive: string[]; made: number };
type Act =
  | { does: "deliver"; answer: "right" | "lost" | "refused" }
  | { does: "replay"; named: Named }
  | { does: "delete" }
  | { does: "discard" };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    does: fc.constant("deliver" as const),
    answer: fc.constantFrom("right" as const, "lost" as const, "refused" as const),
  }),
  fc.record({
    does: fc.constant("replay" as const),
    named: fc.record({ discarded: fc.boolean(), gone: fc.boolean() }),
  }),
  fc.constant({ does: "delete" as const }),
  fc.constant({ does: "discard" as const }),
);

/** A worker and a system, as deliver.worker.ts and delivery.rules.ts have them, for one record. */
function deliver(model: Model, answer: "right" | "lost" | "refused", isSearchable: boolean): Model {
  const { message, alive } = model;
  const as = (more: Partial<Replayable>): Model => ({ ...model, message: { ...message, ...more } });
  if (message.state === "delivered") {
    if (answer !== "right") return model;
    return alive.includes(message.externalId ?? "")
      ? as({ state: "tracking", lastResult: "confirmed" })
      : as({ state: "parked", isGone: true, lastResult: "rejected: 404" });
  }
  if (message.state !== "pending" && message.state !== "outcome_unknown") return model;
  const [there] = alive;
  if (isSearchable && there) return as({ state: "delivered", externalId: there, isGone: false });
  if (answer === "refused") return as({ state: "parked", lastResult: "rejected: 422" });
  const id = `NCR-${model.made + 1}`;
  const made = { ...model, alive: [...alive, id], made: model.made + 1 };
  if (answer === "right")
    return { ...made, message: { ...message, state: "delivered", externalId: id, isGone: false } };
  const state: DeliveryState = isSearchable ? "outcome_unknown" : "parked";
  return {
    ...made,
    message: { ...message, state, lastResult: "timeout", isInDoubt: !isSearchable },
  };
}

function replay(model: Model, named: Named): Model {
  const to = replayOf(model.message, named);
  if ("left" in to) return model;
  const { state, externalId } = to;
  return {
    ...model,
    message: {
      ...model.message,
      state,
      externalId,
      isGone: externalId !== null && model.message.isGone,
    },
  };
}

function next(model: Model, one: Act, isSearchable: boolean): Model {
  switch (one.does) {
    case "deliver":
      return deliver(model, one.answer, isSearchable);
    case "replay":
      return replay(model, one.named);
    case "delete":
      return { ...model, alive: [] };
    case "discard":
      return model.message.state === "parked" && model.message.externalId === null
        ? { ...model, message: { ...model.message, state: "cancelled", lastResult: "discarded" } }
        : model;
  }
}

const begun: Model = {
  message: aMessage({ state: "pending", externalId: null, lastResult: null }),
  alive: [],
  made: 0,
};

test("never makes a second record, however often and whatever in between, also where nothing can be looked up", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), fc.boolean(), (acts, isSearchable) => {
      let model = begun;
      for (const one of acts) {
        model = next(model, one, isSearchable);
        expect(model.alive.length).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("replayed again before anything has gone, changes nothing more", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), fc.boolean(), (acts, isSearchable) => {
      const model = acts.reduce((at, one) => next(at, one, isSearchable), begun);
      const named = { discarded: true, gone: true };
      const once = replay(model, named);
      expect(replay(once, named)).toEqual(once);
    }),
    { numRuns: 2_000 },
  );
});
