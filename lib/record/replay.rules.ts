import type { InstructionContent } from "#lib/instructions/schema";
import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { namedIn, readCommand, readFacts } from "#lib/travelers/decided.rules";
import { evolve } from "#lib/travelers/evolve.rules";
import type { RefusalCode } from "#lib/travelers/refusal.schema";
import type { decide } from "#lib/travelers/rules";
import type { CommandVerdict } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import type { EntryLine } from "./schema.ts";
import { recordedEvent } from "./verify.rules.ts";

export type Decide = typeof decide;

/** A receipt as the table has it. */
export type StoredReceipt = {
  command: string;
  verdict: CommandVerdict;
  said: string | null;
  facts: string | null;
  decidedAt: number | null;
};

export type Difference = { command: string; type: string; why: string; was: string; is: string };

/**
 * `same` and `differs`: the rules were asked again. `turned_away`: no rule was asked then. `older`: the
 * receipt is from before receipts kept what was decided on. `disposed`: retention took words or names.
 */
export type Replayed =
  | { kind: "same" | "turned_away" | "older" | "disposed" }
  | { kind: "differs"; difference: Difference };

/** What refuses a command before any rule is asked, and what is put on record when asking fails. */
const withoutRules: ReadonlySet<string> = new Set<RefusalCode>([
  "grant_not_valid",
  "device_revoked",
  "device_forked",
  "badge_withdrawn",
  "checkout_tablet_revoked",
  "command_id_used",
  "id_taken",
  "not_decided",
  "traveler_not_released",
]);

/** A traveler as it stood after each of its entries; `before`: what the first of them goes on from. */
export function statesOf(
  entries: readonly EntryLine[],
  before: TravelerState | null = null,
): Map<number, TravelerState> {
  const states = new Map<number, TravelerState>();
  let state = before;
  for (const entry of entries) {
    state = evolve(state, recordedEvent(entry));
    states.set(entry.seq, state);
  }
  return states;
}

/** One command decided again on what it was decided on, and compared with its verdict and its entries. */
export function replayed(
  receipt: StoredReceipt,
  of: {
    states: ReadonlyMap<number, TravelerState>;
    content: InstructionContent | null;
    entries: readonly EntryLine[];
    /** Of other travelers, what the same commands wrote there. */
    elsewhere: readonly EntryLine[];
    texts: ReadonlyMap<string, string | null>;
    decide: Decide;
  },
): Replayed {
  const { said, facts, decidedAt } = receipt;
  const was = textOf(outcomeOf(receipt.verdict));
  const differs = (why: string, is: unknown): Replayed => {
    const type = said === null ? "" : (JSON.parse(said) as { type: string }).type;
    return {
      kind: "differs",
      difference: { command: receipt.command, type, why, was, is: textOf(is) },
    };
  };
  if (said === null) return { kind: "older" };
  const recorded = recordedOf(receipt, of.entries, of.elsewhere);
  if (facts === null || decidedAt === null) {
    const { verdict } = receipt;
    const isKnown = verdict.verdict === "recorded_not_applied";
    if (isKnown && withoutRules.has(verdict.refusal.code)) return { kind: "turned_away" };
    return differs("kept without the facts", recorded);
  }
  if (textOf(recorded) !== was) return differs("the record says otherwise", recorded);
  const state = of.states.get(decidedAt);
  if (!state || !of.content) return differs("decided on entries that aren't there", null);
  if (namedIn(said, facts).some((hash) => of.texts.get(hash) === null)) return { kind: "disposed" };
  const found = asked(of.decide, receipt.command, said, facts, state, of.content, of.texts);
  return textOf(found) === was ? { kind: "same" } : differs("the rules say otherwise", found);
}

function asked(
  decide: Decide,
  command: string,
  said: string,
  facts: string,
  state: TravelerState,
  content: InstructionContent,
  texts: ReadonlyMap<string, string | null>,
): unknown {
  try {
    const kept = (sha256: string) => {
      const text = texts.get(sha256);
      if (typeof text !== "string") throw new Error(`nothing is kept under ${sha256}`);
      return text;
    };
    const ruling = decide(state, readCommand(command, said, kept), readFacts(facts, content, kept));
    return ruling.ok ? written(ruling.value.events, ruling.value.others) : ruling.error;
  } catch (error) {
    return { failed: String(error) };
  }
}

type Said = { type: string; body: unknown };

/** What an applied command wrote, here and for other travelers, in one form. */
function written(
  events: readonly Said[],
  others: readonly { traveler: string; events: readonly Said[] }[] = [],
): unknown {
  const own = events.map(({ type, body }) => ({ type, body }));
  if (others.length === 0) return own;
  const elsewhere = others
    .map((of) => ({
      traveler: of.traveler,
      events: of.events.map(({ type, body }) => ({ type, body })),
    }))
    .sort((a, b) => (a.traveler < b.traveler ? -1 : 1));
  return { own, elsewhere };
}

const outcomeOf = (verdict: CommandVerdict): unknown => {
  if (verdict.verdict === "applied") {
    return written(verdict.events, verdict.others);
  }
  return verdict.verdict === "recorded_not_applied" ? verdict.refusal : verdict;
};

/** What the server notices while it decides, of the tablet's clock and of the revision: no rule is asked for it. */
const saidBeside: ReadonlySet<string> = new Set(["clock.skewed", "revision.superseded_in_use"]);

/** What the traveler's entries say became of the command, in the same form. */
function recordedOf(
  { command, decidedAt }: StoredReceipt,
  entries: readonly EntryLine[],
  elsewhere: readonly EntryLine[],
): unknown {
  const own = entries.filter(
    (entry) =>
      entry.command === command && entry.seq > (decidedAt ?? 0) && !saidBeside.has(entry.type),
  );
  const [first] = own;
  if (first?.type === "command.not_applied") {
    const { refusal, params } = first.body as { refusal: string; params: unknown };
    return { code: refusal, params };
  }
  const others = new Map<string, EntryLine[]>();
  for (const entry of elsewhere.filter((one) => one.command === command)) {
    others.set(entry.stream, [...(others.get(entry.stream) ?? []), entry]);
  }
  return written(
    own,
    [...others].map(([traveler, events]) => ({ traveler, events })),
  );
}

const textOf = (value: unknown): string =>
  canonicalJson(JSON.parse(JSON.stringify(value)) as Canonical);
