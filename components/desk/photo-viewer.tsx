"use client";
import { useTranslations } from "next-intl";
import { type PointerEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { Moment } from "#components/desk/moment";

/** A photo with what its caption says, in the reader's language. */
export type Shot = {
  id: string;
  sha256: string;
  step: string | null;
  label: string | null;
  position: string | null;
  /** Code of the defect that it shows. */
  defect: string | null;
  person: string | null;
  at: string;
};

/** So far a finger moves before it means the next photo. */
const SWIPE_PX = 48;

/** One photo as large as the window: its neighbours by key, tap or swipe; who took it, when, and its hash. */
export function PhotoViewer({
  shots,
  shown,
  zone,
  onShow,
  onClose,
}: {
  shots: readonly Shot[];
  shown: string;
  zone: string;
  onShow: (id: string) => void;
  onClose: () => void;
}) {
  const t = useTranslations("desk.photos");
  const ref = useRef<HTMLDialogElement>(null);
  const caption = useId();
  const [enlarged, setEnlarged] = useState(false);
  const index = shots.findIndex(({ id }) => id === shown);
  const shot = shots[index];
  // Before it leaves the page: one that is gone gives the focus back to nobody.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  if (!shot) return null;

  const go = (to: number): void => {
    const next = shots[to];
    if (!next) return;
    setEnlarged(false);
    onShow(next.id);
  };
  const places: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    Home: 0,
    End: shots.length - 1,
  };
  const name = shot.label ?? shot.defect ?? t("unit");
  return (
    <dialog
      ref={ref}
      aria-labelledby={caption}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        const to = places[event.key];
        // Enlarged, the arrows move over the picture.
        if (to === undefined || enlarged) return;
        event.preventDefault();
        go(to);
      }}
      className="m-0 h-dvh max-h-none w-screen max-w-none bg-paper open:grid open:grid-rows-[auto_minmax(0,1fr)_auto]"
    >
      <Bar
        place={t("counter", { number: index + 1, count: shots.length })}
        enlarged={enlarged}
        onEnlarge={() => setEnlarged(!enlarged)}
        onClose={onClose}
      />
      <div className="grid min-h-0 grid-cols-[72px_minmax(0,1fr)_72px] bg-sunk max-sm:grid-cols-[48px_minmax(0,1fr)_48px]">
        <Turn label={t("previous")} off={index === 0} onTurn={() => go(index - 1)}>
          ‹
        </Turn>
        <Picture
          key={shot.id}
          src={`/api/blobs/${shot.sha256}`}
          name={name}
          alt={t("photoOf", { label: name, number: index + 1, count: shots.length })}
          enlarged={enlarged}
          onSwipe={(by) => go(index + by)}
        />
        <Turn label={t("next")} off={index === shots.length - 1} onTurn={() => go(index + 1)}>
          ›
        </Turn>
      </div>
      <Caption id={caption} shot={shot} name={name} zone={zone} />
    </dialog>
  );
}

function Picture({
  src,
  name,
  alt,
  enlarged,
  onSwipe,
}: {
  src: string;
  name: string;
  alt: string;
  enlarged: boolean;
  onSwipe: (by: 1 | -1) => void;
}) {
  const from = useRef<number | null>(null);
  const swiped = ({ clientX }: PointerEvent): void => {
    const far = clientX - (from.current ?? clientX);
    from.current = null;
    if (!enlarged && Math.abs(far) >= SWIPE_PX) onSwipe(far < 0 ? 1 : -1);
  };
  return (
    <section
      aria-label={name}
      // Enlarged, it is moved over by keyboard.
      tabIndex={enlarged ? 0 : undefined}
      onPointerDown={({ clientX }) => {
        from.current = clientX;
      }}
      onPointerUp={swiped}
      className={`min-h-0 min-w-0 touch-pan-y ${enlarged ? "grid overflow-auto" : "grid place-items-center overflow-hidden"}`}
    >
      {/* biome-ignore lint/performance/noImgElement: blobs are content-addressed and served as stored */}
      <img
        src={src}
        alt={alt}
        draggable={false}
        className={
          enlarged ? "m-auto max-w-none" : "h-full max-h-full w-full max-w-full object-contain"
        }
      />
    </section>
  );
}

function Bar({
  place,
  enlarged,
  onEnlarge,
  onClose,
}: {
  place: string;
  enlarged: boolean;
  onEnlarge: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("desk.photos");
  return (
    <div className="flex flex-wrap items-center gap-3 border-b-[1.5px] border-rule px-4 py-2">
      <p className="mono text-[15px] font-[650]" aria-live="polite">
        {place}
      </p>
      <p className="text-[14px] text-ink-2 max-sm:hidden">{t("keys")}</p>
      <button
        type="button"
        aria-pressed={enlarged}
        onClick={onEnlarge}
        className={`ml-auto ${button}`}
      >
        {t(enlarged ? "fit" : "enlarge")}
      </button>
      <button type="button" onClick={onClose} className={button}>
        {t("close")} ✕
      </button>
    </div>
  );
}

function Caption({ id, shot, name, zone }: { id: string; shot: Shot; name: string; zone: string }) {
  const t = useTranslations("desk.photos");
  return (
    <p id={id} className="border-t-[1.5px] border-rule px-4 py-3 text-[15px] leading-snug">
      {shot.step === null ? null : <span className="mono font-[650]">{shot.step} </span>}
      <b className="font-[650]">{name}</b>
      {shot.position === null ? null : <span className="mono"> {shot.position}</span>}
      {shot.defect === null ? null : ` · ${t("defect", { code: shot.defect })}`}
      {shot.person === null ? null : ` · ${shot.person}`} ·{" "}
      <Moment at={shot.at} zone={zone} shape="full" />
      <span className="mono block text-[13px] break-all text-ink-2">SHA-256 {shot.sha256}</span>
    </p>
  );
}

const button =
  "min-h-10 rounded border-[1.5px] border-edge bg-sheet px-4 text-[15px] font-[650] hover:border-act";

const Turn = ({
  label,
  off,
  onTurn,
  children,
}: {
  label: string;
  off: boolean;
  onTurn: () => void;
  children: string;
}) => (
  <button
    type="button"
    aria-label={label}
    disabled={off}
    onClick={onTurn}
    className="text-[44px] leading-none hover:bg-paper disabled:text-rule"
  >
    <span aria-hidden>{children}</span>
  </button>
);
