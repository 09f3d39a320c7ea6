"use client";
import { createContext, type ReactNode, use, useEffect, useEffectEvent, useRef } from "react";
import { emptyWedge, type Keystroke, parseScan, type Scan, wedge } from "#lib/kit/barcode";
import { heardEarly } from "#lib/offline/waking";

type Listener = (scan: Scan) => void;
type Scanning = {
  deliver: (text: string) => void;
  listen: (listener: Listener) => () => void;
  /** The first screen stands: what was read before it is for that one, or for nobody. */
  hearOn: () => void;
};
const ScanningContext = createContext<Scanning | null>(null);

/**
 * Hears the wedge reader wherever the focus is. The screen that was opened last listens; a label's
 * Enter never presses the button that happens to have the focus.
 */
export function ScanningProvider({ children }: { children: ReactNode }) {
  const listeners = useRef<Listener[]>([]);
  const early = useRef<{ text: string | null } | null>({ text: null });
  const scanning = useRef<Scanning>({
    deliver: (text) => {
      if (early.current !== null) early.current.text = text;
      else listeners.current.at(-1)?.(parseScan(text));
    },
    hearOn: () => {
      const text = early.current?.text ?? null;
      early.current = null;
      if (text !== null) scanning.current.deliver(text);
    },
    listen: (listener) => {
      listeners.current = [...listeners.current, listener];
      return () => {
        listeners.current = listeners.current.filter((other) => other !== listener);
      };
    },
  });
  useEffect(() => {
    let gathered = emptyWedge;
    const hear = (stroke: Keystroke) => {
      const after = wedge(gathered, stroke);
      gathered = after.wedge;
      if (after.scanned !== null) scanning.current.deliver(after.scanned);
      return after.scanned !== null;
    };
    for (const stroke of heardEarly()) hear(stroke);
    const onKeyDown = (event: KeyboardEvent) => {
      if (!hear({ key: event.key, atMs: event.timeStamp })) return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("keydown", onKeyDown, { capture: true });
    return () => removeEventListener("keydown", onKeyDown, { capture: true });
  }, []);
  return <ScanningContext value={scanning.current}>{children}</ScanningContext>;
}

function useScanning(): Scanning {
  const scanning = use(ScanningContext);
  if (scanning === null) throw new Error("outside of scanning");
  return scanning;
}
export const useDeliverScan = () => useScanning().deliver;
export const useHearOn = () => useScanning().hearOn;

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
