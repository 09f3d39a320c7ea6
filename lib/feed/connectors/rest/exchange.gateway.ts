import "server-only";
import * as z from "zod/mini";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import type { Missing } from "../../crosswalks.schema.ts";
import { asDescribed } from "../openapi/checked.gateway.ts";
import type { ApiContract } from "../openapi/contract.schema.ts";
import { classify, retryAfterMs } from "./classify.rules.ts";
import { type Call, type Called, call } from "./gateway.ts";
import { type Budget, type Codes, evaluate } from "./mapping.rules.ts";
import type { Class, RestConnectorConfig } from "./schema.ts";

/** What was sent and what came back, as evidence: without the secret, cut to a length. */
export type Trace = { request: string; response: string | null; classification: string };

type Failed = { kind: Exclude<Class, "done">; reason: string; waitMs: number };

export type Talk<T> =
  | { kind: "done"; value: T; trace: Trace }
  | (Failed & {
      trace: Trace;
      /** Codes that stopped it: nothing is wrong with the mapping, a person has to map them. */
      missing?: readonly Missing[];
    });

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
  /** What their API's document says of it: checked before anything is sent. */
  contract?: ApiContract | null;
  /** What stands between us and the system in a validation run; without it: nothing. */
  through?: (what: Call, send: () => Promise<Called>) => Promise<Called>;
};

export const budget: Budget = { now: () => Date.now(), milliseconds: 1_000, depth: 1_000 };
const rateLimitDefaultMs = 60_000;

/** A request that could not be put together: a fault of the mapping, for a person. */
export class MappingProblem extends Error {
  readonly missing: readonly Missing[];
  constructor(problem: string, missing: readonly Missing[] = []) {
    super(problem);
    this.missing = missing;
  }
}

export async function mapped(
  target: Pick<RestTarget, "codes">,
  source: string,
  input: unknown,
  variables: Record<string, unknown>,
): Promise<unknown> {
  const evaluated = await evaluate(source, input, variables, budget, target.codes ?? null);
  if (!evaluated.ok) throw new MappingProblem(evaluated.problem, evaluated.missing);
  return evaluated.value;
}

export async function mappedText(
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

export async function parsed<T>(
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

export const notComplete = ({ issues }: Pick<z.core.$ZodError, "issues">): string =>
  `what was read is not complete: ${issues.map(({ path }) => path.join(".")).join(", ")}`;

type Headers = Readonly<Record<string, string>>;

/** A request as its mapping makes it: bytes go as they are, everything else through the envelope. */
export type Asked = { method: string; path: string; headers?: Headers; body?: unknown };

/** A question of the configuration, put together. */
export async function question(
  target: RestTarget,
  of: { method: string; path: string; body?: string | undefined },
  variables: Record<string, unknown>,
): Promise<Asked> {
  return {
    method: of.method,
    path: await mappedText(target, of.path, {}, variables),
    ...(of.body === undefined ? {} : { body: await mapped(target, of.body, {}, variables) }),
  };
}

const headersOf = z.record(z.string(), z.string());

export async function mappedHeaders(
  source: string | undefined,
  variables: Record<string, unknown>,
): Promise<Record<string, string>> {
  if (source === undefined) return {};
  const made = await parsed({ codes: null }, headersOf, source, {}, variables);
  return Object.fromEntries(
    Object.entries(made).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** One exchange: put together, announced, sent, classified, read. */
export async function talk<T>(
  target: RestTarget,
  act: string,
  tell: Tell,
  make: () => Promise<Asked>,
  read: (body: unknown) => Promise<T>,
): Promise<Talk<T>> {
  let what: Asked;
  try {
    what = await make();
    if (!target.config.envelope) await refuseOther(target, act, what.body);
  } catch (problem) {
    return notMade(act, problem);
  }
  // As the mapping made it: what session and envelope add is how we identify ourselves.
  const request = masked([target.secret], writtenOf(what)).slice(0, 8_000);
  await tell.onSend(act, request);
  try {
    const answered = await inSession(target, act, what);
    const trace = { request, response: answered.response };
    if ("kind" in answered)
      return { ...answered, trace: { ...trace, classification: answered.kind } };
    return await readAnswer(trace, () => read(answered.body));
  } catch (problem) {
    return notMade(request, problem);
  }
}

/** What their document doesn't take is not sent: they would refuse it, or drop a part of it in silence. */
async function refuseOther({ contract }: RestTarget, act: string, body: unknown): Promise<void> {
  if (!contract) return;
  const problems = await asDescribed(contract, act, body);
  if (problems.length > 0) throw new MappingProblem(problems.join("; ").slice(0, 600));
}

function notMade(request: string, problem: unknown): Extract<Talk<never>, Failed> {
  if (!(problem instanceof MappingProblem)) throw problem;
  const reason = `mapping: ${problem.message}`;
  const trace = { request, response: null, classification: reason };
  return { kind: "rejected", reason, waitMs: 0, trace, missing: problem.missing };
}

async function readAnswer<T>(
  trace: Omit<Trace, "classification">,
  read: () => Promise<T>,
): Promise<Talk<T>> {
  try {
    return { kind: "done", value: await read(), trace: { ...trace, classification: "done" } };
  } catch (problem) {
    const reason = `the answer can't be read: ${problem instanceof Error ? problem.message : String(problem)}`;
    const missing = problem instanceof MappingProblem ? problem.missing : [];
    const said = { kind: "unknown", reason, waitMs: 0, missing } as const;
    return { ...said, trace: { ...trace, classification: reason } };
  }
}

/** `response`: as evidence, without what identifies us. */
type Answer = { response: string | null } & (
  | Failed
  | { body: unknown; status: number; headers: Headers }
);

/** Sent in the session that there is. When that has expired nothing was done: once more in a new one. */
async function inSession(target: RestTarget, act: string, what: Asked): Promise<Answer> {
  const begun = await sessionOf(target);
  if (!begun.ok) return begun.why;
  const answer = await sent(target, act, what, begun.session);
  if (!isExpired(answer) || !target.config.session) return asRefused(answer);
  await forget(target, begun.session);
  const anew = await sessionOf(target);
  return anew.ok ? asRefused(await sent(target, act, what, anew.session)) : anew.why;
}

const isExpired = (answer: Answer): boolean => "kind" in answer && answer.kind === "expired";

/** Still expired in a session that is new, or where there is none: we are not let in. */
const asRefused = (answer: Answer): Answer =>
  "kind" in answer && answer.kind === "expired" ? { ...answer, kind: "unauthorized" } : answer;

async function sent(
  target: RestTarget,
  act: string,
  what: Asked,
  session: unknown,
): Promise<Answer> {
  const { headers, envelope } = target.config;
  const variables = { session, secret: target.secret, act };
  const isBytes = what.body instanceof Uint8Array;
  const body =
    envelope === undefined || what.body === undefined || isBytes
      ? what.body
      : await mapped({ codes: null }, envelope, what.body, variables);
  if (envelope !== undefined) await refuseOther(target, act, body);
  const extra = await mappedHeaders(headers, variables);
  return exchanged(target, act, { ...what, headers: { ...what.headers, ...extra }, body }, [
    target.secret,
    ...textsIn(session),
  ]);
}

async function exchanged(
  target: RestTarget,
  act: string,
  { method, path, headers = {}, body }: Asked,
  hidden: readonly string[],
): Promise<Answer> {
  const what = { method, path, headers, ...(body === undefined ? {} : { body: encoded(body) }) };
  const send = () => call(target.config, target.secret, what);
  const called = await (target.through && act !== "session" ? target.through(what, send) : send());
  const response = masked(
    hidden,
    called.kind === "answered" ? `${called.status}\n${called.text}` : called.reason,
  ).slice(0, 2_000);
  if (called.kind !== "answered") {
    const kind = called.kind === "not_sent" ? "not_processed" : "unknown";
    return { kind, reason: called.reason, waitMs: 0, response };
  }
  const answer = { status: called.status, headers: called.headers, body: parsedJson(called.text) };
  const meaning = await classify(target.config, act, answer, budget);
  if (meaning === "done") return { ...answer, response };
  return {
    kind: meaning,
    reason: masked(hidden, await reasonOf(target, answer, called)).slice(0, 300),
    waitMs: retryAfterMs(called.headers["retry-after"], Date.now()) ?? rateLimitDefaultMs,
    response,
  };
}

const encoded = (body: unknown): string | Uint8Array =>
  typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);

/** Their own words for it where the configuration finds them; otherwise how the answer begins. */
async function reasonOf(
  { config }: RestTarget,
  answer: object,
  { status, text }: Extract<Called, { kind: "answered" }>,
): Promise<string> {
  const said = config.words ? await evaluate(config.words, answer, {}, budget) : null;
  const words = said?.ok && typeof said.value === "string" && said.value !== "" ? said.value : text;
  return `${status} ${words.replace(/\s+/g, " ")}`;
}

type Session = { ok: true; session: unknown } | { ok: false; why: Failed & { response: null } };
type Kept = { begins: Promise<Session>; until: number };

/** By what it was begun with. Whoever comes while it begins waits for the same one. */
const sessions = new Map<string, Kept>();
const sessionsMax = 200;

const keyOf = ({ config, secret }: RestTarget): string =>
  canonicalSha256([config.baseUrl, secret, config.session ?? null] as Canonical);

async function sessionOf(target: RestTarget): Promise<Session> {
  const { session } = target.config;
  if (!session) return { ok: true, session: null };
  const key = keyOf(target);
  const kept = sessions.get(key);
  if (kept && kept.until > Date.now()) return kept.begins;
  if (sessions.size >= sessionsMax) sessions.clear();
  const begins = begin(target, session);
  sessions.set(key, { begins, until: Date.now() + session.keptMs });
  try {
    const begun = await begins;
    if (!begun.ok) sessions.delete(key);
    return begun;
  } catch (problem) {
    sessions.delete(key);
    throw problem;
  }
}

/** Unless somebody else has begun a new one meanwhile. */
async function forget(target: RestTarget, old: unknown): Promise<void> {
  const kept = sessions.get(keyOf(target));
  if (!kept) return;
  const begun = await kept.begins;
  if (begun.ok && begun.session === old) sessions.delete(keyOf(target));
}

async function begin(
  target: RestTarget,
  session: NonNullable<RestConnectorConfig["session"]>,
): Promise<Session> {
  const { secret } = target;
  const what = await question({ ...target, codes: null }, session, { secret });
  const headers = await mappedHeaders(session.headers, { secret });
  const answer = await exchanged(target, "session", { ...what, headers }, [secret]);
  if ("kind" in answer) {
    // What was to be sent has not left; whoever refuses the sign-in refuses us.
    const isRefused = ["rejected", "not_found", "expired"].includes(answer.kind);
    const kind = isRefused
      ? "unauthorized"
      : answer.kind === "unknown"
        ? "not_processed"
        : answer.kind;
    const reason = `the sign-in: ${answer.reason}`;
    return { ok: false, why: { ...answer, kind, reason, response: null } };
  }
  const { status, headers: shown, body } = answer;
  const given = await mapped({ codes: null }, session.gives, { status, headers: shown, body }, {});
  if (given !== null) return { ok: true, session: given };
  const reason = "the answer to the sign-in gives no session";
  return { ok: false, why: { kind: "unauthorized", reason, waitMs: 0, response: null } };
}

const parsedJson = (text: string): unknown => {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What a session consists of, as far as somebody else could use it. */
const textsIn = (session: unknown): string[] =>
  typeof session === "string"
    ? [session]
    : typeof session === "object" && session !== null
      ? Object.values(session).flatMap(textsIn)
      : [];

/** As it is, and as it stands in JSON and in an address. */
const masked = (hidden: readonly string[], text: string): string =>
  hidden
    .filter((one) => one !== "")
    .flatMap((one) => [one, JSON.stringify(one).slice(1, -1), encodeURIComponent(one)])
    .reduce((shown, one) => shown.replaceAll(one, "•••"), text);

function writtenOf({ method, path, body }: Asked): string {
  const written =
    body === undefined
      ? ""
      : body instanceof Uint8Array
        ? `[${body.length} bytes]`
        : encoded(body).toString();
  return `${method} ${path}\n${written}`;
}
