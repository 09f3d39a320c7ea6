import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Behaviour, BehaviourSwitch } from "./behaviour.ts";
import { openApiDocument } from "./openapi.ts";
import type { Disposition, Ncr, Status, Store } from "./store.ts";
import { decisions, statuses } from "./store.ts";
import type { Webhooks } from "./webhooks.ts";

export type Register = {
  store: Store;
  behaviour: BehaviourSwitch;
  webhooks: Webhooks;
  token: string;
};

/** What the server says. `null` instead of it: the connection is cut or left hanging. */
export type Answer = { status: number; body: unknown; headers?: Record<string, string> };

const problem = (status: number, detail: string): Answer => ({ status, body: { error: detail } });
const withTag = (status: number, ncr: Ncr): Answer => ({
  status,
  body: ncr,
  headers: { etag: `"${ncr.version}"` },
});

export async function handleApi(
  register: Register,
  request: IncomingMessage,
  url: URL,
  behaviour: Behaviour,
): Promise<Answer> {
  if (request.headers.authorization !== `Bearer ${register.token}`)
    return problem(401, "bearer token missing or wrong");
  const parts = url.pathname.split("/").slice(2).map(decodeURIComponent);
  const [collection, number, part, key] = parts;
  const method = request.method ?? "GET";
  if (collection === "openapi.json" && method === "GET")
    return { status: 200, body: openApiDocument };
  if (collection === "changes" && method === "GET") return changes(register, url);
  if (collection !== "ncrs") return problem(404, "no such resource");
  if (number === undefined) {
    if (method === "GET") return search(register, url);
    return method === "POST" ? create(register, request, behaviour) : problem(405, "GET or POST");
  }
  if (part === undefined && method === "PUT") return carryOver(register, request, number);
  const ncr = register.store.get(number);
  if (!ncr) return problem(404, `no record ${number}`);
  if (part === undefined) {
    if (method === "GET") return withTag(200, ncr);
    if (method === "PATCH") return patch(register, request, ncr);
    if (method !== "DELETE") return problem(405, "GET, PATCH or DELETE");
    register.store.remove(number);
    return { status: 200, body: { removed: number } };
  }
  if (part === "merge" && method === "POST") return merge(register, request, ncr);
  if (part === "comments" && method === "POST") return comment(register, request, number);
  if (part === "attachments" && key === undefined && method === "GET")
    return { status: 200, body: { attachments: ncr.attachments } };
  if (part === "attachments" && key !== undefined)
    return attachment(register, request, ncr, {
      sha256: key,
      isHalved: behaviour.mode === "truncate",
    });
  return problem(404, "no such resource");
}

async function create(
  register: Register,
  request: IncomingMessage,
  behaviour: Behaviour,
): Promise<Answer> {
  const sent = await readJson(request);
  if (!sent) return problem(400, "the body must be a JSON object");
  const { external_key: externalKey = null, ...rest } = sent;
  if (externalKey !== null && typeof externalKey !== "string")
    return problem(422, "external_key: text");
  if (typeof rest.title !== "string" || rest.title === "") return problem(422, "title: required");
  const wrong = Object.keys(rest).find(
    (name) => typeof rest[name] !== "string" && rest[name] !== null,
  );
  if (wrong) return problem(422, `${wrong}: text`);
  if (behaviour.refused_codes.includes(String(rest.defect_code)))
    return problem(400, `defect_code: ${rest.defect_code} is not in the list`);
  const ignored = ignoredFields(behaviour);
  const fields = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value !== null && !ignored.has(name)),
  ) as Record<string, string>;
  const ncr = register.store.create(fields, externalKey, register.behaviour.now());
  return { ...withTag(201, ncr), headers: { etag: '"1"', location: `/api/ncrs/${ncr.number}` } };
}

/** A register is begun with the records of the one before it: numbers, dates and decisions as they were. */
async function carryOver(
  register: Register,
  request: IncomingMessage,
  number: string,
): Promise<Answer> {
  const sent = await readJson(request);
  const dispositions = parseDispositions(sent?.dispositions);
  const isWhole =
    sent !== null &&
    dispositions !== null &&
    statuses.includes(sent.status as Status) &&
    Number.isInteger(sent.version) &&
    typeof sent.fields === "object" &&
    Array.isArray(sent.comments) &&
    Array.isArray(sent.attachments);
  if (!isWhole) return problem(422, "a whole record: fields, status, dispositions, version, …");
  const ncr = { ...sent, number, dispositions } as Ncr;
  return withTag(200, register.store.carryOver(ncr));
}

/** Two records of the same: what is asked for under this one's number is the other from here on. */
async function merge(register: Register, request: IncomingMessage, ncr: Ncr): Promise<Answer> {
  const sent = await readJson(request);
  const into = typeof sent?.into === "string" ? register.store.get(sent.into) : undefined;
  if (!into || into.number === ncr.number)
    return problem(422, "into: the number of another record");
  register.store.merge(ncr, into, register.behaviour.now());
  register.webhooks.changed("ncr.status_changed", ncr);
  return withTag(200, into);
}

const ignoredFields = (behaviour: Behaviour): Set<string> =>
  new Set(behaviour.mode === "ignore-field" ? behaviour.ignored_fields : []);

function search(register: Register, url: URL): Answer {
  const wantedKey = url.searchParams.get("external_key");
  const closedToo = url.searchParams.get("include_closed") === "1";
  const serial = url.searchParams.get("serial");
  const indexedBefore = register.behaviour.now().getTime() - register.behaviour.get().search_lag_ms;
  const found = register.store
    .list(wantedKey)
    .filter((ncr) => closedToo || (ncr.status !== "closed" && ncr.status !== "void"))
    .filter((ncr) => serial === null || ncr.fields.serial === serial)
    .filter((ncr) => Date.parse(ncr.created_at) <= indexedBefore);
  return { status: 200, body: { ncrs: found, total: found.length } };
}

function changes(register: Register, url: URL): Answer {
  const since = Number(url.searchParams.get("since") ?? "0");
  const limit = Math.min(Number(url.searchParams.get("limit") ?? "100"), 500);
  if (!Number.isInteger(since) || !Number.isInteger(limit))
    return problem(400, "since and limit: whole numbers");
  const found = register.store.changesSince(since, limit);
  const cursor = found.at(-1)?.sequence ?? Math.min(since, register.store.lastSequence);
  return { status: 200, body: { changes: found, cursor: String(cursor) } };
}

async function patch(register: Register, request: IncomingMessage, ncr: Ncr): Promise<Answer> {
  const sent = await readJson(request);
  if (!sent) return problem(400, "the body must be a JSON object");
  const expected = request.headers["if-match"];
  if (expected !== undefined && expected !== `"${ncr.version}"`)
    return problem(412, `version is ${ncr.version}`);
  return setStatusAndDispositions(register, ncr, sent);
}

/** Shared with the page. */
export function setStatusAndDispositions(
  register: Register,
  ncr: Ncr,
  sent: Record<string, unknown>,
): Answer {
  const to: { status?: Status; dispositions?: Disposition[] } = {};
  if (sent.status !== undefined) {
    if (!statuses.includes(sent.status as Status))
      return problem(422, `status: one of ${statuses.join(", ")}`);
    to.status = sent.status as Status;
  }
  if (sent.dispositions !== undefined) {
    const dispositions = parseDispositions(sent.dispositions);
    if (!dispositions)
      return problem(
        422,
        "dispositions: a list of decision, quantity, design_authority, concession",
      );
    to.dispositions = dispositions;
  }
  const changed = register.store.change(ncr, to, register.behaviour.now());
  if (to.dispositions !== undefined) register.webhooks.changed("ncr.dispositions_changed", changed);
  else if (to.status !== undefined && to.status !== ncr.status)
    register.webhooks.changed("ncr.status_changed", changed);
  return withTag(200, changed);
}

function parseDispositions(sent: unknown): Disposition[] | null {
  if (!Array.isArray(sent)) return null;
  const parsed: Disposition[] = [];
  for (const one of sent as Record<string, unknown>[]) {
    const { decision, quantity, design_authority: authority = null, concession = null } = one ?? {};
    if (!decisions.includes(decision as Disposition["decision"])) return null;
    if (typeof quantity !== "string" || !/^\d+(\.\d+)?$/.test(quantity)) return null;
    parsed.push({
      decision: decision as Disposition["decision"],
      quantity,
      design_authority: typeof authority === "string" && authority !== "" ? authority : null,
      concession: typeof concession === "string" && concession !== "" ? concession : null,
    });
  }
  return parsed;
}

async function comment(
  register: Register,
  request: IncomingMessage,
  number: string,
): Promise<Answer> {
  const sent = await readJson(request);
  // Read again: another request may have changed the record while this body was arriving.
  const ncr = register.store.get(number);
  if (!ncr || !sent || typeof sent.text !== "string" || sent.text === "")
    return problem(422, "text: required");
  const added = {
    number: ncr.comments.length + 1,
    external_key: typeof sent.external_key === "string" ? sent.external_key : null,
    author: typeof sent.author === "string" ? sent.author : "API",
    text: sent.text,
    created_at: register.behaviour.now().toISOString(),
  };
  register.store.change(ncr, { comments: [...ncr.comments, added] }, register.behaviour.now());
  return { status: 201, body: added };
}

const fileTypes = /^(image\/(jpeg|png|webp)|application\/pdf|text\/plain)$/;

async function attachment(
  register: Register,
  request: IncomingMessage,
  before: Ncr,
  { sha256, isHalved }: { sha256: string; isHalved: boolean },
): Promise<Answer> {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return problem(422, "the name of an attachment is its SHA-256");
  if (request.method === "GET") {
    const known = before.attachments.find((one) => one.sha256 === sha256);
    return known ? { status: 200, body: known } : problem(404, "no such attachment");
  }
  if (request.method !== "PUT") return problem(405, "GET or PUT");
  const mediaType = request.headers["content-type"] ?? "";
  if (!fileTypes.test(mediaType)) return problem(415, `not accepted: ${mediaType}`);
  const bytes = await readBytes(request, 25_000_000);
  if (!bytes) return problem(413, "larger than 25 MB");
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    return problem(422, "the bytes have another SHA-256");
  const ncr = register.store.get(before.number) ?? before;
  const known = ncr.attachments.find((one) => one.sha256 === sha256);
  if (known) return { status: 200, body: known };
  const kept = isHalved ? bytes.subarray(0, bytes.length / 2) : bytes;
  const keptAs = createHash("sha256").update(kept).digest("hex");
  register.store.saveFile(keptAs, kept);
  const added = {
    sha256: keptAs,
    name: String(request.headers["x-file-name"] ?? sha256).slice(0, 200),
    media_type: mediaType,
    size: kept.length,
    received_at: register.behaviour.now().toISOString(),
  };
  register.store.change(
    ncr,
    { attachments: [...ncr.attachments, added] },
    register.behaviour.now(),
  );
  return { status: 201, body: added };
}

export async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const bytes = await readBytes(request, 1_000_000);
  try {
    const parsed: unknown = JSON.parse(bytes?.toString("utf8") ?? "");
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export async function readBytes(request: IncomingMessage, max: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > max) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function send(response: ServerResponse, answer: Answer): void {
  const isText = typeof answer.body === "string";
  const payload = isText ? (answer.body as string) : `${JSON.stringify(answer.body)}\n`;
  response.writeHead(answer.status, {
    "content-type": isText ? "text/html; charset=utf-8" : "application/json",
    "cache-control": "no-store",
    ...answer.headers,
  });
  response.end(payload);
}
