import "server-only";
import { db } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { instant } from "#lib/kit/time";
import { breakerPolicy } from "./breaker.rules.ts";
import { connectorById, isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import { requestWaitMs } from "./connector-usage.queries.ts";
import type { TextFile } from "./connectors/rest/fitting.rules.ts";
import { isFoundByKey, type RestConnectorConfig } from "./connectors/rest/schema.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { hearsEvents } from "./connectors/schema.ts";
import { keepCodes } from "./crosswalk-book.commands.ts";
import { type Book, bookAt, codesOfDelivery } from "./crosswalk-book.queries.ts";
import {
  cancelDelivery,
  closeAttempt,
  LeaseLost,
  type Made,
  openAttempt,
  saveChange,
} from "./delivery.commands.ts";
import { type Claim, claimDue, parentOf } from "./delivery.queries.ts";
import { afterOutcome, differences, type Outcome } from "./delivery.rules.ts";
import { untold } from "./drops.rules.ts";
import { keepExternal } from "./external.commands.ts";
import { type FlowNow, flowsNow } from "./flow.queries.ts";
import type { FeedPace, FeedPorts } from "./ports.schema.ts";
import { publishEvent } from "./publish.worker.ts";
import { type EvidenceSaid, evidenceUpdate, ncrPhoto } from "./schema.ts";
import { failedRead, failedWrite, notMapped } from "./talked.worker.ts";

/** One delivery being worked on by this worker, at whatever kind of system. */
type Work<C extends OpenConnector = OpenConnector> = {
  claim: Claim;
  connector: C;
  ports: FeedPorts;
  pace: FeedPace;
  /** The codes as they were when it happened. */
  book: Book;
  /** What its flow is validated as when it is sent. */
  flow: FlowNow;
};
type RecordWork = Work<OpenConnector<RestConnectorConfig>>;
type Found = { outcome: Outcome; made: Made | null };

const photoWaitMs = 10_000;

/** Takes what is due and carries each as far as it goes now. Returns how many were taken. */
export async function deliverDue(ports: FeedPorts, pace: FeedPace): Promise<number> {
  const claims = await claimDue(pace.leaseMs, pace.atOnce);
  const flows = flowsNow();
  await Promise.all(claims.map((claim) => deliverOne(claim, ports, pace, flows)));
  return claims.length;
}

async function deliverOne(
  claim: Claim,
  ports: FeedPorts,
  pace: FeedPace,
  flows: ReturnType<typeof flowsNow>,
): Promise<void> {
  const about = { delivery: claim.id, key: claim.externalKey, fence: String(claim.fence) };
  try {
    const connector = await connectorById(db, claim.connector);
    if (!connector) throw new Error(`connector ${claim.connector} is gone`);
    const book = await bookFor(claim, connector);
    const asThen = { ...connector, codes: book, codesNow: connector.codes };
    const flow = await flows(claim);
    await carry({ claim, connector: asThen, ports, pace, book, flow }, about);
  } catch (problem) {
    // The lease runs out and the delivery is taken again, as after a killed worker.
    if (problem instanceof LeaseLost) ports.log.warn(about, "lease lost: result discarded");
    else ports.log.error({ ...about, err: problem }, "delivery failed in the worker");
  }
}

/** What may be there already was sent with the codes of its own rows; whatever is sent anew asks again. */
async function bookFor(claim: Claim, { site, code }: OpenConnector): Promise<Book> {
  const isInDoubt = claim.found !== "pending";
  const sent = isInDoubt ? await codesOfDelivery(claim.id) : [];
  return bookAt({ site, connector: code }, () => instant(claim.eventAt.getTime()), sent);
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
  await saveChange(claim, change, made, { outcome, policy, jitter }, goesOn);
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
    const to = { origin: work.ports.origin, leaseMs: work.pace.leaseMs, flow: work.flow };
    return publishEvent(claim, { ...connector, config }, to);
  }
  if (!isRecordsConnector(connector))
    return only({ kind: "rejected", reason: "this connector hears events and keeps no records" });
  return actOnRecord({ ...work, connector });
}

async function actOnRecord(work: RecordWork): Promise<Found | { outcome: null; made: null }> {
  const { claim } = work;
  if (claim.operation === "create")
    return claim.state === "delivered" ? confirm(work) : createRecord(work);
  const parent = await parentOf(claim);
  if (parent?.externalId) return addTo(work, parent.externalId);
  if (parent && parent.state !== "cancelled") {
    return only({ kind: "waiting", reason: "its record is not there yet", waitMs: photoWaitMs });
  }
  await cancelDelivery(claim, "its record was never sent");
  return { outcome: null, made: null };
}

const only = (outcome: Outcome): Found => ({ outcome, made: null });

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
  if (read.kind !== "done") return only(failedRead(read));
  await keepExternal(connector, claim, read.value);
  const { raw } = read.value;
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

/** All of a text that was too long for its field, beside the record. Null: it is there. */
async function attachText(
  work: RecordWork,
  record: rest.ReadRecord,
  file: TextFile,
): Promise<Outcome | null> {
  const { connector } = work;
  const { externalId } = record.record;
  const bytes = new TextEncoder().encode(file.text);
  const sha256 = sha256Hex(file.text);
  const isHeld = async (read: rest.ReadRecord): Promise<boolean | Outcome> => {
    const seen = await exchange(work, (tell) => rest.shown(connector, "attach", read, tell));
    if (seen.kind !== "done") return failedRead(seen);
    return rest.isPhotoThere(connector, { sha256, bytes: bytes.length }, seen.value);
  };
  const before = await isHeld(record);
  if (before !== false) return before === true ? null : before;
  const photo = { name: file.name, mediaType: "text/plain", sha256, bytes };
  const sent = await exchange(work, (tell) => rest.attach(connector, externalId, photo, tell));
  if (sent.kind !== "done") return failedWrite(sent);
  const read = await exchange(work, (tell) => rest.readBack(connector, externalId, tell));
  if (read.kind !== "done") return failedRead(read);
  const after = await isHeld(read.value);
  if (after === false) return { kind: "mismatch", members: [file.name] };
  return after === true ? null : after;
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
    ? attachPhoto(work, record.externalId, made)
    : comment(work, record.externalId, made);
}

const seenIn = (work: RecordWork, read: rest.ReadRecord) =>
  exchange(work, (tell) =>
    rest.shown(work.connector, work.claim.operation === "attach" ? "attach" : "update", read, tell),
  );

/** The record as it is after something was added to it. */
async function seenAfter(work: RecordWork, externalId: string): Promise<rest.Talk<unknown>> {
  const after = await exchange(work, (tell) => rest.readBack(work.connector, externalId, tell));
  return after.kind === "done" ? seenIn(work, after.value) : after;
}

const isThere = ({ claim, connector }: RecordWork, raw: unknown): Promise<boolean> =>
  claim.operation === "attach"
    ? rest.isPhotoThere(connector, ncrPhoto.parse(claim.payload), raw)
    : rest.isUpdateThere(connector, claim.externalKey, raw);

async function comment(work: RecordWork, externalId: string, made: Made): Promise<Found> {
  const { claim, connector } = work;
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

/** Of a batch of evidence, where the message tells of one. */
const saidOf = ({ operation, payload }: Claim): EvidenceSaid | null =>
  operation === "update" ? (evidenceUpdate.parse(payload).evidence ?? null) : null;

/** An address and a digest count when they stand in the record as read back. */
function untoldIn(claim: Claim, raw: unknown): string[] {
  const said = saidOf(claim);
  return said === null ? [] : untold(said, raw);
}

async function attachPhoto(work: RecordWork, externalId: string, made: Made): Promise<Found> {
  const { claim, connector, ports } = work;
  const photo = ncrPhoto.parse(claim.payload);
  if (photo.bytes > connector.config.attachmentBytesMax) {
    return only({
      kind: "rejected",
      reason: `larger than ${connector.config.attachmentBytesMax} bytes`,
    });
  }
  const bytes = await ports.readBlob(claim.site, claim.connector, photo.sha256);
  if (!bytes)
    return only({
      kind: "waiting",
      reason: "the photo has not come from the tablet yet",
      waitMs: photoWaitMs,
    });
  const sent = await exchange(work, (tell) =>
    rest.attach(connector, externalId, { ...photo, bytes }, tell),
  );
  if (sent.kind !== "done") return only(failedWrite(sent));
  const seen = await seenAfter(work, externalId);
  if (seen.kind !== "done") return only({ kind: "unknown", reason: seen.reason });
  // Kept by its size and SHA-256: an upload cut short by something in between is not taken for a photo.
  if (!(await isThere(work, seen.value))) return only({ kind: "mismatch", members: [photo.name] });
  return { outcome: { kind: "there", how: "made" }, made };
}

/** One exchange as an attempt on record: opened before it leaves, closed with what came back. */
async function exchange<T>(
  work: RecordWork,
  talk: (tell: rest.Tell) => Promise<rest.Talk<T>>,
): Promise<rest.Talk<T>> {
  const waitMs = await requestWaitMs(work.connector, work.claim.process === "NCR");
  if (waitMs > 0) return { kind: "rate_limited", reason: budgetSpent, waitMs, trace: nothingSent };
  let attempt: string | null = null;
  const talked = await talk({
    onSend: async (act, request) => {
      const looked = work.book.news();
      if (looked.length > 0) await keepCodes(work.claim, looked, []);
      attempt = await openAttempt(work.claim, act, request, {
        leaseMs: work.pace.leaseMs,
        flow: work.flow,
      });
    },
  });
  if (attempt !== null) await closeAttempt(attempt, talked.trace);
  return talked;
}

const budgetSpent = "as many requests as the system allows have been sent";
const nothingSent: rest.Trace = { request: "", response: null, classification: "not_sent" };
