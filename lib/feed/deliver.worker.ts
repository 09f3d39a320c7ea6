import "server-only";
import { db } from "#lib/db/client";
import { instant } from "#lib/kit/time";
import { attachPhoto, attachText, photoWaitMs } from "./attach.worker.ts";
import { attemptsOf, LeaseLost } from "./attempts.commands.ts";
import { breakerPolicy } from "./breaker.rules.ts";
import { connectorById, isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import { fittedUpdate } from "./connectors/rest/fitting.gateway.ts";
import type { TextFile } from "./connectors/rest/fitting.rules.ts";
import { isFoundByKey } from "./connectors/rest/schema.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { hearsEvents } from "./connectors/schema.ts";
import { keepCodes } from "./crosswalk-book.commands.ts";
import { type Book, bookAt, codesOfDelivery, listsKept } from "./crosswalk-book.queries.ts";
import { cancelDelivery, type Made, saveChange } from "./delivery.commands.ts";
import { type Claim, claimDue, type Lane } from "./delivery.queries.ts";
import { afterOutcome, differences, isAnothers } from "./delivery.rules.ts";
import { untold } from "./drops.rules.ts";
import {
  exchange,
  type Found,
  isThere,
  only,
  type RecordWork,
  seenAfter,
  seenIn,
  type Work,
} from "./exchange.worker.ts";
import { keepExternal, markGone } from "./external.commands.ts";
import { flowsNow } from "./flow.queries.ts";
import type { FeedPace, FeedPorts } from "./ports.schema.ts";
import { publishEvent } from "./publish.worker.ts";
import { type EvidenceSaid, evidenceUpdate } from "./schema.ts";
import { failedRead, failedWrite, notMapped } from "./talked.worker.ts";

/** Takes what is due and carries each as far as it goes now. Returns how many were taken. */
export async function deliverDue(
  ports: FeedPorts,
  pace: FeedPace,
  lane: Lane | null = null,
): Promise<number> {
  const claims = await claimDue(pace.leaseMs, pace.atOnce, lane);
  await Promise.all(carriedTogether(claims, ports, pace));
  return claims.length;
}

export type Delivering = {
  /** Takes as much as there is room for. Returns how many, or that some are on their way. */
  turn(): Promise<number>;
  /** What is on its way is finished. */
  end(): Promise<void>;
};

/** How long what becomes due waits at most while others are on their way. */
const lookAgainMs = 250;

/**
 * The same, without waiting for the last of them: one that is waited for takes up its own place and no other's. More are
 * taken when half of them are through, so that they share what is read for them. `pause` ends early when there may be more.
 */
export function delivering(
  ports: FeedPorts,
  pace: FeedPace,
  { lane, pause }: { lane: Lane; pause: (ms: number) => Promise<void> },
): Delivering {
  const onTheirWay = new Set<Promise<void>>();
  return {
    turn: async () => {
      const claims = await claimDue(pace.leaseMs, pace.atOnce - onTheirWay.size, lane);
      for (const one of carriedTogether(claims, ports, pace)) {
        const carried = one.finally(() => onTheirWay.delete(carried));
        onTheirWay.add(carried);
      }
      const count = onTheirWay.size;
      const lookAgain = pause(lookAgainMs).then(() => true);
      let isTime = false;
      while (onTheirWay.size > Math.min(count / 2, pace.atOnce - 1) && !isTime)
        isTime = (await Promise.race([...onTheirWay, lookAgain])) === true;
      while (onTheirWay.size === pace.atOnce) await Promise.race(onTheirWay);
      return count;
    },
    end: async () => {
      await Promise.all(onTheirWay);
    },
  };
}

function carriedTogether(claims: readonly Claim[], ports: FeedPorts, pace: FeedPace) {
  const turn = { flows: flowsNow(), connectors: connectorsNow(), lists: listsKept() };
  return claims.map((claim) => deliverOne(claim, ports, pace, turn));
}

/** What those that are taken together go by: each is looked at once, at the moment in which they are taken. */
type Turn = {
  flows: ReturnType<typeof flowsNow>;
  connectors: (id: string) => Promise<OpenConnector | null>;
  lists: ReturnType<typeof listsKept>;
};

function connectorsNow(): Turn["connectors"] {
  const read = new Map<string, Promise<OpenConnector | null>>();
  return (id) => {
    const known = read.get(id) ?? connectorById(db, id);
    read.set(id, known);
    return known;
  };
}

async function deliverOne(
  claim: Claim,
  ports: FeedPorts,
  pace: FeedPace,
  turn: Turn,
): Promise<void> {
  const about = { delivery: claim.id, key: claim.externalKey, fence: claim.fence };
  try {
    const connector = await turn.connectors(claim.connector);
    if (!connector) throw new Error(`connector ${claim.connector} is gone`);
    const book = await bookFor(claim, connector, turn.lists);
    const asThen = { ...connector, codes: book, codesNow: connector.codes };
    const attempts = attemptsOf(claim, await turn.flows(claim));
    try {
      await carry({ claim, connector: asThen, ports, pace, book, attempts }, about);
    } finally {
      await attempts.end();
    }
  } catch (problem) {
    // The lease runs out and the delivery is taken again, as after a killed worker.
    if (problem instanceof LeaseLost) ports.log.warn(about, "lease lost: result discarded");
    else ports.log.error({ ...about, err: problem }, "delivery failed in the worker");
  }
}

/** What may be there already was sent with the codes of its own rows; whatever is sent anew asks again. */
async function bookFor(
  claim: Claim,
  { site, code }: OpenConnector,
  lists: Turn["lists"],
): Promise<Book> {
  const asking = { site, connector: code, delivery: claim.id };
  const isInDoubt = claim.found !== "pending";
  const sent = isInDoubt ? await codesOfDelivery(claim.id) : [];
  return bookAt(asking, () => instant(claim.eventAt.getTime()), sent, lists);
}

async function carry(work: Work, about: object): Promise<void> {
  const { claim, connector, ports } = work;
  const { outcome, made } = await actOn(work);
  if (outcome === null) return;
  const jitter = ports.random();
  const change = afterOutcome(claim, outcome, connector.config, instant(ports.now()), jitter);
  if (work.book.missing().length > 0) await keepCodes(claim, work.book.used(), work.book.missing());
  const goesOn = change.state === "delivered" && outcome.kind === "there";
  const policy = { ...breakerPolicy, ...connector.config.breaker };
  await saveChange(work, change, made, { outcome, policy, jitter }, goesOn);
  ports.log.info(
    {
      ...about,
      operation: claim.operation,
      outcome: outcome.kind,
      state: change.state,
      result: change.lastResult,
    },
    "delivery",
  );
  // The record's id is stored by now; whatever happens next finds it by that.
  if (goesOn && made) {
    await carry(
      {
        ...work,
        claim: { ...claim, found: "delivered", state: "delivered", externalId: made.externalId },
      },
      about,
    );
  }
}

async function actOn(work: Work): Promise<Found | { outcome: null; made: null }> {
  const { claim } = work;
  if (claim.found === "sending") {
    return only({ kind: "unknown", reason: "the worker stopped while it was sending" });
  }
  const { connector } = work;
  if (claim.operation === "publish") {
    const { config } = connector;
    if (!hearsEvents(config))
      return only({ kind: "rejected", reason: "this connector keeps records and hears no events" });
    const { attempts, pace, ports } = work;
    const to = { origin: ports.origin, leaseMs: pace.leaseMs, attempts };
    return publishEvent(claim, { ...connector, config }, to);
  }
  if (!isRecordsConnector(connector))
    return only({ kind: "rejected", reason: "this connector hears events and keeps no records" });
  const configuredMs = connector.config.timeoutMs;
  const timeoutMs = claim.patienceMs ?? configuredMs;
  const patient = { ...connector, config: { ...connector.config, timeoutMs } };
  return actOnRecord({ ...work, connector: patient, configuredMs });
}

async function actOnRecord(work: RecordWork): Promise<Found | { outcome: null; made: null }> {
  const { claim } = work;
  if (claim.operation === "create")
    return claim.state === "delivered" ? confirm(work) : createRecord(work);
  const { parent } = claim;
  if (parent?.externalId) return addTo(work, parent.externalId);
  if (parent && parent.state !== "cancelled") {
    return only({ kind: "waiting", reason: "its record is not there yet", waitMs: photoWaitMs });
  }
  await cancelDelivery(claim, "its record was never sent");
  return { outcome: null, made: null };
}

/** Search first, whatever came before; only what is certainly not there is made. */
async function createRecord(work: RecordWork): Promise<Found> {
  const { claim, connector } = work;
  const doubtful = claim.state === "outcome_unknown";
  // Where our key is its key as well: what people have changed there since is not written over.
  if (isFoundByKey(connector.config)) {
    const found = await exchange(work, (tell) => rest.lookUp(connector, claim.externalKey, tell));
    if (found.kind !== "done") return only(failedRead(found));
    const [first, ...others] = found.value;
    if (others.length > 0) {
      const numbers = found.value.map(({ number }) => number).join(", ");
      return only({ kind: "rejected", reason: `several records have our key: ${numbers}` });
    }
    if (first) return { outcome: { kind: "there", how: "found" }, made: first };
    // An upsert of what is not there can't make a second one, however late the first arrives.
    if (doubtful && connector.config.dedupe === "search") return only({ kind: "not_there" });
  } else if (doubtful) {
    return only({ kind: "rejected", reason: "outcome unknown and no way to look it up" });
  }
  const sent = await exchange(work, (tell) =>
    rest.create(connector, claim.externalKey, claim.payload, tell),
  );
  if (sent.kind !== "done") return only(failedWrite(sent));
  return { outcome: { kind: "there", how: "made" }, made: sent.value };
}

/** Reads the record back: what the QMS says it has, not what it said to our create. */
async function confirm(work: RecordWork): Promise<Found> {
  const { claim, connector } = work;
  if (claim.externalId === null)
    throw new Error(`delivery ${claim.id} is delivered without an external id`);
  const { externalId } = claim;
  const read = await exchange(work, (tell) => rest.readBack(connector, externalId, tell));
  // Known from here on, so that a person who sends it again can say that it is to be made again.
  if (read.kind === "not_found") await markGone(connector.id, externalId);
  if (read.kind !== "done") return only(failedRead(read));
  const { raw } = read.value;
  if (claim.isLookedAtAgain) {
    const { record } = read.value;
    if (record.externalId === externalId && isAnothers(claim.externalKey, record.key)) {
      await markGone(connector.id, externalId);
      return only({ kind: "mismatch", members: ["key"] });
    }
    await keepExternal(connector, claim, read.value);
    return only({ kind: "confirmed" });
  }
  await keepExternal(connector, claim, read.value);
  const compared = await rest.compared(connector, claim.externalKey, claim.payload, raw);
  if (!compared.ok) return only(notMapped(compared));
  const members = differences(compared.expected, compared.actual);
  if (members.length > 0) return only({ kind: "mismatch", members });
  for (const file of compared.files) {
    const problem = await attachText(work, read.value, file);
    if (problem) return only(problem);
  }
  for (const link of connector.config.links ?? []) {
    const added = await exchange(work, (tell) =>
      rest.linked(connector, link, claim.externalKey, externalId, claim.payload, tell),
    );
    if (added.kind !== "done")
      return only(failedWrite({ ...added, reason: `${link.name}: ${added.reason}` }));
  }
  return only({ kind: "confirmed" });
}

/** A comment or a photo on a record that is there. */
async function addTo(work: RecordWork, externalId: string): Promise<Found> {
  const { claim, connector } = work;
  const before = await exchange(work, (tell) => rest.readBack(connector, externalId, tell));
  if (before.kind !== "done") return only(failedRead(before));
  // Merged into another meanwhile, it goes to the one that is left, and ours says so from here on.
  const { record } = before.value;
  if (record.externalId !== externalId) await keepExternal(connector, claim, before.value);
  const made: Made = { externalId: record.externalId, number: record.number };
  const seen = await seenIn(work, before.value);
  if (seen.kind !== "done") return only(failedRead(seen));
  if (await isThere(work, seen.value)) {
    const members = untoldIn(claim, seen.value);
    return members.length > 0
      ? only({ kind: "mismatch", members })
      : { outcome: { kind: "there", how: "found" }, made };
  }
  if (claim.state === "outcome_unknown") return only({ kind: "not_there" });
  return claim.operation === "attach"
    ? attachPhoto(work, before.value, seen.value)
    : comment(work, before.value, made);
}

async function comment(work: RecordWork, record: rest.ReadRecord, made: Made): Promise<Found> {
  const { claim, connector } = work;
  const { externalId } = record.record;
  // Before the words that point to it: sent again, it is found there by what it is.
  const whole = wholeTextOf(work);
  const problem = whole && (await attachText(work, record, whole));
  if (problem) return only(problem);
  const sent = await exchange(work, (tell) =>
    rest.update(connector, claim.externalKey, externalId, claim.payload, tell),
  );
  if (sent.kind !== "done") return only(failedWrite(sent));
  const done: Found = { outcome: { kind: "there", how: "made" }, made };
  if (saidOf(claim) === null) return done;
  const seen = await seenAfter(work, externalId);
  if (seen.kind !== "done") return only({ kind: "unknown", reason: seen.reason });
  const members = untoldIn(claim, seen.value);
  return members.length > 0 ? only({ kind: "mismatch", members }) : done;
}

/** All of the words, where they are longer than the target takes. What can't be fitted is refused when it is sent. */
function wholeTextOf({ connector, claim }: RecordWork): TextFile | null {
  try {
    return fittedUpdate(connector, claim.payload).file;
  } catch {
    return null;
  }
}

/** Of a batch of evidence, where the message tells of one. */
const saidOf = ({ operation, payload }: Claim): EvidenceSaid | null =>
  operation === "update" ? (evidenceUpdate.parse(payload).evidence ?? null) : null;

/** An address and a digest count when they stand in the record as read back. */
function untoldIn(claim: Claim, raw: unknown): string[] {
  const said = saidOf(claim);
  return said === null ? [] : untold(said, raw);
}
