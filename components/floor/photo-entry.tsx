"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import type { Field } from "#lib/instructions/schema";
import { type Taken, useAttach, useCamera } from "./camera.tsx";
import type { FieldEntryProps } from "./place.ts";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";

export function PhotoEntry({
  field,
  place,
  step,
  work,
  onRecorded,
}: FieldEntryProps<Extract<Field, { kind: "photo" }>>) {
  const t = useTranslations("floor.photo");
  const label = usePlaceLabel()(place);
  const camera = useCamera();
  const attach = useAttach();
  const { photo } = camera;
  const keep = async (taken: Taken) => {
    const of = { step: step.id, field: field.id, position: place.position, defect: null };
    const done = await work.record((perform) => attach(perform, taken, of));
    if (!done) return;
    camera.setPhoto(null);
    if (place.photos.length + 1 >= field.photosMin) onRecorded();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      {camera.field}
      {photo === null && field.photosMin <= 1 ? null : (
        <p className="text-[20px] leading-tight font-bold">
          {label}
          {field.photosMin > 1 ? (
            <span className="mono ml-2 text-[16px] text-ink-2">
              {place.photos.length} / {field.photosMin}
            </span>
          ) : null}
        </p>
      )}
      {camera.trouble === null ? null : (
        <Notice tone="stop">
          <p>{camera.trouble}</p>
        </Notice>
      )}
      {photo === null ? (
        <>
          <div className="grid flex-1 place-content-center justify-items-center gap-4 rounded border-[2.5px] border-dashed border-act p-6 text-center">
            <svg
              aria-hidden
              viewBox="0 0 96 72"
              width="96"
              height="72"
              fill="none"
              stroke="currentColor"
              strokeWidth="5"
              strokeLinejoin="round"
              className="text-act"
            >
              <path d="M4 18h22l7-12h30l7 12h22v50H4Z" />
              <circle cx="48" cy="41" r="16" />
            </svg>
            <p className="text-[24px] leading-tight font-bold text-balance">{label}</p>
            <p className="text-[17px] leading-snug text-ink-2">{t("lead")}</p>
          </div>
          <Button id="entry" tone="act" size="record" onClick={camera.open}>
            {t("take")}
          </Button>
        </>
      ) : (
        <>
          <div className="relative min-h-[180px] flex-1 overflow-hidden rounded border-2 border-rule bg-sunk">
            {/* biome-ignore lint/performance/noImgElement: a picture from this tablet's own camera. */}
            <img
              src={photo.preview}
              alt={t("preview")}
              className="absolute inset-0 size-full object-contain"
            />
          </div>
          <Button onClick={camera.open} disabled={work.isBusy}>
            {t("again")}
          </Button>
          <Button tone="act" size="record" busy={work.isBusy} onClick={() => void keep(photo)}>
            {t("keep")}
          </Button>
        </>
      )}
    </div>
  );
}
