import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import { sha256Hex } from "#lib/kit/canonical";
import { instant } from "#lib/kit/time";
import type { OpenConnector } from "./connector.queries.ts";
import type { SchemaSample } from "./connector-schema.schema.ts";
import { kindsAsked } from "./connectors/rest/expressions.rules.ts";
import type { Called } from "./connectors/rest/gateway.ts";
import { isFoundByKey, type RestConnectorConfig } from "./connectors/rest/schema.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { bookAt } from "./crosswalk-book.queries.ts";
import { afterOutcome, differences, type Outcome, type Standing } from "./delivery.rules.ts";
import type { RunMode } from "./flow.schema.ts";
import type { FeedProcess } from "./processes.schema.ts";
import type { NcrDraft } from "./schema.ts";
import { failedRead, failedWrite, notMapped } from "./talked.worker.ts";
import { keyOfTest, notRun, type Seen, seen } from "./validation.rules.ts";
import type { Evidence, TestRecord } from "./validation.schema.ts";
import type { Observation } from "./validation-cases.schema.ts";
import { testDraft } from "./validation-samples.rules.ts";

export type Records = OpenConnector<RestConnectorConfig>;
/** A message of the flow as it was made. */
export type Message = { id: string; payload: unknown; key: string; eventAt: Date };

/** What a case works on: records of its own, and the plant's last messages. */
export type Bench = {
  run: string;
  code: string;
  site: string;
  process: FeedProcess;
  mode: RunMode;
  connector: Records;
  messages: readonly Message[];
  sample: SchemaSample | null;
  link: string;
  /** Which attempt of the run it is, from 1. */
  fence: number;
  /** Before each request: may the system be asked now? */
  turn(): Promise<void>;
  /** What the case has made there. */
  made: Made[];
};
export type Made = { key: string; externalId: string; number: string; isVoid: boolean };

export const quiet: rest.Tell = { onSend: async () => undefined };

export const evidenceOf = ({ request, response, classification }: rest.Trace): Evidence => ({
  request,
  requestSha256: sha256Hex(request),
  response,
  responseSha256: response === null ? null : sha256Hex(response),
  classification,
});

/** Puts a request to the system and keeps what was said on both sides. */
export async function asked<T>(
  bench: Bench,
  kept: Evidence[],
  what: () => Promise<rest.Talk<T>>,
): Promise<rest.Talk<T>> {
  await bench.turn();
  const talked = await what();
  kept.push(evidenceOf(talked.trace));
  return talked;
}

const sending: Standing = { state: "sending", operation: "create", attempts: 0, lookups: 0 };

/** What a worker would make of an outcome, by the same rules. */
export function stateAfter(
  bench: Bench,
  outcome: Outcome,
): { observed: Observation; says: string } {
  const now = instant(Date.now());
  const change = afterOutcome(sending, outcome, bench.connector.config, now, 0.5);
  const says = `${change.state}: ${change.lastResult}`;
  if (outcome.kind === "unmapped") return { observed: "code_missing", says };
  if (change.connector) {
    const isWait = "pausedUntil" in change.connector;
    return { observed: isWait ? "asked_to_wait" : "unauthorized", says };
  }
  if (change.state === "outcome_unknown") return { observed: "outcome_unknown", says };
  return { observed: change.state === "pending" ? "sent_again" : "parked", says };
}

/** Of this attempt of the run: what one that was cut off has left is another record. */
export const keyOf = (bench: Bench, nth = 0, fence = bench.fence) =>
  keyOfTest(bench, `${bench.code}/${fence}`, nth);

/** The plant's last message as a test record; why there is none. */
export function draftOf({ connector, messages, run, link }: Bench): NcrDraft | Seen {
  const [last] = messages;
  if (!last) return notRun("no_events");
  const kinds = kindsAsked(connector.config);
  return (
    testDraft(last.payload, { name: run.slice(-8), link, kinds }) ?? notRun("not_of_this_system")
  );
}
export const isSeen = (draft: NcrDraft | Seen): draft is Seen => "observed" in draft;

/** Codes as they were when it happened, as a worker looks them up; the test record's unit is its own serial number. */
export const asThen = (bench: Bench): Records => {
  const at = bench.messages[0]?.eventAt ?? new Date();
  const asking = { site: bench.site, connector: bench.connector.code };
  const book = bookAt(asking, () => instant(at.getTime()));
  const draft = draftOf(bench);
  const serials = isSeen(draft) || draft.unit === null ? [] : [draft.unit];
  return { ...bench.connector, codes: { ...book, serials: async () => ({ ok: true, serials }) } };
};

export async function bodyOf(target: rest.RestTarget, key: string, draft: unknown) {
  const sent: { body: string | null } = { body: null };
  const stopped: Called = { kind: "not_sent", reason: "put together and not sent" };
  const through = async (what: { body?: string | Uint8Array }) => {
    sent.body = typeof what.body === "string" ? what.body : "";
    return stopped;
  };
  const talked = await rest.create({ ...target, through }, key, draft, quiet);
  return { talked, isMade: sent.body !== null };
}

export async function makeRecord(bench: Bench, nth: number): Promise<Seen> {
  const draft = draftOf(bench);
  if (isSeen(draft)) return draft;
  const target = asThen(bench);
  const key = keyOf(bench, nth);
  const kept: Evidence[] = [];
  const sent = await asked(bench, kept, () => rest.create(target, key, draft, quiet));
  if (sent.kind !== "done") {
    const { observed, says } = stateAfter(bench, failedWrite(sent));
    return seen(observed, "done", says, kept);
  }
  bench.made.push({ key, ...sent.value, isVoid: false });
  const { externalId, number } = sent.value;
  const read = await asked(bench, kept, () => rest.readBack(target, externalId, quiet));
  if (read.kind !== "done") {
    const { says } = stateAfter(bench, failedRead(read));
    return seen("failed", "done", says, kept);
  }
  const compared = await rest.compared(target, key, draft, read.value.raw);
  if (!compared.ok) {
    const { observed, says } = stateAfter(bench, notMapped(compared));
    return seen(observed, "done", says, kept);
  }
  const members = differences(compared.expected, compared.actual);
  return members.length > 0
    ? seen("differs", "done", `${number}: ${members.join(", ")}`, kept)
    : seen("verified", "done", number, kept);
}

/** As long as a search may lag behind, and no longer. */
export async function found(bench: Bench, kept: Evidence[]): Promise<rest.Talk<Found[]>> {
  const { settlingMs, lookupsMax } = bench.connector.config;
  for (let look = 0; ; look += 1) {
    if (look > 0) await wait(settlingMs);
    const looked = await asked(bench, kept, () =>
      rest.lookUp(bench.connector, keyOf(bench), quiet),
    );
    if (looked.kind !== "done" || looked.value.length > 0 || look >= lookupsMax) return looked;
  }
}
export type Found = Awaited<ReturnType<typeof rest.recordOf>>;

/** What was found by our key was made by this case, whoever heard its answer. */
export function adopt(bench: Bench, records: readonly Found[]): void {
  for (const { externalId, number } of records) {
    if (bench.made.some((one) => one.externalId === externalId)) continue;
    bench.made.push({ key: keyOf(bench), externalId, number, isVoid: false });
  }
}

export async function madeVoid(bench: Bench, made: Made, kept: Evidence[]): Promise<string> {
  const sent = await asked(bench, kept, () =>
    rest.withdraw(bench.connector, made.externalId, quiet),
  );
  if (sent.kind !== "done") return sent.reason;
  const read = await asked(bench, kept, () =>
    rest.readBack(bench.connector, made.externalId, quiet),
  );
  if (read.kind !== "done") return read.reason;
  made.isVoid = read.value.record.status === "void";
  return read.value.record.status ?? "unmapped";
}

/** What an attempt that was cut off has made there is found by its keys, to be cleared up with the rest. */
export async function leftBehind(bench: Bench): Promise<void> {
  if (bench.mode === "shadow" || !isFoundByKey(bench.connector.config)) return;
  for (let fence = 1; fence < bench.fence; fence += 1)
    for (const nth of [0, 1]) {
      const key = keyOf(bench, nth, fence);
      const looked = await asked(bench, [], () => rest.lookUp(bench.connector, key, quiet));
      if (looked.kind === "done") adopt(bench, looked.value);
    }
}

/** What a case has made is made void where the system can be told how; what is left is named for a person. */
export async function clearedUp(bench: Bench): Promise<TestRecord[]> {
  for (const made of bench.made)
    if (bench.connector.config.withdraw && !made.isVoid) await madeVoid(bench, made, []);
  return bench.made.map(({ number, externalId, isVoid }) => ({
    number,
    externalId,
    became: isVoid ? ("void" as const) : ("left" as const),
  }));
}
