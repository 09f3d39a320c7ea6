import "server-only";
import { isAboutWho, serverSentEvent } from "#lib/feed/live.rules";
import type { LiveChange } from "#lib/feed/live.schema";
import { log } from "#lib/kit/log";
import type { Actor } from "#lib/people/schema";
import { actorOfDeskCookie } from "./actor.ts";
import { cookieOf, deskCookie } from "./cookies.ts";
import { guarded, turnAway } from "./endpoint.ts";
import { may, type Permission } from "./permissions.ts";

/** Shorter than the patience of the proxies that a plant may have on the way. */
const heartbeatMs = 15_000;

type Listener = { tell: (change: LiveChange, at: number) => void; close: () => void };
type Follow = (actor: Actor, since: number, listener: Listener) => () => void;

/**
 * A stream of what changes, for as long as the session lives. Who listens is asked again with every
 * heartbeat and whenever a session, a role or a tablet has changed; to have a screen open is no sign of
 * anybody being there, so none of it keeps a session from falling idle.
 */
export function following(permission: Permission, follow: Follow) {
  return guarded(async (request) => {
    const cookie = cookieOf(request.headers.get("cookie"), deskCookie.name) ?? undefined;
    const who = () => actorOfDeskCookie(cookie, { isPresence: false });
    const actor = await who();
    if (!actor) return turnAway("not_signed_in", 401);
    if (!may(actor, permission)) return turnAway("not_permitted", 403);
    const isStill = async (): Promise<boolean> => {
      const now = await who();
      return now !== null && now.id === actor.id && now.site === actor.site && may(now, permission);
    };
    const body =
      request.method === "HEAD"
        ? null
        : streamOf({ isStill, sinceOf: sinceOf(request), request, actor, follow });
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        // no-transform: whoever compresses on the way would keep events back until there are enough of them.
        "cache-control": "private, no-store, no-transform",
        "x-accel-buffering": "no",
      },
    });
  });
}

/** What the screen has seen: the browser says so itself when it comes back, the page when it is new. */
function sinceOf(request: Request): number {
  const told =
    request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("since") ?? "";
  return /^\d{1,15}$/.test(told) ? Number(told) : 0;
}

function streamOf(of: {
  isStill: () => Promise<boolean>;
  sinceOf: number;
  request: Request;
  actor: Actor;
  follow: Follow;
}): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let end = (): void => undefined;
  return new ReadableStream({
    start(controller) {
      let isOpen = true;
      let stop = (): void => undefined;
      const send = (text: string): void => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      end = () => {
        if (!isOpen) return;
        isOpen = false;
        clearInterval(beat);
        stop();
        controller.close();
      };
      const ask = (): void => {
        of.isStill().then(
          (isStill) => {
            if (isStill) return send(": here\n\n");
            send(serverSentEvent("ended", {}));
            end();
          },
          // The database can't say now: nobody is told anything until it can.
          (err: unknown) => {
            log.warn({ err }, "a live screen could not be asked who it is");
            end();
          },
        );
      };
      const beat = setInterval(ask, heartbeatMs);
      send(`retry: 2000\n${serverSentEvent("hello", {}, Date.now())}`);
      stop = of.follow(of.actor, of.sinceOf, {
        tell: (change, at) => {
          send(serverSentEvent("changed", change, at));
          if (isAboutWho(change)) ask();
        },
        close: end,
      });
      of.request.signal.addEventListener("abort", end, { once: true });
    },
    cancel: () => end(),
  });
}
