"use client";
import type { Answer } from "#lib/offline/server";
import { type Problem, problemOf } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";

/** Without a network nobody signs in: said before badge and PIN are given, and no longer than it is so. */
export function useNeedsServer(): Problem | null {
  const { view } = useTablet();
  return view.online ? null : { kind: "silence" };
}

/** That the server was silent stands there as long as it is; what it said, until something else is tried. */
export const unlessSilent = (answer: Answer<unknown>): Problem | null =>
  answer.kind === "silence" ? null : problemOf(answer);
