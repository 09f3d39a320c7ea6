"use client";
import { useEffect, useEffectEvent, useState } from "react";
import { lookAgain, openTraveler } from "#lib/offline/packets";
import { lock } from "#lib/offline/people";
import { touched } from "#lib/offline/presence";
import { PlayerScreen } from "./player-screen.tsx";
import { type Problem, problemOf } from "./problem.tsx";
import { QueueScreen } from "./queue-screen.tsx";
import { RefusedCommands } from "./refused-commands.tsx";
import { useTablet } from "./tablet-context.tsx";
import { WorkProvider } from "./work-context.tsx";

/** How long somebody at the bench may look at a hold that was released elsewhere. */
const LOOK_AGAIN_MS = 4_000;

/** In the demo a test may ask for a shorter wait than the plant's. */
function idleMs(isDemo: boolean, minutes: number): number {
  const asked = Number(new URLSearchParams(location.search).get("idle"));
  return isDemo && Number.isFinite(asked) && asked > 0 ? asked * 1000 : minutes * 60_000;
}

function showInAddress(traveler: string | null): void {
  const address = new URL(location.href);
  if (traveler === null) address.searchParams.delete("t");
  else address.searchParams.set("t", traveler);
  history.replaceState(null, "", address);
}

export function WorkScreen() {
  const { core, view } = useTablet();
  const [problem, setProblem] = useState<Problem | null>(null);
  useIdleLock();
  useEffect(() => {
    const timer = setInterval(() => void lookAgain(core), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [core]);
  const open = async (traveler: string) => {
    const answer = await openTraveler(core, traveler);
    setProblem(problemOf(answer));
    if (answer.kind === "ok") showInAddress(traveler);
  };
  const openAddressed = useEffectEvent(() => {
    const asked = new URLSearchParams(location.search).get("t");
    if (asked !== null && core.view().open === null) void open(asked);
  });
  useEffect(() => openAddressed(), []);
  const leave = () => {
    showInAddress(null);
    core.set({ open: null });
  };
  if (view.signedIn === null) return null;
  return (
    <>
      {view.open === null ? (
        <QueueScreen onOpen={open} problem={problem} onProblem={setProblem} />
      ) : (
        <WorkProvider
          work={{ ...view.open, content: view.open.packet.content, signedIn: view.signedIn }}
        >
          <PlayerScreen
            key={view.open.packet.state.id}
            onLeave={leave}
            onOpen={open}
            problem={problem}
            onProblem={setProblem}
          />
        </WorkProvider>
      )}
      <RefusedCommands />
    </>
  );
}

/** A tablet left alone hides what it shows and ends the signing period; what was begun is kept. */
function useIdleLock(): void {
  const { core, view } = useTablet();
  const isDemo = view.demo !== null;
  const minutes = view.signedIn?.idleMinutes ?? null;
  useEffect(() => {
    if (minutes === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void lock(core, "idle"), idleMs(isDemo, minutes));
      // A full disk is told where somebody records.
      touched(core).catch(() => undefined);
    };
    restart();
    const signs = ["pointerdown", "keydown", "wheel"] as const;
    for (const sign of signs) addEventListener(sign, restart, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const sign of signs) removeEventListener(sign, restart);
    };
  }, [core, isDemo, minutes]);
}
