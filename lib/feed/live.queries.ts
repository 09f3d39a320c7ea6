import "server-only";
import { listen } from "#lib/db/listening";
import type { Actor } from "#lib/people/schema";
import { everything } from "./live.rules.ts";
import { type LiveChange, type LiveNotice, liveChannel, liveNotice } from "./live.schema.ts";

export type Follower = {
  tell: (change: LiveChange, at: number) => void;
  /** This process ends; whoever follows comes back to another one. */
  close: () => void;
};

/** Two clocks are never quite the same. */
const marginMs = 1_000;

/** The screens that follow through this process, on one connection to the database. */
class Hub {
  readonly #followers = new Map<Follower, string>();
  readonly #lastAt = new Map<string, number>();
  #listeningSince: number | null = null;
  #connection: { stop: () => Promise<void> } | null = null;

  /** From `since` on: what happened between then and now is told at once, as everything. */
  follow(site: string, since: number, follower: Follower): () => void {
    this.#connection ??= this.#connect();
    this.#followers.set(follower, site);
    const began = this.#listeningSince;
    const lastAt = this.#lastAt.get(site) ?? 0;
    const isCovered = began !== null && began + marginMs < since && lastAt + marginMs < since;
    // Until it listens there is nothing to say: it will say that everything may have changed.
    if (began !== null && !isCovered) follower.tell(everything, Date.now());
    return () => this.#followers.delete(follower);
  }

  async close(): Promise<void> {
    for (const follower of this.#followers.keys()) follower.close();
    this.#followers.clear();
    this.#lastAt.clear();
    this.#listeningSince = null;
    const connection = this.#connection;
    this.#connection = null;
    await connection?.stop();
  }

  #connect() {
    return listen(liveChannel, {
      listening: () => {
        this.#listeningSince = Date.now();
        for (const follower of this.#followers.keys()) follower.tell(everything, Date.now());
      },
      notice: (said) => {
        const notice = noticeIn(said);
        if (notice) this.#tell(notice);
      },
    });
  }

  #tell({ site, at, kinds, travelers }: LiveNotice): void {
    this.#lastAt.set(site, at);
    for (const [follower, of] of this.#followers) {
      if (of === site) follower.tell({ all: false, kinds, travelers }, at);
    }
  }
}

/** Null: told by a version that says it otherwise. */
function noticeIn(said: string): LiveNotice | null {
  try {
    const parsed = liveNotice.safeParse(JSON.parse(said));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

// Bundles load this module more than once in a process; the connection is one.
const shared = globalThis as typeof globalThis & { buyoffHub?: Hub };

function hub(): Hub {
  if (!shared.buyoffHub) {
    const made = new Hub();
    shared.buyoffHub = made;
    // A stream that is open would hold the end of the process up for as long as somebody looks.
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.once(signal, () => void made.close());
  }
  return shared.buyoffHub;
}

/** What changes at the actor's site from `since` (milliseconds) on, until the returned function is called. */
export const followSite = (actor: Actor, since: number, follower: Follower): (() => void) =>
  hub().follow(actor.site, since, follower);

/** Ends every stream of this process and its connection. */
export const stopFollowing = async (): Promise<void> => shared.buyoffHub?.close();
