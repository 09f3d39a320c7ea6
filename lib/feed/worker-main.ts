import "server-only";
import { parseArgs } from "node:util";
import { photo } from "#lib/blobs/queries";
import { actorOfConnector, actorOfRule, actorOfSeed } from "#lib/boundary/actor";
import { db, disconnect } from "#lib/db/client";
import { env } from "#lib/kit/env";
import { log } from "#lib/kit/log";
import { ok } from "#lib/kit/result";
import { recorded } from "#lib/record/recorded.commands";
import { openMetrics } from "#lib/setup/metrics-door";
import { applyCommand, applyCommands } from "#lib/travelers/commands";
import { installDefaultRules } from "./default-rules.commands.ts";
import { tellFeedMetrics } from "./feed-metrics.queries.ts";
import { runFeed } from "./worker.ts";

const { values } = parseArgs({
  options: {
    "lease-ms": { type: "string", default: "30000" },
    "at-once": { type: "string", default: "16" },
  },
});

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());

log.info("the feed's worker starts");
// A plant from before rules were configuration goes on as it did.
for (const { id } of await db.site.findMany({ select: { id: true } })) {
  await recorded(actorOfSeed(id, { name: "update" }), async (tx) =>
    ok({ value: null, events: await installDefaultRules(tx, id, { inForce: true }) }),
  );
}
tellFeedMetrics();
await openMetrics("BUYOFF_WORKER_METRICS_PORT");
await runFeed(
  {
    origin: env.BUYOFF_ORIGIN,
    actorOf: actorOfConnector,
    actorOfRule,
    applyCommand,
    applyCommands,
    readBlob: async (site, connector, sha256) =>
      (await photo(actorOfConnector(site, connector), sha256))?.bytes ?? null,
    now: () => Date.now(),
    random: () => Math.random(),
    log,
  },
  { leaseMs: Number(values["lease-ms"]), atOnce: Number(values["at-once"]) },
  stop.signal,
);
await disconnect();
log.info("the feed's worker has stopped");
