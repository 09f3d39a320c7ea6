"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { TextArea } from "#components/ui/field";
import { plannedStep } from "#lib/travelers/plan.rules";
import { type Taken, useAttach, useCamera } from "./camera.tsx";
import { CheckoutEntry, TakeOverDialog } from "./checkout-entry.tsx";
import { DeparturesDialog } from "./departures-dialog.tsx";
import { InspectionCall } from "./inspection-call.tsx";
import { useWords } from "./language.tsx";
import type { Place } from "./place.ts";
import { ServerProblem } from "./problem.tsx";
import { StepStory } from "./step-story.tsx";
import { useKept } from "./use-draft.tsx";
import { WaiverList } from "./waiver-list.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** What isn't asked for by the step and belongs beside it: the inspector, a note, a photo, and what was said so far. */
export function MoreDialog({ place, onClose }: { place: Place | null; onClose: () => void }) {
  const t = useTranslations("floor.more");
  const common = useTranslations("common");
  const words = useWords();
  const { state, content } = useWork();
  const acting = useActing();
  const departure = useTranslations("floor.departure");
  const [isWriting, setWriting] = useState(false);
  const camera = useCamera();
  const [isDeparting, setDeparting] = useState(false);
  const [isTaking, setTaking] = useState(false);
  const step = place?.step ?? null;
  const here =
    (step === null ? undefined : plannedStep(content, step)?.step) ??
    content.operations.find(({ id }) => id === place?.operation) ??
    null;
  if (isDeparting && step !== null) return <DeparturesDialog step={step} onClose={onClose} />;
  if (isTaking) return <TakeOverDialog onClose={() => setTaking(false)} />;
  return (
    <Dialog
      title={
        here === null
          ? t("titleUnit", { unit: state.unit.serial ?? state.unit.lot ?? "" })
          : t("title", { number: here.number, title: words(here.title) })
      }
      footer={
        isWriting ? undefined : (
          <Button className="w-full" onClick={onClose} disabled={acting.isBusy}>
            {common("close")}
          </Button>
        )
      }
      onClose={onClose}
      dismissable={!isWriting}
      className="w-[1040px]"
    >
      <div className="grid grid-cols-[380px_minmax(0,1fr)] gap-7 portrait:grid-cols-1">
        <section className="flex flex-col gap-3">
          {acting.problem === null ? null : <ServerProblem problem={acting.problem} area="act" />}
          {isWriting ? (
            <NoteEntry step={step} acting={acting} onDone={() => setWriting(false)} />
          ) : (
            <>
              {/* A photo that is looked at has the place to itself: what keeps it is never below the edge. */}
              {camera.photo === null ? (
                <>
                  {place === null ? null : <InspectionCall operation={place.operation} />}
                  <Button size="record" onClick={() => setWriting(true)}>
                    {t("note")}
                  </Button>
                </>
              ) : null}
              <PhotoBeside step={step} acting={acting} camera={camera} />
              {step === null || camera.photo !== null ? null : (
                <Button onClick={() => setDeparting(true)}>{departure("open")}</Button>
              )}
            </>
          )}
        </section>
        <section className="flex min-h-0 flex-col">
          <h3 className="mb-2 text-[18px] font-bold">{t("story")}</h3>
          <StepStory place={place} />
          <WaiverList />
          <UnitFacts />
          <CheckoutEntry onTakeOver={() => setTaking(true)} />
        </section>
      </div>
    </Dialog>
  );
}

type Acting = ReturnType<typeof useActing>;

/** Kept with every key, like all that is typed: a lock does not lose half a sentence. */
function NoteEntry({
  step,
  acting,
  onDone,
}: {
  step: string | null;
  acting: Acting;
  onDone: () => void;
}) {
  const t = useTranslations("floor.more");
  const common = useTranslations("common");
  const { state } = useWork();
  const [text, setText] = useKept(`${state.id}/${step ?? "unit"}/note`);
  const keep = async () => {
    const body = { step, text: text.trim().normalize("NFC") };
    if (!(await acting.run((perform) => perform("addNote", body)))) return;
    setText("");
    onDone();
  };
  return (
    <>
      <TextArea
        aria-label={t("noteLabel")}
        value={text}
        maxLength={1000}
        rows={6}
        autoFocus
        onChange={(event) => setText(event.target.value)}
        className="min-h-48 text-[20px] leading-snug"
      />
      <p className="text-[15px] leading-snug text-ink-2">{t("noteLead")}</p>
      <div className="mt-auto grid grid-cols-[auto_1fr] gap-6">
        <Button onClick={onDone} disabled={acting.isBusy}>
          {common("back")}
        </Button>
        <Button
          tone="act"
          size="record"
          busy={acting.isBusy}
          disabled={text.trim() === ""}
          onClick={() => void keep()}
        >
          {t("keepNote")}
        </Button>
      </div>
    </>
  );
}

function PhotoBeside({
  step,
  acting,
  camera,
}: {
  step: string | null;
  acting: Acting;
  camera: ReturnType<typeof useCamera>;
}) {
  const t = useTranslations("floor.photo");
  const more = useTranslations("floor.more");
  const attach = useAttach();
  const { photo } = camera;
  const keep = async (taken: Taken) => {
    const of = { step, field: null, position: null, defect: null };
    if (await acting.run((perform) => attach(perform, taken, of))) camera.setPhoto(null);
  };
  return (
    <>
      {camera.field}
      {camera.trouble === null ? null : <p className="font-[650] text-stop">{camera.trouble}</p>}
      {photo === null ? (
        <Button size="record" onClick={camera.open}>
          {more("photo")}
        </Button>
      ) : (
        <>
          {/* biome-ignore lint/performance/noImgElement: a picture from this tablet's own camera. */}
          <img
            src={photo.preview}
            alt={t("preview")}
            className="h-52 w-full rounded border-2 border-rule bg-sunk object-contain"
          />
          <div className="grid grid-cols-2 gap-3">
            <Button onClick={() => camera.setPhoto(null)} disabled={acting.isBusy}>
              {t("discard")}
            </Button>
            <Button onClick={camera.open} disabled={acting.isBusy}>
              {t("again")}
            </Button>
          </div>
          <Button tone="act" size="record" busy={acting.isBusy} onClick={() => void keep(photo)}>
            {t("keep")}
          </Button>
        </>
      )}
    </>
  );
}

/** In full, where the bar above the work has to be short. */
function UnitFacts() {
  const t = useTranslations("floor.more.facts");
  const player = useTranslations("floor.player");
  const words = useWords();
  const { state, content } = useWork();
  const facts = [
    [t("unit"), state.unit.serial ?? state.unit.lot ?? "", true],
    [t("order"), state.workOrder, true],
    [
      t("part"),
      `${content.part.number} ${player("revision", { revision: content.part.revision })}`,
      true,
    ],
    [t("name"), words(content.part.name), false],
    [
      t("instruction"),
      `${content.number} ${player("revision", { revision: content.revision })}`,
      true,
    ],
  ] as const;
  return (
    <dl className="mt-5 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 border-t-2 border-rule pt-3 text-[16px]">
      {facts.map(([name, value, isMono]) => (
        <div key={name} className="contents">
          <dt className="text-ink-2">{name}</dt>
          <dd className={isMono ? "mono font-[600]" : "font-[600]"}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
