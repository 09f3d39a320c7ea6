"use client";
import { createContext, type ReactNode, use, useRef, useState } from "react";
import type { InstructionContent } from "#lib/instructions/schema";
import type { ActExtras, ActOutcome } from "#lib/offline/acts";
import type { SignedIn } from "#lib/offline/core";
import type { Packet, PersonOnPaper } from "#lib/offline/wire.schema";
import type { CommandBody, CommandType } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { useLanguage } from "./language.tsx";
import { type Problem, problemOfAct } from "./problem.tsx";
import { useStepExtras } from "./step-extras.tsx";
import { useTablet } from "./tablet-context.tsx";

export type Work = {
  packet: Packet;
  content: InstructionContent;
  state: TravelerState;
  signedIn: SignedIn;
};
const WorkContext = createContext<Work | null>(null);

export function WorkProvider({ work, children }: { work: Work; children: ReactNode }) {
  return <WorkContext value={work}>{children}</WorkContext>;
}

export function useWork(): Work {
  const work = use(WorkContext);
  if (work === null) throw new Error("no traveler is open");
  return work;
}

/** Name and initials of whoever the record names by id. */
export function usePeople(): (id: string | null) => PersonOnPaper {
  const { packet, signedIn } = useWork();
  return (id) => {
    const known = id === null ? undefined : packet.people[id];
    if (known !== undefined) return known;
    const { person } = signedIn;
    if (person.id !== id) return { name: "—", initials: "—", employeeNumber: "", stamps: [] };
    const stamps = person.stamps.map(({ number }) => number);
    return { name: person.name, initials: person.initials, employeeNumber: "", stamps };
  };
}

export type Perform = <T extends CommandType>(
  type: T,
  body: CommandBody<T>,
  extras?: ActExtras,
) => Promise<ActOutcome>;

/** One act at a time from this place: while it is written down its buttons rest. */
export function useActing() {
  const { act } = useTablet();
  const [isBusy, setBusy] = useState(false);
  // As it is at this moment: what is drawn follows a moment later.
  const busy = useRef(false);
  const [ended, setEnded] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (acting: (perform: Perform) => Promise<ActOutcome>): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    setBusy(true);
    setProblem(null);
    try {
      const outcome = await acting(act);
      setProblem(problemOfAct(outcome));
      return outcome.kind === "done";
    } finally {
      busy.current = false;
      setBusy(false);
      setEnded((acts) => acts + 1);
    }
  };
  return { isBusy, isBusyNow: () => busy.current, ended, problem, setProblem, run };
}

const lateTypes: ReadonlySet<CommandType> = new Set<CommandType>([
  "startStep",
  "recordReading",
  "installComponent",
  "completeStep",
]);

/** Shows and starts a step before something is recorded in it: nobody taps for that. */
export function useStepWork(step: string) {
  const { core } = useTablet();
  const { locale } = useLanguage();
  const acting = useActing();
  const { late, hasSeenBuried } = useStepExtras(step);
  /** What was said beforehand goes with everything that is recorded here. */
  const withSaid =
    (perform: Perform): Perform =>
    (type, body, extras) =>
      perform(type, late !== null && lateTypes.has(type) ? { ...body, late } : body, extras);
  const begin = async (perform: Perform): Promise<ActOutcome> => {
    const { open, signedIn } = core.view();
    const now = open?.state.steps[step];
    if (now === undefined || signedIn === null) return { kind: "done" };
    if (!now.presentedTo.includes(signedIn.person.id)) {
      const shown = await perform("presentStep", { step, language: locale });
      if (shown.kind !== "done") return shown;
    }
    if (core.view().open?.state.steps[step]?.status !== "not_started") return { kind: "done" };
    return perform("startStep", { step, ...(hasSeenBuried ? { buried: "seen" } : {}) });
  };
  const record = (acts: (perform: Perform) => Promise<ActOutcome>) =>
    acting.run(async (plain) => {
      const perform = withSaid(plain);
      const begun = await begin(perform);
      return begun.kind === "done" ? acts(perform) : begun;
    });
  return { ...acting, record };
}
