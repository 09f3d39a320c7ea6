"use client";
import { createContext, type ReactNode, use, useEffect, useEffectEvent, useRef } from "react";
import { emptyWedge, parseScan, type Scan, wedge } from "#lib/kit/barcode";

type Listener = (scan: Scan) => void;
type Scanning = { deliver: (text: string) => void; listen: (listener: Listener) => () => void };
const ScanningContext = createContext<Scanning | null>(null);

/**
 * Hears the wedge reader wherever the focus is. The screen that was opened last listens; a label's
 * Enter never presses the button that happens to have the focus.
 */
export function ScanningProvider({ children }: { children: ReactNode }) {
  const listeners = useRef<Listener[]>([]);
  const scanning = useRef<Scanning>({
    deliver: (text) => listeners.current.at(-1)?.(parseScan(text)),
    listen: (listener) => {
      listeners.current = [...listeners.current, listener];
      return () => {
        listeners.current = listeners.current.filter((other) => other !== listener);
      };
    },
  });
  useEffect(() => {
    let gathered = emptyWedge;
    const onKeyDown = (event: KeyboardEvent) => {
      const after = wedge(gathered, { key: event.key, atMs: event.timeStamp });
      gathered = after.wedge;
      if (after.scanned === null) return;
      event.preventDefault();
      event.stopPropagation();
      scanning.current.deliver(after.scanned);
    };
    addEventListener("keydown", onKeyDown, { capture: true });
    return () => removeEventListener("keydown", onKeyDown, { capture: true });
  }, []);
  return <ScanningContext value={scanning.current}>{children}</ScanningContext>;
}

export function useDeliverScan(): (text: string) => void {
  const scanning = use(ScanningContext);
  if (scanning === null) throw new Error("outside of scanning");
  return scanning.deliver;
}

type BadgeScan = {
  /** A badge is being looked at: what is read meanwhile is not for this screen. */
  isBusy: boolean;
  onBadge: (badge: string) => void;
  onOther: (text: string) => void;
};

/**
 * Where only a badge makes sense, a gage's label is told apart here and not by a wrong PIN later. What is
 * read while a badge is looked at is heard by the screen that comes after; where none comes it is let go,
 * as nothing goes in behind a refusal that nobody has seen.
 */
export function useBadgeScan({ isBusy, onBadge, onOther }: BadgeScan): void {
  const deliver = useDeliverScan();
  const early = useRef<string | null>(null);
  useScan(({ kind, text }) => {
    if (isBusy) early.current = text;
    else (kind === "badge" || kind === "plain" ? onBadge : onOther)(text);
  });
  useEffect(() => {
    if (!isBusy) early.current = null;
  }, [isBusy]);
  useEffect(
    () => () => {
      // Once the ear of this screen is gone.
      if (early.current !== null) setTimeout(deliver, 0, early.current);
    },
    [deliver],
  );
}

export function useScan(onScan: Listener): void {
  const scanning = use(ScanningContext);
  const hear = useEffectEvent(onScan);
  useEffect(() => scanning?.listen((scan) => hear(scan)), [scanning]);
}
