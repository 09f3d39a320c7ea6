"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import type { Field } from "#lib/instructions/schema";
import { ScanBox } from "./gage-panel.tsx";
import { InstallationDialog } from "./installation-dialog.tsx";
import type { FieldEntryProps } from "./place.ts";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";
import { TextKeys } from "./text-keys.tsx";
import { useWork } from "./work-context.tsx";

/** Scanned, or its serial or lot number typed for exactly the part that the step asks for. */
export function ComponentEntry({
  field,
  place,
  step,
  work,
  onRecorded,
}: FieldEntryProps<Extract<Field, { kind: "component" }>>) {
  const t = useTranslations("floor.component");
  const label = usePlaceLabel()(place);
  const [part, setPart] = useState<string | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const { state } = useWork();
  const parts = [field.part, ...field.alternates];
  const before = state.components.find(
    (one) => one.field === field.id && one.position === place.position && !one.removed,
  );
  const install = async (number: string) => {
    if (part === null) return;
    const done = await work.record((perform) =>
      perform("installComponent", {
        step: step.id,
        field: field.id,
        position: place.position,
        part,
        serial: field.trace === "serial" ? number : null,
        lot: field.trace === "lot" ? number : null,
        quantity: field.quantity,
      }),
    );
    if (done) onRecorded();
  };
  // What an earlier attempt left in place comes out before the new one goes in.
  if (before !== undefined) {
    return (
      <div className="flex flex-1 flex-col gap-3">
        <p className="text-[20px] leading-tight font-bold">{label}</p>
        <Notice tone="warn">
          <p>{t("occupied", { item: before.serial ?? before.lot ?? before.part })}</p>
        </Notice>
        <Button
          id="entry"
          tone="act"
          size="record"
          className="mt-auto"
          onClick={() => setRemoving(true)}
        >
          {t("takeOutFirst")}
        </Button>
        {isRemoving ? (
          <InstallationDialog
            isComingOut
            installation={before}
            onClose={() => setRemoving(false)}
          />
        ) : null}
      </div>
    );
  }
  return (
    <div className="flex flex-1 flex-col gap-3">
      <ScanBox title={label} lead={t("scan", { part: field.part, quantity: field.quantity })} />
      {field.alternates.length === 0 ? null : (
        <p className="text-[16px] text-ink-2">
          {t("alternates")} <b className="mono text-ink">{field.alternates.join(", ")}</b>
        </p>
      )}
      {parts.map((one) => (
        <Button key={one} disabled={work.isBusy} onClick={() => setPart(one)}>
          {t("type", { part: one })}
        </Button>
      ))}
      {part === null ? null : (
        <TextKeys
          label={t(`number.${field.trace}`, { part })}
          action={t("install")}
          isBusy={work.isBusy}
          onText={(number) => void install(number).then(() => setPart(null))}
          onBack={() => setPart(null)}
        />
      )}
    </div>
  );
}
