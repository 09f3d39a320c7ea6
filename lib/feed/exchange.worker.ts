import "server-only";
import type { Attempts } from "./attempts.commands.ts";
import type { OpenConnector } from "./connector.queries.ts";
import { requestWaitMs } from "./connector-usage.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { keepCodes } from "./crosswalk-book.commands.ts";
import type { Book } from "./crosswalk-book.queries.ts";
import { keepPatience, type Made } from "./delivery.commands.ts";
import type { Claim } from "./delivery.queries.ts";
import type { Outcome } from "./delivery.rules.ts";
import { patienceAfter, patienceMarginMs } from "./patience.rules.ts";
import type { FeedPace, FeedPorts } from "./ports.schema.ts";
import { ncrPhoto } from "./schema.ts";

/** One delivery being worked on by this worker, at whatever kind of system. */
export type Work<C extends OpenConnector = OpenConnector> = {
  claim: Claim;
  connector: C;
  ports: FeedPorts;
  pace: FeedPace;
  /** The codes as they were when it happened. */
  book: Book;
  attempts: Attempts;
};
export type RecordWork = Work<OpenConnector<RestConnectorConfig>> & {
  /** How long an answer is waited for when nothing else was learned of the system. */
  configuredMs: number;
};
export type Found = { outcome: Outcome; made: Made | null };

export const only = (outcome: Outcome): Found => ({ outcome, made: null });

export const seenIn = (work: RecordWork, read: rest.ReadRecord) =>
  exchange(work, (tell) =>
    rest.shown(work.connector, work.claim.operation === "attach" ? "attach" : "update", read, tell),
  );

/** The record as it is after something was added to it. */
export async function seenAfter(work: RecordWork, externalId: string): Promise<rest.Talk<unknown>> {
  const after = await exchange(work, (tell) => rest.readBack(work.connector, externalId, tell));
  return after.kind === "done" ? seenIn(work, after.value) : after;
}

export const isThere = ({ claim, connector }: RecordWork, raw: unknown): Promise<boolean> =>
  claim.operation === "attach"
    ? rest.isPhotoThere(connector, ncrPhoto.parse(claim.payload), raw)
    : rest.isUpdateThere(connector, claim.externalKey, raw);

/** One exchange as an attempt on record: opened before it leaves, closed with what came back. */
export async function exchange<T>(
  work: RecordWork,
  talk: (tell: rest.Tell) => Promise<rest.Talk<T>>,
): Promise<rest.Talk<T>> {
  const waitMs = await requestWaitMs(work.connector, work.claim.process === "NCR");
  if (waitMs > 0) return { kind: "rate_limited", reason: budgetSpent, waitMs, trace: nothingSent };
  let sentAt = 0;
  const talked = await talk({
    onSend: async (act, request) => {
      const looked = work.book.news();
      if (looked.length > 0) await keepCodes(work.claim, looked, []);
      await work.attempts.open(act, request, leaseOf(work));
      sentAt = performance.now();
    },
  });
  if (sentAt === 0) return talked;
  work.attempts.came(talked.trace);
  await learnPatience(work, { tookMs: performance.now() - sentAt, isAnswered: isHeard(talked) });
  return talked;
}

const isHeard = ({ kind }: rest.Talk<unknown>): boolean =>
  kind !== "unknown" && kind !== "not_processed";

/** Whoever waits longer than usual has the delivery for longer, too. */
const leaseOf = ({ claim, pace }: RecordWork): number =>
  claim.patienceMs === null
    ? pace.leaseMs
    : Math.max(pace.leaseMs, claim.patienceMs + patienceMarginMs);

/** What one exchange says of how long the next is waited for; what this message waits for stays as it is. */
async function learnPatience(
  { claim, configuredMs, connector }: RecordWork,
  seen: { tookMs: number; isAnswered: boolean },
): Promise<void> {
  const { timeoutMs } = connector.config;
  const next = patienceAfter(timeoutMs, configuredMs, seen);
  if (next !== timeoutMs) await keepPatience(claim, next === configuredMs ? null : next);
}

const budgetSpent = "as many requests as the system allows have been sent";
const nothingSent: rest.Trace = { request: "", response: null, classification: "not_sent" };
