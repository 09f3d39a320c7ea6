"use client";
import { useEffect, useRef } from "react";
import { type Refused, useRefusalWords } from "#components/desk/refusal-words";
import { Mark } from "#components/ui/chip";

/** Says why and what to do next, beside what was typed, and takes the focus so that it is heard. */
export function RefusalNote({ refusal }: { refusal: Refused }) {
  const words = useRefusalWords()(refusal);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return (
    <div
      ref={ref}
      tabIndex={-1}
      role="alert"
      className="flex gap-3 rounded border-2 border-stop bg-stop-wash px-4 py-3 text-[15px]"
    >
      <span className="pt-0.5 text-stop">
        <Mark tone="stop" size={20} />
      </span>
      <p>
        <b className="font-[700] text-stop">{words.why}</b>
        <span className="block">{words.next}</span>
      </p>
    </div>
  );
}
