"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Moment } from "#components/desk/moment";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { Photo } from "#lib/travelers/state.schema";

type People = Readonly<Record<string, { name: string }>>;

/** Photos as thumbnails; one opens large, with who took it, when, and the hash it is kept under. */
export function PhotoStrip({
  photos,
  label,
  zone,
  people,
}: {
  photos: readonly Photo[];
  label: string;
  zone: string;
  people: People;
}) {
  const t = useTranslations("desk.photos");
  const [open, setOpen] = useState<number | null>(null);
  const shown = open === null ? undefined : photos[open];
  return (
    <>
      <ul className="flex flex-wrap justify-end gap-1.5">
        {photos.map((photo, index) => (
          <li key={photo.id}>
            <button
              type="button"
              onClick={() => setOpen(index)}
              aria-label={t("openPhoto", { label, number: index + 1 })}
              className="block overflow-hidden rounded border-[1.5px] border-edge bg-sunk hover:border-act"
            >
              {/* biome-ignore lint/performance/noImgElement: blobs are content-addressed and served as stored */}
              <img
                src={`/api/blobs/${photo.sha256}`}
                alt=""
                loading="lazy"
                className="h-[46px] w-[62px] object-cover"
              />
            </button>
          </li>
        ))}
      </ul>
      {shown === undefined || open === null ? null : (
        <Dialog title={label} onClose={() => setOpen(null)} className="w-[min(1000px,92vw)]">
          <figure className="grid gap-3">
            {/* biome-ignore lint/performance/noImgElement: as above */}
            <img
              src={`/api/blobs/${shown.sha256}`}
              alt={t("photoOf", { label, number: open + 1 })}
              className="max-h-[62vh] w-full rounded bg-sunk object-contain"
            />
            <figcaption className="text-left text-[14px] text-ink-2">
              {people[shown.person]?.name} · <Moment at={shown.at} zone={zone} shape="full" />
              <span className="mono block text-[13px] break-all">SHA-256 {shown.sha256}</span>
            </figcaption>
          </figure>
          <div className="mt-4 flex gap-3">
            <Button size="desk" disabled={open === 0} onClick={() => setOpen(open - 1)}>
              {t("previous")}
            </Button>
            <Button
              size="desk"
              disabled={open === photos.length - 1}
              onClick={() => setOpen(open + 1)}
            >
              {t("next")}
            </Button>
            <Button size="desk" tone="act" className="ml-auto" onClick={() => setOpen(null)}>
              {t("close")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
