import fc from "fast-check";
import { expect, test } from "vitest";
import { recordOf } from "../travelers/bench/record.ts";
import { factsFor, heardOf } from "./conformance/bench-events.ts";
import { faults, nameOf } from "./conformance/checked.ts";
import { histories, history, patienceMs, played, someHistories } from "./conformance/histories.ts";
import { eventsOf } from "./events.rules.ts";

test(
  "every event of any history is as its schema and its envelope say, and one entry after another",
  () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(history, (of) => {
        const bench = played(of);
        const events = heardOf(bench);
        for (const event of events) {
          seen.add(nameOf(event));
          expect(faults(event), event.type).toEqual([]);
        }
        const seqs = events.map(({ data }) => data.context.integrity.seq);
        // Nothing that happens to a unit is left out: a receiver that misses an event sees the gap.
        expect([...new Set(seqs)]).toEqual(bench.events.map(({ seq }) => seq));
        const order = events.map(({ sequence }) => sequence);
        expect(order).toEqual(order.toSorted());
        expect(new Set(order).size).toBe(order.length);
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
        // Made again, from a retry or a replay, it is the same to the last character.
        expect(JSON.stringify(heardOf(bench))).toBe(JSON.stringify(events));
      }),
      { numRuns: histories, examples: someHistories },
    );
    // Otherwise it would hold because nothing ever happens.
    expect(seen.size).toBeGreaterThan(20);
  },
  patienceMs,
);

test("who may have no names and words gets ids and hashes, of everything", () => {
  const bench = played({ plan: 2, seed: 7, turns: 160 });
  const names = Object.values(bench.people).flatMap(({ name }) => [`:"${name}"`, `E-${name}`]);
  const words = [...bench.texts.values()].map((text) => JSON.stringify(text));
  const open = JSON.stringify(heardOf(bench));
  expect(names.some((name) => open.includes(name))).toBe(true);
  expect(words.some((text) => open.includes(text))).toBe(true);
  const told = JSON.stringify(heardOf(bench, { people: false, words: false }));
  // Which limit a timer missed, and nobody who is called so.
  const closed = told.replaceAll('"missed":"max"', "");
  expect([...names, ...words].filter((one) => closed.includes(one))).toEqual([]);
});

test("an entry that can't be read, or whose facts are missing, is an error and never no event", () => {
  const bench = played({ plan: 0, seed: 1, turns: 20 });
  const last = recordOf(bench).at(-1);
  if (!last) throw new Error("nothing happened");
  const facts = factsFor(bench, last);
  const code = (told: ReturnType<typeof eventsOf>) => (told.ok ? "told" : told.error.code);
  expect(code(eventsOf(last.entry, facts))).toBe("told");
  expect(code(eventsOf({ ...last.entry, type: "step.forgotten" }, facts))).toBe("entry_unreadable");
  expect(code(eventsOf({ ...last.entry, body: {} }, facts))).toBe("entry_unreadable");
  expect(code(eventsOf(last.entry, { ...facts, state: null }))).toBe("facts_missing");
  expect(code(eventsOf(last.entry, { ...facts, content: null }))).toBe("facts_missing");
});
