"use client";
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useRef, useState, useTransition } from "react";
import { concerns, everything } from "#lib/feed/live.rules";
import { FOLLOWS_COOKIE, type LiveChange } from "#lib/feed/live.schema";

/** Soon enough for whoever looks; seldom enough for a plant in which something is recorded all the time. */
const soonMs = 250;
const leastMs = 2_500;
const againMs = 5_000;

type Following = "connecting" | "live" | "lost" | "ended";

/**
 * Follows the plant: what the server draws is drawn again when something of it has changed, and whatever
 * is open or typed stays. Says in the rail whether it follows.
 */
export function LiveRoom({ since }: { since: number }) {
  const t = useTranslations("desk.live");
  const change = useRedraw();
  const now = useStream(since, change);
  return (
    <p
      role={now === "ended" || now === "lost" ? "alert" : "status"}
      data-live={now}
      className={`flex items-center gap-2 text-[13px] leading-snug ${
        now === "ended" || now === "lost" ? "font-[650] text-[#f2c063]" : "text-(--rail-ink-2)"
      }`}
    >
      <span
        aria-hidden="true"
        className={`size-2 shrink-0 rounded-full ${now === "live" ? "bg-[#7fd6a4]" : "border border-current"}`}
      />
      {now === "ended" ? (
        <span>
          {t("ended")}{" "}
          <a href="/sign-in" className="text-(--rail-bright) underline underline-offset-4">
            {t("signIn")}
          </a>
        </span>
      ) : (
        t(now)
      )}
    </p>
  );
}

/** A refresh per burst of changes; none behind an open dialog, whose ground must not move. */
function useRedraw(): (change: LiveChange) => void {
  const router = useRouter();
  const path = usePathname();
  const [isPending, start] = useTransition();
  const last = useRef(0);
  const timer = useRef<number | null>(null);
  const redraw = useEffectEvent(() => {
    timer.current = null;
    if (document.querySelector("dialog[open]") !== null) return later(soonMs);
    last.current = Date.now();
    markOwn(true);
    start(() => router.refresh());
  });
  const later = (ms: number) => {
    timer.current ??= window.setTimeout(() => redraw(), ms);
  };
  useEffect(() => {
    if (!isPending) markOwn(false);
  }, [isPending]);
  useEffect(
    () => () => {
      if (timer.current !== null) window.clearTimeout(timer.current);
    },
    [],
  );
  return (change) => {
    if (concerns(path, change)) later(Math.max(soonMs, last.current + leastMs - Date.now()));
  };
}

/** Nobody asked for this request: it keeps no session from falling idle. */
function markOwn(isOwn: boolean): void {
  const secure = window.location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is absent on plain http
  document.cookie = `${FOLLOWS_COOKIE}=1; path=/; max-age=${isOwn ? 10 : 0}; samesite=strict${secure}`;
}

/** Open while the page is in sight: a browser has few connections to give, and nobody looks at the others. */
function useStream(since: number, onChange: (change: LiveChange) => void): Following {
  const [now, setNow] = useState<Following>("connecting");
  const tell = useEffectEvent(onChange);
  const seen = useEffectEvent(() => since);
  useEffect(() => {
    let source: EventSource | null = null;
    let again: number | null = null;
    const shut = () => {
      source?.close();
      source = null;
      if (again !== null) window.clearTimeout(again);
      again = null;
    };
    const open = () => {
      shut();
      if (document.visibilityState === "hidden") return;
      const own = new EventSource(`/api/live?since=${seen()}`);
      source = own;
      own.addEventListener("open", () => setNow("live"));
      own.addEventListener("changed", (event) => tell(changeIn(event.data)));
      own.addEventListener("ended", () => {
        shut();
        setNow("ended");
      });
      own.addEventListener("error", () => {
        setNow("lost");
        // The browser tries again by itself, unless what answered was no stream.
        if (own.readyState !== EventSource.CLOSED) return;
        again = window.setTimeout(() => void askAgain(), againMs);
      });
    };
    const askAgain = async () => {
      const asking = new AbortController();
      const answer = await fetch("/api/live", { signal: asking.signal }).catch(() => null);
      const isOver = answer?.status === 401;
      asking.abort();
      if (!isOver) return open();
      shut();
      setNow("ended");
    };
    document.addEventListener("visibilitychange", open);
    open();
    return () => {
      document.removeEventListener("visibilitychange", open);
      shut();
    };
  }, []);
  return now;
}

function changeIn(said: string): LiveChange {
  try {
    return JSON.parse(said) as LiveChange;
  } catch {
    return everything;
  }
}
