import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import { sha256Hex } from "#lib/kit/canonical";
import { instant } from "#lib/kit/time";
import type { OpenConnector } from "./connector.queries.ts";
import { seenIn } from "./connector-schema.commands.ts";
import type { SchemaSample } from "./connector-schema.schema.ts";
import { kindsAsked } from "./connectors/rest/expressions.rules.ts";
import type { Called } from "./connectors/rest/gateway.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { driftOf } from "./connectors/rest/shape.rules.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { bookAt } from "./crosswalk-book.queries.ts";
import { afterOutcome, differences, type Outcome, type Standing } from "./delivery.rules.ts";
import type { RunMode } from "./flow.schema.ts";
import type { FeedProcess } from "./processes.schema.ts";
import type { NcrDraft } from "./schema.ts";
import { failedRead, failedWrite, notMapped } from "./talked.worker.ts";
import { keyOfTest, type Seen } from "./validation.rules.ts";
import type { Evidence, TestRecord } from "./validation.schema.ts";
import type { ActName, Observation } from "./validation-cases.schema.ts";
import { samplePhoto, testDraft, testUpdate } from "./validation-samples.rules.ts";

export type Records = OpenConnector<RestConnectorConfig>;
/** A message of the flow as it was made. */
export type Message = { payload: unknown; key: string; eventAt: Date };

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
type Made = { key: string; externalId: string; number: string; isVoid: boolean };

const quiet: rest.Tell = { onSend: async () => undefined };
const notRun = (why: NonNullable<Seen["why"]>, says = "", evidence: Evidence[] = []): Seen => ({
  observed: null,
  how: evidence.length > 0 ? "checked" : null,
  why,
  says,
  evidence,
});
const seen = (
  observed: Observation,
  how: NonNullable<Seen["how"]>,
  says: string,
  evidence: Evidence[] = [],
): Seen => ({ observed, how, why: null, says, evidence });

export const evidenceOf = ({ request, response, classification }: rest.Trace): Evidence => ({
  request,
  requestSha256: sha256Hex(request),
  response,
  responseSha256: response === null ? null : sha256Hex(response),
  classification,
});

/** Puts a request to the system and keeps what was said on both sides. */
async function asked<T>(
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
function stateAfter(bench: Bench, outcome: Outcome): { observed: Observation; says: string } {
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
const keyOf = (bench: Bench, nth = 0, fence = bench.fence) =>
  keyOfTest(bench, `${bench.code}/${fence}`, nth);

/** The plant's last message as a test record; why there is none. */
function draftOf({ connector, messages, run, link }: Bench): NcrDraft | Seen {
  const [last] = messages;
  if (!last) return notRun("no_events");
  const kinds = kindsAsked(connector.config);
  return (
    testDraft(last.payload, { name: run.slice(-8), link, kinds }) ?? notRun("not_of_this_system")
  );
}
const isSeen = (draft: NcrDraft | Seen): draft is Seen => "observed" in draft;

/** Codes as they were when it happened, as a worker looks them up. */
const asThen = (bench: Bench): Records => {
  const at = bench.messages[0]?.eventAt ?? new Date();
  const asking = { site: bench.site, connector: bench.connector.code };
  const codes = bookAt(asking, () => instant(at.getTime()));
  return { ...bench.connector, codes };
};

async function bodyOf(target: rest.RestTarget, key: string, draft: unknown) {
  const sent: { body: string | null } = { body: null };
  const stopped: Called = { kind: "not_sent", reason: "put together and not sent" };
  const through = async (what: { body?: string | Uint8Array }) => {
    sent.body = typeof what.body === "string" ? what.body : "";
    return stopped;
  };
  const talked = await rest.create({ ...target, through }, key, draft, quiet);
  return { talked, isMade: sent.body !== null };
}

/** In shadow what would be sent is put together and goes nowhere: what can't be put together is found. */
async function inShadow(bench: Bench): Promise<Seen> {
  const draft = draftOf(bench);
  if (isSeen(draft)) return draft;
  const { talked, isMade } = await bodyOf(asThen(bench), keyOf(bench), draft);
  if (isMade) return notRun("in_shadow", "", [evidenceOf(talked.trace)]);
  if (talked.kind === "done") throw new Error("made without a body");
  const { observed, says } = stateAfter(bench, failedWrite(talked));
  return seen(observed, "checked", says, [evidenceOf(talked.trace)]);
}

async function makeRecord(bench: Bench, nth: number): Promise<Seen> {
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
async function found(bench: Bench, kept: Evidence[]): Promise<rest.Talk<Found[]>> {
  const { settlingMs, lookupsMax } = bench.connector.config;
  for (let look = 0; ; look += 1) {
    if (look > 0) await wait(settlingMs);
    const looked = await asked(bench, kept, () =>
      rest.lookUp(bench.connector, keyOf(bench), quiet),
    );
    if (looked.kind !== "done" || looked.value.length > 0 || look >= lookupsMax) return looked;
  }
}
type Found = Awaited<ReturnType<typeof rest.recordOf>>;

const hasRecord = (bench: Bench): Made | null => bench.made[0] ?? null;

type Carry = (bench: Bench) => Promise<Seen>;

export const recordActs: Readonly<Partial<Record<ActName, Carry>>> = {
  map: async (bench) => {
    if (bench.messages.length === 0) return notRun("no_events");
    const kept: Evidence[] = [];
    for (const { payload, key, eventAt } of bench.messages) {
      const asking = { site: bench.site, connector: bench.connector.code };
      const codes = bookAt(asking, () => instant(eventAt.getTime()));
      const { talked, isMade } = await bodyOf({ ...bench.connector, codes }, key, payload);
      if (isMade || talked.kind === "done") {
        if (kept.length === 0) kept.push(evidenceOf(talked.trace));
        continue;
      }
      const { observed, says } = stateAfter(bench, failedWrite(talked));
      const isCode = observed === "code_missing";
      const evidence = [evidenceOf(talked.trace)];
      return seen(isCode ? observed : "not_mapped", "checked", `${key}: ${says}`, evidence);
    }
    return seen("mapped", "checked", `${bench.messages.length} messages`, kept);
  },
  schema: async (bench) => {
    const { sample, connector } = bench;
    if (!sample) return notRun("not_learned");
    const kept: Evidence[] = [];
    const read = await asked(bench, kept, () => rest.readBack(connector, sample.externalId, quiet));
    if (read.kind !== "done") return seen("drifted", "done", read.reason, kept);
    const { gone, changed } = driftOf(
      sample.shape,
      await seenIn(connector.config, connector.codes, read.value),
    );
    const drift = [...gone, ...changed.map(({ path, was, is }) => `${path}: ${was} → ${is}`)];
    return drift.length > 0
      ? seen("drifted", "done", drift.join(", "), kept)
      : seen("same", "done", sample.externalId, kept);
  },
  ask: (bench) => question(bench, bench.connector),
  wrong_credential: async (bench) => {
    if (bench.connector.config.auth.kind === "none") return notRun("no_credential");
    return question(bench, { ...bench.connector, secret: "no-credential-of-this-plant" });
  },
  create: (bench) =>
    bench.mode === "shadow" ? inShadow(bench) : makeRecord(bench, bench.made.length),
  look_up: async (bench) => {
    if (bench.connector.config.dedupe !== "search") return notRun("no_search");
    if (bench.mode === "shadow") return notRun("in_shadow");
    const kept: Evidence[] = [];
    const looked = await found(bench, kept);
    if (looked.kind !== "done") return seen("failed", "done", looked.reason, kept);
    adopt(bench, looked.value);
    const numbers = looked.value.map(({ number }) => number).join(", ");
    const count = looked.value.length;
    return seen(count === 0 ? "none" : count === 1 ? "one" : "several", "done", numbers, kept);
  },
  create_again: async (bench) => {
    const { dedupe } = bench.connector.config;
    if (dedupe === "none") return notRun("no_search");
    if (bench.mode === "shadow") return notRun("in_shadow");
    const kept: Evidence[] = [];
    if (dedupe === "search") {
      const looked = await found(bench, kept);
      if (looked.kind !== "done") return seen("failed", "done", looked.reason, kept);
      adopt(bench, looked.value);
      const [first] = looked.value;
      // A worker takes what it finds and makes nothing.
      if (first) return seen("found", "done", first.number, kept);
    }
    const before = bench.made.map(({ externalId }) => externalId);
    const again = await makeRecord(bench, 0);
    const last = bench.made.at(-1)?.externalId ?? "";
    const isSame = before.includes(last);
    return {
      ...again,
      observed: isSame ? "found" : "several",
      evidence: [...kept, ...again.evidence],
    };
  },
  update: async (bench) => {
    if (bench.mode === "shadow") return inShadow(bench);
    const made = hasRecord(bench);
    const draft = draftOf(bench);
    if (!made || isSeen(draft)) return notRun("no_record");
    const kept: Evidence[] = [];
    const target = asThen(bench);
    const key = `${made.key}:u1`;
    const update = testUpdate(draft, new Date().toISOString());
    const sent = await asked(bench, kept, () =>
      rest.update(target, key, made.externalId, update, quiet),
    );
    if (sent.kind !== "done") return refusedBy(bench, sent, kept);
    return shownAs(bench, made, "update", kept, (raw) => rest.isUpdateThere(target, key, raw));
  },
  attach: async (bench) => {
    if (bench.mode === "shadow") return inShadow(bench);
    const made = hasRecord(bench);
    if (!made) return notRun("no_record");
    const kept: Evidence[] = [];
    const bytes = Buffer.from(samplePhoto.base64, "base64");
    const sha256 = await digestOf(bytes);
    const { name, mediaType } = samplePhoto;
    const photo = { name, mediaType, sha256, bytes };
    const target = asThen(bench);
    const sent = await asked(bench, kept, () => rest.attach(target, made.externalId, photo, quiet));
    if (sent.kind !== "done") return refusedBy(bench, sent, kept);
    const there = { sha256, bytes: bytes.length };
    return shownAs(bench, made, "attach", kept, (raw) => rest.isPhotoThere(target, there, raw));
  },
  lose_reply: (bench) =>
    putIn(bench, async (send) => {
      // In shadow nothing is sent: what the rules make of a lost answer is seen all the same.
      if (bench.mode === "live") await send();
      return { kind: "unknown", reason: "the answer was thrown away by this run" };
    }),
  refuse: (bench) =>
    putIn(bench, async () => answered(422, '{"error":"put in by a validation run"}')),
  too_many: (bench) => putIn(bench, async () => answered(429, "", { "retry-after": "7" })),
  unmapped_code: async (bench) => {
    if (!kindsAsked(bench.connector.config).includes("defect_code")) return notRun("no_codes");
    const draft = draftOf(bench);
    if (isSeen(draft)) return draft;
    const code = `TEST-${bench.run.slice(-8)}`;
    const unknown = { ...draft, defect: { ...draft.defect, code } };
    const { talked, isMade } = await bodyOf(asThen(bench), keyOf(bench), unknown);
    const evidence = [evidenceOf(talked.trace)];
    if (isMade || talked.kind === "done") return seen("mapped", "checked", code, evidence);
    const { observed, says } = stateAfter(bench, failedWrite(talked));
    return seen(observed, "checked", says, evidence);
  },
  merge: async (bench) => {
    if (bench.mode === "shadow") return notRun("in_shadow");
    const made = hasRecord(bench);
    if (!made) return notRun("no_record");
    const other = await makeRecord(bench, bench.made.length);
    const left = bench.made.at(-1);
    const kept = [...other.evidence];
    if (!left || left.externalId === made.externalId) return { ...other, observed: "failed" };
    let answer: Called = { kind: "not_sent", reason: "nothing was answered" };
    const listening: rest.RestTarget = {
      ...bench.connector,
      through: async (_, send) => {
        answer = await send();
        return answer;
      },
    };
    await asked(bench, kept, () => rest.readBack(listening, left.externalId, quiet));
    // The system's own answer about one record, given when it is asked for the other: as after a merge there.
    const merged: rest.RestTarget = { ...bench.connector, through: async () => answer };
    const read = await asked(bench, kept, () => rest.readBack(merged, made.externalId, quiet));
    if (read.kind !== "done") return seen("failed", "put_in", read.reason, kept);
    const isFollowed = read.value.record.externalId === left.externalId;
    const says = `${made.number} → ${read.value.record.number}`;
    return seen(isFollowed ? "followed" : "failed", "put_in", says, kept);
  },
  void: async (bench) => {
    if (!bench.connector.config.withdraw) return notRun("no_withdraw");
    if (bench.mode === "shadow") return notRun("in_shadow");
    const made = hasRecord(bench);
    if (!made) return notRun("no_record");
    const kept: Evidence[] = [];
    const status = await madeVoid(bench, made, kept);
    return seen(made.isVoid ? "void" : "differs", "done", `${made.number}: ${status}`, kept);
  },
};

async function question(bench: Bench, target: Records): Promise<Seen> {
  const kept: Evidence[] = [];
  const talked = await asked(bench, kept, () =>
    rest.lookUp(target, keyOfTest(bench, "ask", 0), quiet),
  );
  if (talked.kind === "done") return seen("answered", "done", "", kept);
  const isShut = talked.kind === "unauthorized";
  return seen(isShut ? "unauthorized" : "failed", "done", talked.reason, kept);
}

/** What was found by our key was made by this case, whoever heard its answer. */
function adopt(bench: Bench, records: readonly Found[]): void {
  for (const { externalId, number } of records) {
    if (bench.made.some((one) => one.externalId === externalId)) continue;
    bench.made.push({ key: keyOf(bench), externalId, number, isVoid: false });
  }
}

function refusedBy(
  bench: Bench,
  failure: Parameters<typeof failedWrite>[0],
  kept: Evidence[],
): Seen {
  const { observed, says } = stateAfter(bench, failedWrite(failure));
  return seen(observed, "done", says, kept);
}

async function shownAs(
  bench: Bench,
  made: Made,
  kind: "update" | "attach",
  kept: Evidence[],
  isThere: (raw: unknown) => Promise<boolean>,
): Promise<Seen> {
  const read = await asked(bench, kept, () =>
    rest.readBack(bench.connector, made.externalId, quiet),
  );
  if (read.kind !== "done") return seen("failed", "done", read.reason, kept);
  const shown = await rest.shown(bench.connector, kind, read.value, quiet);
  if (shown.kind !== "done") return seen("failed", "done", shown.reason, kept);
  return seen((await isThere(shown.value)) ? "there" : "differs", "done", made.number, kept);
}

const answered = (status: number, text: string, headers = {}): Called => ({
  kind: "answered",
  status,
  headers,
  text,
});

/** A create whose answer is given by this run: what the product makes of it is the product's. */
async function putIn(
  bench: Bench,
  answer: (send: () => Promise<Called>) => Promise<Called>,
): Promise<Seen> {
  const draft = draftOf(bench);
  if (isSeen(draft)) return draft;
  const kept: Evidence[] = [];
  const target = {
    ...asThen(bench),
    through: (_: unknown, send: () => Promise<Called>) => answer(send),
  };
  const talked = await asked(bench, kept, () => rest.create(target, keyOf(bench), draft, quiet));
  if (talked.kind === "done") return seen("failed", "put_in", "taken for made", kept);
  const { observed, says } = stateAfter(bench, failedWrite(talked));
  return seen(observed, "put_in", says, kept);
}

async function madeVoid(bench: Bench, made: Made, kept: Evidence[]): Promise<string> {
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
  if (bench.mode === "shadow" || bench.connector.config.dedupe !== "search") return;
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

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
}
