import { z } from "zod";
import { photo } from "#lib/blobs/queries";
import { actorOfConnector, actorOfRule } from "#lib/boundary/actor";
import { db } from "#lib/db/client";
import { deliverDue } from "#lib/feed/deliver.worker";
import type { FeedPorts } from "#lib/feed/ports.schema";
import { reconcileDue } from "#lib/feed/reconcile.worker";
import { redriveMapped } from "#lib/feed/redrive.worker";
import { routeQueued } from "#lib/feed/routing.commands";
import { tellTravelers } from "#lib/feed/tracking.worker";
import { env } from "#lib/kit/env";
import { log } from "#lib/kit/log";
import { type Instant, instant, millis } from "#lib/kit/time";
import { applyCommand, applyCommands } from "#lib/travelers/commands";
import { chanceOf } from "./identity.ts";
import { tellTime } from "./told-time.ts";

/**
 * The feed's worker in the demo's past: its own turns, one message at a time, while time is told. It is asked by a
 * message to work from one time until another, and answers when it has.
 */

let drawn = 0;
const chance = (): number => {
  drawn += 1;
  return chanceOf(`feed/${drawn}`);
};

const ports: FeedPorts = {
  origin: env.BUYOFF_ORIGIN,
  actorOf: actorOfConnector,
  actorOfRule,
  applyCommand,
  applyCommands,
  readBlob: async (site, connector, sha256) =>
    (await photo(actorOfConnector(site, connector), sha256))?.bytes ?? null,
  now: () => Date.now(),
  random: chance,
  log,
};
const oneByOne = { leaseMs: 60_000, atOnce: 1 };
const goingOn = new AbortController().signal;

const later = (at: Instant, seconds: number): Instant => instant(millis(at) + seconds * 1000);

async function workOn(from: Instant, until: Instant): Promise<void> {
  let now = from;
  while (now < until) {
    await tellTime(now, { runs: true });
    while ((await routeQueued(ports.origin)) > 0);
    await redriveMapped();
    const carried = await deliverDue(ports, oneByOne);
    if (carried > 0) {
      // How long it took is not asked: the same time passes on every machine.
      now = later(now, 1 + Math.floor(chance() * 4));
      await tellTime(now);
      while ((await tellTravelers(ports)) > 0);
    } else now = (await nextDue(now)) ?? until;
  }
  await tellTime(until, { runs: true });
  while ((await reconcileDue(ports, goingOn)) > 0);
}

/** When something is to be tried again, or the system may be asked again, whichever comes last. */
async function nextDue(now: Instant): Promise<Instant | null> {
  const [next] = await db.$queryRaw<{ at: Date | null }[]>`
    select min(greatest(d.next_at, d.leased_until, c.open_until, c.paused_until)) as at
      from deliveries d join connectors c on c.id = d.connector_id
     where c.status = 'active' and d.state in ('pending', 'sending', 'outcome_unknown', 'delivered')
       and greatest(d.next_at, d.leased_until, c.open_until, c.paused_until) > ${now}::timestamptz`;
  return next?.at ? instant(Math.ceil(next.at.getTime() / 1000) * 1000) : null;
}

const asked = z.object({ from: z.string(), until: z.string() });
process.on("message", (message) => {
  const { from, until } = asked.parse(message);
  void workOn(from, until).then(() => process.send?.("done"));
});
process.once("disconnect", () => process.exit(0));
