import "server-only";
import * as z from "zod/mini";
import type { Missing } from "../../crosswalks.schema.ts";
import {
  type ChangesPage,
  changesPage,
  type ForeignRecord,
  foreignRecord,
  madeRecord,
} from "../../schema.ts";
import {
  type Asked,
  budget,
  MappingProblem,
  mapped,
  mappedHeaders,
  mappedText,
  notComplete,
  parsed,
  question,
  type RestTarget,
  type Talk,
  type Tell,
  talk,
} from "./exchange.gateway.ts";
import { fittedUpdate } from "./fitting.gateway.ts";
import { fitted, type TextFile } from "./fitting.rules.ts";
import { type Codes, evaluate } from "./mapping.rules.ts";
import { multipart } from "./multipart.rules.ts";
import type { Link, RestConnectorConfig } from "./schema.ts";

export type { RestTarget, Talk, Tell, Trace } from "./exchange.gateway.ts";

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
      body: (await madeBody(target, key, draft)).body,
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
    () => question(target, target.config.lookup, { key }),
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
    () => question(target, target.config.readBack, { externalId }),
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
  | { ok: false; reason: string; missing: readonly Missing[] };

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
  return looked(target, look, { externalId }, tell);
}

const looked = (
  target: RestTarget,
  look: Link["look"],
  variables: Record<string, unknown>,
  tell: Tell,
): Promise<Talk<unknown>> =>
  talk(
    target,
    "look",
    tell,
    () => question(target, look, variables),
    async (body) => body,
  );

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
    async () => {
      const { method, path, headers, body } = target.config.update;
      const variables = { key, externalId };
      const { payload: said } = fittedUpdate(target, payload);
      return {
        method,
        path: await mappedText(target, path, said, variables),
        headers: await mappedHeaders(headers, variables),
        body: await mapped(target, body, said, variables),
      };
    },
    async () => null,
  );

/** One of the rows that belong to a record, where it isn't there yet and there is something to link. */
export async function linked(
  target: RestTarget,
  link: Link,
  key: string,
  externalId: string,
  draft: unknown,
  tell: Tell,
): Promise<Talk<unknown>> {
  const variables = { key, externalId };
  let body: unknown;
  const made = await talkless(async () => {
    body = await mapped(target, link.body, draft, variables);
    return body === null;
  });
  if (made.kind !== "done" || made.value) return made;
  const seen = await looked(target, link.look, variables, tell);
  if (seen.kind !== "done") return seen;
  const isThere = await talkless(
    async () => (await mapped(target, link.done, seen.value, { ...variables, body })) === true,
  );
  if (isThere.kind !== "done" || isThere.value) return isThere;
  const { method, path } = link;
  return talk(
    target,
    "link",
    tell,
    async () => ({ method, path: await mappedText(target, path, draft, variables), body }),
    async () => null,
  );
}

/** What is only thought about, with its fault said as that of an exchange. */
async function talkless<T>(think: () => Promise<T>): Promise<Talk<T>> {
  const trace = { request: "", response: null, classification: "done" };
  try {
    return { kind: "done", value: await think(), trace };
  } catch (problem) {
    if (!(problem instanceof MappingProblem)) throw problem;
    const { message, missing } = problem;
    return { kind: "rejected", reason: `mapping: ${message}`, waitMs: 0, trace, missing };
  }
}

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
    () => attaching(target, externalId, photo),
    async () => null,
  );

async function attaching(
  target: RestTarget,
  externalId: string,
  { bytes, ...photo }: Photo,
): Promise<Asked> {
  const { method, path, headers, body, form } = target.config.attach;
  const variables = { externalId, ...photo };
  const to = { method, path: await mappedText(target, path, {}, variables) };
  const extra = await mappedHeaders(headers, variables);
  if (body !== undefined) {
    const base64 = Buffer.from(bytes).toString("base64");
    const made = await mapped(target, body, {}, { ...variables, base64 });
    return { ...to, headers: extra, body: made };
  }
  if (form !== undefined) {
    const fields = await parsed(target, z.record(z.string(), z.string()), form, {}, variables);
    const made = multipart(fields, { ...photo, bytes });
    return { ...to, headers: { ...extra, "content-type": made.type }, body: made.bytes };
  }
  return { ...to, headers: { "content-type": photo.mediaType, ...extra }, body: bytes };
}

export const isPhotoThere = async (
  target: RestTarget,
  photo: { sha256: string; bytes: number },
  raw: unknown,
): Promise<boolean> => (await mapped(target, target.config.attach.done, raw, photo)) === true;

const heldList = z.array(
  z.object({ name: z.string(), sha256: z.nullable(z.string()), bytes: z.nullable(z.number()) }),
);

export type Held = z.output<typeof heldList>[number];

/** What is attached, where the configuration can say; otherwise nothing. */
export async function heldIn(target: RestTarget, raw: unknown): Promise<readonly Held[]> {
  const { held } = target.config.attach;
  if (!held) return [];
  const list = heldList.safeParse(await mapped(target, held, raw, {}));
  return list.success ? list.data : [];
}

/** The photo as it is; or none; or another under its name, where the configuration tells those apart. */
export async function photoHeld(
  target: RestTarget,
  photo: { sha256: string; bytes: number; name: string },
  raw: unknown,
): Promise<"there" | "missing" | "differs"> {
  if (await isPhotoThere(target, photo, raw)) return "there";
  const held = await heldIn(target, raw);
  return held.some(({ name }) => name === photo.name) ? "differs" : "missing";
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
        body: await mapped(target, how.body, {}, { externalId }),
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
      return question(target, changes, { cursor });
    },
    async (body) => {
      if (!changes) throw new MappingProblem("this system can't be polled");
      const items = await mapped(target, changes.items, body, {});
      const next = await mapped(target, changes.cursor, body, { cursor });
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
