import "server-only";
import { direct, isFaultOfOne } from "#lib/db/direct";
import { gathered } from "#lib/kit/gathered";
import { uuidv7 } from "#lib/kit/ids";
import type { Trace } from "./connectors/rest/talk.gateway.ts";
import type { Claim } from "./delivery.queries.ts";
import type { FlowNow } from "./flow.queries.ts";

/** Somebody else has the delivery by now: what this worker does for it no longer counts. */
export class LeaseLost extends Error {
  constructor(claim: Claim) {
    super(`delivery ${claim.id} is no longer ours under fence ${claim.fence}`);
  }
}

/** What came back of an attempt, and how many milliseconds ago. */
export type Came = { id: string; response: string | null; classification: string; ago: number };

/** Many messages at once are few statements, as many in each as come together. */
export const together = { most: 64, isOfOne: isFaultOfOne };

/** As a list for one statement. Half a character, where a text was cut to its length, is none. */
export const listed = (all: readonly unknown[]): string =>
  JSON.stringify(all, (_, value) => (typeof value === "string" ? value.toWellFormed() : value));

type Opening = {
  id: string;
  delivery: string;
  site: string;
  fence: string;
  act: string;
  request: string;
  leaseMs: number;
  isSending: boolean;
  validation: string;
  run: string | null;
  sha256: string;
};

const inOrder = (one: { delivery: string }, other: { delivery: string }): number =>
  one.delivery < other.delivery ? -1 : 1;

const opened = gathered<{ opening: Opening; came: readonly Came[] }, boolean>(async (all) => {
  // Rows are locked in one order, whoever locks several.
  const openings = all.map(({ opening }) => opening).toSorted(inOrder);
  const rows = await direct<{ id: string }>(
    { name: "open_attempts", text: "select id from open_attempts($1::jsonb, $2::jsonb)" },
    [listed(openings), listed(all.flatMap(({ came }) => came))],
  );
  const ours = new Set(rows.map(({ id }) => id));
  return all.map(({ opening }) => ours.has(opening.id));
}, together);

const closed = gathered<readonly Came[], null>(async (all) => {
  await direct({ name: "close_attempts", text: "select close_attempts($1::jsonb)" }, [
    listed(all.flat()),
  ]);
  return all.map(() => null);
}, together);

/** Acts that only ask: what a flow stood on is kept of the moment in which something was sent. */
const reads: ReadonlySet<string> = new Set(["lookup", "read_back", "look"]);

/**
 * What one worker does for a message, as attempts on record. What came back of one is written with the next, or with
 * the message's next state, whichever comes first. An attempt that is found open later says that something may have
 * been sent.
 */
export type Attempts = {
  /**
   * Before anything leaves: the attempt is on record and the lease starts anew, and with what is sent stands what its
   * flow is validated as. Whoever has lost the lease sends nothing.
   */
  open(act: string, request: string, leaseMs: number): Promise<void>;
  /** An answer to the one that was opened last, or none. */
  came(trace: Pick<Trace, "response" | "classification">): void;
  /** What came back and is not written yet; `written` is told when it is. */
  unwritten(): readonly Came[];
  written(): void;
  /** Evidence, whatever became of the message. */
  end(): Promise<void>;
};

export function attemptsOf(claim: Claim, flow: FlowNow): Attempts {
  let last: string | null = null;
  let answer: (Omit<Came, "ago"> & { at: number }) | null = null;
  const unwritten = (): Came[] => {
    if (!answer) return [];
    const { at, ...came } = answer;
    return [{ ...came, ago: performance.now() - at }];
  };
  return {
    open: async (act, request, leaseMs) => {
      const id = uuidv7();
      const { site, fence } = claim;
      const { validation, run, sha256 } = flow;
      const isSending = !reads.has(act);
      const flowShown = { validation, run, sha256, isSending };
      const opening = { id, delivery: claim.id, site, fence, act, request, leaseMs, ...flowShown };
      const isOurs = await opened({ opening, came: unwritten() });
      answer = null;
      if (!isOurs) throw new LeaseLost(claim);
      last = id;
    },
    came: ({ response, classification }) => {
      if (last !== null) answer = { id: last, response, classification, at: performance.now() };
    },
    unwritten,
    written: () => {
      answer = null;
    },
    end: async () => {
      if (answer) await closed(unwritten());
      answer = null;
    },
  };
}
