import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import { feedFailures } from "#lib/kit/metrics";
import { closeLinks } from "./connectors/publishers/publish.gateway.ts";
import { deliverDue } from "./deliver.worker.ts";
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
const troubleMs = 2_000;

/**
 * Router, deliveries and the way back, side by side, until `stop`: a slow QMS keeps back no routing. What
 * is on its way then is finished; what a kill interrupts is taken up by its lease.
 */
export async function runFeed(ports: FeedPorts, pace: FeedPace, stop: AbortSignal): Promise<void> {
  const loops: Record<string, () => Promise<number>> = {
    router: () => routeQueued(ports.origin),
    effects: () => doEffects(ports),
    deliveries: () => deliverDue(ports, pace, "usual"),
    // Of systems that have become slow: what goes elsewhere doesn't wait for their answers.
    "slow deliveries": () => deliverDue(ports, pace, "slow"),
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
  await Promise.all(Object.entries(loops).map(([name, turn]) => loop(name, turn, ports, stop)));
  await closeLinks();
}

async function loop(
  name: string,
  turn: () => Promise<number>,
  ports: FeedPorts,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    let pauseMs = idleMs;
    try {
      // Straight on while there is work: 250 ms is how long an empty queue is left alone.
      if ((await turn()) > 0) pauseMs = 0;
    } catch (problem) {
      feedFailures.inc({ loop: name });
      ports.log.error({ loop: name, err: problem }, "the feed met a problem and goes on");
      pauseMs = troubleMs;
    }
    await wait(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
}
