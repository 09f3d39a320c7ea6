import fc from "fast-check";
import { expect, test } from "vitest";
import { add, compare } from "#lib/kit/decimal";
import { derivedId } from "#lib/kit/ids";
import type { Bench, Deed } from "./bench/bench.ts";
import {
  aFamily,
  benchOf,
  type Family,
  familyAct,
  foldedAgain,
  rootQuantity,
} from "./bench/family.ts";
import { piecesOf, stillUncounted } from "./bench/oracle-lots.ts";
import { named } from "./bench/plan.ts";
import type { Name } from "./bench/plant.ts";
import { aDefect, aHold } from "./bench/stage.ts";
import { deeds } from "./bench/worker.ts";
import { balanceOf } from "./lot-balance.rules.ts";
import type { CommandBody, CommandType } from "./schema.ts";
import type { Disposition } from "./state.schema.ts";

const environment = import.meta.env as unknown as Readonly<Record<string, string | undefined>>;
const sequences = Math.max(500, Math.ceil(Number(environment.BUYOFF_SEQUENCES ?? 2000) / 4));
const patienceMs = Math.max(600_000, sequences * 300);

type Dice = (sides: number) => number;
type Move = (family: Family, bench: Bench, dice: Dice) => Deed;

const deed = (type: CommandType, body: object, by: Name): Deed => ({ type, body, given: { by } });
const lots = (family: Family) => [...family.benches.keys()];
/** Mostly sensible, now and then too many, none, or less than nothing. */
const quantityOf = (bench: Bench, dice: Dice): string =>
  dice(6) === 0
    ? (["0", "-1", "50", "51", "0.5", "1000000"][dice(6)] ?? "0")
    : String(1 + dice(Math.max(1, Number(balanceOf(bench.state).remaining))));

const split: Move = (family, bench, dice) => {
  const defects = bench.state.defects.filter(() => dice(2) === 0).map(({ id }) => id);
  const isTaken = dice(12) === 0;
  const child = isTaken ? lots(family)[0] : derivedId("child", String(family.minutes));
  const serials = bench.state.serials.slice(0, dice(4));
  const held = { hold: named(`split hold ${family.minutes}`), reason: "missing_tool" };
  const hold = dice(4) === 0 ? { hold: held } : {};
  const quantity = quantityOf(bench, dice);
  const body = { child, quantity, reason: "apart", defects, serials, ...hold };
  return deed("splitTraveler", body, dice(3) === 0 ? "sue" : "quinn");
};
const merge: Move = (family, bench, dice) => {
  const others = lots(family).filter((id) => id !== bench.state.id || dice(8) === 0);
  const from = others.filter((_, index) => index === dice(others.length) || dice(8) === 0);
  return deed("mergeTravelers", { from, reason: "together" }, "sue");
};
const account: Move = (_family, { state }, dice) => {
  const { remaining, scrapped, transferredOut } = balanceOf(state);
  const wrong = dice(3) === 0 ? String(dice(3)) : "0";
  const counts = { accepted: add(remaining, wrong), scrapped, transferredOut };
  return deed("accountQuantity", counts, "sue");
};
const log: Move = (family, bench, dice) => {
  const defect = named(`defect ${family.minutes}`);
  const code = dice(2) === 0 ? "FIN-01" : "TRQ-01";
  return deed("logDefect", aDefect({ defect, code, quantity: quantityOf(bench, dice) }), "ana");
};
const dispose: Move = (family, bench, dice) => {
  const defect = bench.state.defects.findLast(({ status }) => status === "open");
  if (!defect) return log(family, bench, dice);
  const scrapped = String(dice(1 + Math.max(0, Math.trunc(Number(defect.quantity)))));
  const kept = String(Number(defect.quantity) - Number(scrapped));
  const decision = (of: Disposition["decision"], quantity: string): Disposition[] =>
    quantity === "0" ? [] : [{ decision: of, quantity, designAuthority: "DA-1", concession: null }];
  const dispositions = [...decision("scrap", scrapped), ...decision("use_as_is", kept)];
  const ncr = { process: "NCR" as const, connector: "rest", externalId: "N", number: "N" };
  const record = { ...ncr, status: "dispositioned" as const, url: "", version: "1", at: "" };
  bench.qms.set(defect.id, { record, dispositions });
  const body = { defect: defect.id, from: "qms", ncr: "N", dispositions };
  return deed("receiveDisposition", { ...body, evidence: null, reason: null }, "link");
};
const ofDefect =
  (type: "scrapTraveler" | "closeDefect" | "withdrawDefect"): Move =>
  (_family, { state }, dice) => {
    const open = state.defects.filter(({ status }) => status === "open");
    const among = dice(4) === 0 ? state.defects : open;
    const defect = among[dice(among.length)]?.id ?? named("nothing");
    const tags = { identification: "red tag", segregation: "cage" };
    const said = { scrapTraveler: tags, closeDefect: { verification: "seen" } };
    const more = type === "withdrawDefect" ? { reason: "no" } : said[type];
    return deed(type, { defect, ...more }, dice(2) === 0 ? "ian" : "quinn");
  };
const place: Move = (family, _bench, dice) => {
  const reason = dice(2) === 0 ? "missing_tool" : "nonconformance";
  return deed("placeHold", aHold({ hold: named(`hold ${family.minutes}`), reason }), "sue");
};
const release: Move = (_family, { state }, dice) => {
  const hold = state.holds[dice(state.holds.length)]?.id ?? named("no hold");
  const by = dice(2) === 0 ? "sue" : "quinn";
  return deed("releaseHold", { hold, comment: "cleared", byHand: null }, by);
};
const assign: Move = (family, { state }, dice) => {
  const count = Number(balanceOf(state).remaining) + (dice(4) === 0 ? 1 : 0);
  const from = dice(2) * family.minutes * 100;
  const serials = Array.from({ length: Math.min(60, count) }, (_, n) => `S-${from + n}`);
  return deed("assignSerials", { serials }, "sue");
};
/** What a good plant would do next here. */
const work: Move = (_family, bench, dice) => {
  const wanted = deeds(bench);
  return wanted[dice(Math.min(4, wanted.length))] ?? deed("completeTraveler", {}, "quinn");
};
const complete: Move = () => deed("completeTraveler", {}, "quinn");
const moves: readonly Move[] = [
  ...[split, split, split, merge, merge, merge, merge, account, account, log, dispose, dispose],
  ...[ofDefect("scrapTraveler"), ofDefect("closeDefect"), ofDefect("withdrawDefect")],
  ...[place, release, release, assign, complete, complete],
  ...[work, work, work, work, work, work],
];

function diceFrom(seed: number): Dice {
  let value = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return (sides) => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return sides === 0 ? 0 : (value >>> 8) % sides;
  };
}

/** No piece is made or lost, none is in two places, and what is complete has been counted. */
function check(family: Family): void {
  const events = new Map([...family.benches].map(([id, bench]) => [id, bench.events]));
  const pieces = piecesOf(events);
  let total = "0";
  for (const [id, { here, scrapped }] of pieces) {
    if (compare(here, "0") < 0) expect.unreachable(`${id} has ${here} pieces`);
    total = add(add(total, here), scrapped);
  }
  if (compare(total, rootQuantity) !== 0) expect.unreachable(`${total} of ${rootQuantity} pieces`);
  for (const [id, bench] of family.benches) {
    const own = pieces.get(id) ?? { here: "0", scrapped: "0", left: "0" };
    const { remaining, scrapped, transferredOut } = balanceOf(bench.state);
    expect([remaining, scrapped, transferredOut].map(Number)).toEqual(
      [own.here, own.scrapped, own.left].map(Number),
    );
    if (bench.state.status === "complete") {
      expect(stillUncounted(bench.events, own)).toEqual([]);
      expect(bench.state.holds.filter(({ released }) => !released)).toEqual([]);
      expect(bench.state.defects.filter(({ status }) => status === "open")).toEqual([]);
    }
  }
  const serials = [...family.benches.values()].flatMap(({ state }) => state.serials);
  expect(new Set(serials).size).toBe(serials.length);
}

/** Some families are brought to an end: every lot works, is settled, counted and completed. */
function finish(family: Family): void {
  for (const traveler of lots(family)) {
    const bench = benchOf(family, traveler);
    for (let turn = 0; turn < 60 && bench.state.status !== "complete"; turn += 1) {
      const done = [...deeds(bench), account(family, bench, () => 1)].some((one) => {
        const body = one.body as CommandBody<CommandType>;
        return familyAct(family, traveler, one.type, body, one.given).ok;
      });
      if (!done) break;
    }
  }
}

const sequence = fc.record({
  finishes: fc.integer({ min: 0, max: 3 }).map((side) => side === 0),
  seed: fc.noBias(fc.nat()),
  moves: fc.integer({ min: 10, max: 90 }),
});

test(
  "no sequence of splits, merges, scrap and counts makes or loses a piece, and every lot folds to the same again",
  () => {
    const reached = { split: 0, merged: 0, scrapped: 0, complete: 0, serials: 0 };
    fc.assert(
      fc.property(sequence, ({ seed, moves: count, finishes }) => {
        const family = aFamily();
        const dice = diceFrom(seed);
        for (let turn = 0; turn < count; turn += 1) {
          const all = lots(family);
          const traveler = all[dice(all.length)] ?? family.root;
          const move = moves[dice(moves.length)] ?? work;
          const { type, body, given } = move(family, benchOf(family, traveler), dice);
          familyAct(family, traveler, type, body as CommandBody<CommandType>, given);
        }
        if (finishes) finish(family);
        check(family);
        for (const bench of family.benches.values()) {
          expect(foldedAgain(family, bench)).toEqual(bench.state);
          const types = new Set(bench.events.map(({ type }) => type));
          if (types.has("traveler.split_off")) reached.split += 1;
          if (types.has("traveler.merged")) reached.merged += 1;
          if (types.has("quantity.scrapped")) reached.scrapped += 1;
          if (types.has("traveler.completed")) reached.complete += 1;
          if (types.has("traveler.serials_assigned")) reached.serials += 1;
        }
      }),
      { numRuns: sequences },
    );
    // Otherwise it would hold because nothing ever happens.
    expect(reached.split).toBeGreaterThan(sequences / 2);
    for (const often of [reached.merged, reached.scrapped, reached.complete, reached.serials]) {
      expect(often).toBeGreaterThan(sequences / 60);
    }
  },
  patienceMs,
);
