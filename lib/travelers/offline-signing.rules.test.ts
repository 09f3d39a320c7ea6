import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import { sha256Hex } from "#lib/kit/canonical";
import { aBench, act, type Bench, type Given } from "./bench/bench.ts";
import { sealedFacts, verification } from "./bench/box.ts";
import { diceFrom } from "./bench/dice.ts";
import { hostileDeed, play } from "./bench/hostile.ts";
import { stillOpen } from "./bench/oracle.ts";
import { unsoundDepartures } from "./bench/oracle-departures.ts";
import { unsoundOffline } from "./bench/oracle-offline.ts";
import { bracketPlan, named, requirement } from "./bench/plan.ts";
import { policy } from "./bench/plant.ts";
import { aHold, inWorkAt, outcome, planWith, read, sign } from "./bench/stage.ts";
import { stepOn, workUntil } from "./bench/worker.ts";
import { buyoffsDue, chainAt } from "./buyoffs.rules.ts";
import { fold } from "./evolve.rules.ts";
import type { Facts } from "./facts.schema.ts";
import { whyNotOffline } from "./offline-signing.rules.ts";
import { nextStep, openItems } from "./progress.rules.ts";

const box = sealedFacts("box");
const kit = { operation: "010", requirement: "010 operator" };
const torque = { operation: "060", step: "060.5", requirement: "060 operator" };

/** A step that the operator's own signature completes. */
const alone = (more: Partial<BuyoffRequirement> = {}) =>
  planWith({
    step: "060.5",
    to: {
      buyoffs: [requirement("060 operator", "operator", "operator", { offline: true, ...more })],
    },
  });

/** Operation 010 is done, and its signature is what comes next. */
function atKit(content = bracketPlan()): Bench {
  const bench = aBench({ content });
  const isDue = () =>
    buyoffsDue(bench.state, bench.content).some(({ operation }) => operation === named("op 010"));
  if (!workUntil(bench, isDue)) throw new TypeError("never came to the signature of 010");
  return bench;
}

const seal = (bench: Bench, at: Parameters<typeof sign>[1] = kit, given: Given = {}) =>
  sign(bench, at, { ...given, facts: { ...box, ...given.facts } });
const open = (
  bench: Bench,
  found: NonNullable<Facts["verification"]>["outcome"],
  more: Given = {},
) => {
  const buyoff = bench.state.buyoffs.at(-1)?.id ?? "";
  return act(
    bench,
    "verifyBuyoff",
    { buyoff },
    {
      by: "link",
      facts: verification(bench, found),
      ...more,
    },
  );
};
const last = (bench: Bench) => bench.state.buyoffs.at(-1);
const begin = (bench: Bench, step: string) => {
  act(bench, "presentStep", { step: named(step), language: "en" }, { by: "ivy" });
  return act(bench, "startStep", { step: named(step), late: undefined }, { by: "ivy" });
};

describe("a signature given without a network", () => {
  test("is pending, says that it is, and lets the work go on", () => {
    const bench = atKit();
    expect(outcome(seal(bench))).toEqual(["buyoff.signed"]);
    expect(last(bench)).toMatchObject({
      status: "pending_verification",
      method: "badge_pin_offline",
      sealedSha256: sha256Hex("box"),
    });
    expect(nextStep(bench.state, bench.content)?.step).toBe(named("020.1"));
    expect(outcome(begin(bench, "020.1"))).toEqual(["step.started"]);
  });

  test("is verified later, and then counts with both of its times", () => {
    const bench = atKit();
    seal(bench);
    const signedAt = last(bench)?.at;
    begin(bench, "020.1");
    expect(outcome(open(bench, "right"))).toEqual(["buyoff.verified"]);
    const now = last(bench);
    expect(now).toMatchObject({ status: "signed", method: "badge_pin_offline", at: signedAt });
    expect((now?.verifiedAt ?? "") > (signedAt ?? "")).toBe(true);
    expect(fold(bench.events)).toEqual(bench.state);
  });

  test("completes its step, and one that was wrong opens it again where nothing was built on it", () => {
    const bench = inWorkAt("060.5", { content: alone() });
    expect(outcome(seal(bench, torque))).toEqual(["buyoff.signed", "step.completed"]);
    expect(outcome(open(bench, "components_wrong"))).toEqual(["buyoff.rejected", "step.reopened"]);
    expect(last(bench)?.status).toBe("rejected");
    expect(bench.state.steps[named("060.5")]).toMatchObject({ status: "in_work", attempt: 1 });
    expect(bench.state.holds).toEqual([]);
    // Whoever signs it again signs it as if it had never been.
    expect(outcome(sign(bench, torque))).toEqual(["buyoff.signed", "step.completed"]);
  });

  test("one that was wrong is due again where it completed no step", () => {
    const bench = atKit();
    seal(bench);
    expect(outcome(open(bench, "box_unreadable"))).toEqual(["buyoff.rejected"]);
    expect(nextStep(bench.state, bench.content)).toEqual({
      operation: named("op 010"),
      step: null,
    });
    expect(outcome(sign(bench, kit))).toEqual(["buyoff.signed"]);
  });

  test("one that was wrong puts the unit on hold for quality where work has gone on over it", () => {
    const bench = atKit();
    seal(bench);
    begin(bench, "020.1");
    expect(outcome(open(bench, "components_wrong"))).toEqual(["buyoff.rejected", "hold.placed"]);
    expect(bench.state.status).toBe("on_hold");
    expect(bench.state.holds.at(-1)).toMatchObject({
      scope: { kind: "traveler" },
      reason: "signature_rejected",
      owner: "quality",
    });
    const gage = { operation: named("op 020"), gage: "BG-1" };
    expect(outcome(act(bench, "selectGage", gage, { by: "ivy" }))).toBe("on_hold");
    const hold = bench.state.holds.at(-1)?.id ?? "";
    const release = { hold, comment: "seen", byHand: null };
    expect(outcome(act(bench, "releaseHold", release, { by: "sue" }))).toBe("hold_owner");
    expect(outcome(act(bench, "releaseHold", release, { by: "quinn" }))).toEqual(["hold.released"]);
  });

  test("work before it in the instruction is not work over it", () => {
    const content = { ...alone(), sequence: "free" as const };
    const bench = inWorkAt("060.5", { content });
    seal(bench, torque);
    read(bench, { step: "010.1", field: "tools" }, "14");
    expect(last(bench)?.followedBy).toBeUndefined();
    expect(outcome(open(bench, "components_wrong"))).toContain("step.reopened");
  });
});

describe("a pending signature never satisfies", () => {
  const why = (more: Partial<BuyoffRequirement>, content = alone(more)) => {
    const bench = inWorkAt("060.5", { content });
    // By somebody who has no own work in it: nothing else stands in the way.
    return outcome(seal(bench, torque, { by: "ben" }));
  };

  test("a hold point", () => {
    expect(why({ holdPoint: true })).toBe("offline_hold_point");
  });

  test("an inspection, quality, the customer or the government", () => {
    for (const type of ["inspection", "quality", "customer", "government"] as const) {
      expect(why({ type })).toBe("offline_type");
    }
  });

  test("a key characteristic", () => {
    const content = alone();
    const keyed = {
      ...content,
      characteristics: content.characteristics.map((one) =>
        one.id === named("characteristic final") ? { ...one, key: "KC-1" } : one,
      ),
    };
    expect(why({}, keyed)).toBe("offline_key_characteristic");
  });

  test("what the revision or the plant does not let wait", () => {
    expect(why({ offline: false })).toBe("offline_revision");
    const bench = atKit();
    for (const offlineSigning of [undefined, [], ["second_operator" as const]]) {
      const { offlineSigning: _, ...rest } = policy;
      const facts = { policy: offlineSigning ? { ...rest, offlineSigning } : rest };
      expect(outcome(seal(bench, kit, { facts }))).toBe("offline_policy");
    }
    expect(outcome(seal(bench))).toEqual(["buyoff.signed"]);
  });

  test("completion", () => {
    const live = atKit();
    seal(live);
    const worked = workUntil(live, ({ state }) => state.status === "complete");
    expect(worked).toBe(true);
    // The worker could complete it only after the box had been opened.
    const at = (type: string) => live.events.findIndex((event) => event.type === type);
    expect(at("buyoff.verified")).toBeGreaterThan(0);
    expect(at("buyoff.verified")).toBeLessThan(at("traveler.completed"));
  });

  test("the next signature of its chain, nor is it due again meanwhile", () => {
    const two = [
      requirement("060 operator", "operator", "operator", { offline: true }),
      requirement("060 second", "second_operator", "operator", { offline: true }),
    ];
    const bench = inWorkAt("060.5", { content: planWith({ step: "060.5", to: { buyoffs: two } }) });
    expect(outcome(seal(bench, torque))).toEqual(["buyoff.signed"]);
    expect(buyoffsDue(bench.state, bench.content)).toEqual([]);
    const second = { ...torque, requirement: "060 second" };
    expect(outcome(sign(bench, second, { by: "ben" }))).toBe("buyoff_not_due");
    expect(outcome(seal(bench, torque, { by: "ben" }))).toBe("buyoff_pending");
    open(bench, "right");
    expect(outcome(sign(bench, second, { by: "ben" }))).toEqual([
      "buyoff.signed",
      "step.completed",
    ]);
  });

  test("the gate, which lists it as open", () => {
    const bench = atKit();
    seal(bench);
    expect(openItems(bench.state, bench.content).map(({ code }) => code)).toContain("buyoff_open");
  });
});

test("whatever is done while a signature is pending, nothing is built on a wrong one unseen, and a replay says the same", () => {
  const seen = { verified: 0, rejected: 0, held: 0, superseded: 0 };
  const moves = fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 24 });
  fc.assert(
    fc.property(moves, fc.nat(), (list, seed) => {
      const bench = atKit();
      const dice = diceFrom(seed);
      seal(bench);
      for (let turn = seed % 3; turn > 0; turn -= 1) stepOn(bench);
      for (const move of list) {
        if (move === 0) open(bench, "right");
        else if (move === 1) open(bench, "components_wrong");
        else if (move === 2) seal(bench);
        else if (move === 3) sign(bench, kit);
        else if (move < 6) play(bench, hostileDeed(bench, dice));
        else stepOn(bench);
        if (bench.state.status === "complete") {
          expect(stillOpen(bench.content, bench.events, "FSB-0118")).toEqual([]);
        }
      }
      expect(unsoundOffline(bench.content, bench.events)).toEqual([]);
      expect(unsoundDepartures(bench.content, bench.events)).toEqual([]);
      expect(fold(bench.events)).toEqual(bench.state);
      const is = (type: string) => bench.events.some((event) => event.type === type);
      seen.verified += is("buyoff.verified") ? 1 : 0;
      seen.rejected += is("buyoff.rejected") ? 1 : 0;
      seen.held += bench.state.holds.some(({ reason }) => reason === "signature_rejected") ? 1 : 0;
      seen.superseded += bench.state.buyoffs.some(({ status }) => status === "superseded") ? 1 : 0;
    }),
    { numRuns: 200 },
  );
  // Each some twenty times and more: otherwise it would hold because none of this ever happens.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
});

describe("who and what", () => {
  test("only whoever is signed in at the tablet can seal one, and a proof counts before a box", () => {
    const bench = atKit();
    expect(outcome(seal(bench, kit, { second: "ben" }))).toBe("offline_signer");
    const both = { sealed: box.sealed ?? { sha256: "", key: "" } };
    expect(outcome(sign(bench, kit, { facts: both }))).toEqual(["buyoff.signed"]);
    expect(last(bench)).toMatchObject({ status: "signed", method: "pin" });
  });

  test("it is for exactly what was shown", () => {
    const bench = atKit();
    const hash = sha256Hex("something else");
    expect(outcome(sign(bench, kit, { facts: box }, hash))).toBe("content_changed");
  });

  test("nobody verifies by saying so: without what the server found, and for another box, it is refused", () => {
    const bench = atKit();
    seal(bench);
    expect(outcome(open(bench, "right", { facts: {} }))).toBe("proof_missing");
    const found = verification(bench, "right").verification;
    if (!found) throw new TypeError("nothing pending");
    const other = { verification: { ...found, sealedSha256: sha256Hex("another box") } };
    expect(outcome(open(bench, "right", { facts: other }))).toBe("proof_missing");
    expect(outcome(open(bench, "right", { by: "ana" }))).toBe("not_permitted");
    expect(outcome(open(bench, "right"))).toEqual(["buyoff.verified"]);
    expect(outcome(open(bench, "components_wrong", { facts: other }))).toBe("buyoff_unknown");
  });

  test("a change beneath it voids it, and quality may void it: its box then opens nothing", () => {
    const bench = inWorkAt("060.5", { content: alone() });
    seal(bench, torque);
    const amended = act(
      bench,
      "reopenStep",
      { step: named("060.4"), reason: "again" },
      { by: "sue" },
    );
    expect(outcome(amended)).toEqual(["step.reopened", "buyoff.voided"]);
    const facts = verification(bench, "right", last(bench));
    expect(outcome(open(bench, "right", { facts }))).toBe("buyoff_unknown");

    const other = atKit();
    seal(other);
    const buyoff = last(other)?.id ?? "";
    expect(outcome(act(other, "voidBuyoff", { buyoff, reason: "lost" }, { by: "quinn" }))).toEqual([
      "buyoff.voided",
    ]);
    expect(outcome(sign(other, kit))).toEqual(["buyoff.signed"]);
  });

  test("on line it may be given again; the pending one is superseded, and its box opens nothing", () => {
    const bench = atKit();
    seal(bench);
    const pending = last(bench);
    expect(outcome(sign(bench, kit))).toEqual(["buyoff.signed"]);
    expect(bench.state.buyoffs.map(({ status }) => status)).toEqual(["superseded", "signed"]);
    const buyoff = pending?.id ?? "";
    const facts = verification(bench, "right", pending);
    expect(outcome(act(bench, "verifyBuyoff", { buyoff }, { by: "link", facts }))).toBe(
      "buyoff_unknown",
    );
  });

  test("it is verified on a unit that is on hold, too", () => {
    const bench = atKit();
    seal(bench);
    act(bench, "placeHold", aHold());
    expect(outcome(open(bench, "right"))).toEqual(["buyoff.verified"]);
  });

  test("a lot with a pending one is neither split nor merged", () => {
    const bench = aBench({ lot: "L-700", quantity: "8" });
    workUntil(bench, () => buyoffsDue(bench.state, bench.content).length > 0);
    seal(bench);
    const body = { child: named("child"), quantity: "2", reason: "half" };
    expect(outcome(act(bench, "splitTraveler", body, { by: "sue" }))).toBe("buyoff_pending");
  });

  test("it is known before anybody tries, by the same rule", () => {
    const bench = atKit();
    const chain = chainAt(bench.state, bench.content, { operation: named("op 010"), step: null });
    const [asked] = chain?.requirements ?? [];
    if (!chain || !asked) throw new TypeError("no chain");
    const place = { chain, requirement: asked };
    expect(whyNotOffline(bench.state, bench.content, place, policy)).toBeNull();
    expect(whyNotOffline(bench.state, bench.content, place, {})).toBe("offline_policy");
  });
});
