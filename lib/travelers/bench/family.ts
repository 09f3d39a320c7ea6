import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import type { RecordedEvent } from "../events.schema.ts";
import { evolve, fold } from "../evolve.rules.ts";
import type { Facts } from "../facts.schema.ts";
import { decide } from "../rules.ts";
import type { OthersEvents, Ruling } from "../ruling.rules.ts";
import type { Command, CommandBody, CommandType } from "../schema.ts";
import type { TravelerState } from "../state.schema.ts";
import { aBench, type Bench, factsFor, type Given, keep } from "./bench.ts";
import { named } from "./plan.ts";
import { lotPlan } from "./plan-lots.ts";

/** A lot and every lot that came of it, each on its bench. What one act does to several, it does to all. */
export type Family = { root: string; benches: Map<string, Bench>; minutes: number };

export const rootQuantity = "50";

export function aFamily(): Family {
  const bench = aBench({ lot: "B13-0418", quantity: rootQuantity, content: lotPlan() });
  return { root: bench.state.id, benches: new Map([[bench.state.id, bench]]), minutes: 0 };
}

export function benchOf(family: Family, traveler = family.root): Bench {
  const bench = family.benches.get(traveler);
  if (!bench) throw new TypeError(`no lot ${traveler}`);
  return bench;
}

export const headOf = ({ events }: Pick<Bench, "events">): string =>
  canonicalSha256(JSON.parse(JSON.stringify(events.at(-1) ?? null)) as Canonical);

/** What the server would look up for an act on one lot of the family. */
export function familyFacts(
  family: Family,
  bench: Bench,
  command: Command,
  given: Given = {},
): Facts {
  const asked =
    command.type === "splitTraveler"
      ? [command.body.child]
      : command.type === "mergeTravelers"
        ? command.body.from
        : [];
  const others = asked.flatMap((id) => {
    const other = family.benches.get(id);
    return other ? [{ state: other.state, head: headOf(other) }] : [];
  });
  const serials = new Set(
    [...family.benches.values()].flatMap((one) => (one === bench ? [] : one.state.serials)),
  );
  const wanted = command.type === "assignSerials" ? command.body.serials : [];
  const lot = {
    head: headOf(bench),
    isChildTaken: false,
    serialsTaken: wanted.filter((serial) => serials.has(serial)),
    heldOutside: [],
  };
  return factsFor(bench, command, { ...given, facts: { others, lot, ...given.facts } });
}

export function familyAct<T extends CommandType>(
  family: Family,
  traveler: string,
  type: T,
  body: CommandBody<T>,
  given: Given = {},
): Ruling {
  family.minutes += 1;
  const bench = benchOf(family, traveler);
  bench.minutes = family.minutes;
  const command = { id: named(`act ${family.minutes}`), type, body } as Command;
  const facts = familyFacts(family, bench, command, given);
  const ruling = decide(bench.state, command, facts);
  if (ruling.ok) keepAll(family, bench, command, facts, ruling.value);
  return ruling;
}

/** First what it does to others: a lot that is split off goes on from what this one was before. */
export function keepAll(
  family: Family,
  bench: Bench,
  command: Command,
  facts: Facts,
  { events, others = [] }: Extract<Ruling, { ok: true }>["value"],
): void {
  for (const of of others) keepElsewhere(family, bench, command, facts, of);
  keep(bench, command, facts, events);
}

function keepElsewhere(
  family: Family,
  bench: Bench,
  command: Command,
  facts: Facts,
  { traveler, events }: OthersEvents,
): void {
  const known = family.benches.get(traveler);
  const other: Bench = known ?? { ...bench, events: [], qms: new Map(bench.qms) };
  keep(other, command, facts, events);
  family.benches.set(traveler, other);
}

/** A lot's state from its entries and those of the lots it came from, as the record would be read again. */
export function foldedAgain(family: Family, bench: Bench): TravelerState | null {
  const events = JSON.parse(JSON.stringify(bench.events)) as RecordedEvent[];
  const [first] = events;
  if (first?.type !== "traveler.split_off") return fold(events);
  const { traveler, seq } = first.body.from;
  const parent = benchOf(family, traveler);
  const upTo = parent.events.filter((event) => event.seq <= seq);
  const before = foldedAgain(family, { ...parent, events: upTo });
  return before && events.reduce(evolve, before);
}

export const childId = (label: string): string => derivedId("child", label);
