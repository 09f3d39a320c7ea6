import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedOf, contentOf, type Kept } from "./asked.rules.ts";
import { type OrderMessage, orderMessage } from "./messages.schema.ts";
import { canonicalNumber } from "./number.rules.ts";
import { mayBeSplit, type OrderFacts, type Ours, reconcile } from "./reconcile.rules.ts";

describe("one number for one order (failure 25)", () => {
  test.each([
    ["000000004711", "4711"],
    ["4711", "4711"],
    ["0004711-01", "4711-1"],
    ["4711/1", "4711-1"],
    ["4711-A", "4711-A"],
    ["4711-a", "4711-A"],
    ["WO-700301", "WO-700301"],
    ["wo-0007", "WO-0007"],
    ["0", "0"],
    ["000", "0"],
  ])("%s is %s", (raw, canonical) => {
    expect(canonicalNumber(raw)).toBe(canonical);
    expect(canonicalNumber(canonical)).toBe(canonical);
  });

  test("and two orders never become one: what isn't padding tells them apart", () => {
    const number = fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 99 }));
    const pad = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(number, number, pad, pad, (a, b, zeros, others) => {
        const written = ([base, part]: [number, number], of: number) =>
          `${"0".repeat(of)}${base}${part === 0 ? "" : `-${"0".repeat(of % 3)}${part}`}`;
        const same = a[0] === b[0] && a[1] === b[1];
        expect(canonicalNumber(written(a, zeros)) === canonicalNumber(written(b, others))).toBe(
          same,
        );
      }),
    );
  });
});

const day = (n: number) => new Date(Date.UTC(2026, 2, 1, 6, n)).toISOString();
const envelope = { system: "MES-1", number: "4711" };
const kept = (message: OrderMessage): Kept => {
  const parsed = orderMessage.parse(message);
  const sha256 = contentOf(parsed);
  return { id: sha256.slice(0, 8), sha256, message: parsed };
};
const stated = (n: number, quantity: string, more: object = {}): Kept =>
  kept({
    action: "order",
    ...envelope,
    sentAt: day(n),
    part: { number: "P-1", revision: "A" },
    quantity,
    ...more,
  } as OrderMessage);
const said = (action: "hold" | "release" | "cancel", n: number, reason = `${action} ${n}`): Kept =>
  kept({ action, ...envelope, sentAt: day(n), reason } as OrderMessage);
const split = (n: number, quantity: string, suffix: string): Kept =>
  kept({
    action: "split",
    ...envelope,
    number: `4711-${suffix}`,
    parent: "4711",
    sentAt: day(n),
    quantity,
  } as OrderMessage);

describe("what is asked for", () => {
  test("is the order as it was last stated, held and cancelled since", () => {
    const asked = askedOf([stated(1, "10"), said("hold", 2), stated(3, "8")]);
    expect(asked).toMatchObject({ quantity: "8", hold: { reason: "hold 2" }, cancelled: null });
    expect(askedOf([stated(1, "10"), said("hold", 2), said("release", 3)]).hold).toBeNull();
    expect(askedOf([stated(1, "10"), said("cancel", 2)]).cancelled?.reason).toBe("cancel 2");
    expect(askedOf([stated(1, "10"), said("cancel", 2), stated(3, "10")]).cancelled).toBeNull();
    expect(askedOf([said("hold", 2)])).toMatchObject({ statement: null, quantity: null });
  });

  test("less what was split off since it was last stated, and not what it knows of already", () => {
    const off = split(2, "4", "1");
    expect(askedOf([stated(1, "10")], [off]).quantity).toBe("6");
    expect(askedOf([stated(1, "10"), stated(3, "6")], [off]).quantity).toBe("6");
    expect(askedOf([stated(1, "10"), stated(3, "6")], [off, split(4, "1", "2")]).quantity).toBe(
      "5",
    );
  });

  test("a version counts for more than the hour, if every message has one", () => {
    const [first, second] = [stated(5, "10", { version: "1" }), stated(2, "7", { version: "2" })];
    expect(askedOf([second, first]).quantity).toBe("7");
    expect(askedOf([second, first, stated(3, "4")]).quantity).toBe("10");
  });

  test("two of one moment are told apart by what they say, whichever came first", () => {
    const [one, other] = [stated(1, "10"), stated(1, "12")];
    expect(askedOf([one, other])).toEqual(askedOf([other, one]));
  });

  test("any order of messages, with repeats, asks for the same", () => {
    // Few, so that some are of one moment.
    const minute = fc.integer({ min: 0, max: 6 });
    const one = fc.oneof(
      fc.tuple(minute, fc.constantFrom("10", "12", "9")).map(([n, q]) => stated(n, q)),
      fc
        .tuple(fc.constantFrom("hold", "release", "cancel"), minute)
        .map(([a, n]) => said(a as "hold", n)),
    );
    const off = fc
      .tuple(minute, fc.constantFrom("1", "2"), fc.constantFrom("1", "2", "3"))
      .map((of) => split(...of));
    const shuffled = (all: readonly Kept[], order: readonly number[]) =>
      all
        .map((of, index) => [order[index] ?? 0, of] as const)
        .toSorted((a, b) => a[0] - b[0])
        .map(([, of]) => of);
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 8 }),
        fc.array(off, { maxLength: 3 }),
        fc.array(fc.integer(), { minLength: 16, maxLength: 16 }),
        (messages, splits, order) => {
          const unique = (all: readonly Kept[]) => [
            ...new Map(all.map((of) => [of.sha256, of])).values(),
          ];
          const [plain, off] = [unique(messages), unique(splits)];
          const again = askedOf(shuffled([...plain, ...plain], order), shuffled(off, order));
          expect(again).toEqual(askedOf(plain, off));
        },
      ),
    );
  });
});

const here: Ours = {
  status: "released",
  system: "MES-1",
  externalId: null,
  partNumber: "P-1",
  partRevision: "A",
  quantity: "10",
  customer: null,
  dueAt: null,
  priority: null,
  instruction: null,
  instructionRevision: null,
  units: [],
  isCancelledThere: false,
};
const { isCancelledThere: _, ...asStated } = here;
const facts: OrderFacts = {
  released: "0",
  releasedUnits: [],
  begun: 0,
  instructions: [
    { part: "P-1", number: "WI-1", revision: "03" },
    { part: "P-2", number: "WI-2", revision: "01" },
  ],
  parent: null,
};
const plan = (messages: Kept[], ours: Ours | null, of: Partial<OrderFacts> = {}) =>
  reconcile("MES-1", askedOf(messages), ours, { ...facts, ...of });
const parkedFor = (messages: Kept[], ours: Ours | null, of: Partial<OrderFacts> = {}) => {
  const found = plan(messages, ours, of);
  return "parked" in found ? found.parked.code : null;
};

describe("what becomes of it here", () => {
  test("a first statement makes the order, and a change before release applies whole", () => {
    expect(plan([stated(1, "10")], null)).toMatchObject({
      order: asStated,
    });
    const changed = stated(2, "4", {
      part: { number: "P-2", revision: "C" },
      priority: "1",
      dueAt: day(9),
      serials: ["S-1", "S-2"],
    });
    expect(plan([stated(1, "10"), changed], here)).toMatchObject({
      differences: [],
      order: {
        partNumber: "P-2",
        partRevision: "C",
        quantity: "4",
        priority: "1",
        dueAt: day(9),
        units: ["S-1", "S-2"],
      },
    });
  });

  test("after release the part, and fewer than are released, are refused by name; the rest applies", () => {
    const changed = stated(2, "3", { part: { number: "P-2", revision: "C" }, priority: "1" });
    const found = plan([changed], here, { released: "5", releasedUnits: ["S-1"] });
    expect(found).toMatchObject({ order: { ...asStated, priority: "1" } });
    expect("differences" in found ? found.differences : []).toEqual([
      { field: "partNumber", ours: "P-1", theirs: "P-2" },
      { field: "partRevision", ours: "A", theirs: "C" },
      { field: "quantity", ours: "10", theirs: "3" },
    ]);
    expect(plan([stated(2, "5")], here, { released: "5" })).toMatchObject({
      order: { quantity: "5" },
      differences: [],
    });
  });

  test("units on the floor that the other system does not name are shown", () => {
    const named = stated(2, "10", { serials: ["S-2"] });
    expect(plan([named], here, { released: "1", releasedUnits: ["S-1"] })).toMatchObject({
      differences: [{ field: "units", ours: "S-1", theirs: "S-2" }],
    });
  });

  test("the instruction can change until the last unit is released", () => {
    const by = stated(2, "10", { instruction: { number: "WI-1", revision: "03" } });
    expect(plan([by], here, { released: "9" })).toMatchObject({
      differences: [],
      order: { instruction: "WI-1" },
    });
    expect(plan([by], here, { released: "10" })).toMatchObject({
      differences: [{ field: "instruction", theirs: "WI-1 03" }],
      order: { instruction: null },
    });
  });

  test("a part or an instruction that is not here waits by name", () => {
    const of = (more: object) => [stated(1, "10", more)];
    expect(parkedFor(of({ part: { number: "P-9", revision: "A" } }), null)).toBe("part_unknown");
    expect(parkedFor(of({ instruction: { number: "WI-9" } }), null)).toBe("instruction_unknown");
    expect(parkedFor(of({ instruction: { number: "WI-1", revision: "04" } }), null)).toBe(
      "instruction_unknown",
    );
    expect(parkedFor(of({ instruction: { number: "WI-2" } }), null)).toBe(
      "instruction_for_other_part",
    );
    expect(parkedFor(of({ instruction: { number: "WI-1" } }), null)).toBeNull();
  });

  test("a number used again is not mixed with the order that has it", () => {
    const of = { ...here, externalId: "A-1" };
    expect(parkedFor([stated(1, "10", { externalId: "B-7" })], of)).toBe("order_id_differs");
    expect(parkedFor([stated(1, "10")], { ...here, system: "ERP" })).toBe("order_of_other_system");
    expect(parkedFor([stated(1, "9")], { ...here, status: "closed" })).toBe("order_closed_here");
    expect(parkedFor([stated(1, "10")], { ...here, status: "closed" })).toBeNull();
    expect(parkedFor([said("hold", 1)], null)).toBe("order_not_here");
    expect(parkedFor([said("hold", 1)], { ...here, system: null })).toBeNull();
  });

  test("a cancellation closes it, and units that are begun wait for a person; a new statement opens it", () => {
    const cancelled = [stated(1, "10"), said("cancel", 2)];
    expect(plan(cancelled, here)).toMatchObject({ order: { status: "closed" }, differences: [] });
    expect(plan(cancelled, here, { released: "2", begun: 2 })).toMatchObject({
      order: { status: "closed" },
      differences: [{ field: "cancelled", ours: "2", theirs: "0" }],
    });
    const closed = { ...here, status: "closed", isCancelledThere: true };
    expect(plan([...cancelled, stated(3, "10")], closed)).toMatchObject({
      order: { status: "released" },
    });
  });

  test("a part split off is built as what it comes from, and waits until that is here", () => {
    const off = askedOf([split(2, "4", "1")]);
    const parent = { partNumber: "P-1", partRevision: "A", customer: "Halden", status: "released" };
    expect(reconcile("MES-1", off, null, { ...facts, parent })).toMatchObject({
      order: { partNumber: "P-1", quantity: "4", customer: "Halden" },
    });
    expect(reconcile("MES-1", off, null, facts)).toEqual({
      parked: { code: "parent_not_here", params: { parent: "4711" } },
    });
  });

  test("only what is not released yet can be split off", () => {
    const of = { quantity: "4", units: [] };
    const parent = { quantity: "10", released: "6", releasedUnits: ["S-1"] };
    expect(mayBeSplit(of, parent, false)).toBeNull();
    expect(mayBeSplit({ ...of, quantity: "5" }, parent, false)?.code).toBe("split_exceeds_free");
    expect(mayBeSplit({ ...of, quantity: "5" }, parent, true)).toBeNull();
    expect(mayBeSplit({ ...of, units: ["S-1"] }, parent, true)?.code).toBe("split_units_released");
  });
});
