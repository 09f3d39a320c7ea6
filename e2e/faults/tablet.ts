import "fake-indexeddb/auto";
import type { TestPerson, TestPlant } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { openMemory, type TabletDb } from "#lib/offline/memory";
import { enqueue, refusedUnseen, waitingCommands } from "#lib/offline/queue";
import { type PostOutcome, type SenderPorts, startSender } from "#lib/offline/sender";
import type { CommandAnswer } from "#lib/offline/wire.schema";
import type { Command, Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { aBenchTablet } from "../bench/plant.ts";
import { run } from "../support/run.ts";
import type { Chance } from "./chance.ts";
import type { Ledger } from "./ledger.ts";

export type FaultTablet = Awaited<ReturnType<typeof aFaultTablet>>;

const patienceMs = 15_000;

/** What a network makes of one request: `send` may be asked for what was said, or for what was said before. */
export type Wire = (
  commands: readonly unknown[],
  send: (commands: readonly unknown[]) => Promise<PostOutcome>,
) => Promise<PostOutcome>;
/** Nobody looks at a screen here. */
const unheard = {
  onVerdict: async () => undefined,
  onConnection: () => undefined,
  onFitness: () => undefined,
  onChanged: () => undefined,
};

/** A tablet's own queue and sender, on a memory and a wire of the run's: what it is told goes into the ledger first. */
export async function aFaultTablet(
  plant: TestPlant,
  ledger: Ledger,
  chance: Chance,
  wire: Wire = (commands, send) => send(commands),
) {
  const identity = await aBenchTablet(plant);
  const db = await openMemory(`buyoff-${identity.device}`);
  const posts = { lost: 0, watchers: new Set<() => void>() };
  const post = async (commands: readonly unknown[]): Promise<PostOutcome> => {
    ledger.sent(commands.map((command) => (command as Envelope).id));
    for (const watcher of posts.watchers) watcher();
    const outcome = await wire(commands, (said) => posted(identity.headers, said));
    if (outcome.kind === "answered") ledger.told(outcome.answer.verdicts);
    else posts.lost += 1;
    return outcome;
  };
  const ports: SenderPorts = {
    db,
    post,
    putPart: async () => ({ kind: "refused" }),
    sendSeal: async () => null,
    renewSession: async () => false,
    nowMs: () => Date.now(),
    ...unheard,
    bootId: uuidv7(),
  };
  const sender = startSender(ports, () => chance.next());
  const writeDown = aWriter(identity, db);
  const by = identity.device;
  return {
    identity,
    /** Written down for good; it is sent when it can be. */
    act: async (...act: Parameters<typeof writeDown>): Promise<void> => {
      await writeDown(...act);
      const [, , { id }] = act;
      ledger.made([{ id, by }]);
      sender.wake();
    },
    /** While there is no network: nothing is sent before it is woken. */
    actOffLine: async (acts: readonly Parameters<typeof writeDown>[]): Promise<void> => {
      for (const act of acts) await writeDown(...act);
      ledger.made(acts.map(([, , { id }]) => ({ id, by })));
    },
    /** The next request that it sends. */
    nextPost: () =>
      new Promise<void>((resolve) => {
        const watcher = () => {
          posts.watchers.delete(watcher);
          resolve();
        };
        posts.watchers.add(watcher);
      }),
    /** As when the network is back. */
    wake: () => sender.wake(),
    waiting: async (): Promise<number> => (await waitingCommands(db)).length,
    /** What was not applied and stands on the screen until somebody has seen it. */
    unseen: async (): Promise<string[]> =>
      (await refusedUnseen(db)).map(({ commandId }) => commandId),
    /** Requests that nobody answered. */
    lost: () => posts.lost,
    stop: () => {
      sender.stop();
    },
  };
}

/** Writes acts down as a tablet does whose rules leave them to the server. */
function aWriter(identity: Awaited<ReturnType<typeof aBenchTablet>>, db: TabletDb) {
  const grants = new Map<string, string>();
  const grantOf = (person: TestPerson): string => {
    const known = grants.get(person.id) ?? identity.grantFor(person);
    grants.set(person.id, known);
    return known;
  };
  return async (
    state: TravelerState,
    person: TestPerson,
    command: Command,
    proof: Partial<Envelope["auth"]> = {},
  ): Promise<void> => {
    const clock = {
      nowMs: Date.now(),
      monotonicMs: performance.now(),
      bootId: uuidv7(),
      lastServerContact: null,
      skew: 0,
    };
    const auth = { grant: grantOf(person), ...proof };
    const act = { command, person: person.id, auth };
    await enqueue(db, identity.device, state, act, null, clock);
  };
}

async function posted(
  headers: Record<string, string>,
  commands: readonly unknown[],
): Promise<PostOutcome> {
  try {
    const response = await fetch(`${run.origin}/api/commands`, {
      method: "POST",
      headers,
      body: JSON.stringify({ protocol: 1, commands }),
      signal: AbortSignal.timeout(patienceMs),
    });
    if (response.status >= 500 || response.status === 429) return { kind: "silence" };
    if (!response.ok) return { kind: "refused", status: response.status };
    return { kind: "answered", answer: (await response.json()) as CommandAnswer };
  } catch {
    return { kind: "silence" };
  }
}
