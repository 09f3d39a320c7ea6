import type { InstructionContent } from "#lib/instructions/schema";
import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { plusMinutes } from "#lib/kit/time";
import { amendmentContent } from "../amendments.rules.ts";
import { departureContent } from "../approval.rules.ts";
import type { BuyoffPlace } from "../buyoffs.rules.ts";
import { buyoffContent, chainAt } from "../buyoffs.rules.ts";
import type { RecordedEvent, TravelerEvent } from "../events.schema.ts";
import { evolve } from "../evolve.rules.ts";
import { factsNeeded } from "../facts.rules.ts";
import type { Facts, PersonFacts, ProofFacts } from "../facts.schema.ts";
import { decide, releaseTraveler } from "../rules.ts";
import type { Ruling } from "../ruling.rules.ts";
import type { Command, CommandBody, CommandType } from "../schema.ts";
import type { Disposition, QmsRecord, TravelerState } from "../state.schema.ts";
import { bracketPlan, named } from "./plan.ts";
import type { Name } from "./plant.ts";
import { begin, device, gages, people, plantMix, policy, stock, waivable } from "./plant.ts";

export type Given = {
  by?: Name;
  second?: Name | null;
  facts?: Partial<Facts>;
};

/** One thing somebody could do: the command's type, body and who is at the tablet. */
export type Deed = { type: CommandType; body: object; given: Given };

type Answer = { record: QmsRecord; dispositions: readonly Disposition[] };

/** A traveler on a bench: commands go in as from a tablet, events are kept as the record keeps them. */
export type Bench = {
  content: InstructionContent;
  people: Readonly<Record<string, PersonFacts>>;
  /** What the QMS answers about a defect; nothing: it can't be reached. */
  qms: Map<string, Answer>;
  events: RecordedEvent[];
  state: TravelerState;
  /** Reasons and comments by their hash, as they are kept beside the record. */
  texts: Map<string, string>;
  minutes: number;
  /** Who does the production work here when nobody is named. */
  worker: Name;
};

export function aBench(
  of: {
    serial?: string;
    lot?: string;
    quantity?: string;
    content?: InstructionContent;
    worker?: Name;
  } = {},
): Bench {
  const content = of.content ?? bracketPlan();
  const released = releaseTraveler({
    id: named("traveler"),
    site: named("site"),
    workOrder: "WO-700290",
    unit: {
      serial: of.lot === undefined ? (of.serial ?? "FSB-0118") : null,
      lot: of.lot ?? null,
      quantity: of.quantity ?? "1",
    },
    instruction: named("instruction"),
    content,
    contentSha256: canonicalSha256(content),
  });
  const by = { seq: 1, person: null, second: null, at: begin, command: null };
  const first = { ...released, ...by };
  const state = evolve(null, first);
  return {
    content,
    people,
    qms: new Map(),
    events: [first],
    state,
    texts: new Map(),
    minutes: 0,
    worker: of.worker ?? "ana",
  };
}

/** What the server would look up for a command, and only that. */
export function factsFor(bench: Bench, command: Command, given: Given = {}): Facts {
  const person = bench.people[given.by ?? "ana"] ?? people.ana;
  const second = given.second ? (bench.people[given.second] ?? null) : null;
  const needed = factsNeeded(command, bench.state, bench.content);
  const answer = needed.disposition === null ? undefined : bench.qms.get(needed.disposition);
  const isScanned = (one: Facts["stock"][number]) =>
    needed.stock.some(
      ({ part, serial, lot }) =>
        part === one.part && serial === one.serial && (serial !== null || lot === one.lot),
    );
  const at = plusMinutes(begin, bench.minutes);
  return {
    content: bench.content,
    revisionStatus: "effective",
    site: { id: named("site"), code: "NG1", timeZone: "America/Denver" },
    policy,
    at,
    recordedAt: at,
    person,
    second,
    proof: proofFor(bench, command, person, "pin"),
    secondProof: second && proofFor(bench, command, second, "badge_pin"),
    device: person.roles.includes("integrator") ? null : device,
    gages: gages.filter(
      ({ type, code }) => needed.gageTypes.includes(type) || needed.gageCodes.includes(code),
    ),
    stock: stock.filter((one) => needed.parts.includes(one.part) || isScanned(one)),
    holders: needed.qualifications.map((qualification) => ({ qualification, names: ["ana"] })),
    qualificationRules: needed.qualifications.map((code) => ({
      code,
      waivableBy: waivable[code] ?? "nobody",
    })),
    clocks: [plantMix].filter(({ lot }) => needed.lots.includes(lot)),
    others: [],
    lot: null,
    outerHolds: [],
    qms: answer && needed.disposition ? { defect: needed.disposition, ...answer } : null,
    blobsMissing: [],
    ...given.facts,
  };
}

/** As POST /api/sign would give it for exactly this act. */
export function proofFor(
  bench: Bench,
  command: Command,
  person: PersonFacts,
  method: ProofFacts["method"],
): ProofFacts | null {
  const contentSha256 = shownTo(bench, command);
  if (contentSha256 === null) return null;
  const id = derivedId(command.id, person.id);
  return { id, person: person.id, device: device.id, command: command.id, contentSha256, method };
}

/** The hash of what whoever signs this act is shown; null: nothing is signed. */
function shownTo({ state }: Bench, command: Command): string | null {
  switch (command.type) {
    case "signBuyoff":
    case "superviseStep":
    case "cosignStep":
    case "requestWaiver":
    case "grantWaiver":
      return command.body.contentSha256;
    case "amendReading":
      return canonicalSha256(amendmentContent(state, command.body));
    case "skipStep":
    case "markStepNotApplicable":
    case "deferStep":
    case "departSequence":
    case "reopenStep":
      return canonicalSha256(departureContent(state, command.type, command.body));
    default:
      return null;
  }
}

export const aCommand = <T extends CommandType>(
  bench: Bench,
  type: T,
  body: CommandBody<T>,
): Command => ({ id: named(`command ${bench.minutes}`), type, body }) as Command;

/** Decides, and keeps what happened. */
export function act<T extends CommandType>(
  bench: Bench,
  type: T,
  body: CommandBody<T>,
  given: Given = {},
): Ruling {
  bench.minutes += 1;
  const command = aCommand(bench, type, body);
  const facts = factsFor(bench, command, given);
  const ruling = decide(bench.state, command, facts);
  if (ruling.ok) {
    keep(bench, command, facts, ruling.value.events);
    for (const text of ruling.value.texts) bench.texts.set(sha256Hex(text), text);
  }
  return ruling;
}

export function keep(
  bench: Bench,
  command: Command,
  facts: Facts,
  events: readonly TravelerEvent[],
): void {
  for (const event of events) {
    const recorded: RecordedEvent = {
      ...event,
      seq: bench.events.length + 1,
      person: facts.person.id,
      second: facts.second?.id ?? null,
      at: facts.at,
      command: command.id,
    };
    bench.events.push(recorded);
    bench.state = evolve(bench.state, recorded);
  }
}

/** The hash of what a signer at this place would be shown now. */
export function shown(bench: Bench, place: BuyoffPlace): string {
  const chain = chainAt(bench.state, bench.content, place);
  return chain?.requirements.some(({ id }) => id === place.requirement)
    ? canonicalSha256(buyoffContent(bench.state, bench.content, place))
    : sha256Hex("nothing");
}
