import { describe, expect, test } from "vitest";
import { heardOf } from "../catalogue/conformance/bench-events.ts";
import type { CloudEvent } from "../catalogue/data.schema.ts";
import { uuidv7 } from "../kit/ids.ts";
import { act } from "../travelers/bench/bench.ts";
import { aDefect, inWorkAt } from "../travelers/bench/stage.ts";
import { nameOf } from "./heard.rules.ts";
import { aLedger } from "./ledger.rules.ts";
import { namesHeard, type Routed, routeEvent } from "./routing.rules.ts";
import { aRule, deliveriesIn, originIn, routedAll, site } from "./testing/router.ts";

/** A unit with a defect, logged, changed, logged again under the same code and withdrawn. */
function aStory(): readonly CloudEvent[] {
  const bench = inWorkAt("060.1");
  const log = (more = {}) => {
    const body = aDefect({ comment: "The left lug is bent", ...more });
    expect(act(bench, "logDefect", body, { by: "quinn" }).ok).toBe(true);
    return body.defect;
  };
  const first = log();
  const change = { defect: first, quantity: "1", comment: "Also the right one" };
  expect(act(bench, "updateDefect", change, { by: "quinn" }).ok).toBe(true);
  log({ defect: uuidv7(1, new Uint8Array(10).fill(7)) });
  log({ defect: uuidv7(2, new Uint8Array(10).fill(9)) });
  const withdrawn = { defect: first, reason: "It was dirt and came off" };
  expect(act(bench, "withdrawDefect", withdrawn, { by: "quinn" }).ok).toBe(true);
  return heardOf(bench);
}

const events = aStory();
const named = (name: string) => events.filter((event) => nameOf(event) === name);
const [logged] = named("defect.logged");
if (!logged) throw new Error("no defect");

const ask = (rule = aRule("ncr-from-defect"), event: CloudEvent = logged, known = aLedger()) =>
  routeEvent({
    event,
    origin: originIn(events, event),
    rule,
    site,
    latest: known.latest,
    ofLot: known.ofLot,
    now: () => 0,
  });
const problem = (routed: Routed) => `${routed.outcome}: ${routed.detail}`;

/** By part and code alone: defects of one kind are one record. */
const byCode = aRule("ncr-from-defect", {
  correlate: {
    key: [
      { name: "unit", from: "data.context.units[0].serial", mayBeEmpty: false },
      { name: "code", from: "data.code.code", mayBeEmpty: false },
    ],
    window: "until-closed",
    fold: "update",
  },
  follow: [],
});

describe("one rule and one event", () => {
  test("make one NCR with the key that it has had since the first version", async () => {
    const routed = await ask();
    expect(routed).toMatchObject({
      outcome: "matched",
      deliveries: [{ operation: "create", state: "pending" }],
    });
    const [delivery] = deliveriesIn([{ event: logged, rule: byCode, routed }]);
    expect(delivery?.externalKey).toMatch(new RegExp(`^buyoff:${site}:NCR:[0-9a-f]{20}$`));
    expect(delivery?.payload).toMatchObject({
      process: "NCR",
      defect: { comment: "The left lug is bent" },
    });
  });

  test.each([
    ["data.severity", /gave "\w+" and not true or false/],
    ["$error('no')", /the condition failed: no/],
    ["$number(data.severity) > 1", /the condition failed/],
    ["data.severity.$uppercase(", /the condition failed/],
    ["data.nothing", /gave null and not true or false/],
  ])(
    "failure 54: a condition that fails or gives no boolean is an error, never no match: %s",
    async (when, says) => {
      const routed = await ask(aRule("ncr-from-defect", { when }));
      expect(routed.outcome).toBe("error");
      expect(routed.detail).toMatch(says);
    },
  );

  test("false is no match, and a scope that it is not in says so", async () => {
    expect(problem(await ask(aRule("ncr-from-defect", { when: "false" })))).toBe(
      "not_matched: the condition is not met",
    );
    const scope = { parts: ["4471-0000-1"], workCenters: [] };
    expect(problem(await ask(aRule("ncr-from-defect", { scope })))).toMatch(
      /not_matched: part .* is not in the scope/,
    );
  });

  test.each(["data.context.order.customer", "''", "null"])(
    "an empty part of a key is an error that names it, and is never left out: %s",
    async (from) => {
      const key = [
        { name: "unit", from: "data.context.units[0].serial", mayBeEmpty: false },
        { name: "customer", from, mayBeEmpty: false },
      ];
      const correlate = { ...byCode.content.correlate, key };
      expect(problem(await ask(aRule("ncr-from-defect", { correlate })))).toBe(
        'error: key member "customer" is empty',
      );
      const allowed = { ...correlate, key: key.map((of) => ({ ...of, mayBeEmpty: true })) };
      expect((await ask(aRule("ncr-from-defect", { correlate: allowed }))).outcome).toBe("matched");
    },
  );

  test("without its connector it is an error on record", async () => {
    expect(problem(await ask({ ...aRule("ncr-from-defect"), connector: null }))).toBe(
      "error: this site has no connector qms",
    );
  });

  test("a rule that lets a person look first makes a draft that waits", async () => {
    const gate = { mode: "needs-approval", role: "quality" } as const;
    expect(await ask(aRule("ncr-from-defect", { gate }))).toMatchObject({
      deliveries: [{ state: "gated" }],
    });
  });

  test("an event to whoever listens is the event itself, in the order of its unit", async () => {
    expect(await ask(aRule("events-to-bus"))).toMatchObject({
      deliveries: [
        {
          operation: "publish",
          externalKey: `buyoff:${site}:EVENT:${logged.id}`,
          orderingKey: logged.partitionkey,
          payload: logged,
          correlation: null,
        },
      ],
    });
  });
});

describe("several events of one key", () => {
  test("failure 5: the first makes the record, what comes later is told there", async () => {
    const seen = await routedAll(named("defect.logged"), [byCode]);
    expect(deliveriesIn(seen).map(({ operation }) => operation)).toEqual([
      "create",
      "update",
      "update",
    ]);
    expect(new Set(deliveriesIn(seen).map(({ orderingKey }) => orderingKey)).size).toBe(1);
    expect(new Set(deliveriesIn(seen).map(({ externalKey }) => externalKey)).size).toBe(3);
  });

  test("folded by create, later ones are told with the first and send nothing", async () => {
    const correlate = { ...byCode.content.correlate, fold: "create" as const };
    const seen = await routedAll(named("defect.logged"), [
      aRule("ncr-from-defect", { correlate, follow: [] }),
    ]);
    expect(deliveriesIn(seen)).toHaveLength(1);
    expect(seen.map(({ routed }) => routed.outcome)).toEqual(["matched", "matched", "matched"]);
    expect(seen[2]?.routed).toMatchObject({ joins: deliveriesIn(seen)[0]?.externalKey });
  });

  test("what happens to a defect follows it to its NCR; to none, where none was opened", async () => {
    const rule = aRule("ncr-from-defect");
    const seen = await routedAll(events, [rule]);
    const amended = seen.find(({ event }) => nameOf(event) === "defect.amended");
    expect(amended?.routed).toMatchObject({ deliveries: [{ operation: "update" }] });
    const late = await routedAll(named("defect.amended"), [rule], aLedger(), events);
    expect(late.map(({ routed }) => problem(routed))).toEqual([
      "not_matched: no record of its key was opened",
    ]);
  });

  test.each(["closed", "void"])(
    "failures 47, 49: %s there, the same again is a record of its own that names the one before",
    async (status) => {
      const [first, second, third] = named("defect.logged");
      if (!first || !second || !third) throw new Error("too few");
      const ledger = aLedger();
      const [opened] = deliveriesIn(await routedAll([first], [byCode], ledger));
      const over = {
        ofLot: ledger.ofLot,
        latest: async (correlation: string) => {
          const known = await ledger.latest(correlation);
          return known && known.recurrence === 0 ? { ...known, status, number: "NCR-7" } : known;
        },
        keep: ledger.keep,
      };
      const [again, more] = deliveriesIn(await routedAll([second, third], [byCode], over));
      expect(again).toMatchObject({
        operation: "create",
        externalKey: `${opened?.externalKey}:r2`,
        payload: { recurrenceOf: "NCR-7" },
      });
      expect(more).toMatchObject({ operation: "update", orderingKey: `${opened?.externalKey}:r2` });
    },
  );

  test("a window that is over ends the record for what comes after it", async () => {
    const [first, second] = named("defect.logged");
    if (!first || !second) throw new Error("too few");
    const later = { ...second, recordedtime: "2099-01-01T00:00:00.000Z" };
    const correlate = { ...byCode.content.correlate, window: "PT8H" };
    const rule = aRule("ncr-from-defect", { correlate, follow: [] });
    expect(
      deliveriesIn(await routedAll([first, second], [rule])).map(({ operation }) => operation),
    ).toEqual(["create", "update"]);
    expect(
      deliveriesIn(await routedAll([first, later], [rule])).map(({ operation }) => operation),
    ).toEqual(["create", "create"]);
  });

  test("failure 29: withdrawn before anybody took it, it is never sent; afterwards it is told", async () => {
    const [withdrawn] = named("defect.withdrawn");
    if (!withdrawn) throw new Error("not withdrawn");
    const ledger = aLedger();
    const rule = aRule("ncr-from-defect");
    const [opened] = deliveriesIn(await routedAll([logged], [rule], ledger));
    const untouched = {
      ofLot: ledger.ofLot,
      latest: async (correlation: string) => {
        const known = await ledger.latest(correlation);
        return known && { ...known, isUntouched: true };
      },
      keep: ledger.keep,
    };
    const before = await routedAll([withdrawn], [rule], untouched, events);
    expect(before[0]?.routed).toMatchObject({
      outcome: "matched",
      deliveries: [],
      cancels: opened?.externalKey,
    });
    const sent = aLedger();
    await routedAll([logged], [rule], sent);
    const after = await routedAll([withdrawn], [rule], sent, events);
    expect(after[0]?.routed).toMatchObject({
      cancels: null,
      deliveries: [{ operation: "update" }],
    });
  });

  test("failure 6: the same event again has the same keys, to the last character", async () => {
    const once = deliveriesIn(await routedAll(events, [aRule("ncr-from-defect"), byCode]));
    expect(deliveriesIn(await routedAll(events, [aRule("ncr-from-defect"), byCode]))).toEqual(once);
  });
});

test("what an entry can become is known without making it", () => {
  expect(namesHeard("traveler", "reading.recorded")).toContain("measurement.out_of_tolerance");
  expect(namesHeard("gage", "gage.calibrated")).toEqual(["gage.status_changed"]);
  expect(namesHeard("person", "pin.set")).toEqual([]);
  expect(namesHeard("device", "attempt.refused")).toEqual(["command.refused"]);
});
