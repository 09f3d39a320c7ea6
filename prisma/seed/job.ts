import type { InstructionContent } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { Loaded } from "#lib/record/load.queries";
import type { Act as Sent } from "#lib/travelers/acts.rules";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import type { ProofFacts } from "#lib/travelers/facts.schema";
import type { Disposition, TravelerState } from "#lib/travelers/state.schema";
import type { SimulatedClock } from "./identity.ts";
import type { Album } from "./pictures.ts";
import type { Act, Kit } from "./plan.ts";
import type { demoSites } from "./plant.ts";

type Site = (typeof demoSites)[keyof typeof demoSites];

/** A signature's proof, and when it was given. */
export type ProofRow = ProofFacts & { at: Instant };
/** What was done and is not sent yet, as the tablet has decided it. */
type Kept = { act: Sent; events: readonly RecordedEvent[]; proofs: readonly ProofRow[] };

/** What a tablet keeps of its unit: what it knows of the plant, and what it has done and not sent yet. */
export type Tablet = { known: Loaded; kept: Kept[] };

/** What the material review board decided on an NCR of the past, and how it was carried out. */
export type Verdict = {
  number: string;
  decision: Disposition["decision"];
  /** Where the board decides on several pieces of a lot otherwise: each share of them. */
  shares?: readonly Pick<Disposition, "decision" | "quantity">[];
  designAuthority?: string;
  concession?: string;
  /** Steps and positions done again; of what is replaced there, each part. */
  again?: readonly { step: string; positions: readonly string[] | null }[];
  removed?: readonly { part: string; position: string }[];
  /** Values that the repeated steps give, by place. */
  values?: Readonly<Record<string, string>>;
  verification: string;
};

/** A unit in work, the clock that runs while it is worked on, and the tablet that it is worked on with. */
export type Job = {
  site: Site;
  content: InstructionContent;
  state: TravelerState;
  clock: SimulatedClock;
  kit: Kit;
  tablet: Tablet;
  album: Album;
  /** What was decided on defects whose rework is not complete yet. */
  verdicts: ReadonlyMap<string, Verdict>;
  /** Working people at that time, in the order in which they are asked. */
  crew: (at: Instant) => readonly string[];
  /** Hears of each act before it is done, and may let time pass. */
  before?: (next: Act) => void;
};
