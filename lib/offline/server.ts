import type { ServerRefusal } from "./wire.schema.ts";

/**
 * The HTTP status says whether the server could answer, the Result what it answered. `silence` is no
 * answer at all or one from a machine in trouble: whether the request was acted on is not known.
 */
export type Answer<T> =
  | { kind: "ok"; value: T }
  | { kind: "refused"; error: ServerRefusal }
  | { kind: "status"; status: number }
  | { kind: "silence" };

export type Server = {
  get: <T>(path: string) => Promise<Answer<T>>;
  post: <T>(path: string, body: unknown) => Promise<Answer<T>>;
  /** A part of something, which the range names. */
  putPart: <T>(
    path: string,
    part: { bytes: ArrayBuffer; mediaType: string; range: string },
  ) => Promise<Answer<T>>;
};

const PATIENCE_MS = 15_000;

/** Told with each answer which version of the tablet's page the server has. */
export type Heard = (version: string) => void;

async function ask<T>(path: string, init: RequestInit, heard: Heard): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      ...init,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const version = response.headers.get("x-buyoff-version");
    if (version !== null) heard(version);
    if (response.status >= 500 || response.status === 429) return { kind: "silence" };
    if (!response.ok) return { kind: "status", status: response.status };
    return read<T>(await response.json());
  } catch {
    // A refused connection, a cut one, a body that stops half way: all the same to the queue.
    return { kind: "silence" };
  }
}

/** Reads answer either {ok, value} or the bare value. */
function read<T>(body: unknown): Answer<T> {
  if (typeof body === "object" && body !== null && "ok" in body) {
    const result = body as { ok: boolean; value?: T; error?: ServerRefusal };
    if (result.ok) return { kind: "ok", value: (result.value ?? body) as T };
    return { kind: "refused", error: result.error ?? { code: "unknown" } };
  }
  return { kind: "ok", value: body as T };
}

export const serverOverHttp = (heard: Heard): Server => ({
  get: (path) => ask(path, { method: "GET", headers: { accept: "application/json" } }, heard),
  post: (path, body) =>
    ask(
      path,
      {
        method: "POST",
        headers: { "content-type": "application/json", "x-buyoff": "1" },
        body: JSON.stringify(body),
      },
      heard,
    ),
  putPart: (path, { bytes, mediaType, range }) =>
    ask(
      path,
      {
        method: "PUT",
        headers: { "content-type": mediaType, "content-range": range, "x-buyoff": "1" },
        body: bytes,
      },
      heard,
    ),
});
