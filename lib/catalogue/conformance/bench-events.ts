import type { Bench } from "../../travelers/bench/bench.ts";
import { policy } from "../../travelers/bench/plant.ts";
import { type BenchEntry, recordOf } from "../../travelers/bench/record.ts";
import type { CloudEvent } from "../data.schema.ts";
import { eventsOf } from "../events.rules.ts";
import type { EventFacts } from "../facts.schema.ts";

export const origin = "https://plant.example";

export const factsFor = (
  bench: Bench,
  { entry, hash, state, act, card }: BenchEntry,
  discloses: EventFacts["discloses"] = { people: true, words: true },
): EventFacts => ({
  origin,
  site: { id: entry.site, code: "NG1", timeZone: "America/Denver", policy },
  entryHash: hash,
  discloses,
  card,
  words: Object.fromEntries(bench.texts),
  content: bench.content,
  state,
  act,
});

/** Everything that other systems hear of what happened on a bench, as it arrives there: as JSON. */
export const heardOf = (bench: Bench, discloses?: EventFacts["discloses"]): readonly CloudEvent[] =>
  recordOf(bench).flatMap((entry) => {
    const told = eventsOf(entry.entry, factsFor(bench, entry, discloses));
    if (!told.ok) throw new Error(`${entry.entry.type}: ${told.error.detail}`);
    return JSON.parse(JSON.stringify(told.value)) as CloudEvent[];
  });
