import "server-only";
import { createHash } from "node:crypto";
import { instant } from "#lib/kit/time";
import { documentAt } from "./api-document.commands.ts";
import { seenIn } from "./connector-schema.commands.ts";
import { apiDriftOf, contractOf } from "./connectors/openapi/contract.rules.ts";
import { budget } from "./connectors/rest/exchange.gateway.ts";
import { kindsAsked } from "./connectors/rest/expressions.rules.ts";
import type { Called } from "./connectors/rest/gateway.ts";
import { isFoundByKey } from "./connectors/rest/schema.ts";
import { driftOf } from "./connectors/rest/shape.rules.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { bookAt } from "./crosswalk-book.queries.ts";
import { failedWrite } from "./talked.worker.ts";
import { keyOfTest, notRun, type Seen, seen } from "./validation.rules.ts";
import type { Evidence } from "./validation.schema.ts";
import {
  adopt,
  asked,
  asThen,
  type Bench,
  bodyOf,
  draftOf,
  evidenceOf,
  found,
  isSeen,
  keyOf,
  type Made,
  madeVoid,
  makeRecord,
  quiet,
  type Records,
  stateAfter,
} from "./validation-bench.worker.ts";
import type { ActName } from "./validation-cases.schema.ts";
import { samplePhoto, testUpdate } from "./validation-samples.rules.ts";

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

/** How their API's document differs from the approved one; null: none was read at an address. */
async function documentNow(connector: Records): Promise<string[] | null> {
  const { contract, config } = connector;
  if (!contract || contract.address === null) return null;
  const read = await documentAt(connector, { address: contract.address, text: null });
  if (!read.ok) return [[read.error.code, read.error.params.answer].filter(Boolean).join(": ")];
  const { sha256, document } = read.value;
  const now = await contractOf(config, document, { ...contract, sha256 }, budget);
  const { gone, changed } = apiDriftOf(contract, now);
  return [...gone, ...changed.map(({ path, was, is }) => `${path}: ${was} → ${is}`)];
}

const hasRecord = (bench: Bench): Made | null => bench.made[0] ?? null;

type Carry = (bench: Bench) => Promise<Seen>;

export const recordActs: Readonly<Partial<Record<ActName, Carry>>> = {
  map: async (bench) => {
    if (bench.messages.length === 0) return notRun("no_events");
    const kept: Evidence[] = [];
    for (const { id, payload, key, eventAt } of bench.messages) {
      const asking = { site: bench.site, connector: bench.connector.code, delivery: id };
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
    const described = await documentNow(connector);
    if (described !== null && described.length > 0)
      return seen("drifted", "done", described.join(", "), []);
    if (!sample)
      return described === null ? notRun("not_learned") : seen("same", "done", "OpenAPI", []);
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
    if (!isFoundByKey(bench.connector.config)) return notRun("no_search");
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
    if (!isFoundByKey(bench.connector.config)) return notRun("no_search");
    if (bench.mode === "shadow") return notRun("in_shadow");
    const kept: Evidence[] = [];
    const looked = await found(bench, kept);
    if (looked.kind !== "done") return seen("failed", "done", looked.reason, kept);
    adopt(bench, looked.value);
    const [first] = looked.value;
    // A worker takes what it finds and makes nothing.
    if (first) return seen("found", "done", first.number, kept);
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
    const sha256 = createHash("sha256").update(bytes).digest("hex");
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
