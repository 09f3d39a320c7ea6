import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { log } from "#lib/kit/log";
import { listeningAddress } from "./client.ts";

const againMs = 1_000;
const proofMs = 20_000;

export type Hearing = {
  /** Listens from now on; what was told before was not heard. */
  listening: () => void;
  notice: (said: string) => void;
};

/** One connection that hears what is told on a channel, and comes back by itself until it is stopped. */
export function listen(channel: string, hearing: Hearing): { stop: () => Promise<void> } {
  const stopped = new AbortController();
  let client: pg.Client | null = null;
  const connected = async (): Promise<void> => {
    const own = new pg.Client({
      connectionString: listeningAddress,
      keepAlive: true,
      // A connection that nobody answers on looks like one on which nothing happens.
      query_timeout: 5_000,
      connectionTimeoutMillis: 5_000,
    });
    client = own;
    const ended = new Promise<void>((resolve) => {
      own.once("end", () => resolve());
      own.on("error", () => resolve());
    });
    try {
      own.on("notification", ({ payload }) => hearing.notice(payload ?? ""));
      await own.connect();
      await own.query(`listen ${pg.escapeIdentifier(channel)}`);
      hearing.listening();
      while (await isThere(own, ended, stopped.signal));
    } finally {
      await own.end().catch(() => undefined);
    }
  };
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await connected().catch((err: unknown) => {
        if (!stopped.signal.aborted)
          log.warn({ err, channel }, "live screens can't listen and try again");
      });
      await wait(againMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped.abort();
      await client?.end().catch(() => undefined);
      await running;
    },
  };
}

/** Waits, and then asks whether the other end is still there. False: it isn't, or nobody listens any more. */
async function isThere(
  client: pg.Client,
  ended: Promise<void>,
  stop: AbortSignal,
): Promise<boolean> {
  const isOver = await Promise.race([
    ended.then(() => true),
    wait(proofMs, false, { signal: stop }).catch(() => true),
  ]);
  if (isOver) return false;
  await client.query("select 1");
  return true;
}
