"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button";
import type { BuyoffRequirement, Field, Operation, Step } from "#lib/instructions/schema";
import { chainAt } from "#lib/travelers/buyoffs.rules";
import { plannedField } from "#lib/travelers/plan.rules";
import { fieldState } from "#lib/travelers/progress.rules";
import { gagesNow } from "#lib/travelers/quarantine.rules";
import type { Installation, Reading } from "#lib/travelers/state.schema";
import type { PlaceState } from "#lib/travelers/values.rules";
import { CosignPanel, StepProblem, useCosign } from "./backing.tsx";
import { BuyoffChain } from "./buyoff-content.tsx";
import { FieldEntry } from "./field-entry.tsx";
import { GageLine, GagePanel, gageTypeFor } from "./gage-panel.tsx";
import { InspectionCall } from "./inspection-call.tsx";
import { InstallationDialog } from "./installation-dialog.tsx";
import {
  PendingNote,
  useNextSignature,
  usePending,
  WaitsForConnection,
} from "./offline-signing.tsx";
import { OutPanel } from "./out-panel.tsx";
import type { At, DefectStart, StepWork } from "./place.ts";
import { PlaceChips } from "./place-chips.tsx";
import type { Problem } from "./problem.tsx";
import { EntryProblem } from "./problem-place.tsx";
import { ReadingDialog } from "./reading-dialog.tsx";
import { useScan } from "./scanning.tsx";
import { StandingStep } from "./step-departures.tsx";
import { useStepScan } from "./step-scan.ts";
import { WitnessPoint } from "./witness-point.tsx";
import { useStepWork, useWork } from "./work-context.tsx";

export type EntryProps = {
  operation: Operation;
  step: Step | null;
  isDue: boolean;
  /** The signature that is next here and could be given now. */
  signs: BuyoffRequirement["type"] | null;
  onSign: () => void;
  onFollow: () => void;
  onDefect: (start: DefectStart) => void;
  onBadge: (badge: string) => void;
  onOpen: (traveler: string) => Promise<void>;
};

const placeOnly = ({ field, position, sample }: At): At => ({ field, position, sample });
const samePlace = (a: At, b: At) =>
  a.field === b.field && a.position === b.position && a.sample === b.sample;

/** The column that records: gage, positions, the value asked for, and one primary action. */
export function EntryPanel(props: EntryProps) {
  const { step } = props;
  const { state } = useWork();
  if (step === null) return <OperationPanel {...props} />;
  const now = state.steps[step.id];
  const isResting = now?.pausedAt != null && now.status === "in_work";
  return isResting || now?.status === "failed" || now?.status === "not_applicable" ? (
    <RestingPanel {...props} step={step} />
  ) : (
    <StepPanel {...props} step={step} />
  );
}

function OperationPanel(props: EntryProps) {
  const stranger = useStrayScan(props);
  return (
    <>
      {stranger}
      <SignPanel {...props} />
    </>
  );
}

function RestingPanel(props: EntryProps & { step: Step }) {
  const stranger = useStrayScan(props);
  return (
    <>
      {stranger}
      <StandingStep step={props.step} onFollow={props.onFollow} />
    </>
  );
}

/** Where no step asks for a label, a badge still hands over and a traveler still opens. */
export function useStrayScan({
  onBadge,
  onOpen,
}: {
  onBadge: (badge: string) => void;
  onOpen: (traveler: string) => Promise<void>;
}): ReactNode {
  const [problem, setProblem] = useState<Problem | null>(null);
  useScan((scan) => {
    setProblem(null);
    if (scan.kind === "badge") onBadge(scan.text);
    else if (scan.kind === "traveler") void onOpen(scan.id);
    else setProblem({ kind: "refused", code: "scan_not_here", params: { text: scan.text } });
  });
  return <EntryProblem problem={problem} onSeen={() => setProblem(null)} />;
}

function StepPanel(props: EntryProps & { step: Step }) {
  const { operation, step } = props;
  const { state, content, packet } = useWork();
  const gages = gagesNow(packet.gages, packet.state, state);
  const work = useStepWork(step.id);
  const [picked, setPicked] = useState<At | null>(null);
  const [reading, setReading] = useState<Reading | null>(null);
  const [installed, setInstalled] = useState<Installation | null>(null);
  const fields = fieldState(state, content, step.id);
  const at = picked ?? fields.next;
  const place = at === null ? null : (fields.places.find((one) => samePlace(one, at)) ?? null);
  const field = place === null ? null : (plannedField(content, place.field)?.field ?? null);
  const missing = fields.gagesMissing[0] ?? gageTypeFor(state, operation, field, gages);
  const { select: selectGage, ...gage } = useGageChoice(operation, field, missing, work);
  const pick = (one: PlaceState) => {
    work.setProblem(null);
    if (one.reading !== null) setReading(one.reading);
    else if (one.installation !== null) setInstalled(one.installation);
    else setPicked(one);
  };
  const scannedLot = useStepScan(props, { selectGage, work, place, field, step, packet });
  const isWorkable = state.steps[step.id]?.status !== "complete" || place?.open != null;
  return (
    <Columns
      head={
        <>
          <GageLine operation={operation} field={field} {...gage.line} />
          <PlaceChips places={fields.places} at={place} onPick={pick} />
        </>
      }
    >
      <StepProblem step={step} work={work} />
      {gage.asked !== null && isWorkable ? (
        <GagePanel type={gage.asked} isBusy={work.isBusy} onGage={selectGage} {...gage.leave} />
      ) : place?.reading != null && place.open === "out_of_limits" && picked === null ? (
        <OutPanel
          reading={place.contradicted ?? place.reading}
          isContradicted={place.contradicted !== null}
          isWorkable={state.steps[step.id]?.status === "in_work"}
          onDefect={() => props.onDefect({ step: step.id, ...placeOnly(place) })}
          onAgain={() => setPicked(place)}
          onAmend={() => setReading(place.contradicted)}
        />
      ) : field !== null && place !== null && isWorkable ? (
        <FieldEntry
          key={`${place.field}/${place.position}/${place.sample}/${place.reading?.id ?? ""}`}
          field={field}
          place={place}
          step={step}
          work={work}
          onRecorded={() => setPicked(null)}
          onDefect={props.onDefect}
          scannedLot={scannedLot}
        />
      ) : (
        <DonePanel {...props} work={work} />
      )}
      <Opened
        reading={reading}
        installation={installed}
        onReading={setReading}
        onClose={() => {
          setReading(null);
          setInstalled(null);
        }}
        onAgain={setPicked}
      />
    </Columns>
  );
}

/** What was tapped among the recorded places. */
function Opened({
  reading,
  installation,
  onReading,
  onClose,
  onAgain,
}: {
  reading: Reading | null;
  installation: Installation | null;
  onReading: (reading: Reading) => void;
  onClose: () => void;
  onAgain: (at: At) => void;
}) {
  if (installation !== null) {
    return <InstallationDialog installation={installation} onClose={onClose} />;
  }
  if (reading === null) return null;
  return (
    <ReadingDialog
      key={reading.id}
      reading={reading}
      onOther={onReading}
      onClose={onClose}
      onAgain={() => {
        onAgain(reading);
        onClose();
      }}
    />
  );
}

/** What is there above, what is asked below; beside each other on a tablet that stands upright. */
const Columns = ({ head, children }: { head: ReactNode; children: ReactNode }) => (
  <div className="flex min-h-0 flex-1 flex-col gap-3 portrait:grid portrait:grid-cols-2 portrait:gap-4">
    <div className="flex min-h-0 shrink flex-col gap-3 overflow-auto empty:hidden">{head}</div>
    <div className="flex min-h-0 flex-[1_0_auto] flex-col gap-3 portrait:flex-1 portrait:only:col-span-2">
      {children}
    </div>
  </div>
);

/** The gage that is missing, or another for the one in use: the panel stays until one is accepted. */
function useGageChoice(
  operation: Operation,
  field: Field | null,
  missing: string | null,
  work: StepWork,
) {
  const [isChanging, setChanging] = useState(false);
  const inUse = field?.kind === "measurement" ? (field.gageType ?? null) : null;
  const select = async (gage: string) => {
    const body = { operation: operation.id, gage };
    if (await work.record((perform) => perform("selectGage", body))) setChanging(false);
  };
  return {
    asked: missing ?? (isChanging ? inUse : null),
    select,
    line: {
      isAsked: missing !== null || (isChanging && inUse !== null),
      onChange: () => setChanging(true),
    },
    leave: missing === null ? { onBack: () => setChanging(false) } : {},
  };
}

/** Everything is in: the one thing left to do is to say so, or to have it signed. */
function DonePanel(props: EntryProps & { step: Step; work: StepWork }) {
  const t = useTranslations("floor.entry");
  const { state } = useWork();
  const { step, work } = props;
  const status = state.steps[step.id]?.status ?? "not_started";
  const isDone = status === "complete" || status === "not_applicable";
  const cosign = useCosign(step);
  if (cosign !== null) return <CosignPanel step={step} of={cosign} />;
  if (props.signs !== null && (isDone || step.buyoffs.length > 0)) {
    return <SignPanel {...props} begin={isDone ? undefined : work} />;
  }
  const complete = () =>
    work
      .record((perform) => perform("completeStep", { step: step.id }))
      .then((done) => {
        if (done) props.onFollow();
      });
  return (
    <div className="flex flex-1 flex-col gap-3">
      {isDone ? <Stamps operation={props.operation} step={step} /> : null}
      <p className="mt-auto text-[19px] leading-snug text-ink-2">
        {isDone ? t("isDone") : step.fields.length === 0 ? t("plain") : t("allIn")}
      </p>
      <Button
        id="entry"
        tone="act"
        size="record"
        busy={work.isBusy}
        onClick={() => (isDone ? props.onFollow() : void complete())}
      >
        {isDone ? t("goOn") : t("complete")}
      </Button>
    </div>
  );
}

/** Who has signed here and who is next: the stamps stand where the work was done. */
function Stamps({ operation, step }: { operation: Operation; step: Step | null }) {
  const { state, content } = useWork();
  const place = { operation: operation.id, step: step?.id ?? null };
  const next = useNextSignature(place);
  const chain = chainAt(state, content, place);
  if (chain === null) return null;
  return <BuyoffChain chain={chain} now={next?.id ?? null} isStacked />;
}

function SignPanel({
  operation,
  step,
  signs,
  onSign,
  isDue,
  onFollow,
  begin,
}: EntryProps & { begin?: StepWork | undefined }) {
  const t = useTranslations("floor.entry");
  const types = useTranslations("common.buyoffType");
  const { state, content } = useWork();
  const place = { operation: operation.id, step: step?.id ?? null };
  const chain = chainAt(state, content, place);
  const next = useNextSignature(place);
  const pending = usePending(place);
  if (signs === null) {
    return (
      <div className="flex flex-1 flex-col gap-3">
        <Stamps operation={operation} step={step} />
        {pending === null ? (
          <p className="mt-auto text-[19px] leading-snug text-ink-2">
            {isDue ? t("signLater") : t("isDone")}
          </p>
        ) : (
          <div className="mt-auto">
            <PendingNote where={pending} />
          </div>
        )}
        <Button size="record" onClick={onFollow}>
          {t("goOn")}
        </Button>
      </div>
    );
  }
  // A buyoff step is opened like any other: shown and started before somebody signs in it.
  const open = () => {
    if (begin === undefined) onSign();
    else
      void begin
        .record(async () => ({ kind: "done" }))
        .then((done) => {
          if (done) onSign();
        });
  };
  const isAnothers = signs !== "operator" && signs !== "second_operator";
  return (
    <div className="flex flex-1 flex-col gap-3">
      <Stamps operation={operation} step={step} />
      {isAnothers ? <InspectionCall operation={operation.id} signer={signs} /> : null}
      {chain === null || next === undefined || isDue === false ? null : (
        <WitnessPoint chain={chain} requirement={next} onPassed={onFollow} />
      )}
      <div className="mt-auto">
        {pending === null ? (
          <WaitsForConnection place={place}>
            <p className="text-[19px] leading-snug text-ink-2">
              {t("signWhat", { type: types(signs) })}
            </p>
          </WaitsForConnection>
        ) : (
          <PendingNote where={pending} />
        )}
      </div>
      <Button id="entry" tone="act" size="record" busy={begin?.isBusy ?? false} onClick={open}>
        {t(pending === null ? "sign" : "signAgain")}
      </Button>
    </div>
  );
}
