import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeliveryState } from "./delivery.rules.ts";
import {
  type Compared,
  differencesOf,
  type Known,
  type Ours,
  type Reading,
  reconcile,
  resultSha256,
  type Theirs,
  textOf,
  waitingMsMax,
} from "./reconcile.rules.ts";
import { outcomes } from "./reconcile.schema.ts";
import type { ForeignRecord } from "./schema.ts";

const site = "0197a000-0000-7000-8000-000000000001";
const keyOf = (nth: number) => `buyoff:${site}:NCR:${String(nth).padStart(20, "0")}`;

const aMessage = (nth: number, change: Partial<Ours> = {}): Ours => ({
  delivery: `0197a000-0000-7000-8000-${String(nth).padStart(12, "0")}`,
  rule: "ncr-from-defect",
  operation: "create",
  day: "2026-03-02",
  isInRange: true,
  key: keyOf(nth),
  state: "tracking",
  lastResult: "confirmed",
  record: `NCR-${nth}`,
  number: `NCR-${nth}`,
  ageMs: 60_000,
  isInHand: false,
  traveler: null,
  unit: "FSB-0118",
  order: "WO-1",
  isWithdrawn: false,
  held: null,
  ...change,
});

const aRecord = (nth: number, change: Partial<ForeignRecord> = {}): ForeignRecord => ({
  externalId: `NCR-${nth}`,
  number: `NCR-${nth}`,
  key: keyOf(nth),
  url: `https://qms/${nth}`,
  version: "3",
  status: "open",
  dispositions: [],
  ...change,
});

const there = (
  record: ForeignRecord,
  differs: Extract<Reading, { kind: "there" }>["differs"] = [],
) => ({ kind: "there", record, differs }) satisfies Reading;
const known = (change: Partial<Known> = {}): Known => ({
  status: "open",
  version: "3",
  mergedInto: null,
  note: null,
  ...change,
});

/** Three records as they should be, and what is otherwise. */
function compared(
  change: {
    ours?: readonly Ours[];
    readings?: Record<string, Reading>;
    known?: Record<string, Known>;
    theirs?: readonly Theirs[];
    isListed?: boolean;
    ownKeys?: readonly string[];
  } = {},
): Compared {
  const nths = [1, 2, 3];
  return {
    site,
    isListed: change.isListed ?? true,
    ours: change.ours ?? nths.map((nth) => aMessage(nth)),
    readings: new Map(
      Object.entries({
        ...Object.fromEntries(nths.map((nth) => [`NCR-${nth}`, there(aRecord(nth))])),
        ...change.readings,
      }),
    ),
    known: new Map(
      Object.entries({
        ...Object.fromEntries(nths.map((nth) => [`NCR-${nth}`, known()])),
        ...change.known,
      }),
    ),
    theirs: change.theirs ?? [],
    ownKeys: new Set(change.ownKeys ?? []),
  };
}
const kindsIn = (of: Compared) => reconcile(of).lines.map(({ kind }) => kind);
const byHand = (record: Partial<ForeignRecord> = {}, pairs: string[] = []): Theirs => ({
  record: aRecord(9, { key: null, ...record }),
  on: { traveler: "t", unit: "FSB-0118", order: "WO-1", pairs },
});

describe("a clean run", () => {
  test("has no line, and counts every message of the range as there", () => {
    const { counts, lines } = reconcile(compared());
    expect(lines).toEqual([]);
    expect(counts).toEqual([
      expect.objectContaining({ rule: "ncr-from-defect", produced: 3, accepted: 3, missing: 0 }),
    ]);
  });

  test("looks at what is still open there without counting it among the days", () => {
    const old = aMessage(1, { isInRange: false, day: "2026-01-02" });
    const { counts, lines } = reconcile(
      compared({ ours: [old], readings: { "NCR-1": { kind: "not_found" } } }),
    );
    expect(counts).toEqual([]);
    expect(lines).toMatchObject([{ kind: "missing", day: "2026-01-02" }]);
  });

  test("takes what a worker has in hand, and what was made a moment ago, for on its way", () => {
    const fresh = { record: null, number: null };
    const ours = [
      aMessage(1, { ...fresh, state: "sending", isInHand: true }),
      aMessage(2, { ...fresh, state: "pending", ageMs: waitingMsMax }),
    ];
    const { counts, lines } = reconcile(compared({ ours }));
    expect(lines).toEqual([]);
    expect(counts).toMatchObject([{ produced: 2, waiting: 2 }]);
  });
});

describe("each fault is one line of its kind and nothing else", () => {
  const gone: Reading = { kind: "not_found" };
  const differs = [{ member: "quantity", ours: "1", theirs: "2" }];
  const none = { record: null, number: null };
  const faults: [string, Parameters<typeof compared>[0], string[]][] = [
    ["deleted there", { readings: { "NCR-1": gone } }, ["missing"]],
    [
      "failure 11: its number is another record's",
      { readings: { "NCR-1": there(aRecord(1, { key: keyOf(77) }), differs) } },
      ["reused"],
    ],
    [
      "a lost reply that is not cleared yet",
      { ours: [aMessage(1, { ...none, state: "outcome_unknown" })] },
      ["unknown"],
    ],
    [
      "a lost reply whose record stands there already",
      {
        ours: [aMessage(1, { ...none, state: "outcome_unknown" })],
        theirs: [{ record: aRecord(1), on: null }],
        ownKeys: [keyOf(1)],
      },
      ["unknown"],
    ],
    [
      "a worker that never came back",
      { ours: [aMessage(1, { ...none, state: "sending" })] },
      ["unknown"],
    ],
    ["stopped", { ours: [aMessage(1, { ...none, state: "parked" })] }, ["rejected"]],
    [
      "waiting for more than an hour",
      { ours: [aMessage(1, { ...none, state: "gated", ageMs: waitingMsMax + 1 })] },
      ["waiting"],
    ],
    ["changed there", { readings: { "NCR-1": there(aRecord(1), differs) } }, ["field_drift"]],
    [
      "parked for what it said when it was read back",
      {
        ours: [aMessage(1, { state: "parked" })],
        readings: { "NCR-1": there(aRecord(1), differs) },
      },
      ["field_drift"],
    ],
    [
      "closed there and not heard of",
      { readings: { "NCR-1": there(aRecord(1, { status: "closed", version: "4" })) } },
      ["status_drift"],
    ],
    [
      "failure 44: a state that nobody has mapped",
      {
        readings: { "NCR-1": there(aRecord(1, { status: null })) },
        known: { "NCR-1": known({ status: "unmapped", note: "its status is not mapped" }) },
      },
      ["status_drift"],
    ],
    [
      "failure 51: what the traveler did not take",
      { known: { "NCR-1": known({ note: "receiveDisposition: quantities_do_not_add_up" }) } },
      ["status_drift"],
    ],
    [
      "an older version than before",
      { readings: { "NCR-1": there(aRecord(1, { version: "2", status: "contained" })) } },
      ["regressed"],
    ],
    [
      "failure 46: merged",
      { readings: { "NCR-1": there(aRecord(8, { version: "1" }), differs) } },
      ["merged"],
    ],
    [
      "failure 47: void",
      { readings: { "NCR-1": there(aRecord(1, { status: "void", version: "4" })) } },
      ["voided"],
    ],
    ["not answered", { readings: { "NCR-1": { kind: "unread", reason: "503" } } }, ["unread"]],
    [
      "a second one with our key",
      { theirs: [{ record: aRecord(9, { key: keyOf(1) }), on: null }], ownKeys: [keyOf(1)] },
      ["duplicate"],
    ],
    [
      "failure 10: our marker without a message of ours",
      { theirs: [{ record: aRecord(9), on: null }] },
      ["extra"],
    ],
    ["failure 9: typed there by hand", { theirs: [byHand({}, ["NCR-1"])] }, ["by_hand"]],
    [
      "a photo gone",
      {
        ours: [
          aMessage(1),
          aMessage(4, { operation: "attach", record: "NCR-1", state: "verified", held: "missing" }),
        ],
      },
      ["attachment_missing"],
    ],
    [
      "another photo under its name",
      {
        ours: [
          aMessage(1),
          aMessage(4, { operation: "attach", record: "NCR-1", state: "verified", held: "differs" }),
        ],
      },
      ["attachment_differs"],
    ],
    [
      "a comment gone",
      {
        ours: [
          aMessage(1),
          aMessage(4, { operation: "update", record: "NCR-1", state: "verified", held: "missing" }),
        ],
      },
      ["missing"],
    ],
    [
      "deleted with what was added to it",
      {
        ours: [
          aMessage(1),
          aMessage(4, { operation: "attach", record: "NCR-1", state: "verified" }),
          aMessage(5, { operation: "update", record: "NCR-1", state: "parked" }),
        ],
        readings: { "NCR-1": gone },
      },
      ["missing"],
    ],
  ];
  test.each(faults)("%s", (_name, change, kinds) => {
    expect(kindsIn(compared(change))).toEqual(kinds);
  });

  test("names what it may be the same as, and never links it", () => {
    const [line] = reconcile(compared({ theirs: [byHand({}, ["NCR-1"])] })).lines;
    expect(line).toMatchObject({
      number: "NCR-9",
      unit: "FSB-0118",
      detail: { sameAs: ["NCR-1"] },
    });
    const second = { record: aRecord(9, { key: keyOf(1) }), on: null };
    const [twice] = reconcile(compared({ theirs: [second], ownKeys: [keyOf(1)] })).lines;
    expect(twice).toMatchObject({ externalId: "NCR-9", detail: { sameAs: ["NCR-1"] } });
  });
});

describe("is no fault", () => {
  const differs = [{ member: "quantity", ours: "1", theirs: "2" }];
  test.each<[string, Parameters<typeof compared>[0]]>([
    [
      "void there of what was withdrawn here",
      {
        ours: [aMessage(1, { isWithdrawn: true })],
        readings: { "NCR-1": there(aRecord(1, { status: "void" })) },
      },
    ],
    [
      "another plant's record",
      { theirs: [{ record: aRecord(9, { key: "buyoff:other:NCR:1" }), on: null }] },
    ],
    [
      "a record on none of our units",
      { theirs: [{ record: aRecord(9, { key: null }), on: null }] },
    ],
    ["one typed by hand and made void there", { theirs: [byHand({ status: "void" })] }],
    [
      "a second one with our key that was made void there",
      {
        theirs: [{ record: aRecord(9, { key: keyOf(1), status: "void" }), on: null }],
        ownKeys: [keyOf(1)],
      },
    ],
    ["what was never needed", { ours: [aMessage(1, { state: "cancelled", record: null })] }],
    [
      "linked by hand: it shows no key",
      { readings: { "NCR-1": there(aRecord(1, { key: null })) } },
    ],
    [
      "a difference of the record that is left after a merge",
      { ours: [aMessage(2)], readings: { "NCR-1": there(aRecord(1), differs) } },
    ],
    ["extras of a system that can't list", { isListed: false, theirs: [byHand()] }],
  ])("%s", (_name, change) => {
    expect(kindsIn(compared(change))).toEqual([]);
  });
});

describe("a fault is known again", () => {
  test("by the same fingerprint in the next run, and by another once it says something else", () => {
    const at = (theirs: string) =>
      reconcile(
        compared({
          readings: { "NCR-1": there(aRecord(1), [{ member: "quantity", ours: "1", theirs }]) },
        }),
      ).lines[0]?.fingerprint;
    expect(at("2")).toBe(at("2"));
    expect(at("2")).not.toBe(at("3"));
  });

  test("the result has one hash, whatever order its lines were found in", () => {
    const { counts, lines } = reconcile(
      compared({ readings: { "NCR-1": { kind: "not_found" }, "NCR-2": { kind: "not_found" } } }),
    );
    expect(lines).toHaveLength(2);
    expect(resultSha256(counts, lines)).toBe(resultSha256(counts, [...lines].reverse()));
    expect(resultSha256(counts, lines)).not.toBe(resultSha256(counts, lines.slice(1)));
  });

  test("what another system says is kept as text of whole characters", () => {
    expect(textOf("e\u0301")).toBe("\u00e9");
    expect(textOf("\ud800x").isWellFormed()).toBe(true);
    expect(textOf("😀".repeat(400)).isWellFormed()).toBe(true);
    expect(differencesOf({ quantity: "11.2" }, { quantity: 112 }, ["quantity"])).toEqual([
      { member: "quantity", ours: "11.2", theirs: "112" },
    ]);
  });
});

describe("whatever happened", () => {
  const states: DeliveryState[] = [
    "pending",
    "gated",
    "sending",
    "outcome_unknown",
    "delivered",
    "verified",
    "tracking",
    "closed",
    "parked",
    "dead",
    "cancelled",
    "superseded",
  ];
  const message = fc.record({
    nth: fc.integer({ min: 1, max: 5 }),
    operation: fc.constantFrom("create" as const, "update" as const, "attach" as const),
    state: fc.constantFrom(...states),
    hasRecord: fc.boolean(),
    day: fc.constantFrom("2026-03-01", "2026-03-02"),
    isInRange: fc.boolean(),
    isInHand: fc.boolean(),
    held: fc.constantFrom("there" as const, "missing" as const, "differs" as const, null),
    ageMs: fc.integer({ min: 0, max: 2 * waitingMsMax }),
  });
  const reading = fc.oneof(
    fc.constant({ kind: "not_found" } as const),
    fc.constant({ kind: "unread", reason: "503" } as const),
    fc.record({
      kind: fc.constant("there" as const),
      version: fc.constantFrom("2", "3", "4"),
      status: fc.constantFrom("open" as const, "closed" as const, "void" as const, null),
      isMerged: fc.boolean(),
      differs: fc.boolean(),
    }),
  );
  const made = fc.tuple(fc.array(message, { maxLength: 12 }), fc.array(reading, { maxLength: 5 }));

  test("each message of the range is counted once, and in exactly one place", () => {
    fc.assert(
      fc.property(made, ([messages, read]) => {
        const of = given(messages, read);
        const { counts, lines } = reconcile(of);
        const sum = (name: (typeof outcomes)[number] | "produced") =>
          counts.reduce((total, one) => total + one[name], 0);
        expect(sum("produced")).toBe(of.ours.filter(({ isInRange }) => isInRange).length);
        for (const one of counts)
          expect(outcomes.reduce((total, name) => total + one[name], 0)).toBe(one.produced);
        // What is stopped, missing or unknown is never without somebody's word on it.
        const silent = of.ours.filter(
          ({ delivery, operation, state }) =>
            operation === "create" &&
            ["parked", "dead", "outcome_unknown"].includes(state) &&
            !lines.some((line) => line.delivery === delivery),
        );
        expect(silent).toEqual([]);
      }),
    );
  });

  test("a message has one line at most, or two where what became of it and what it says both differ", () => {
    fc.assert(
      fc.property(made, ([messages, read]) => {
        const { lines } = reconcile(given(messages, read));
        for (const [, own] of Map.groupBy(lines, ({ delivery }) => delivery)) {
          const isBoth = own.length === 2 && own.some(({ kind }) => kind === "field_drift");
          expect(own.length === 1 || isBoth).toBe(true);
        }
      }),
    );
  });

  type Made = (typeof made extends fc.Arbitrary<infer M> ? M : never)[0][number];
  type Read = (typeof made extends fc.Arbitrary<infer M> ? M : never)[1][number];
  function given(messages: readonly Made[], read: readonly Read[]): Compared {
    const ours = messages.map(({ nth, hasRecord, operation, ...rest }, at) =>
      aMessage(at + 10, {
        ...rest,
        operation,
        key: operation === "create" ? keyOf(nth) : `${keyOf(nth)}:u${at}`,
        record: hasRecord ? `NCR-${nth}` : null,
      }),
    );
    const readings = new Map<string, Reading>(
      read.map((one, at) => {
        const nth = at + 1;
        if (one.kind !== "there") return [`NCR-${nth}`, one];
        const { version, status } = one;
        const record = aRecord(one.isMerged ? nth + 20 : nth, { version, status, key: keyOf(nth) });
        const differs = one.differs ? [{ member: "quantity", ours: "1", theirs: "2" }] : [];
        return [`NCR-${nth}`, there(record, differs)];
      }),
    );
    return { ...compared(), ours, readings };
  }
});
