"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import type { Operation, Step } from "#lib/instructions/schema";
import { chainAt, unsigned } from "#lib/travelers/buyoffs.rules";
import { DemoButton } from "./demo-drawer.tsx";
import { useWords } from "./language.tsx";
import type { Place } from "./place.ts";
import { useWork } from "./work-context.tsx";

/** Where you are, never more than the operation: its steps, its buyoff, and what comes next. */
export function Rail({
  place,
  due,
  onChoose,
}: {
  place: Place | null;
  due: Place | null;
  onChoose: (place: Place) => void;
}) {
  const t = useTranslations("floor.player");
  const words = useWords();
  const { state, content } = useWork();
  const found = content.operations.findIndex(({ id }) => id === place?.operation);
  // With everything done the last operation lies behind, and nothing ahead.
  const index = found === -1 ? content.operations.length : found;
  const operation = content.operations[index];
  const before = content.operations[index - 1];
  const after = content.operations[index + 1];
  const own =
    operation === undefined
      ? null
      : chainAt(state, content, { operation: operation.id, step: null });
  return (
    <nav aria-label={t("steps")} className="flex min-h-0 flex-col border-r-2 border-rule">
      <h2 className="px-5 pt-4 pb-2 text-[15px] leading-snug font-[650] text-ink-2">
        {operation === undefined
          ? t("allDone")
          : t("operation", { number: operation.number, title: words(operation.title) })}
      </h2>
      <ol className="flex min-h-0 flex-1 flex-col gap-1 overflow-auto px-3 pt-1 pb-2">
        {before === undefined ? null : (
          <Neighbor operation={before} label={t("before")} onChoose={onChoose} />
        )}
        {operation?.steps.map((step) => (
          <StepLine
            key={step.id}
            operation={operation}
            step={step}
            isHere={place?.step === step.id}
            isDue={due?.step === step.id}
            onChoose={onChoose}
          />
        ))}
        {own === null || operation === undefined ? null : (
          <RailLine
            label={t("operationBuyoff")}
            number={operation.number}
            tick={unsigned(state, own).length === 0 ? "done" : "buyoff"}
            isHere={place?.operation === operation.id && place.step === null}
            onPress={() => onChoose({ operation: operation.id, step: null })}
          />
        )}
        {after === undefined ? null : (
          <Neighbor operation={after} label={t("next")} onChoose={onChoose} />
        )}
      </ol>
      <div className="p-3">
        <DemoButton className="w-full" />
      </div>
    </nav>
  );
}

function Neighbor({
  operation,
  label,
  onChoose,
}: {
  operation: Operation;
  label: string;
  onChoose: (place: Place) => void;
}) {
  const words = useWords();
  const t = useTranslations("floor.player");
  const { state } = useWork();
  const isOver = operation.steps.every(({ id }) => state.steps[id]?.status === "complete");
  return (
    <RailLine
      number={label}
      label={t("operation", { number: operation.number, title: words(operation.title) })}
      tick={isOver ? "done" : "buyoff"}
      isFaint
      isHere={false}
      onPress={() => onChoose({ operation: operation.id, step: operation.steps[0]?.id ?? null })}
    />
  );
}

function StepLine({
  operation,
  step,
  isHere,
  isDue,
  onChoose,
}: {
  operation: Operation;
  step: Step;
  isHere: boolean;
  isDue: boolean;
  onChoose: (place: Place) => void;
}) {
  const words = useWords();
  const { state, content } = useWork();
  const chain = chainAt(state, content, { operation: operation.id, step: step.id });
  const status = state.steps[step.id]?.status ?? "not_started";
  const isSigned = chain === null || unsigned(state, chain).length === 0;
  const isDone = (status === "complete" || status === "not_applicable") && isSigned;
  // Left out is not done: nobody reads it as such from across the bench.
  const isLeftOut = status === "not_applicable";
  const tick = isLeftOut
    ? "leftOut"
    : isDone
      ? "done"
      : isDue
        ? "now"
        : chain === null
          ? "open"
          : "buyoff";
  const attempt = state.steps[step.id]?.attempt ?? 1;
  const deferredTo = state.steps[step.id]?.deferredTo ?? null;
  const gate = content.operations.find(({ id }) => id === deferredTo)?.number;
  return (
    <RailLine
      number={[
        attempt > 1 ? `${step.number} · ${attempt}×` : step.number,
        ...(gate === undefined || isDone ? [] : [`→ ${gate}`]),
      ].join(" ")}
      label={words(step.title)}
      tick={tick}
      isHere={isHere}
      onPress={() => onChoose({ operation: operation.id, step: step.id })}
    />
  );
}

type Tick = "done" | "leftOut" | "now" | "open" | "buyoff";

function RailLine({
  number,
  label,
  tick,
  isHere,
  isFaint = false,
  onPress,
}: {
  number: string;
  label: string;
  tick: Tick;
  isHere: boolean;
  isFaint?: boolean;
  onPress: () => void;
}) {
  const t = useTranslations("floor.player.tick");
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isHere) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
  return (
    <li ref={ref}>
      <button
        type="button"
        aria-current={isHere ? "step" : undefined}
        onClick={onPress}
        className={`grid min-h-touch w-full grid-cols-[30px_1fr] items-center gap-2.5 rounded px-2.5 py-2 text-left text-[17px] leading-[1.2] ${isHere ? "bg-sheet font-[650] text-ink shadow-(--lift) ring-2 ring-act" : "text-ink-2 active:bg-sunk"}`}
      >
        <Box tick={tick} />
        <span>
          <span className="mono block text-[13px] font-[600] text-ink-3">
            {number}
            <span className="sr-only"> {t(tick)}</span>
          </span>
          <span className={`hyphens-auto ${isFaint ? "text-ink-3" : ""}`}>{label}</span>
        </span>
      </button>
    </li>
  );
}

const Box = ({ tick }: { tick: Tick }) => (
  <svg aria-hidden viewBox="0 0 28 28" width="28" height="28" fill="none" strokeWidth="2.5">
    {tick === "done" ? (
      <>
        <rect x="1.5" y="1.5" width="25" height="25" rx="7" className="fill-ok stroke-ok" />
        <path
          d="m8 14.5 4.2 4.5L20.5 9"
          className="stroke-sheet"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </>
    ) : (
      <rect
        x="1.5"
        y="1.5"
        width="25"
        height="25"
        rx="7"
        strokeDasharray={tick === "buyoff" ? "4.5 3.5" : undefined}
        className={tick === "now" ? "stroke-act" : "stroke-edge"}
      />
    )}
    {tick === "leftOut" ? (
      <path d="M8 14h12" className="stroke-warn" strokeWidth="3" strokeLinecap="round" />
    ) : null}
    {tick === "now" ? (
      <rect x="9" y="9" width="10" height="10" rx="3" className="fill-act" />
    ) : null}
  </svg>
);
