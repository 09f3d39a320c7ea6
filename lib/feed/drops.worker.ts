import "server-only";
import { db, inTransaction } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { recordEvents } from "#lib/record/commands";
import { connectorById } from "./connector.queries.ts";
import { type DropConfig, takesDrops } from "./connectors/drops/kinds.rules.ts";
import { isFull } from "./connectors/drops/piece.gateway.ts";
import { openPlace } from "./connectors/drops/place.gateway.ts";
import { PublishTrouble, wordsOf } from "./connectors/publishers/link.gateway.ts";
import { pauseConnectorIn } from "./delivery.commands.ts";
import { retryDelayMs } from "./delivery.rules.ts";
import { spooled } from "./drop-files.worker.ts";
import { type Laid, laid, Mismatch } from "./drop-lay.worker.ts";
import { planDrops, tellDrops } from "./drop-plans.worker.ts";
import { tellRecords } from "./drop-records.commands.ts";
import { claimDrop, type Drop, letGoOfDrop, renewDrop } from "./drops.queries.ts";
import type { DropTrouble } from "./drops.schema.ts";
import type { FeedPace, FeedPorts } from "./ports.schema.ts";

/** Somebody else has the batch by now. */
class DropLost extends Error {}
/** The worker is asked to stop. */
class Stopped extends Error {}

const plannedEveryMs = 1_000;
let plannedAt = 0;

/** Asks for what plans are due, writes one batch, and sees which records have been told. Returns how many it did. */
export async function dropsDue(
  ports: FeedPorts,
  pace: FeedPace,
  stop: AbortSignal,
): Promise<number> {
  if (Date.now() - plannedAt > plannedEveryMs) {
    await planDrops(ports);
    await tellDrops(ports);
    plannedAt = Date.now();
  }
  const drop = await claimDrop(pace.leaseMs);
  if (!drop) return 0;
  const lease = new Lease(drop, pace.leaseMs, stop);
  try {
    await done(drop, ports, await written(drop, ports, lease));
  } catch (problem) {
    if (problem instanceof Stopped) await letGoOfDrop(drop, null);
    else if (!(problem instanceof DropLost)) await failed(drop, ports, problem);
  } finally {
    lease.end();
  }
  return 1;
}

/** Renewed beside the work, however long one file takes. */
class Lease {
  private readonly timer: NodeJS.Timeout;
  private readonly stop: AbortSignal;
  private isLost = false;
  private written = 0;

  constructor(drop: Drop, leaseMs: number, stop: AbortSignal) {
    this.stop = stop;
    this.timer = setInterval(() => {
      renewDrop(drop, leaseMs, this.written).then(
        (renewed) => {
          this.isLost ||= !renewed;
        },
        () => undefined,
      );
    }, leaseMs / 3);
  }

  goesOn = (written = this.written): void => {
    this.written = written;
    if (this.stop.aborted) throw new Stopped();
    if (this.isLost) throw new DropLost();
  };

  end(): void {
    clearInterval(this.timer);
  }
}

async function targetOf(drop: Drop) {
  const connector = await connectorById(db, drop.connector);
  if (!connector) throw new PublishTrouble("rejected", "the connector is gone");
  const { config, secrets } = connector;
  if (!takesDrops(config))
    throw new PublishTrouble("rejected", `a connector of kind ${config.kind} takes no batches`);
  return { config, secrets };
}

async function written(drop: Drop, ports: FeedPorts, lease: Lease): Promise<Laid> {
  const { config, secrets } = await targetOf(drop);
  const batch = await spooled(drop, ports, lease.goesOn);
  try {
    const place = await openPlace(config, secrets);
    try {
      return await laid(drop, batch, place, lease.goesOn);
    } finally {
      await place.close();
    }
  } finally {
    await batch.remove();
  }
}

/** Where it lies, its entry and what records are to be told of it: all at once, and only while it is ours. */
async function done(drop: Drop, ports: FeedPorts, batch: Laid): Promise<void> {
  const { folder, uri, contentSha256, manifest, supersedes, counts } = batch;
  const manifestSha256 = sha256Hex(manifest);
  const actor = ports.actorOf(drop.site, drop.connector, drop.connectorCode);
  await inTransaction(async (tx) => {
    const saved = await tx.$executeRaw`
      update drops set state = 'written', leased_until = null, trouble = null, note = null, folder = ${folder},
             uri = ${uri}, content_sha256 = ${contentSha256}, manifest = ${manifest},
             manifest_sha256 = ${manifestSha256}, supersedes = ${supersedes}::uuid, written_at = clock_timestamp(),
             files_written = ${batch.files}
       where id = ${drop.id}::uuid and fence = ${drop.fence} and state = 'writing'`;
    if (saved !== 1) throw new DropLost();
    const { from, to, order, part, askedBy } = drop;
    const body = {
      drop: drop.id,
      askedBy,
      from,
      to,
      order,
      part,
      uri,
      manifest: manifestSha256,
      counts,
    };
    const type = "drop.written" as const;
    const entry = await recordEvents(
      actor,
      { kind: "feed", stream: drop.connector, type, body },
      tx,
    );
    const said = { drop: drop.id, uri, sha256: manifestSha256, from, to };
    await tellRecords(tx, drop, { said, entry, entries: counts.entries });
  }, drop.site);
  ports.log.info({ drop: drop.id, folder, entries: counts.entries }, "a batch is written");
}

const troubleOf = (problem: unknown): DropTrouble => {
  if (problem instanceof Mismatch) return "mismatch";
  if (isFull(problem)) return "full";
  return problem instanceof PublishTrouble ? problem.trouble : "unknown";
};

const noRetry: DropConfig["retry"] = { attemptsMax: 1, baseMs: 1, factor: 2, capMs: 1 };

/** Tried again with longer and longer waits; what a person has to put right first waits for that. */
async function failed(drop: Drop, ports: FeedPorts, problem: unknown): Promise<void> {
  const trouble = troubleOf(problem);
  const note = wordsOf(problem).slice(0, 1_000);
  ports.log.warn({ drop: drop.id, trouble, err: problem }, "a batch could not be written");
  if (trouble === "shut") {
    await pauseConnectorIn(db, drop.connector, note);
    return letGoOfDrop(drop, { trouble, note, attempts: drop.attempts, waitMs: 0 });
  }
  const retry = await targetOf(drop).then(
    ({ config }) => config.retry,
    () => noRetry,
  );
  const attempts = drop.attempts + 1;
  if (trouble !== "rejected" && attempts < retry.attemptsMax) {
    const asked = problem instanceof PublishTrouble && trouble === "later" ? problem.waitMs : 0;
    const waitMs = Math.max(asked, retryDelayMs(attempts, retry, ports.random()));
    return letGoOfDrop(drop, { trouble, note, attempts, waitMs });
  }
  await givenUp(drop, ports, { trouble, note, attempts });
}

async function givenUp(
  drop: Drop,
  ports: FeedPorts,
  { trouble, note, attempts }: { trouble: DropTrouble; note: string; attempts: number },
): Promise<void> {
  const actor = ports.actorOf(drop.site, drop.connector, drop.connectorCode);
  await inTransaction(async (tx) => {
    const ended = await tx.$executeRaw`
      update drops set state = 'failed', leased_until = null, trouble = ${trouble}, note = ${note},
             attempts = ${attempts}
       where id = ${drop.id}::uuid and fence = ${drop.fence} and state = 'writing'`;
    if (ended !== 1) return;
    const { from, to, order, part, askedBy } = drop;
    const body = { drop: drop.id, askedBy, from, to, order, part, trouble, why: note, attempts };
    const type = "drop.failed" as const;
    await recordEvents(actor, { kind: "feed", stream: drop.connector, type, body }, tx);
  }, drop.site);
}
