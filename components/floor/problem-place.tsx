"use client";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, use } from "react";
import { createPortal } from "react-dom";
import { type Problem, ServerProblem } from "./problem.tsx";

const Place = createContext<HTMLElement | null>(null);

/** Beside the keys and not above them: a refusal never pushes what records below the edge. */
export const ProblemPlace = Place.Provider;

export function EntryProblem({
  problem,
  area = "act",
  onSeen,
  children,
}: {
  problem: Problem | null;
  area?: "act" | "find";
  onSeen: () => void;
  /** What could help, where something can. */
  children?: ReactNode;
}) {
  const t = useTranslations("common");
  const place = use(Place);
  if (problem === null || place === null) return null;
  return createPortal(
    // What could help stays in sight, however many people the sentence names.
    <div className="flex max-h-[46dvh] flex-col rounded">
      <div className="min-h-0 flex-1 overflow-auto rounded">
        <ServerProblem
          problem={problem}
          area={area}
          action={
            <button
              type="button"
              aria-label={t("close")}
              onClick={onSeen}
              className="-my-1 -mr-2 grid size-touch shrink-0 place-items-center rounded active:bg-sunk"
            >
              <Cross />
            </button>
          }
        />
      </div>
      {children}
    </div>,
    place,
  );
}

const Cross = () => (
  <svg
    aria-hidden
    viewBox="0 0 24 24"
    width="26"
    height="26"
    fill="none"
    stroke="currentColor"
    strokeWidth="2.6"
    strokeLinecap="round"
  >
    <path d="m5 5 14 14M19 5 5 19" />
  </svg>
);
