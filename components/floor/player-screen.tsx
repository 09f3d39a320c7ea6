"use client";
import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";
import { Button } from "#components/ui/button";
import type { Operation, Step } from "#lib/instructions/schema";
import { fieldState, nextStep } from "#lib/travelers/progress.rules";
import { BuyoffScreen } from "./buyoff-screen.tsx";
import { ClockStrip } from "./clock-strip.tsx";
import { DefectDialog } from "./defect-dialog.tsx";
import { EntryPanel } from "./entry-panel.tsx";
import { FinishPanel } from "./finish-panel.tsx";
import { HandOver } from "./hand-over.tsx";
import { HoldDialog } from "./hold-dialog.tsx";
import { useLanguage } from "./language.tsx";
import { LotDialog, type LotPage } from "./lot-dialog.tsx";
import { MissingLine } from "./missing-line.tsx";
import { MoreDialog } from "./more-dialog.tsx";
import { useNextSignature, usePending } from "./offline-signing.tsx";
import type { DefectStart, Place } from "./place.ts";
import type { Problem } from "./problem.tsx";
import { EntryProblem, ProblemPlace } from "./problem-place.tsx";
import { Rail } from "./rail.tsx";
import { useDeliverScan } from "./scanning.tsx";
import { StandingBanners } from "./standing-banners.tsx";
import { StepExtrasProvider } from "./step-extras.tsx";
import { StepPaper } from "./step-paper.tsx";
import { useTablet } from "./tablet-context.tsx";
import { TopBar } from "./top-bar.tsx";
import { useWork } from "./work-context.tsx";

type Overlay =
  | { kind: "defect"; start: DefectStart }
  | { kind: "hold" }
  | { kind: "more" }
  | { kind: "lot"; page: LotPage }
  | { kind: "hand_over"; badge: string }
  | null;

type PlayerProps = {
  onLeave: () => void;
  onOpen: (traveler: string) => Promise<void>;
  /** Why another unit, scanned here, was not opened. */
  problem: Problem | null;
  onProblem: (problem: Problem | null) => void;
};

export const PlayerScreen = (props: PlayerProps) => (
  <StepExtrasProvider>
    <Player {...props} />
  </StepExtrasProvider>
);

function Player({ onLeave, onOpen, problem, onProblem }: PlayerProps) {
  const t = useTranslations("floor");
  const { state, content } = useWork();
  const [chosen, setChosen] = useState<Place | null>(null);
  // Fixed while somebody signs: what is due moves on with the last signature.
  const [signing, setSigning] = useState<Place | null>(null);
  const [overlay, setOverlay] = useState<Overlay>(null);
  const [problemPlace, setProblemPlace] = useState<HTMLElement | null>(null);
  const early = useEarlyScan();
  const due = nextStep(state, content);
  const place = chosen ?? due;
  const operation = content.operations.find(({ id }) => id === place?.operation) ?? null;
  const step = operation?.steps.find(({ id }) => id === place?.step) ?? null;
  const follow = () => {
    setChosen(null);
    setSigning(null);
  };
  const signed = (scan: string | null) => {
    follow();
    early.keep(scan);
  };
  const close = () => setOverlay(null);
  if (signing !== null) {
    return <BuyoffScreen place={signing} onBack={() => setSigning(null)} onSigned={signed} />;
  }
  const logDefect = (start: DefectStart) => setOverlay({ kind: "defect", start });
  return (
    <ProblemPlace value={problemPlace}>
      <div className="floor relative grid h-dvh overflow-hidden grid-cols-[264px_minmax(0,1fr)_372px] grid-rows-[72px_minmax(0,1fr)] max-[1100px]:grid-cols-[204px_minmax(0,1fr)_352px] portrait:grid-cols-[204px_minmax(0,1fr)] portrait:grid-rows-[72px_minmax(0,1fr)_minmax(0,540px)]">
        <TopBar
          onLeave={onLeave}
          onLot={() => setOverlay({ kind: "lot", page: "lot" })}
          current={place?.operation ?? null}
        />
        <Rail place={place} due={due} onChoose={setChosen} />
        <main className="flex min-h-0 flex-col gap-3 px-6 pt-4 pb-4 max-[1100px]:px-4">
          <ClockStrip />
          <StandingBanners place={place} />
          <StepPaper key={step?.id ?? operation?.id ?? "end"} operation={operation} step={step} />
          <div ref={setProblemPlace} className="shrink-0 empty:hidden" />
          <div className="flex shrink-0 gap-2.5">
            <Button
              tone="stop"
              className="max-w-36 max-[1100px]:px-3"
              onClick={() => logDefect(blankDefect(step))}
            >
              {t("defect.open")}
            </Button>
            <Button className="max-[1100px]:px-3" onClick={() => setOverlay({ kind: "hold" })}>
              {t("hold.open")}
            </Button>
            <Button className="max-[1100px]:px-3" onClick={() => setOverlay({ kind: "more" })}>
              {t("more.open")}
            </Button>
            <MissingLine place={place} onLead={() => setChosen(place)} />
          </div>
        </main>
        <aside
          aria-label={t("player.entry")}
          className="flex min-h-0 flex-col gap-3 overflow-auto border-l-2 border-rule bg-sheet p-4 portrait:col-span-full portrait:border-t-2 portrait:border-l-0"
        >
          <Side
            operation={operation}
            step={step}
            isDue={place !== null && due?.step === place.step && due.operation === place.operation}
            onSign={() => setSigning(place)}
            onFollow={follow}
            onDefect={logDefect}
            onBadge={(badge) => setOverlay({ kind: "hand_over", badge })}
            onOpen={onOpen}
            onLeave={onLeave}
            onCount={() => setOverlay({ kind: "lot", page: "count" })}
          />
        </aside>
        {overlay?.kind === "defect" ? <DefectDialog start={overlay.start} onClose={close} /> : null}
        {overlay?.kind === "hold" ? <HoldDialog place={place} onClose={close} /> : null}
        {overlay?.kind === "lot" ? (
          <LotDialog page={overlay.page} onClose={close} onOpen={onOpen} />
        ) : null}
        {overlay?.kind === "more" ? <MoreDialog place={place} onClose={close} /> : null}
        {overlay?.kind === "hand_over" ? <HandOver badge={overlay.badge} onClose={close} /> : null}
        <EntryProblem problem={problem} area="find" onSeen={() => onProblem(null)} />
        {step === null ? null : <PresentStep key={step.id} step={step.id} />}
      </div>
    </ProblemPlace>
  );
}

/** What was scanned while a stamp landed is heard by the screen that comes after it. */
function useEarlyScan() {
  const deliver = useDeliverScan();
  const [scan, setScan] = useState<string | null>(null);
  const hear = useEffectEvent(deliver);
  useEffect(() => {
    if (scan === null) return;
    setScan(null);
    hear(scan);
  }, [scan]);
  return { keep: setScan };
}

const blankDefect = (step: Step | null): DefectStart => ({
  step: step?.id ?? null,
  field: null,
  position: null,
  sample: null,
});

/** Which revision was shown to whom is evidence; it is recorded when the step that is due is opened. */
function PresentStep({ step }: { step: string }) {
  const { act, core } = useTablet();
  const { state, content } = useWork();
  const { locale } = useLanguage();
  const due = nextStep(state, content);
  const present = useEffectEvent(() => {
    const { open, signedIn } = core.view();
    const now = open?.state.steps[step];
    if (now === undefined || signedIn === null || due?.step !== step) return;
    if (now.status === "complete" || now.presentedTo.includes(signedIn.person.id)) return;
    void act("presentStep", { step, language: locale });
  });
  useEffect(() => {
    // Long enough to have been seen: leafing through steps shows none of them.
    const timer = setTimeout(() => present(), 600);
    return () => clearTimeout(timer);
  }, []);
  return null;
}

function Side({
  operation,
  step,
  isDue,
  onSign,
  onFollow,
  onDefect,
  onBadge,
  onOpen,
  onLeave,
  onCount,
}: {
  operation: Operation | null;
  step: Step | null;
  isDue: boolean;
  onSign: () => void;
  onFollow: () => void;
  onDefect: (start: DefectStart) => void;
  onBadge: (badge: string) => void;
  onOpen: (traveler: string) => Promise<void>;
  onLeave: () => void;
  onCount: () => void;
}) {
  const { state, content } = useWork();
  const requirement = useNextSignature(
    operation === null ? null : { operation: operation.id, step: step?.id ?? null },
  );
  // A pending signature is asked for again only where its box may never come.
  const isWaiting =
    usePending({ operation: operation?.id ?? "", step: step?.id ?? null }) === "here";
  if (operation === null)
    return <FinishPanel onLeave={onLeave} onBadge={onBadge} onOpen={onOpen} onCount={onCount} />;
  const isFilled = step === null || fieldState(state, content, step.id).complete;
  return (
    <EntryPanel
      key={step?.id ?? operation.id}
      operation={operation}
      step={step}
      isDue={isDue}
      signs={requirement !== undefined && isFilled && !isWaiting ? requirement.type : null}
      onSign={onSign}
      onFollow={onFollow}
      onDefect={onDefect}
      onBadge={onBadge}
      onOpen={onOpen}
    />
  );
}
