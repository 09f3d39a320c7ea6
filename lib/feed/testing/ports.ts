import { setTimeout as wait } from "node:timers/promises";
import type { Actor } from "#lib/people/schema";
import { deliverDue } from "../deliver.worker.ts";
import type { FeedPace, FeedPorts } from "../ports.schema.ts";
import { routeQueued } from "../routing.commands.ts";

export const quickPace: FeedPace = { leaseMs: 5_000, atOnce: 4 };

/** Photos by hash; what is not in it has not come from the tablet. */
export const portsWith = (blobs: ReadonlyMap<string, Uint8Array> = new Map()): FeedPorts => ({
  origin: "https://buyoff.northgate.example",
  actorOf: (site, id, name) => ({ id, site, name }) as Actor,
  actorOfRule: (site, id, name) => ({ id, site, name }) as Actor,
  applyCommand: async (_actor, { command }) => ({
    id: command.id,
    verdict: "retry_later",
    afterMs: 60_000,
  }),
  applyCommands: async (_actor, _traveler, inputs) =>
    inputs.map(({ command: { id } }) => ({ id, verdict: "retry_later", afterMs: 60_000 })),
  readBlob: async (_site, _connector, sha256) => blobs.get(sha256) ?? null,
  now: () => Date.now(),
  random: () => 0.5,
  log: {
    info: () => undefined,
    warn: () => undefined,
    error: (what) => void unexpected.push(what),
  },
});

/** What a worker logged as an error: no test expects any. */
export const unexpected: object[] = [];

/** Turns the feed until the fact is there. */
export async function until(
  ports: FeedPorts,
  fact: () => Promise<boolean>,
  pace = quickPace,
  withinMs = 120_000,
): Promise<void> {
  const endsAt = Date.now() + withinMs;
  while (!(await fact())) {
    if (Date.now() > endsAt) throw new Error(`not so within ${withinMs} ms: ${fact}`);
    await routeQueued(ports.origin);
    if ((await deliverDue(ports, pace)) === 0) await wait(20);
  }
}
