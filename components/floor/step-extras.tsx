"use client";
import { createContext, type ReactNode, use, useState } from "react";

/** Said at a step before something is recorded in it: goes with what is recorded from then on. */
type Extras = {
  step: string;
  /** It was done earlier than it is recorded. */
  late: { claimedAt: string; reason: string } | null;
  /** What was amended under it was looked at. */
  hasSeenBuried: boolean;
};
const none: Extras = { step: "", late: null, hasSeenBuried: false };
type Shared = { extras: Extras; say: (extras: Extras) => void };
const ExtrasContext = createContext<Shared>({ extras: none, say: () => undefined });

export function StepExtrasProvider({ children }: { children: ReactNode }) {
  const [extras, say] = useState(none);
  return <ExtrasContext value={{ extras, say }}>{children}</ExtrasContext>;
}

export function useStepExtras(step: string | null) {
  const { extras, say } = use(ExtrasContext);
  const own = extras.step === step && step !== null ? extras : { ...none, step: step ?? "" };
  return {
    late: own.late,
    hasSeenBuried: own.hasSeenBuried,
    sayLate: (late: Extras["late"]) => say({ ...own, late }),
    saySeenBuried: () => say({ ...own, hasSeenBuried: true }),
  };
}
