"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import type { Field, Operation } from "#lib/instructions/schema";
import type { GageFacts } from "#lib/travelers/facts.schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { GageDropped } from "./gage-dropped.tsx";
import { TextKeys } from "./text-keys.tsx";
import { useWork } from "./work-context.tsx";

/** The gage type that this value needs and the operation has no gage for yet, or one that was put aside since. */
export function gageTypeFor(
  state: TravelerState,
  operation: Operation,
  field: Field | null,
  gages: readonly GageFacts[],
): string | null {
  if (field?.kind !== "measurement" || field.gageType === undefined) return null;
  if (field.difference !== undefined) return null;
  const type = field.gageType;
  const inUse = state.gages.findLast(
    (gage) => gage.operation === operation.id && gage.type === type,
  );
  if (inUse === undefined) return type;
  const status = gages.find(({ id }) => id === inUse.id)?.status ?? "in_service";
  return status === "in_service" ? null : type;
}

export function useGageTypeName(): (type: string) => string {
  const t = useTranslations("floor.gage.types");
  const { packet } = useWork();
  return (type) =>
    t.has(type) ? t(type) : (packet.gages.find((gage) => gage.type === type)?.name ?? type);
}

type LineProps = { operation: Operation; field: Field | null; onChange: () => void };

/**
 * The gage in use, until another is asked for. What is said of one that was dropped stays until it was read,
 * though the gage is out of use by then and its line is gone.
 */
export function GageLine({ isAsked, ...line }: LineProps & { isAsked: boolean }) {
  const [dropped, setDropped] = useState<string | null>(null);
  return (
    <>
      {dropped === null ? null : <GageDropped code={dropped} onClose={() => setDropped(null)} />}
      {isAsked ? null : <InUse {...line} onDropped={setDropped} />}
    </>
  );
}

/** With its range and due date, once per operation. Tapping it asks for another. */
function InUse({
  operation,
  field,
  onChange,
  onDropped,
}: LineProps & { onDropped: (code: string) => void }) {
  const t = useTranslations("floor.gage");
  const format = useFormatter();
  const name = useGageTypeName();
  const { state, packet } = useWork();
  if (field?.kind !== "measurement" || field.gageType === undefined) return null;
  const type = field.gageType;
  const selected = state.gages.findLast(
    (gage) => gage.operation === operation.id && gage.type === type,
  );
  if (selected === undefined) return null;
  const gage = packet.gages.find(({ id }) => id === selected.id);
  return (
    <div className="grid shrink-0 grid-cols-[minmax(0,1fr)_auto] gap-4">
      <button
        type="button"
        onClick={onChange}
        className="min-h-touch min-w-0 rounded border-2 border-rule px-3 py-1.5 text-left text-[14px] leading-tight text-ink-2"
      >
        <span className="block">{name(type)}</span>
        <span className="flex flex-wrap items-baseline gap-x-2">
          <b className="mono text-[18px] text-ink">{selected.code}</b>
          {gage === undefined ? null : (
            <span className="mono text-[13px] whitespace-nowrap">
              {gage.calibratedMin}–{gage.calibratedMax} {gage.unit}
            </span>
          )}
        </span>
        <span className="sr-only">{t("change", { code: selected.code })} </span>
        <span className="block">
          {t("due", {
            date: format.dateTime(new Date(`${selected.calibrationDueOn}T12:00:00Z`), {
              day: "numeric",
              month: "short",
            }),
          })}
        </span>
      </button>
      <button
        type="button"
        onClick={() => onDropped(selected.code)}
        className="min-h-touch rounded border-2 border-stop px-3 text-[15px] leading-tight font-[650] text-stop"
      >
        {t("dropped.tap")}
        <span className="sr-only"> {selected.code}</span>
      </button>
    </div>
  );
}

/** Scan it, or type its number on our own keys. Exact match only. */
export function GagePanel({
  type,
  isBusy,
  onGage,
  onBack,
}: {
  type: string;
  isBusy: boolean;
  onGage: (code: string) => void;
  onBack?: () => void;
}) {
  const t = useTranslations("floor.gage");
  const common = useTranslations("common");
  const name = useGageTypeName();
  const [isTyping, setTyping] = useState(false);
  return (
    <div className="flex flex-1 flex-col gap-3">
      <ScanBox title={t("scan", { type: name(type) })} lead={t("scanLead")} />
      <Button id="entry" busy={isBusy} onClick={() => setTyping(true)}>
        {t("typeInstead")}
      </Button>
      {onBack === undefined ? null : <Button onClick={onBack}>{common("back")}</Button>}
      {isTyping ? (
        <TextKeys
          label={t("number")}
          action={t("use")}
          isBusy={isBusy}
          onText={(code) => {
            setTyping(false);
            onGage(code);
          }}
          onBack={() => setTyping(false)}
        />
      ) : null}
    </div>
  );
}

export const ScanBox = ({ title, lead }: { title: string; lead: string }) => (
  <div className="grid flex-1 place-content-center justify-items-center gap-4 rounded border-[2.5px] border-dashed border-act p-6 text-center">
    <svg
      aria-hidden
      viewBox="0 0 96 64"
      width="96"
      height="64"
      fill="none"
      stroke="currentColor"
      strokeWidth="5"
      className="text-act"
    >
      <path d="M4 20V4h18M74 4h18v16M92 44v16H74M22 60H4V44" />
      <path d="M20 18v28M30 18v28M38 18v28M50 18v28M58 18v28M70 18v28M76 18v28" strokeWidth="4" />
    </svg>
    <p className="text-[24px] leading-tight font-bold text-balance">{title}</p>
    <p className="text-[17px] leading-snug text-ink-2">{lead}</p>
  </div>
);
