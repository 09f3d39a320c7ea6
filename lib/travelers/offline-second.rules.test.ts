import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import { act, type Bench, type Given } from "./bench/bench.ts";
import { assertedFacts, besideFacts, sealedFacts, verification } from "./bench/box.ts";
import { diceFrom } from "./bench/dice.ts";
import { hostileDeed, play } from "./bench/hostile.ts";
import { stillOpen } from "./bench/oracle.ts";
import { unsoundOffline } from "./bench/oracle-offline.ts";
import { named, requirement } from "./bench/plan.ts";
import { policy } from "./bench/plant.ts";
import { inWorkAt, outcome, planWith, sign } from "./bench/stage.ts";
import { stepOn } from "./bench/worker.ts";
import { buyoffsDue, chainAt, nextOffline } from "./buyoffs.rules.ts";
import { fold } from "./evolve.rules.ts";
import type { Facts } from "./facts.schema.ts";
import { openItems } from "./progress.rules.ts";

const torque = { operation: "060", step: "060.5" };
const first = { ...torque, requirement: "060 operator" };
const second = { ...torque, requirement: "060 second" };

/** The operator signs, and somebody else beside them; both may wait. */
const pair = (more: Partial<BuyoffRequirement> = {}) =>
  planWith({
    step: "060.5",
    to: {
      buyoffs: [
        requirement("060 operator", "operator", "operator", { offline: true }),
        requirement("060 second", "second_operator", "operator", { offline: true, ...more }),
      ],
    },
  });
const atPair = (more: Partial<BuyoffRequirement> = {}) =>
  inWorkAt("060.5", { content: pair(more) });

const ways = { sealed: sealedFacts, passkey: assertedFacts } as const;
type Way = keyof typeof ways;

const sealFirst = (bench: Bench, way: Way = "sealed", given: Given = {}) =>
  sign(bench, first, { ...given, facts: { ...ways[way]("first"), ...given.facts } });
/** Ben, at the same tablet, while Ana is signed in. */
const sealSecond = (bench: Bench, way: Way = "sealed", given: Given = {}) =>
  sign(bench, second, {
    second: "ben",
    ...given,
    facts: { ...besideFacts(ways[way]("second")), ...given.facts },
  });

const signed = (bench: Bench, at: typeof first) =>
  bench.state.buyoffs.findLast((of) => of.requirement === named(at.requirement));
function open(
  bench: Bench,
  at: typeof first,
  found: NonNullable<Facts["verification"]>["outcome"],
) {
  const buyoff = signed(bench, at);
  const facts = verification(bench, found, buyoff);
  return act(bench, "verifyBuyoff", { buyoff: buyoff?.id ?? "" }, { by: "link", facts });
}
const statuses = (bench: Bench) => bench.state.buyoffs.slice(-2).map(({ status }) => status);
const step = ({ state }: Bench) => state.steps[named("060.5")]?.status;

describe("two people at one tablet without a network", () => {
  test("the second signs over the first one's pending signature, whichever way each was given, and the step is done", () => {
    for (const one of ["sealed", "passkey"] as const) {
      for (const other of ["sealed", "passkey"] as const) {
        const bench = atPair();
        expect(outcome(sealFirst(bench, one))).toEqual(["buyoff.signed"]);
        expect(outcome(sealSecond(bench, other))).toEqual(["buyoff.signed", "step.completed"]);
        expect(signed(bench, second)).toMatchObject({
          status: "pending_verification",
          person: named("ben"),
          over: [signed(bench, first)?.id],
        });
        expect(bench.events.at(-2)).toMatchObject({ person: named("ana"), second: named("ben") });
      }
    }
  });

  test("over a first signature that was given on line, the second alone is pending", () => {
    const bench = atPair();
    expect(outcome(sign(bench, first))).toEqual(["buyoff.signed"]);
    expect(outcome(sealSecond(bench))).toEqual(["buyoff.signed", "step.completed"]);
    expect(signed(bench, second)?.over).toBeUndefined();
    expect(outcome(open(bench, second, "right"))).toEqual(["buyoff.verified"]);
    expect(statuses(bench)).toEqual(["signed", "signed"]);
  });

  test("neither counts before both are verified, in whichever order they are", () => {
    const bench = atPair();
    sealFirst(bench);
    sealSecond(bench);
    expect(outcome(open(bench, first, "right"))).toEqual(["buyoff.verified"]);
    expect(statuses(bench)).toEqual(["signed", "pending_verification"]);
    expect(outcome(open(bench, second, "right"))).toEqual(["buyoff.verified"]);
    expect(statuses(bench)).toEqual(["signed", "signed"]);

    const other = atPair();
    sealFirst(other);
    sealSecond(other);
    expect(outcome(open(other, second, "right"))).toEqual(["buyoff.verified"]);
    expect(statuses(other)).toEqual(["pending_verification", "pending_verification"]);
    expect(signed(other, second)?.checkedAt).toBeDefined();
    expect(openItems(other.state, other.content).map(({ code }) => code)).toContain("buyoff_open");
    // What was in its box was said: it is not said again.
    expect(outcome(open(other, second, "components_wrong"))).toBe("buyoff_unknown");
    expect(outcome(open(other, first, "right"))).toEqual(["buyoff.verified", "buyoff.verified"]);
    expect(statuses(other)).toEqual(["signed", "signed"]);
    expect(fold(other.events)).toEqual(other.state);
  });

  test("a second signature that was wrong is rejected alone: the first one's holds, and the second is due again", () => {
    for (const isFirstVerified of [true, false]) {
      const bench = atPair();
      sealFirst(bench);
      sealSecond(bench);
      if (isFirstVerified) open(bench, first, "right");
      expect(outcome(open(bench, second, "same_person"))).toEqual([
        "buyoff.rejected",
        "step.reopened",
      ]);
      if (!isFirstVerified) open(bench, first, "right");
      expect(statuses(bench)).toEqual(["signed", "rejected"]);
      expect(step(bench)).toBe("in_work");
      const due = buyoffsDue(bench.state, bench.content).map((of) => of.requirement.type);
      expect(due).toContain("second_operator");
    }
  });

  test("a first signature that was wrong takes the second with it, and the record says whose failed and whose held", () => {
    const bench = atPair();
    sealFirst(bench);
    sealSecond(bench);
    open(bench, second, "right");
    expect(outcome(open(bench, first, "components_wrong"))).toEqual([
      "buyoff.rejected",
      "buyoff.rejected",
      "step.reopened",
    ]);
    const causes = bench.events.flatMap((event) =>
      event.type === "buyoff.rejected" ? [[event.body.buyoff, event.body.cause]] : [],
    );
    expect(causes).toEqual([
      [signed(bench, first)?.id, "components_wrong"],
      [signed(bench, second)?.id, "signed_over_rejected"],
    ]);
    expect(signed(bench, second)?.checkedAt).toBeDefined();
    expect(statuses(bench)).toEqual(["rejected", "rejected"]);
    expect(bench.state.holds).toEqual([]);
    // Both sign again as if it had never been.
    expect(outcome(sign(bench, first))).toEqual(["buyoff.signed"]);
    expect(outcome(sign(bench, second, { second: "ben" }))).toEqual([
      "buyoff.signed",
      "step.completed",
    ]);
  });

  test("whichever failed, work that went on over them waits for quality", () => {
    for (const wrong of [first, second]) {
      const bench = atPair();
      sealFirst(bench);
      sealSecond(bench);
      const before = bench.events.length;
      const isAfter = () =>
        bench.events.slice(before).some(({ type }) => type === "step.started") || !stepOn(bench);
      while (!isAfter());
      expect(signed(bench, wrong)?.followedBy).toBeDefined();
      const found = outcome(open(bench, wrong, "components_wrong"));
      expect(found).toContain("hold.placed");
      expect(found).not.toContain("step.reopened");
      expect(bench.state.holds.at(-1)).toMatchObject({ reason: "signature_rejected" });
      expect(unsoundOffline(bench.content, bench.events)).toEqual([]);
    }
  });

  test("where the first is given again on line, the second that was found right counts from then on", () => {
    const bench = atPair();
    sealFirst(bench);
    sealSecond(bench);
    open(bench, second, "right");
    expect(outcome(sign(bench, first))).toEqual(["buyoff.signed", "buyoff.verified"]);
    expect(signed(bench, second)?.status).toBe("signed");
    expect(fold(bench.events)).toEqual(bench.state);

    // And one whose box comes later waits no more.
    const other = atPair();
    sealFirst(other);
    sealSecond(other);
    expect(outcome(sign(other, first))).toEqual(["buyoff.signed"]);
    open(other, second, "right");
    expect(signed(other, second)?.status).toBe("signed");
  });
});

describe("who the second is", () => {
  test("nobody is beside themselves, and nobody signs twice in a chain", () => {
    const bench = atPair();
    sealFirst(bench, "sealed", { by: "ana" });
    expect(outcome(sealSecond(bench, "sealed", { by: "ben", second: "ben" }))).toBe(
      "signer_same_person",
    );
    expect(outcome(sealSecond(bench, "sealed", { by: "ben", second: "ana" }))).toMatch(
      /^signer_(performed_work|already_signed)$/,
    );
  });

  test("a box is whose it says: none of the first's for the second, and none of a second whom nobody knows", () => {
    const bench = atPair();
    sealFirst(bench);
    const own = { facts: sealedFacts("second") };
    expect(outcome(sign(bench, second, { second: "ben", ...own }))).toBe("offline_signer");
    const nobodys = { by: "ben", facts: besideFacts(sealedFacts("second")) } as const;
    expect(outcome(sign(bench, second, nobodys))).toBe("offline_signer");
    // Signed in for themselves, who did no work in it may sign as the second.
    expect(outcome(sign(bench, second, { by: "ben", ...own }))).toEqual([
      "buyoff.signed",
      "step.completed",
    ]);
  });

  test("with a network nobody signs over one that waits", () => {
    const bench = atPair();
    sealFirst(bench);
    expect(buyoffsDue(bench.state, bench.content)).toEqual([]);
    expect(outcome(sign(bench, second, { second: "ben" }))).toBe("buyoff_not_due");
  });
});

describe("what a second person may sign without a network", () => {
  const why = (more: Partial<BuyoffRequirement>, given: Given = {}) => {
    const bench = atPair(more);
    sign(bench, first);
    return outcome(sealSecond(bench, "sealed", given));
  };

  test("no hold point, and nothing that accepts work for somebody else than the line", () => {
    expect(why({ holdPoint: true })).toBe("offline_hold_point");
    for (const type of ["inspection", "quality", "customer", "government"] as const) {
      expect(why({ type })).toBe("offline_type");
    }
  });

  test("nothing with a key characteristic", () => {
    const content = pair();
    const characteristics = content.characteristics.map((one) =>
      one.id === named("characteristic final") ? { ...one, key: "KC-1" } : one,
    );
    const bench = inWorkAt("060.5", { content: { ...content, characteristics } });
    sign(bench, first);
    expect(outcome(sealSecond(bench))).toBe("offline_key_characteristic");
  });

  test("only where revision and plant both allow it, whatever the tablet had heard", () => {
    expect(why({ offline: false })).toBe("offline_revision");
    for (const offlineSigning of [[], ["operator" as const]]) {
      const facts = { policy: { ...policy, offlineSigning } };
      expect(why({}, { facts })).toBe("offline_policy");
    }
  });

  test("only a second operator signs over one that waits: an operator's own next signature does not", () => {
    const bench = atPair({ type: "operator" });
    sealFirst(bench);
    expect(outcome(sealSecond(bench))).toBe("buyoff_not_due");
    const chain = chainAt(bench.state, bench.content, {
      operation: named("op 060"),
      step: named("060.5"),
    });
    if (!chain) throw new TypeError("no chain");
    expect(nextOffline(bench.state, chain)?.id).toBe(named("060 operator"));
  });
});

test("whatever becomes of two pending signatures, none counts alone, and nothing is built on a wrong one unseen", () => {
  const seen = { both: 0, failedUnder: 0, failedOver: 0, held: 0, waited: 0 };
  const moves = fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 24 });
  fc.assert(
    fc.property(moves, fc.nat(), (list, seed) => {
      const bench = atPair();
      const dice = diceFrom(seed);
      sealFirst(bench);
      if (seed % 4 > 0) sealSecond(bench);
      for (let turn = seed % 3; turn > 0; turn -= 1) stepOn(bench);
      for (const move of list) {
        if (move < 2) open(bench, first, "right");
        else if (move === 2) open(bench, first, "components_wrong");
        else if (move < 5) open(bench, second, "right");
        else if (move === 5) open(bench, second, "same_person");
        else if (move === 6) sealFirst(bench);
        else if (move === 7) sealSecond(bench, "passkey");
        else if (move === 8) sign(bench, first);
        else if (move === 9) sign(bench, second, { second: "ben" });
        else if (move < 12) play(bench, hostileDeed(bench, dice));
        else stepOn(bench);
        if (bench.state.status === "complete") {
          expect(stillOpen(bench.content, bench.events, "FSB-0118")).toEqual([]);
        }
      }
      expect(unsoundOffline(bench.content, bench.events)).toEqual([]);
      expect(fold(bench.events)).toEqual(bench.state);
      const causes = bench.events.flatMap((event) =>
        event.type === "buyoff.rejected" ? [event.body.cause] : [],
      );
      const pairs = bench.state.buyoffs.filter(({ over }) => over !== undefined);
      seen.both += pairs.some(({ status }) => status === "signed") ? 1 : 0;
      seen.failedUnder += causes.includes("signed_over_rejected") ? 1 : 0;
      seen.failedOver += causes.includes("same_person") ? 1 : 0;
      seen.held += bench.state.holds.some(({ reason }) => reason === "signature_rejected") ? 1 : 0;
      seen.waited += pairs.some(({ checkedAt }) => checkedAt !== undefined) ? 1 : 0;
    }),
    { numRuns: 200 },
  );
  // Each some twenty times and more: otherwise it would hold because none of this ever happens.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
});
