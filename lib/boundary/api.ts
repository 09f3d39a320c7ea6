import "server-only";
import { createHash, randomUUID } from "node:crypto";
import { inTransaction } from "#lib/db/client";
import { log } from "#lib/kit/log";
import { instant } from "#lib/kit/time";
import { localeFrom } from "#lib/messages/locales";
import { type ProblemCode, problemWords } from "#lib/messages/machine-words";
import { overRate } from "#lib/people/lockout.commands";
import type { Actor } from "#lib/people/schema";
import type { Scope } from "#lib/people/tokens.schema";
import { actorOfToken } from "./actor.ts";
import { bytesOf } from "./body.ts";

/** Calls of one token in a minute: an MES that hands over a night's orders stays below it. */
export const callsPerMinute = 600;
const keyForm = /^[A-Za-z0-9._:-]{1,100}$/;
/** A first call that is not answered by then has died with its process. */
const inProgressMs = 60_000;

type Context = { params: Promise<Record<string, string>> };
type Call = { caller: Actor; params: Record<string, string>; request: Request };
export type Received = Call & {
  /** What was sent, as text, and its media type. */
  text: string;
  type: string;
};

export type Problem = {
  problem: ProblemCode;
  status: number;
  params?: Readonly<Record<string, string>>;
  /** Where in the body, and what is wrong there. */
  errors?: readonly { pointer: string; detail: string }[];
  retryAfter?: number;
};
export type Told = Problem | { status: number; body: object };
/** A document of a type of its own, such as XML. */
type Document = { status: number; text: string; type: string };

/**
 * A door of the public API that takes something: a token with the scope, a body of a known type and
 * size, and each Idempotency-Key once. Cookies count for nothing here, so that no page can knock.
 */
export function receiving(
  scope: Scope,
  command: (received: Received) => Promise<Told>,
  { types, bytesMax }: { types: readonly string[]; bytesMax: number },
) {
  return watched(scope, async (call) => {
    const { request, caller } = call;
    const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (!types.includes(type)) {
      return { problem: "type_not_taken", status: 415, params: { types: types.join(", ") } };
    }
    const key = request.headers.get("idempotency-key");
    if (key !== null && !keyForm.test(key)) {
      return { problem: "idempotency_key_not_right", status: 400 };
    }
    const bytes = await bytesOf(request, bytesMax);
    if (!bytes.ok) {
      return { problem: "too_large", status: 413, params: { bytes: String(bytesMax) } };
    }
    const text = textIn(bytes.value);
    if (text === null) {
      return { problem: "body_unreadable", status: 400, params: { problem: "not UTF-8" } };
    }
    const run = () => command({ ...call, text, type });
    if (key === null) return run();
    const said = `${request.method} ${new URL(request.url).pathname}\n${type}\n${text}`;
    const sha256 = createHash("sha256").update(said).digest("hex");
    return once({ caller, key, sha256 }, request, run);
  });
}

/** A door of the public API that only tells. */
export const telling = (scope: Scope, query: (call: Call) => Promise<Told | Document>) =>
  watched(scope, query);

function watched(scope: Scope, open: (call: Call) => Promise<Told | Document | Response>) {
  return async (request: Request, context: Context): Promise<Response> => {
    try {
      const found = await actorOfToken(request);
      if (!found) return answered(request, { problem: "not_signed_in", status: 401 });
      if (!found.scopes.includes(scope)) {
        return answered(request, { problem: "not_permitted", status: 403, params: { scope } });
      }
      const caller = found.actor;
      const now = instant(Date.now());
      const wait = await overRate(`api/${caller.id}`, { limit: callsPerMinute, seconds: 60 }, now);
      if (wait !== null) {
        const params = { limit: String(callsPerMinute), seconds: String(wait) };
        const over = { problem: "too_many_calls", status: 429, params, retryAfter: wait } as const;
        return answered(request, over);
      }
      const told = await open({ caller, request, params: (await context?.params) ?? {} });
      return told instanceof Response ? told : answered(request, told);
    } catch (error) {
      const id = randomUUID();
      log.error({ err: error, id, path: new URL(request.url).pathname }, "a call failed");
      return answered(request, { problem: "broken", status: 500, params: { id } });
    }
  };
}

function textIn(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const headersOf = (type: string): Record<string, string> => ({
  "content-type": type,
  "cache-control": "private, no-store",
});

/** RFC 9457: what went wrong, as a code for machines and as words that say what to do. */
function answered(request: Request, told: Told | Document): Response {
  if ("text" in told) {
    return new Response(told.text, { status: told.status, headers: headersOf(told.type) });
  }
  if ("body" in told) return sent(told.status, JSON.stringify(told.body));
  return sent(told.status, JSON.stringify(problemIn(request, told)), told.retryAfter);
}

function problemIn(request: Request, { problem, status, params = {}, errors }: Problem) {
  const asked = request.headers.get("accept-language")?.split(",") ?? [];
  const { why, next } = problemWords(localeFrom(asked), problem, params);
  return {
    type: `urn:buyoff:problem:${problem}`,
    title: why,
    status,
    detail: next,
    code: problem,
    ...(errors && { errors }),
  };
}

function sent(status: number, text: string, retryAfter?: number, isReplay = false): Response {
  const headers = headersOf(status >= 400 ? "application/problem+json" : "application/json");
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  if (isReplay) headers["idempotency-replayed"] = "true";
  return new Response(text, { status, headers });
}

type Keyed = { caller: Actor; key: string; sha256: string };

/**
 * The same call under the same key is answered as the first time, whatever became of that answer on its
 * way; another call under it is refused. What broke here leaves no answer: it may be sent again.
 */
async function once(
  { caller, key, sha256 }: Keyed,
  request: Request,
  run: () => Promise<Told>,
): Promise<Told | Response> {
  const known = await claimed({ caller, key, sha256 });
  if (known === "other") return { problem: "idempotency_key_reused", status: 422 };
  if (known === "in_progress") {
    const params = { seconds: "2" };
    return { problem: "idempotency_in_progress", status: 409, params, retryAfter: 2 };
  }
  if (known !== "ours") return sent(known.status, known.body, undefined, true);
  const where = { tokenId: caller.id, key };
  try {
    const told = await run();
    const body = JSON.stringify("body" in told ? told.body : problemIn(request, told));
    const data = { status: told.status, body };
    await inTransaction((tx) => tx.apiAnswer.updateMany({ where, data }), caller.site);
    return told;
  } catch (error) {
    await inTransaction((tx) => tx.apiAnswer.deleteMany({ where }), caller.site);
    throw error;
  }
}

type Claim = "ours" | "other" | "in_progress" | { status: number; body: string };

const claimed = ({ caller, key, sha256 }: Keyed): Promise<Claim> =>
  inTransaction(async (tx) => {
    await tx.$executeRaw`
      delete from api_answers
       where site_id = ${caller.site}::uuid and started_at < clock_timestamp() - interval '7 days'`;
    const made = await tx.$executeRaw`
      insert into api_answers (token_id, key, site_id, request_sha256, started_at)
      values (${caller.id}::uuid, ${key}, ${caller.site}::uuid, ${sha256}, clock_timestamp())
      on conflict do nothing`;
    if (made === 1) return "ours";
    const [found] = await tx.$queryRaw<
      { request_sha256: string; started_at: Date; status: number | null; body: string | null }[]
    >`select request_sha256, started_at, status, body from api_answers
       where token_id = ${caller.id}::uuid and key = ${key} for update`;
    if (!found) return "in_progress";
    if (found.request_sha256 !== sha256) return "other";
    if (found.status !== null) return { status: found.status, body: found.body ?? "" };
    if (Date.now() - found.started_at.getTime() < inProgressMs) return "in_progress";
    await tx.apiAnswer.updateMany({
      where: { tokenId: caller.id, key },
      data: { startedAt: new Date() },
    });
    return "ours";
  }, caller.site);
