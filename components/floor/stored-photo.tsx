"use client";
import { useEffect, useState } from "react";
import { useTablet } from "./tablet-context.tsx";

/** From this tablet's memory while it is there, because it may not have been sent; else from the server. */
export function StoredPhoto({ sha256, alt }: { sha256: string; alt: string }) {
  const { core } = useTablet();
  const [src, setSrc] = useState<string | null>(null);
  useEffect(() => {
    let mine: string | null = null;
    let isGone = false;
    void core.db.get("blobs", sha256).then((kept) => {
      if (isGone) return;
      mine =
        kept === undefined
          ? null
          : URL.createObjectURL(new Blob([kept.bytes], { type: kept.mediaType }));
      setSrc(mine ?? `/api/blobs/${sha256}`);
    });
    return () => {
      isGone = true;
      if (mine !== null) URL.revokeObjectURL(mine);
    };
  }, [core, sha256]);
  if (src === null) return null;
  return (
    // biome-ignore lint/performance/noImgElement: evidence as it was stored, never resized.
    <img src={src} alt={alt} className="my-1 block max-h-36 rounded border border-rule" />
  );
}
