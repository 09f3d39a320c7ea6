import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import type { PersonCard } from "#lib/people/schema";
import { chained, type EntryDraft, type Head } from "#lib/record/chain.rules";
import type { SealedEntry } from "#lib/record/schema";
import { travelerContext } from "../acts.rules.ts";
import type { RecordedEvent } from "../events.schema.ts";
import { evolve } from "../evolve.rules.ts";
import type { PersonFacts } from "../facts.schema.ts";
import type { TravelerState } from "../state.schema.ts";
import type { Bench } from "./bench.ts";
import { device } from "./plant.ts";

/** An entry of the bench's traveler with the state that it leaves, and what else its act recorded. */
export type BenchEntry = SealedEntry & {
  state: TravelerState;
  act: readonly RecordedEvent[];
  card: PersonCard | null;
};

export const cardOf = (person: PersonFacts): PersonCard => ({
  person: person.id,
  version: 1,
  name: person.name,
  employeeNumber: `E-${person.name}`,
  stamps: person.stamps.map(({ number }) => number).sort(),
});

/** What happened on the bench as the record would keep it: sealed, chained, with its context. */
export function recordOf({ content, people, events }: Bench): BenchEntry[] {
  const everybody = Object.values(people);
  const entries: BenchEntry[] = [];
  let state: TravelerState | null = null;
  let head: Head = { seq: 0, hash: null };
  for (const event of events) {
    state = evolve(state, event);
    const person = everybody.find(({ id }) => id === event.person);
    const card = person ? cardOf(person) : null;
    const draft: EntryDraft = {
      ...travelerContext(state, content, event),
      stream: state.id,
      kind: "traveler",
      type: event.type,
      typeVersion: 1,
      site: state.site,
      command: event.command,
      person: event.person,
      card: card && canonicalSha256(card as unknown as Canonical),
      second: event.second,
      device: device.id,
      station: device.station,
      shift: null,
      occurredAt: event.at,
      clock: { wall: event.at, skew: 0, lastServerContact: null },
      recordedAt: event.at,
      body: event.body as Canonical,
    };
    const { sealed, head: next } = chained(head, [draft]);
    const act = events.filter(({ command }) => command !== null && command === event.command);
    entries.push(...sealed.map((one) => ({ ...one, state: state as TravelerState, act, card })));
    head = next;
  }
  return entries;
}
