import { expect, test } from "vitest";
import { sha256Hex } from "#lib/kit/canonical";
import { plusMinutes } from "#lib/kit/time";
import { act, type Bench } from "./bench/bench.ts";
import { aFamily, benchOf, childId, familyAct } from "./bench/family.ts";
import { named } from "./bench/plan.ts";
import { begin, device, policy } from "./bench/plant.ts";
import { aDefect, aHold, completed, inWorkAt, outcome, params } from "./bench/stage.ts";
import { evolveCheckout, standingCheckout } from "./checkouts.rules.ts";
import type { RecordedEvent } from "./events.schema.ts";
import { fold } from "./evolve.rules.ts";
import type { Facts } from "./facts.schema.ts";
import { parseBody } from "./schema.ts";

const mine = { ...device, name: "Bench 1" };
const other = { ...device, id: named("tablet 2"), name: "Bench 2", station: "ASM-2" };
const checkOut = (
  bench: Bench,
  at: Facts["device"] = mine,
  takeOver?: { from: string; reason: string },
  facts: Partial<Facts> = {},
) => act(bench, "checkOutTraveler", { takeOver }, { facts: { device: at, ...facts } });
const now = (bench: Bench) => plusMinutes(begin, bench.minutes);

test("a unit is checked out to the tablet that asks, by the server's time and for as long as the plant says", () => {
  const bench = inWorkAt("060.1");
  const late = "2026-03-09T12:00:00.000Z";
  expect(outcome(checkOut(bench, mine, undefined, { recordedAt: late }))).toEqual([
    "traveler.checked_out",
  ]);
  expect(bench.state.checkout).toMatchObject({
    device: mine.id,
    tablet: "Bench 1",
    station: "ASM-1",
    until: plusMinutes(late, 480),
    from: null,
  });
  const hour = { policy: { ...policy, checkOutMinutes: 60 } };
  checkOut(bench, mine, undefined, hour);
  expect(bench.state.checkout?.until).toBe(plusMinutes(now(bench), 60));
});

test("another tablet is told who has it and since when, and takes it over from that one with a reason", () => {
  const bench = inWorkAt("060.1");
  checkOut(bench);
  const since = now(bench);
  const refused = checkOut(bench, other);
  expect(outcome(refused)).toBe("checked_out_elsewhere");
  expect(params(refused)).toMatchObject({ tablet: "Bench 1", station: "ASM-1", since });
  // Whoever means another tablet than has it now has not seen who has it.
  const wrong = { from: named("tablet 9"), reason: "the tablet fell" };
  expect(outcome(checkOut(bench, other, wrong))).toBe("checked_out_elsewhere");
  expect(outcome(checkOut(bench, other, { from: mine.id, reason: "the tablet fell" }))).toEqual([
    "traveler.checked_out",
  ]);
  expect(bench.state.checkout).toMatchObject({
    device: other.id,
    from: mine.id,
    reason: sha256Hex("the tablet fell"),
  });
  expect(bench.texts.get(sha256Hex("the tablet fell"))).toBe("the tablet fell");
  expect(outcome(checkOut(bench, mine))).toBe("checked_out_elsewhere");
});

test("over time it stands no longer: the next tablet needs no reason, and the first one gets it again", () => {
  const bench = inWorkAt("060.1");
  checkOut(bench);
  bench.minutes += 481;
  expect(standingCheckout(bench.state, now(bench))).toBeNull();
  expect(outcome(checkOut(bench, other))).toEqual(["traveler.checked_out"]);
  expect(bench.state.checkout).toMatchObject({ device: other.id, from: null, reason: null });
});

test("whether it stands is asked of the server's clock and of no tablet's", () => {
  const bench = inWorkAt("060.1");
  checkOut(bench);
  const much = plusMinutes(now(bench), 600);
  expect(outcome(checkOut(bench, other, undefined, { at: much }))).toBe("checked_out_elsewhere");
  const late = { at: now(bench), recordedAt: much };
  expect(outcome(checkOut(bench, other, undefined, late))).toEqual(["traveler.checked_out"]);
});

test("no reason is none: neither to take it over nor to end it", () => {
  const asked = (reason: string) => [
    parseBody("checkOutTraveler", { takeOver: { from: mine.id, reason } }),
    parseBody("endCheckOut", { device: mine.id, reason }),
  ];
  expect(asked("")).toEqual([null, null]);
  expect(asked("the tablet fell")).not.toContain(null);
});

test.each([
  "traveler.completed",
  "traveler.cancelled",
  "traveler.scrapped",
  "traveler.merged_into",
])("%s ends it", (type) => {
  const bench = inWorkAt("060.1");
  checkOut(bench);
  const event = { type, body: {}, at: now(bench), person: null } as unknown as RecordedEvent;
  expect("checkout" in evolveCheckout(bench.state, event)).toBe(false);
});

test("it keeps nobody from working, least of all from making safe", () => {
  const bench = inWorkAt("060.1");
  checkOut(bench, other);
  expect(outcome(act(bench, "logDefect", aDefect({ code: "FIN-01" })))).toContain("defect.logged");
  expect(outcome(act(bench, "addNote", { step: null, text: "seen" }))).toEqual(["note.added"]);
  expect(outcome(act(bench, "placeHold", aHold()))).toEqual(["hold.placed"]);
});

test("it is given back by the tablet that has it, and by no other; also late", () => {
  const bench = inWorkAt("060.1");
  const checkIn = (at: Facts["device"]) =>
    outcome(act(bench, "checkInTraveler", {}, { facts: { device: at } }));
  expect(checkIn(mine)).toBe("not_checked_out_here");
  checkOut(bench);
  expect(checkIn(other)).toBe("not_checked_out_here");
  bench.minutes += 1000;
  expect(checkIn(mine)).toEqual(["traveler.checked_in"]);
  expect("checkout" in bench.state).toBe(false);
});

test("what is complete is with nobody, and is not checked out", () => {
  const bench = completed();
  expect(outcome(checkOut(bench))).toBe("traveler_not_open");
  const open = inWorkAt("060.1");
  checkOut(open);
  act(open, "cancelTraveler", { reason: "order withdrawn" }, { by: "sue" });
  expect("checkout" in open.state).toBe(false);
});

test("no desk checks anything out, and replaying the entries gives the same state", () => {
  const bench = inWorkAt("060.1");
  expect(outcome(checkOut(bench, null))).toBe("checkout_needs_tablet");
  checkOut(bench);
  checkOut(bench, other, { from: mine.id, reason: "shift change" });
  expect(fold(bench.events)).toEqual(bench.state);
});

test("from the desk it is ended by who leads, for the tablet that was shown, with a reason that the tablet is told", () => {
  const bench = inWorkAt("060.1");
  const end = (at: string, by: Parameters<typeof act>[3] = { by: "sue" }) =>
    act(bench, "endCheckOut", { device: at, reason: "the tablet is at the repair shop" }, by);
  expect(outcome(end(mine.id))).toBe("not_checked_out_there");
  checkOut(bench);
  expect(outcome(end(mine.id, {}))).toBe("not_permitted");
  expect(outcome(end(other.id))).toBe("not_checked_out_there");
  expect("checkout" in bench.state).toBe(true);
  expect(outcome(end(mine.id))).toEqual(["traveler.checked_in"]);
  expect("checkout" in bench.state).toBe(false);
  const reason = sha256Hex("the tablet is at the repair shop");
  expect(bench.state.checkoutEnded).toMatchObject({ device: mine.id, reason });
  expect(bench.texts.get(reason)).toBe("the tablet is at the repair shop");
  expect(fold(bench.events)).toEqual(bench.state);
  // Whoever has it next makes it news of the past.
  checkOut(bench, other);
  expect("checkoutEnded" in bench.state).toBe(false);
});

test("a tablet has the lot that it took, and not what is split off from it meanwhile", () => {
  const family = aFamily();
  const { root } = family;
  expect(outcome(familyAct(family, root, "checkOutTraveler", {}, { by: "sue" }))).toEqual([
    "traveler.checked_out",
  ]);
  const child = childId("1");
  const body = { child, quantity: "2", reason: "Two to MRB" };
  expect(outcome(familyAct(family, root, "splitTraveler", body, { by: "quinn" }))).toEqual([
    "traveler.split",
  ]);
  expect("checkout" in benchOf(family, root).state).toBe(true);
  expect("checkout" in benchOf(family, child).state).toBe(false);
});
