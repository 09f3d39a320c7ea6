import "server-only";
import * as z from "zod/mini";
import type { CodeMissing } from "../../crosswalks.schema.ts";
import {
  type ChangesPage,
  changesPage,
  type ForeignRecord,
  foreignRecord,
  madeRecord,
} from "../../schema.ts";
import { classify, retryAfterMs } from "./classify.rules.ts";
import { fitted, type TextFile } from "./fitting.rules.ts";
import { type Call, type Called, call } from "./gateway.ts";
import { type Budget, type Codes, evaluate } from "./mapping.rules.ts";
import type { Class, RestConnectorConfig } from "./schema.ts";

/** What was sent and what came back, as evidence: without the secret, cut to a length. */
export type Trace = { request: string; response: string | null; classification: string };

export type Talk<T> =
  | { kind: "done"; value: T; trace: Trace }
  | {
      kind: Exclude<Class, "done">;
      reason: string;
      waitMs: number;
      trace: Trace;
      /** Codes that stopped it: nothing is wrong with the mapping, a person has to map them. */
      missing?: readonly CodeMissing[];
    };

/** Told before anything leaves; may stop it by throwing. */
export type Tell = { onSend(act: string, request: string): Promise<void> };

/** The other system, as its configuration describes it. */
export type RestTarget = {
  config: RestConnectorConfig;
  secret: string;
  /** The crosswalks at the time of what is sent; null: this exchange is about no event. */
  codes?: Codes | null;
  /** Those of today, for what is read: the QMS decides long after the event. Without: the same. */
  codesNow?: Codes | null;
  /** What stands between us and the system in a validation run; without it: nothing. */
  through?: (what: Call, send: () => Promise<Called>) => Promise<Called>;
};

const budget: Budget = { now: () => Date.now(), milliseconds: 1_000, depth: 1_000 };
const rateLimitDefaultMs = 60_000;

/** A request that could not be put together: a fault of the mapping, for a person. */
class MappingProblem extends Error {
  readonly missing: readonly CodeMissing[];
  constructor(problem: string, missing: readonly CodeMissing[] = []) {
    super(problem);
    this.missing = missing;
  }
}

async function mapped(
  target: Pick<RestTarget, "codes">,
  source: string,
  input: unknown,
  variables: Record<string, unknown>,
): Promise<unknown> {
  const evaluated = await evaluate(source, input, variables, budget, target.codes ?? null);
  if (!evaluated.ok) throw new MappingProblem(evaluated.problem, evaluated.missing);
  return evaluated.value;
}

async function mappedText(
  target: Pick<RestTarget, "codes">,
  source: string,
  input: unknown,
  variables: Record<string, unknown>,
): Promise<string> {
  const value = await mapped(target, source, input, variables);
  if (typeof value !== "string" || value === "")
    throw new MappingProblem(`gives no text: ${source.slice(0, 80)}`);
  return value;
}

async function parsed<T>(
  target: Pick<RestTarget, "codes">,
  schema: z.ZodMiniType<T>,
  source: string,
  input: unknown,
  variables: Record<string, unknown>,
): Promise<T> {
  const value = await mapped(target, source, input, variables);
  const read = schema.safeParse(value);
  if (!read.success) throw new MappingProblem(notComplete(read.error));
  return read.data;
}

const notComplete = ({ issues }: Pick<z.core.$ZodError, "issues">): string =>
  `what was read is not complete: ${issues.map(({ path }) => path.join(".")).join(", ")}`;

/**
 * What their record says, in our words. A word for a decision that nobody has mapped takes nothing else
 * from it, but all of its dispositions: a part of what was decided is not what was decided.
 */
export async function recordOf(target: RestTarget, body: unknown): Promise<ForeignRecord> {
  const codes = target.codesNow ?? target.codes ?? null;
  const variables = { baseUrl: target.config.baseUrl };
  const read = await evaluate(target.config.record, body, variables, budget, codes);
  if (read.ok) return asRecord(read.value);
  const missing = read.missing ?? [];
  if (!codes || missing.length === 0 || missing.some(({ kind }) => kind !== "disposition"))
    throw new MappingProblem(read.problem, missing);
  const rest = await evaluate(target.config.record, body, variables, budget, withoutWords(codes));
  if (!rest.ok) throw new MappingProblem(rest.problem, rest.missing);
  const said = { ...(rest.value as object), dispositions: [] };
  return { ...asRecord(said), missingWords: missing.map(({ code }) => code) };
}

/** The same codes; a word for a decision that they lack is taken for nothing. */
const withoutWords = (codes: Codes): Codes => ({
  find: async (kind, code) => {
    const found = await codes.find(kind, code);
    const plain = { kind, code, how: "default", factor: null, addend: null, places: null } as const;
    return found.ok || kind !== "disposition"
      ? found
      : { ok: true, used: { ...plain, to: "", list: "", version: 0 } };
  },
});

function asRecord(value: unknown): ForeignRecord {
  const read = foreignRecord.safeParse(value);
  if (!read.success) throw new MappingProblem(notComplete(read.error));
  return read.data;
}

/** What is sent to make a record: its members mapped, and fitted into the target's fields. */
export async function madeBody(target: RestTarget, key: string, draft: unknown) {
  const body = await mapped(target, target.config.create.body, draft, { key });
  const made = fitted(body, target.config.fields ?? []);
  if (!made.ok) throw new MappingProblem(made.problem);
  return made;
}

/** Makes the record. Its answer is read here, because a made record without a number is a doubt. */
export const create = (
  target: RestTarget,
  key: string,
  draft: unknown,
  tell: Tell,
): Promise<Talk<Pick<ForeignRecord, "externalId" | "number">>> =>
  talk(
    target,
    "create",
    tell,
    async () => ({
      method: target.config.create.method,
      path: await mappedText(target, target.config.create.path, draft, { key }),
      body: JSON.stringify((await madeBody(target, key, draft)).body),
    }),
    (body) => {
      const { made } = target.config.create;
      return made ? parsed(target, madeRecord, made, body, { key }) : recordOf(target, body);
    },
  );

/** Every record that shows our key, closed ones as well. */
export const lookUp = (
  target: RestTarget,
  key: string,
  tell: Tell,
): Promise<Talk<ForeignRecord[]>> =>
  talk(
    target,
    "lookup",
    tell,
    async () => ({
      method: target.config.lookup.method,
      path: await mappedText(target, target.config.lookup.path, {}, { key }),
    }),
    async (body) => {
      const found = await mapped(target, target.config.lookup.records, body, { key });
      if (!Array.isArray(found)) throw new MappingProblem("the look-up gives no list");
      return Promise.all(found.map((one) => recordOf(target, one)));
    },
  );

/** `asked` is the id that was asked for: a system that has merged it answers with the record that is left. */
export type ReadRecord = { asked: string; record: ForeignRecord; raw: unknown };

export const readBack = (
  target: RestTarget,
  externalId: string,
  tell: Tell,
): Promise<Talk<ReadRecord>> =>
  talk(
    target,
    "read_back",
    tell,
    async () => ({
      method: target.config.readBack.method,
      path: await mappedText(target, target.config.readBack.path, {}, { externalId }),
    }),
    async (raw) => ({ asked: externalId, record: await recordOf(target, raw), raw }),
  );

export type Compared =
  | {
      ok: true;
      expected: Record<string, unknown>;
      actual: Record<string, unknown>;
      /** Texts too long for their fields: all of them, to be attached. */
      files: readonly TextFile[];
    }
  | { ok: false; reason: string; missing: readonly CodeMissing[] };

/** What was to stand there, and what does. $sent: the body as it was fitted, where fields have limits. */
export async function compared(
  target: RestTarget,
  key: string,
  draft: unknown,
  raw: unknown,
): Promise<Compared> {
  const { verify, fields } = target.config;
  try {
    const made = fields ? await madeBody(target, key, draft) : null;
    const sent = made?.body ?? null;
    const expected = await mapped(target, verify.expected, draft, { key, sent });
    const actual = await mapped(target, verify.actual, raw, { key });
    return {
      ok: true,
      expected: (expected ?? {}) as Record<string, unknown>,
      actual: (actual ?? {}) as Record<string, unknown>,
      files: made?.files ?? [],
    };
  } catch (problem) {
    if (!(problem instanceof MappingProblem)) throw problem;
    return { ok: false, reason: `mapping: ${problem.message}`, missing: problem.missing };
  }
}

/** What `done` is to look at: the record as read, or what else shows it. */
export async function shown(
  target: RestTarget,
  kind: "update" | "attach",
  { record, raw }: ReadRecord,
  tell: Tell,
): Promise<Talk<unknown>> {
  const { look } = target.config[kind];
  if (!look) {
    const trace = { request: "", response: null, classification: "done" };
    return { kind: "done", value: raw, trace };
  }
  const { externalId } = record;
  return talk(
    target,
    "look",
    tell,
    async () => ({
      method: look.method,
      path: await mappedText(target, look.path, {}, { externalId }),
    }),
    async (body) => body,
  );
}

export const update = (
  target: RestTarget,
  key: string,
  externalId: string,
  payload: unknown,
  tell: Tell,
): Promise<Talk<null>> =>
  talk(
    target,
    "update",
    tell,
    async () => ({
      method: target.config.update.method,
      path: await mappedText(target, target.config.update.path, payload, { key, externalId }),
      body: JSON.stringify(
        await mapped(target, target.config.update.body, payload, { key, externalId }),
      ),
    }),
    async () => null,
  );

export const isUpdateThere = async (
  target: RestTarget,
  key: string,
  raw: unknown,
): Promise<boolean> => (await mapped(target, target.config.update.done, raw, { key })) === true;

export type Photo = { sha256: string; mediaType: string; name: string; bytes: Uint8Array };

export const attach = (
  target: RestTarget,
  externalId: string,
  photo: Photo,
  tell: Tell,
): Promise<Talk<null>> =>
  talk(
    target,
    "attach",
    tell,
    async () => {
      const variables = {
        externalId,
        sha256: photo.sha256,
        name: photo.name,
        mediaType: photo.mediaType,
      };
      const { method, path, headers } = target.config.attach;
      const extra = headers ? await mapped(target, headers, {}, variables) : {};
      const { body } = target.config.attach;
      if (body) {
        const base64 = Buffer.from(photo.bytes).toString("base64");
        return {
          method,
          path: await mappedText(target, path, {}, variables),
          headers: extra as Record<string, string>,
          body: JSON.stringify(await mapped(target, body, {}, { ...variables, base64 })),
        };
      }
      return {
        method,
        path: await mappedText(target, path, {}, variables),
        headers: { "content-type": photo.mediaType, ...(extra as Record<string, string>) },
        body: photo.bytes,
      };
    },
    async () => null,
  );

export const isPhotoThere = async (
  target: RestTarget,
  photo: { sha256: string; bytes: number },
  raw: unknown,
): Promise<boolean> => (await mapped(target, target.config.attach.done, raw, photo)) === true;

const heldList = z.array(
  z.object({ name: z.string(), sha256: z.nullable(z.string()), bytes: z.nullable(z.number()) }),
);

/** The photo as it is; or none; or another under its name, where the configuration tells those apart. */
export async function photoHeld(
  target: RestTarget,
  photo: { sha256: string; bytes: number; name: string },
  raw: unknown,
): Promise<"there" | "missing" | "differs"> {
  if (await isPhotoThere(target, photo, raw)) return "there";
  const { held } = target.config.attach;
  if (!held) return "missing";
  const list = heldList.safeParse(await mapped(target, held, raw, {}));
  return list.success && list.data.some(({ name }) => name === photo.name) ? "differs" : "missing";
}

/** A test record of a validation run is made void, where the configuration says how. Nothing else ever is from here. */
export const withdraw = (target: RestTarget, externalId: string, tell: Tell): Promise<Talk<null>> =>
  talk(
    target,
    "withdraw",
    tell,
    async () => {
      const how = target.config.withdraw;
      if (!how) throw new MappingProblem("the configuration doesn't say how a record is made void");
      return {
        method: how.method,
        path: await mappedText(target, how.path, {}, { externalId }),
        body: JSON.stringify(await mapped(target, how.body, {}, { externalId })),
      };
    },
    async () => null,
  );

export function changesSince(
  target: RestTarget,
  cursor: string,
  tell: Tell,
): Promise<Talk<ChangesPage>> {
  const { changes } = target.config;
  return talk(
    target,
    "changes",
    tell,
    async () => {
      if (!changes) throw new MappingProblem("this system can't be polled");
      return {
        method: changes.method,
        path: await mappedText(target, changes.path, {}, { cursor }),
      };
    },
    async (body) => {
      if (!changes) throw new MappingProblem("this system can't be polled");
      const items = await mapped(target, changes.items, body, {});
      const next = await mapped(target, changes.cursor, body, {});
      return changesPage.parse({ items: items ?? [], cursor: next });
    },
  );
}

/** Where a list of what is there begins: at an instant where the system can, or with everything. */
export async function listBeginsAt(target: RestTarget, at: string): Promise<string> {
  const begin = target.config.changes?.begin;
  return begin ? mappedText(target, begin, {}, { at }) : "";
}

/** The record that a webhook names, or null. */
export async function subjectOf(
  config: RestConnectorConfig,
  notice: unknown,
): Promise<string | null> {
  if (!config.webhookSubject) return null;
  const subject = await evaluate(config.webhookSubject, notice, {}, budget);
  return subject.ok && typeof subject.value === "string" && subject.value !== ""
    ? subject.value
    : null;
}

/** One exchange: put together, announced, sent, classified, read. */
async function talk<T>(
  target: RestTarget,
  act: string,
  tell: Tell,
  make: () => Promise<Call>,
  read: (body: unknown) => Promise<T>,
): Promise<Talk<T>> {
  let what: Call;
  try {
    what = await make();
  } catch (problem) {
    if (!(problem instanceof MappingProblem)) throw problem;
    const reason = `mapping: ${problem.message}`;
    return {
      kind: "rejected",
      reason,
      waitMs: 0,
      trace: { request: act, response: null, classification: reason },
      missing: problem.missing,
    };
  }
  const request = traceOf(target, what);
  await tell.onSend(act, request);
  const send = () => call(target.config, target.secret, what);
  const called = await (target.through ? target.through(what, send) : send());
  const trace = { request, response: answerText(target, called) };
  if (called.kind !== "answered") {
    const kind = called.kind === "not_sent" ? "not_processed" : "unknown";
    return { kind, reason: called.reason, waitMs: 0, trace: { ...trace, classification: kind } };
  }
  const body = parsedJson(called.text);
  const meaning = await classify(target.config, act, { ...called, body }, budget);
  if (meaning !== "done") {
    const waitMs = retryAfterMs(called.headers["retry-after"], Date.now()) ?? rateLimitDefaultMs;
    return {
      kind: meaning,
      reason: reasonOf(target, called.status, called.text),
      waitMs,
      trace: { ...trace, classification: meaning },
    };
  }
  try {
    return { kind: "done", value: await read(body), trace: { ...trace, classification: "done" } };
  } catch (problem) {
    const reason = `the answer can't be read: ${problem instanceof Error ? problem.message : String(problem)}`;
    const missing = problem instanceof MappingProblem ? problem.missing : [];
    const said = { kind: "unknown", reason, waitMs: 0, missing } as const;
    return { ...said, trace: { ...trace, classification: reason } };
  }
}

const parsedJson = (text: string): unknown => {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
};

const masked = (target: RestTarget, text: string): string =>
  target.secret === "" ? text : text.replaceAll(target.secret, "•••");

function traceOf(target: RestTarget, what: Call): string {
  const body =
    typeof what.body === "string" ? what.body : what.body ? `[${what.body.length} bytes]` : "";
  return masked(target, `${what.method} ${what.path}\n${body}`).slice(0, 8_000);
}

const answerText = (target: RestTarget, called: Called): string =>
  masked(
    target,
    called.kind === "answered" ? `${called.status}\n${called.text}` : called.reason,
  ).slice(0, 2_000);

const reasonOf = (target: RestTarget, status: number, text: string): string =>
  masked(target, `${status} ${text.replace(/\s+/g, " ")}`).slice(0, 300);
