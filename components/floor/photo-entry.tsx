"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "#components/ui/button";
import type { Field } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { hasRoomForPhotos, keepPhoto, type TakenPhoto, takePhoto } from "#lib/offline/photos";
import type { FieldEntryProps } from "./field-entry.tsx";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { type Perform, useWork } from "./work-context.tsx";

export type Taken = TakenPhoto & { data: ArrayBuffer };

/** The camera of the tablet, or a file where there is none. What is shown is what is kept. */
export function useCamera() {
  const t = useTranslations("floor.photo");
  const [photo, setPhoto] = useState<Taken | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => () => (photo === null ? undefined : URL.revokeObjectURL(photo.preview)), [photo]);
  const onFile = async (file: File | undefined) => {
    if (file === undefined) return;
    setTrouble(null);
    if (!(await hasRoomForPhotos())) return setTrouble(t("noRoom"));
    try {
      setPhoto(await takePhoto(file));
    } catch {
      setTrouble(t("unreadable"));
    }
  };
  const field = (
    <input
      ref={input}
      type="file"
      accept="image/*"
      capture="environment"
      aria-label={t("take")}
      className="sr-only"
      tabIndex={-1}
      onChange={(event) => {
        void onFile(event.target.files?.[0]);
        event.target.value = "";
      }}
    />
  );
  return { photo, setPhoto, trouble, field, open: () => input.current?.click() };
}

/** The picture is in the tablet's memory before the command that names it is. */
export function useAttach() {
  const { core } = useTablet();
  const { state } = useWork();
  return async (
    perform: Perform,
    photo: Taken,
    of: {
      step: string | null;
      field: string | null;
      position: string | null;
      defect: string | null;
    },
  ) => {
    await keepPhoto(core, state.id, photo);
    const { sha256, mediaType, bytes } = photo;
    return perform(
      "attachPhoto",
      { photo: uuidv7(), sha256, mediaType, bytes, ...of },
      { blobs: [sha256] },
    );
  };
}

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
      <p className="text-[20px] leading-tight font-bold">
        {label}
        {field.photosMin > 1 ? (
          <span className="mono ml-2 text-[16px] text-ink-2">
            {place.photos.length} / {field.photosMin}
          </span>
        ) : null}
      </p>
      {camera.trouble === null ? null : (
        <Notice tone="stop">
          <p>{camera.trouble}</p>
        </Notice>
      )}
      {photo === null ? (
        <>
          <div className="grid flex-1 place-items-center rounded border-[2.5px] border-dashed border-act p-6 text-center text-[18px] text-ink-2">
            {t("lead")}
          </div>
          <Button id="entry" tone="act" size="record" onClick={camera.open}>
            {t("take")}
          </Button>
        </>
      ) : (
        <>
          {/* biome-ignore lint/performance/noImgElement: a picture from this tablet's own camera. */}
          <img
            src={photo.preview}
            alt={t("preview")}
            className="min-h-0 flex-1 rounded border-2 border-rule bg-sunk object-contain"
          />
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
