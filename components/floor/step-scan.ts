import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { Field, Step } from "#lib/instructions/schema";
import type { Scan } from "#lib/kit/barcode";
import { type BatchClockField, mixesToJoin } from "#lib/travelers/clocks.rules";
import type { PlaceState } from "#lib/travelers/values.rules";
import type { StepWork } from "./place.ts";
import { useScan } from "./scanning.tsx";
import { usePlantInstant } from "./use-now.ts";
import type { useWork } from "./work-context.tsx";

/** What no step asks for: a person who takes over, another unit. */
type OtherScans = {
  onBadge: (badge: string) => void;
  onOpen: (traveler: string) => Promise<void>;
};

type ScanTarget = {
  selectGage: (code: string) => void;
  work: StepWork;
  place: PlaceState | null;
  field: Field | null;
  step: Step;
  packet: ReturnType<typeof useWork>["packet"];
  /** Asks which mix of this lot is meant: one that runs, or a fresh one. */
  askMix: (lot: string) => void;
  plantInstant: () => Promise<string>;
};

/** Gives the lot of which it has to be asked which mix is meant, once one was scanned. */
export function useStepScan(
  props: OtherScans,
  target: Omit<ScanTarget, "plantInstant" | "askMix">,
): string | null {
  const plantInstant = usePlantInstant();
  const [scannedLot, askMix] = useState<string | null>(null);
  const waiting = useRef<Scan[]>([]);
  const { ended } = target.work;
  const take = (scan: Scan) => scanned(scan, props, { ...target, plantInstant, askMix });
  // A reader is quicker than an act is written down: what it reads meanwhile waits its turn.
  useScan((scan) => {
    const isOfStep = scan.kind !== "badge" && scan.kind !== "traveler";
    if (isOfStep && target.work.isBusyNow()) waiting.current.push(scan);
    else take(scan);
  });
  const takeNext = useEffectEvent(() => {
    // What was refused is read first: nothing goes in behind a sentence that nobody has seen.
    if (target.work.problem !== null) waiting.current = [];
    const next = waiting.current.shift();
    if (next === undefined) return;
    take(next);
    if (!target.work.isBusyNow()) waiting.current = [];
  });
  useEffect(() => {
    if (ended > 0) takeNext();
  }, [ended]);
  return scannedLot;
}

/** What a label means here: a gage, a component for its place, a text, another unit, another person. */
function scanned(scan: Scan, props: OtherScans, target: ScanTarget): void {
  const { selectGage } = target;
  switch (scan.kind) {
    case "badge":
      props.onBadge(scan.text);
      return;
    case "traveler":
      void props.onOpen(scan.id);
      return;
    case "gage":
      selectGage(scan.code);
      return;
    case "component":
      install(scan, target);
      return;
    case "plain":
      plainText(scan.text, target);
  }
}

function install(scan: Extract<Scan, { kind: "component" }>, target: ScanTarget): void {
  const { work, step, field } = target;
  if (field?.kind === "batch_clock" && scan.lot !== null) {
    void mix(field, scan.lot, target);
    return;
  }
  const into = placeForPart(target, scan.part);
  if (into === null) {
    work.setProblem({ kind: "refused", code: "scan_not_here", params: { text: scan.text } });
    return;
  }
  const { part, serial, lot } = scan;
  const body = { step: step.id, field: into.field, position: into.position };
  const mixed = step.fields.find((one) => one.kind === "batch_clock" && one.part === part);
  void work.record(async (perform) => {
    const installed = await perform("installComponent", {
      ...body,
      part,
      serial,
      lot,
      quantity: into.quantity,
    });
    // What is mixed here ages from this scan on: nobody scans it twice. Where a mix of it runs, which one
    // is meant is asked.
    if (installed.kind !== "done" || mixed?.kind !== "batch_clock" || lot === null)
      return installed;
    const mixedAt = await target.plantInstant();
    if (isRunning(mixed, lot, target, mixedAt)) return installed;
    return perform("startBatchClock", { step: step.id, field: mixed.id, lot, mixedAt });
  });
}

const isRunning = (field: BatchClockField, lot: string, { packet }: ScanTarget, at: string) =>
  mixesToJoin(packet.clocks, field, at).some((mix) => mix.lot === lot);

/** The scan begins a fresh mix, unless one of this lot runs: then it is asked which. */
async function mix(field: BatchClockField, lot: string, target: ScanTarget): Promise<void> {
  const { work, step } = target;
  const mixedAt = await target.plantInstant();
  if (isRunning(field, lot, target, mixedAt)) return target.askMix(lot);
  await work.record((perform) =>
    perform("startBatchClock", { step: step.id, field: field.id, lot, mixedAt }),
  );
}

function plainText(
  text: string,
  { selectGage, work, field, place, step, packet }: ScanTarget,
): void {
  if (field?.kind === "text" && place !== null) {
    void work.record((perform) =>
      perform("recordReading", {
        step: step.id,
        field: field.id,
        position: place.position,
        sample: place.sample,
        value: text.normalize("NFC"),
        source: "scan",
        confirmed: [],
      }),
    );
    return;
  }
  if (packet.gages.some(({ code }) => code === text)) selectGage(text);
  else work.setProblem({ kind: "refused", code: "scan_not_here", params: { text } });
}

/** The place that is open now, else the step's first open one for this part or an approved alternate. */
function placeForPart(
  { place, field, step }: ScanTarget,
  part: string,
): { field: string; position: string; quantity: string } | null {
  const components = step.fields.filter((one) => one.kind === "component");
  if (field?.kind === "component" && place !== null) {
    const fits = field.part === part || field.alternates.includes(part);
    const other = components.find((one) => one.part === part || one.alternates.includes(part));
    const into = fits || other === undefined ? field : other;
    const position = into === field ? place.position : (into.positions[0] ?? place.position);
    return { field: into.id, position, quantity: into.quantity };
  }
  const fitting = components.find((one) => one.part === part || one.alternates.includes(part));
  if (fitting === undefined) return null;
  return { field: fitting.id, position: fitting.positions[0] ?? "1", quantity: fitting.quantity };
}
