"use client";
import { useEffect, useState } from "react";
import { isStored } from "#lib/offline/media";
import { useTablet } from "./tablet-context.tsx";

/**
 * Where a picture is to be had: from this tablet's memory while it is there, because it may not have been sent
 * or there may be no network; else from the server. A drawing of the page's own has an address already.
 */
export function usePicture(src: string): string | null {
  const { core } = useTablet();
  const [stored, setStored] = useState<string | null>(null);
  useEffect(() => {
    if (!isStored(src)) return;
    let mine: string | null = null;
    let isGone = false;
    void core.db.get("blobs", src).then((kept) => {
      if (isGone) return;
      mine =
        kept === undefined
          ? null
          : URL.createObjectURL(new Blob([kept.bytes], { type: kept.mediaType }));
      setStored(mine ?? `/api/blobs/${src}`);
    });
    return () => {
      isGone = true;
      if (mine !== null) URL.revokeObjectURL(mine);
    };
  }, [core, src]);
  if (isStored(src)) return stored;
  return src.startsWith("/") ? src : `/${src}`;
}

export function StoredPhoto({ sha256, alt }: { sha256: string; alt: string }) {
  const src = usePicture(sha256);
  if (src === null) return null;
  return (
    // biome-ignore lint/performance/noImgElement: evidence as it was stored, never resized.
    <img src={src} alt={alt} className="my-1 block max-h-36 rounded border border-rule" />
  );
}
