import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  bytes: Buffer;
  /** Undefined where it isn't JSON. */
  json: unknown;
};
export type Answer = {
  status: number;
  body?: unknown;
  headers?: Record<string, string | string[]>;
};

/** A record as it is kept there, with what belongs to it. */
export type Held = {
  id: string;
  /** As its fields are called there. */
  fields: Record<string, unknown>;
  notes: { key?: string; text: string }[];
  files: { name: string; size: number }[];
  links: Record<string, unknown>[];
  createdAt: Date;
  changedAt: Date;
  changes: number;
};

export type World = {
  records: Held[];
  /** The next create is refused for this field. */
  refuses: string | null;
  /** The next create keeps something else in this field than it was sent. */
  alters: string | null;
  isRevoked: boolean;
  /** Sessions that count; what is not in it has expired. */
  sessions: Set<string>;
  begun: number;
};

type Of = {
  answer(asked: Asked, world: World): Answer;
  /** Makes a record, or adds to one. */
  isWrite(asked: Asked): boolean;
  isUpload(asked: Asked): boolean;
  /** How it says that it is asked too often; without it a proxy's 429 with Retry-After. */
  limited?: Answer;
};

export type Simulator = Awaited<ReturnType<typeof simulate>>;

/** A server with one vendor's behavior, and the faults that every network has. */
export async function simulate({ answer, isWrite, isUpload, limited }: Of) {
  const world: World = {
    records: [],
    refuses: null,
    alters: null,
    isRevoked: false,
    sessions: new Set(),
    begun: 0,
  };
  const faults = {
    losesReply: false,
    cutsUpload: false,
    limits: 0,
    /** The first request that is so is cut off before anything is done with it. */
    cuts: null as ((asked: Asked) => boolean) | null,
    /** Every answer comes so late. */
    delaysMs: 0,
    /** The first request that this has an answer to gets it, and nothing is done. */
    answers: null as ((asked: Asked) => Answer | null) | null,
    /** The first request that is so is carried out twice, and the second answer given, as something in between may do. */
    doubles: null as ((asked: Asked) => boolean) | null,
  };
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const heard = heardOf(request, Buffer.concat(parts));
    asked.push(heard);
    if (faults.limits > 0) {
      faults.limits -= 1;
      const headers = { "retry-after": "45", "x-ratelimit-remaining": "0" };
      return write(response, limited ?? { status: 429, headers, body: { error: "slow down" } });
    }
    if (faults.cutsUpload && isUpload(heard)) {
      faults.cutsUpload = false;
      return void request.socket.destroy();
    }
    if (faults.cuts?.(heard)) {
      faults.cuts = null;
      return void request.socket.destroy();
    }
    if (faults.delaysMs > 0) await wait(faults.delaysMs);
    const instead = faults.answers?.(heard) ?? null;
    if (instead) {
      faults.answers = null;
      return write(response, instead);
    }
    if (faults.doubles?.(heard)) {
      faults.doubles = null;
      answer(heard, world);
    }
    const said = answer(heard, world);
    if (faults.losesReply && isWrite(heard)) {
      faults.losesReply = false;
      return void request.socket.destroy();
    }
    write(response, said);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    faults,
    asked,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function heardOf(request: IncomingMessage, bytes: Buffer): Asked {
  const url = new URL(request.url ?? "/", "http://here");
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    json = undefined;
  }
  const { method = "", headers } = request;
  const path = decodeURIComponent(url.pathname);
  return { method, path, query: url.searchParams, headers, bytes, json };
}

function write(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

/** Keeps a new record, or what `alters` makes of it. */
export function keep(world: World, id: string, fields: Record<string, unknown>): Held {
  const now = new Date();
  const kept = { ...fields };
  if (world.alters !== null && world.alters in kept) kept[world.alters] = "112";
  world.alters = null;
  const held = {
    id,
    fields: kept,
    notes: [],
    files: [],
    links: [],
    createdAt: now,
    changedAt: now,
    changes: 0,
  };
  world.records.push(held);
  return held;
}

/** As by a person who works there. */
export function change(held: Held, fields: Record<string, unknown>): void {
  Object.assign(held.fields, fields);
  held.changedAt = new Date();
  held.changes += 1;
}

export const isBasic = ({ headers }: Asked, user: string, password: string): boolean =>
  headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

export const seconds = (at: Date): string => at.toISOString().slice(0, 19).replace("T", " ");

export const refusedFor = (world: World, fields: Record<string, unknown>): string | null => {
  const field = world.refuses;
  world.refuses = null;
  return field !== null && field in fields ? field : null;
};

/** The fields and the one file of a multipart form; null where it is none. */
export function formOf({ headers, bytes }: Asked) {
  const boundary = /boundary=(.+)$/.exec(headers["content-type"] ?? "")?.[1];
  if (!boundary) return null;
  const fields: Record<string, string> = {};
  let file: { name: string; size: number } | null = null;
  for (const part of bytes.toString("latin1").split(`--${boundary}`).slice(1, -1)) {
    const [head = "", ...rest] = part.split("\r\n\r\n");
    const content = rest.join("\r\n\r\n").slice(0, -2);
    const name = /name="([^"]*)"/.exec(head)?.[1] ?? "";
    const fileName = /filename="([^"]*)"/.exec(head)?.[1];
    if (fileName === undefined) fields[name] = content;
    else file = { name: Buffer.from(fileName, "latin1").toString("utf8"), size: content.length };
  }
  return { fields, file };
}
