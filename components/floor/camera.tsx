"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { uuidv7 } from "#lib/kit/ids";
import { noRoom } from "#lib/offline/acts";
import { hasRoomForPhotos, keepPhoto, type TakenPhoto, takePhoto } from "#lib/offline/photos";
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
    if (!(await keepPhoto(core, state.id, photo))) return noRoom;
    const { sha256, mediaType, bytes } = photo;
    return perform(
      "attachPhoto",
      { photo: uuidv7(), sha256, mediaType, bytes, ...of },
      { blobs: [sha256] },
    );
  };
}
