import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import { feedFailures } from "#lib/kit/metrics";
import { closeLinks } from "./connectors/publishers/publish.gateway.ts";
import { delivering } from "./deliver.worker.ts";
import { dropsDue } from "./drops.worker.ts";
import { doEffects } from "./effects.worker.ts";
import { holdFindings } from "./findings.commands.ts";
import type { FeedPace, FeedPorts } from "./ports.schema.ts";
import { reconcileDue } from "./reconcile.worker.ts";
import { redriveMapped, redriveNumbered, rereadMapped } from "./redrive.worker.ts";
import { routeQueued } from "./routing.commands.ts";
import { followNotices, pollDue, tellTravelers } from "./tracking.worker.ts";
import { validateDue } from "./validation.worker.ts";

const idleMs = 250;
/** A recorded entry is looked for more often: asking whether there is one costs nearly nothing. */
const routerIdleMs = 50;
/** What a person has changed, or the hour has come for. */
const seldomMs = 1_000;
const troubleMs = 2_000;

/**
 * Router, deliveries and the way back, side by side, until `stop`: a slow QMS keeps back no routing. What
 * is on its way then is finished; what a kill interrupts is taken up by its lease.
 */
export async function runFeed(ports: FeedPorts, pace: FeedPace, stop: AbortSignal): Promise<void> {
  const routed = aBell();
  stop.addEventListener("abort", routed.ring, { once: true });
  const usual = delivering(ports, pace, { lane: "usual", pause: routed.pause });
  // Of systems that have become slow: what goes elsewhere doesn't wait for their answers.
  const slow = delivering(ports, pace, { lane: "slow", pause: routed.pause });
  const loops: Record<string, () => Promise<number>> = {
    router: async () => {
      const count = await routeQueued(ports.origin);
      if (count > 0) routed.ring();
      return count;
    },
    effects: () => doEffects(ports),
    deliveries: usual.turn,
    "slow deliveries": slow.turn,
    redrive: () => redriveMapped(),
    numbers: () => redriveNumbered(),
    words: () => rereadMapped(),
    notices: () => followNotices(),
    travelers: () => tellTravelers(ports),
    findings: () => holdFindings(ports),
    poll: () => pollDue(ports),
    reconciliation: () => reconcileDue(ports, stop),
    drops: () => dropsDue(ports, pace, stop),
    validation: () => validateDue(ports, stop),
  };
  const until = (ms: number) => wait(ms, undefined, { signal: stop }).catch(() => undefined);
  const idle: Record<string, () => Promise<void>> = {
    router: () => until(routerIdleMs),
    deliveries: () => routed.pause(idleMs),
  };
  for (const name of ["redrive", "numbers", "words", "reconciliation", "drops", "validation"])
    idle[name] = () => until(seldomMs);
  const going = Object.entries(loops).map(([name, turn]) =>
    loop({ name, turn, idle: idle[name] ?? (() => until(idleMs)), until }, ports, stop),
  );
  await Promise.all(going);
  await Promise.all([usual.end(), slow.end()]);
  await closeLinks();
}

/** A pause that ends before its time when it rings. */
function aBell() {
  const paused = new Set<() => void>();
  return {
    pause: (ms: number) =>
      new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          paused.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        paused.add(end);
      }),
    ring: () => {
      for (const end of paused) end();
    },
  };
}

type Loop = {
  name: string;
  /** How much there was to do. */
  turn: () => Promise<number>;
  /** How long it is left alone where there was nothing. */
  idle: () => Promise<void>;
  until: (ms: number) => Promise<void>;
};

async function loop(
  { name, turn, idle, until }: Loop,
  ports: FeedPorts,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      // Straight on while there is work.
      if ((await turn()) === 0) await idle();
    } catch (problem) {
      feedFailures.inc({ loop: name });
      ports.log.error({ loop: name, err: problem }, "the feed met a problem and goes on");
      await until(troubleMs);
    }
  }
}
