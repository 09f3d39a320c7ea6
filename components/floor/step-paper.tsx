"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Stamp } from "#components/ui/stamp";
import type { Operation, Step } from "#lib/instructions/schema";
import { plannedStep } from "#lib/travelers/plan.rules";
import { CoveredValues, stampShape } from "./buyoff-content.tsx";
import { useWords } from "./language.tsx";
import { Notice, Octagon, Triangle } from "./problem.tsx";
import { BuriedHere, DeparturesHere } from "./step-departures.tsx";
import { useClock } from "./step-story.tsx";
import { usePicture } from "./stored-photo.tsx";
import { useTablet } from "./tablet-context.tsx";
import { usePeople, useWork } from "./work-context.tsx";

/** What the step says: title, text, calls and picture. It scrolls; what records stays where it is. */
export function StepPaper({ operation, step }: { operation: Operation | null; step: Step | null }) {
  const t = useTranslations("floor.player");
  const words = useWords();
  const { content } = useWork();
  if (operation === null) return <FinishPaper />;
  if (step === null) {
    return (
      <Paper title={t("operationBuyoffTitle", { title: words(operation.title) })}>
        <p className="max-w-[32em] text-[21px] leading-[1.4]">{t("operationBuyoffLead")}</p>
        <CoveredValues
          at={{ operation: operation.id, step: null }}
          type={operation.buyoffs[0]?.type ?? "operator"}
        />
      </Paper>
    );
  }
  return (
    <Paper title={words(step.title)}>
      <p className="max-w-[32em] text-[21px] leading-[1.4] whitespace-pre-line">
        {words(step.text)}
      </p>
      {step.calls.map((call) => (
        <Call key={`${call.kind}${call.text.en}`} kind={call.kind} text={words(call.text)} />
      ))}
      <DeparturesHere step={step.id} />
      <BuriedHere step={step} />
      <NotesHere step={step.id} />
      {step.media.map((media) => (
        <Picture
          key={media.src}
          src={media.src}
          alt={words(media.alt)}
          caption={media.caption === undefined ? null : words(media.caption)}
        />
      ))}
      {step.media.length === 0 && step.calls.length === 0 ? (
        <p className="mono mt-auto text-[14px] text-ink-3">
          {content.number} · {t("revision", { revision: content.revision })} · {step.number}
        </p>
      ) : null}
    </Paper>
  );
}

/** What closes the unit is still ahead, or was done: the paper never promises what is behind it. */
function FinishPaper() {
  const t = useTranslations("floor.player");
  const format = useFormatter();
  const { state } = useWork();
  const isOpen = state.status === "in_work" || state.status === "released";
  const lead = isOpen
    ? t("finishLead")
    : state.completedAt === null
      ? t("finishClosed")
      : t("finishDone", {
          time: format.dateTime(new Date(state.completedAt), {
            dateStyle: "medium",
            timeStyle: "short",
            hourCycle: "h23",
          }),
        });
  return (
    <Paper title={t("finishTitle", { unit: state.unit.serial ?? state.unit.lot ?? "" })}>
      <p className="max-w-[32em] text-[21px] leading-[1.4]">{lead}</p>
      <AllStamps />
    </Paper>
  );
}

/** Every signature that stands, in the order it was given: the unit's own proof that it went all the way. */
function AllStamps() {
  const common = useTranslations("common");
  const clock = useClock();
  const person = usePeople();
  const { state, content } = useWork();
  const standing = state.buyoffs.filter(
    ({ status }) => status === "signed" || status === "pending_verification",
  );
  const numberOf = (of: (typeof standing)[number]) =>
    (of.step === null ? undefined : plannedStep(content, of.step)?.step.number) ??
    content.operations.find(({ id }) => id === of.operation)?.number;
  return (
    <ol className="grid grid-cols-2 gap-x-5 gap-y-3 pt-2 max-[1100px]:grid-cols-1">
      {standing.map((buyoff) => {
        const type = common(`buyoffType.${buyoff.type}`);
        const number = buyoff.stamp ?? person(buyoff.person).initials;
        return (
          <li key={buyoff.id} className="grid grid-cols-[60px_minmax(0,1fr)] items-center gap-3">
            <Stamp
              number={number}
              shape={stampShape(buyoff.type)}
              state={buyoff.status === "signed" ? "signed" : "pending_verification"}
              label={`${type}: ${common(`buyoffStatus.${buyoff.status}`)}, ${number}`}
            />
            <span className="leading-tight">
              <span className="block text-[14px] text-ink-2">
                <span className="mono">{numberOf(buyoff)}</span> · {type}
              </span>
              <b className="block text-[17px]">{person(buyoff.person).name}</b>
              <span className="mono block text-[13px] text-ink-2">{clock(buyoff.at)}</span>
              {buyoff.status === "signed" ? null : (
                <b className="block text-[14px] text-warn">
                  {common(`buyoffStatus.${buyoff.status}`)}
                </b>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** A colleague's note stands where the step is read, not behind a button. */
function NotesHere({ step }: { step: string }) {
  const clock = useClock();
  const person = usePeople();
  const { state, packet } = useWork();
  const notes = state.notes.filter((note) => note.step === step).slice(-3);
  return notes.map((note) => (
    <div
      key={note.id}
      role="note"
      className="rounded border-[1.5px] border-dashed border-edge px-4 py-2.5 text-[17px] leading-snug"
    >
      <p className="wrap-anywhere whitespace-pre-line">{packet.texts[note.text] ?? "…"}</p>
      <p className="mono mt-0.5 text-[14px] text-ink-2">
        {person(note.person).name} · {clock(note.at)}
      </p>
    </div>
  ));
}

const Paper = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <section
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
    tabIndex={0}
    aria-label={title}
    className="flex min-h-0 flex-1 flex-col gap-3.5 overflow-auto"
  >
    <h1 className="text-[32px] leading-[1.15] font-bold tracking-[-0.015em] text-balance">
      {title}
    </h1>
    {children}
  </section>
);

function Call({ kind, text }: { kind: "note" | "caution" | "warning"; text: string }) {
  const t = useTranslations("floor.player.call");
  const look = {
    note: "bg-act-wash",
    caution: "bg-warn-wash",
    warning: "border-l-8 border-stop bg-stop-wash",
  }[kind];
  const ink = { note: "text-act", caution: "text-warn", warning: "text-stop" }[kind];
  return (
    <div
      role="note"
      className={`flex items-center gap-3.5 rounded px-4 py-3 text-[18px] leading-snug ${look}`}
    >
      <span className={`shrink-0 ${ink}`}>
        {kind === "warning" ? <Octagon /> : kind === "caution" ? <Triangle /> : <NoteMark />}
      </span>
      <p>
        <b className={ink}>{t(kind)}</b> {text}
      </p>
    </div>
  );
}

const NoteMark = () => (
  <svg
    aria-hidden
    viewBox="0 0 40 40"
    width="40"
    height="40"
    fill="none"
    stroke="currentColor"
    strokeWidth="3"
  >
    <circle cx="20" cy="20" r="15.5" />
    <path d="M20 18v10M20 12v.6" strokeLinecap="round" />
  </svg>
);

/** Nobody works from a frame that shows nothing. */
function NotHere({ alt }: { alt: string }) {
  const t = useTranslations("floor.player");
  return (
    <Notice tone="warn" role="status">
      <p className="font-[650]">{t("pictureMissing", { picture: alt })}</p>
      <p>{t("pictureMissingNext")}</p>
    </Notice>
  );
}

function Picture({ src, alt, caption }: { src: string; alt: string; caption: string | null }) {
  const t = useTranslations("floor.player");
  const common = useTranslations("common");
  const [isZoomed, setZoomed] = useState(false);
  const { view } = useTablet();
  const address = usePicture(src);
  // Asked for again when the connection comes back.
  const asked = `${address} ${view.online}`;
  const [missing, setMissing] = useState<string | null>(null);
  if (missing === asked) return <NotHere alt={alt} />;
  const paper = src.endsWith(".svg") ? "drawing" : "bg-sheet text-ink-3";
  return (
    <>
      <button
        type="button"
        onClick={() => setZoomed(true)}
        className={`relative min-h-[220px] flex-1 overflow-hidden rounded border-2 border-rule p-3 ${paper}`}
      >
        {/* biome-ignore lint/performance/noImgElement: drawings are served as they are, offline too. */}
        <img
          src={address ?? undefined}
          alt={alt}
          onError={() => setMissing(asked)}
          className="absolute inset-0 size-full object-contain p-3 pb-9"
        />
        <span className="mono absolute bottom-2 left-3.5 text-left text-[13px] font-[550]">
          {caption === null ? t("zoom") : `${caption} · ${t("zoom")}`}
        </span>
      </button>
      {isZoomed ? (
        <Dialog title={caption ?? alt} onClose={() => setZoomed(false)} className="w-[94vw]">
          <section
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
            tabIndex={0}
            aria-label={alt}
            className={`h-[64dvh] overflow-auto rounded ${paper}`}
          >
            {/* biome-ignore lint/performance/noImgElement: as above. */}
            <img
              src={address ?? undefined}
              alt={alt}
              className="min-h-full w-full object-contain"
            />
          </section>
          <Button className="mt-4 w-full" onClick={() => setZoomed(false)}>
            {common("close")}
          </Button>
        </Dialog>
      ) : null}
    </>
  );
}
