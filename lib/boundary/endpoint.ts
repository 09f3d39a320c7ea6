import "server-only";
import { randomUUID } from "node:crypto";
import type { z } from "zod/mini";
import { log } from "#lib/kit/log";
import type { Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { actorOfDevice, currentActor } from "./actor.ts";
import type { BoundaryError } from "./admit.ts";
import { jsonOf } from "./body.ts";
import { isOwnOrigin } from "./origin.ts";
import { may, type Permission } from "./permissions.ts";
import { builtVersion } from "./shell.ts";

/** Who may knock: nobody in particular, an enrolled tablet, or a person at the desk who may do this. */
export type Knock = "public" | "device" | Permission;
type ActorFor<K extends Knock> = K extends "public" ? null : Actor;

type RouteContext = { params: Promise<Record<string, string>> };
export type Asked = { request: Request; params: Record<string, string> };

/** A Result becomes the answer's JSON; a Response is sent as it is; anything else as bare JSON. */
type Answer = Result<unknown, unknown> | Response | object;

export type EndpointOptions = {
  /** Largest body in bytes; 64 KiB unless said otherwise. */
  bytesMax?: number;
  /** Also a tablet that was revoked: what it hands over is kept and decided by nobody. */
  evenRevoked?: boolean;
};

/**
 * Turns a command into a mutating route handler. The HTTP status says whether the server could
 * answer; the Result says what it answered. A tablet therefore retries on 5xx and silence, and never
 * on a refusal.
 */
export function endpoint<K extends Knock, S extends z.ZodMiniType>(
  knock: K,
  schema: S,
  command: (actor: ActorFor<K>, input: z.output<S>, asked: Asked) => Promise<Answer>,
  { bytesMax = 65_536, evenRevoked = false }: EndpointOptions = {},
) {
  return guarded(async (request, asked) => {
    if (!isFromOurPage(request)) return turnAway("foreign_origin", 403);
    const actor = await actorAtDoor(knock, request, evenRevoked);
    if (actor instanceof Response) return actor;
    const body = await jsonOf(request, bytesMax);
    if (!body.ok) return turnAway(body.error === "too_large" ? "too_large" : "invalid_input");
    const parsed = schema.safeParse(body.value);
    if (!parsed.success) return turnAway("invalid_input");
    return command(actor as ActorFor<K>, parsed.data as z.output<S>, asked);
  });
}

/** Turns a query into a GET handler. Changes nothing, so it asks for no proof of origin. */
export function reading<K extends Knock>(
  knock: K,
  query: (actor: ActorFor<K>, asked: Asked) => Promise<Answer>,
) {
  return guarded(async (request, asked) => {
    const actor = await actorAtDoor(knock, request);
    return actor instanceof Response ? actor : query(actor as ActorFor<K>, asked);
  });
}

/**
 * For handlers whose body isn't JSON (photos): the same door, the body left to them. `handsOver`: whether a tablet
 * that was revoked may still bring exactly this.
 */
export function uploading<K extends Knock>(
  knock: K,
  command: (actor: ActorFor<K>, asked: Asked) => Promise<Answer>,
  handsOver: (actor: Actor, asked: Asked) => Promise<boolean> = async () => false,
) {
  return guarded(async (request, asked) => {
    if (!isOwnOrigin(request.headers) || request.headers.get("x-buyoff") !== "1") {
      return turnAway("foreign_origin", 403);
    }
    const actor = await actorAtDoor(knock, request);
    if (!(actor instanceof Response)) return command(actor as ActorFor<K>, asked);
    const revoked = knock === "device" ? await actorOfDevice(request, { evenRevoked: true }) : null;
    const isLetIn = revoked !== null && (await handsOver(revoked, asked));
    return isLetIn ? command(revoked as ActorFor<K>, asked) : actor;
  });
}

// A form can send text/plain and no header of ours; a script of a foreign page can send neither
// without asking first, and we never say yes.
function isFromOurPage(request: Request): boolean {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  return (
    type === "application/json" &&
    request.headers.get("x-buyoff") === "1" &&
    isOwnOrigin(request.headers)
  );
}

async function actorAtDoor(
  knock: Knock,
  request: Request,
  evenRevoked = false,
): Promise<Actor | null | Response> {
  if (knock === "public") return null;
  const actor =
    knock === "device" ? await actorOfDevice(request, { evenRevoked }) : await currentActor();
  if (!actor) return turnAway("not_signed_in", 401);
  if (knock !== "device" && !may(actor, knock)) return turnAway("not_permitted", 403);
  return actor;
}

const statusOf = { too_large: 413, invalid_input: 400, foreign_origin: 403 } as const;

/** An answer from the door: the request was not let in, or not understood. */
export function turnAway(
  code: BoundaryError["code"] | "too_large" | "unknown",
  status: number = statusOf[code as keyof typeof statusOf],
): Response {
  const error = { ok: false, error: { code, params: {} } };
  return Response.json(error, { status, headers: privately });
}

/**
 * Who is told something by name is told it alone: no cache on the way may keep it. Which version of its page
 * this server has is said with it, so that a tablet with another one looks for the new one.
 */
const privately: Readonly<Record<string, string>> = {
  "cache-control": "private, no-store",
  ...(builtVersion !== null && { "x-buyoff-version": builtVersion }),
};

/** A document that is the same for everybody and tells nothing of the plant: any system may fetch and keep it. */
export const published = (document: object, type: string): Response =>
  new Response(JSON.stringify(document), {
    headers: { "content-type": type, "cache-control": "public, max-age=300" },
  });

// The one refusal with a status of its own: whoever asks too often is a machine, and machines read it.
function jsonAnswer(answer: object): Response {
  const error = "error" in answer ? (answer.error as Partial<BoundaryError>) : null;
  if ((error?.code as string | undefined) !== "too_many_attempts") {
    return Response.json(answer, { headers: privately });
  }
  const headers = { ...privately, "retry-after": error?.params?.seconds ?? "60" };
  return Response.json(answer, { status: 429, headers });
}

/** What every handler has around it: what breaks is logged once and answered with its number. */
export function guarded(handler: (request: Request, asked: Asked) => Promise<Answer>) {
  return async (request: Request, context: RouteContext): Promise<Response> => {
    try {
      const params = (await context?.params) ?? {};
      const answer = await handler(request, { request, params });
      return answer instanceof Response ? answer : jsonAnswer(answer);
    } catch (error) {
      // Next's own signals (redirect, not found) travel as errors with a digest.
      if (typeof error === "object" && error !== null && "digest" in error) throw error;
      const id = randomUUID();
      log.error({ err: error, id, path: new URL(request.url).pathname }, "a request failed");
      return Response.json(
        { ok: false, error: { code: "broken", params: { id } } },
        { status: 500 },
      );
    }
  };
}
