"use client";
import { useRef } from "react";
import type { Scan } from "#lib/kit/barcode";

/** The next person's badge, read before the screen was ready for it. */
export type Early = { keep: (scan: Scan) => void; take: () => Scan | null };

export function useEarly(): Early {
  const kept = useRef<Scan | null>(null);
  return {
    keep: (scan) => {
      kept.current = scan;
    },
    take: () => {
      const scan = kept.current;
      kept.current = null;
      return scan;
    },
  };
}
