import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer, Register } from "./api.ts";
import { handleApi, readBytes, readJson, send, setStatusAndDispositions } from "./api.ts";
import type { Behaviour } from "./behaviour.ts";
import { apiPage, behaviourPage, listPage, recordPage } from "./pages.ts";

export function startServer(register: Register): Server {
  return createServer((request, response) => {
    void handle(register, request, response).catch((error: unknown) => {
      // A caller that goes away in the middle of its request is no fault of ours.
      if ((error as NodeJS.ErrnoException).code === "ECONNRESET") return;
      process.stderr.write(`${String(error)}\n`);
      if (!response.headersSent) send(response, { status: 500, body: { error: "internal error" } });
    });
  });
}

async function handle(
  register: Register,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/api/behaviour") return send(response, await behaviour(register, request));
  if (url.pathname === "/api/admin/count") return send(response, count(register, request));
  if (url.pathname === "/api/health") return send(response, { status: 200, body: { ok: true } });
  if (url.pathname.startsWith("/api/")) return misbehaving(register, request, response, url);
  return page(register, request, response, url);
}

const authorized = (register: Register, request: IncomingMessage): boolean =>
  request.headers.authorization === `Bearer ${register.token}`;
const noToken: Answer = { status: 401, body: { error: "bearer token missing or wrong" } };

async function behaviour(register: Register, request: IncomingMessage): Promise<Answer> {
  if (!authorized(register, request)) return noToken;
  if (request.method === "PUT") {
    const wrong = register.behaviour.set((await readJson(request)) ?? {});
    if (wrong) return { status: 422, body: { error: wrong } };
  }
  return { status: 200, body: register.behaviour.get() };
}

function count(register: Register, request: IncomingMessage): Answer {
  if (!authorized(register, request)) return noToken;
  const { ncrs, byExternalKey, attachments } = register.store.count();
  return { status: 200, body: { ncrs, by_external_key: byExternalKey, attachments } };
}

/** The one place where the switch has its effect: before the work, or between the work and the answer. */
async function misbehaving(
  register: Register,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const current = authorized(register, request)
    ? register.behaviour.take(kindOf(request, url), url.pathname)
    : null;
  if (current) {
    const instead = await before(current, response);
    if (instead === "nothing") return;
    if (instead) {
      request.resume();
      return send(response, instead);
    }
  }
  const answer = await handleApi(register, request, url, current ?? register.behaviour.get());
  if (current?.mode === "commit-then-drop") response.socket?.destroy();
  else if (current?.mode !== "commit-then-hang") send(response, answer);
}

async function before(
  current: Behaviour,
  response: ServerResponse,
): Promise<Answer | "nothing" | null> {
  switch (current.mode) {
    case "slow":
      await wait(current.delay_ms);
      return null;
    case "503":
      return { status: 503, body: { error: "down for maintenance" } };
    case "hang":
      return "nothing";
    case "drop":
      response.socket?.destroy();
      return "nothing";
    case "reject":
      return { status: 422, body: { error: current.reason } };
    case "429":
      return {
        status: 429,
        body: { error: "too many requests" },
        headers: { "retry-after": current.retry_after },
      };
    case "403":
      return { status: 403, body: { error: current.reason } };
    case "401":
      return { status: 401, body: { error: "token expired" } };
    case "html":
      return { status: 200, body: "<!doctype html><title>Sign in</title><h1>Please sign in</h1>" };
    default:
      return null;
  }
}

function kindOf(
  request: IncomingMessage,
  url: URL,
): "create" | "comment" | "attachment" | "patch" | "read" {
  if (request.method === "GET") return "read";
  if (request.method === "PATCH") return "patch";
  if (url.pathname.includes("/attachments/")) return "attachment";
  return url.pathname.endsWith("/comments") ? "comment" : "create";
}

async function page(
  register: Register,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [first, number, action, key] = url.pathname.split("/").slice(1).map(decodeURIComponent);
  if (request.method === "POST") return submitted(register, request, response, url);
  if (url.pathname === "/")
    return send(response, { status: 200, body: listPage(register.store.list(), url.searchParams) });
  if (first === "behaviour")
    return send(response, { status: 200, body: behaviourPage(register.behaviour.get()) });
  if (first === "api-docs") return send(response, { status: 200, body: apiPage() });
  const ncr = first === "ncrs" && number ? register.store.get(number) : undefined;
  if (!ncr) return send(response, { status: 404, body: "<h1>Not found</h1>" });
  if (action === "files")
    return file(
      register,
      response,
      ncr.attachments.find((one) => one.sha256 === key),
    );
  return send(response, { status: 200, body: recordPage(ncr) });
}

function file(
  register: Register,
  response: ServerResponse,
  known: { sha256: string; media_type: string } | undefined,
): void {
  const bytes = known ? register.store.readFile(known.sha256) : null;
  if (!known || !bytes) {
    send(response, { status: 404, body: "<h1>Not found</h1>" });
    return;
  }
  response.writeHead(200, {
    "content-type": known.media_type,
    "x-content-type-options": "nosniff",
  });
  response.end(bytes);
}

async function submitted(
  register: Register,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const origin = request.headers.origin;
  // A form of another site must not change records here.
  if (origin !== undefined && new URL(origin).host !== request.headers.host) {
    return send(response, { status: 403, body: "<h1>Another site sent this form</h1>" });
  }
  const form = new URLSearchParams((await readBytes(request, 100_000))?.toString("utf8") ?? "");
  const [first, number, action] = url.pathname.split("/").slice(1).map(decodeURIComponent);
  if (first === "behaviour") {
    register.behaviour.set(behaviourOfForm(form));
    return redirect(response, "/behaviour");
  }
  const ncr = first === "ncrs" && number ? register.store.get(number) : undefined;
  if (!ncr) return send(response, { status: 404, body: "<h1>Not found</h1>" });
  const answer = setStatusAndDispositions(
    register,
    ncr,
    changeOfForm(action, form, ncr.dispositions),
  );
  if (answer.status !== 200)
    return send(response, {
      status: answer.status,
      body: `<h1>Refused</h1><p>${JSON.stringify(answer.body).replace(/</g, "&lt;")}</p>`,
    });
  return redirect(response, `/ncrs/${encodeURIComponent(ncr.number)}`);
}

function changeOfForm(
  action: string | undefined,
  form: URLSearchParams,
  dispositions: unknown[],
): Record<string, unknown> {
  if (action === "status") return { status: form.get("status") };
  if (action === "clear") return { dispositions: [] };
  const added = {
    decision: form.get("decision"),
    quantity: form.get("quantity"),
    design_authority: form.get("design_authority"),
    concession: form.get("concession"),
  };
  return { status: "dispositioned", dispositions: [...dispositions, added] };
}

function behaviourOfForm(form: URLSearchParams): Record<string, unknown> {
  const remaining = form.get("remaining") ?? "";
  return {
    mode: form.get("mode") ?? "ok",
    scope: form.get("scope") ?? "all",
    remaining: remaining === "" ? null : Number(remaining),
    delay_ms: Number(form.get("delay_ms") ?? "3000"),
    retry_after: form.get("retry_after") ?? "2",
    reason: form.get("reason") ?? "",
    ignored_fields: (form.get("ignored_fields") ?? "")
      .split(/[\s,]+/)
      .filter((name) => name !== ""),
    search_lag_ms: Number(form.get("search_lag_ms") ?? "0"),
  };
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(303, { location: to });
  response.end();
}
