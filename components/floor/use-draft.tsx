"use client";
import { useEffect, useState } from "react";
import { draft, isTaken, keepDraft } from "#lib/offline/memory";
import type { At } from "./place.ts";
import { useTablet } from "./tablet-context.tsx";
import { useWork } from "./work-context.tsx";

/**
 * What is typed and not recorded yet, kept on the tablet with every key: a lock, a reload or another
 * person at the screen does not lose it.
 */
export function useDraft(step: string, at: At): [string, (text: string) => void] {
  const { state } = useWork();
  return useKept(`${state.id}/${step}/${at.field}/${at.position}/${at.sample}`);
}

export function useKept(key: string): [string, (text: string) => void] {
  const { core } = useTablet();
  const [text, setText] = useState("");
  useEffect(() => {
    let isGone = false;
    void draft(core.db, key).then((kept) => {
      if (!isGone && typeof kept === "string") setText(kept);
    });
    return () => {
      isGone = true;
    };
  }, [core, key]);
  const change = (next: string) => {
    setText(next);
    // Of a full tablet it stays on the screen alone; the act itself says that nothing was recorded.
    void isTaken(() => keepDraft(core.db, key, next));
  };
  return [text, change];
}
