"use client";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useState } from "react";
import { PhotoViewer, type Shot } from "#components/desk/photo-viewer";

type Album = { shots: readonly Shot[]; open: (id: string) => void };
const AlbumContext = createContext<Album | null>(null);

/** All photos of the page as one series: whichever is opened, the others are before and after it. */
export function PhotoAlbum({
  shots,
  zone,
  children,
}: {
  shots: readonly Shot[];
  zone: string;
  children: ReactNode;
}) {
  const [shown, setShown] = useState<string | null>(null);
  return (
    <AlbumContext value={{ shots, open: setShown }}>
      {children}
      {shown === null ? null : (
        <PhotoViewer
          shots={shots}
          shown={shown}
          zone={zone}
          onShow={setShown}
          onClose={() => setShown(null)}
        />
      )}
    </AlbumContext>
  );
}

/** Photos as thumbnails; one opens in the viewer. */
export function PhotoStrip({ shots }: { shots: readonly Shot[] }) {
  const t = useTranslations("desk.photos");
  const album = useContext(AlbumContext);
  return (
    <ul className="flex flex-wrap gap-1.5">
      {shots.map((shot, index) => (
        <li key={shot.id}>
          <button
            type="button"
            onClick={() => album?.open(shot.id)}
            aria-label={t("openPhoto", {
              label: shot.label ?? shot.defect ?? t("unit"),
              number: index + 1,
            })}
            className="block overflow-hidden rounded border-[1.5px] border-edge bg-sunk hover:border-act"
          >
            {/* biome-ignore lint/performance/noImgElement: blobs are content-addressed and served as stored */}
            <img
              src={`/api/blobs/${shot.sha256}`}
              alt=""
              loading="lazy"
              className="h-[46px] w-[62px] object-cover print:h-[92px] print:w-[124px]"
            />
          </button>
        </li>
      ))}
    </ul>
  );
}
