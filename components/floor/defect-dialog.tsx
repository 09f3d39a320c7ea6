"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { limitsText } from "#lib/kit/band";
import { add, compare } from "#lib/kit/decimal";
import { uuidv7 } from "#lib/kit/ids";
import { isLot, remainingOf } from "#lib/travelers/lot-balance.rules";
import { plannedField, plannedStep } from "#lib/travelers/plan.rules";
import type { Reading, Severity, TravelerState } from "#lib/travelers/state.schema";
import { currentReading } from "#lib/travelers/values.rules";
import { useAttach, useCamera } from "./camera.tsx";
import { useDecimals, useWords } from "./language.tsx";
import type { DefectStart } from "./place.ts";
import { ServerProblem } from "./problem.tsx";
import { Choice } from "./reason-entry.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** Where it was seen; everything else about it is known already. */
function shownBy(state: TravelerState, start: DefectStart): Reading | null {
  const { step, field, position, sample } = start;
  if (step === null || field === null || position === null) return null;
  const reading = currentReading(state, { step, field, position, sample: sample ?? 1 });
  return reading?.verdict === "out_of_limits" ? reading : null;
}

/** At most four taps, photo included: code, photo, keep it, log. */
export function DefectDialog({ start, onClose }: { start: DefectStart; onClose: () => void }) {
  const t = useTranslations("floor.defect");
  const common = useTranslations("common");
  const { state, packet } = useWork();
  const { isBusy, problem, run } = useActing();
  const reading = shownBy(state, start);
  const [code, setCode] = useState<string | null>(null);
  const [severity, setSeverity] = useState<Severity>("major");
  const [quantity, setQuantity] = useState("1");
  const camera = useCamera();
  const attach = useAttach();
  const { photo } = camera;
  const log = async () => {
    if (code === null) return;
    const defect = uuidv7();
    const { step, field, position } = start;
    const where = { step, field, position, location: null, comment: null };
    const body = { defect, code, severity, quantity, reading: reading?.id ?? null, ...where };
    const done = await run(async (perform) => {
      const logged = await perform("logDefect", body);
      if (logged.kind !== "done" || photo === null) return logged;
      return attach(perform, photo, { step: start.step, field: null, position: null, defect });
    });
    if (done) onClose();
  };
  const placesHold =
    packet.policy.holdSeverities.includes(severity) ||
    packet.policy.defectCodes.some((one) => one.code === code && one.holdReason !== null);
  return (
    <Dialog
      title={t("title")}
      onClose={onClose}
      className="w-[1080px]"
      footer={
        <div className="grid gap-3">
          <div className="flex items-stretch gap-3">
            <fieldset aria-label={t("severity")} className="flex gap-2">
              {(["minor", "major", "critical"] as const).map((one) => (
                <Choice key={one} isOn={severity === one} onPress={() => setSeverity(one)}>
                  {common(`severity.${one}`)}
                </Choice>
              ))}
            </fieldset>
            {camera.field}
            <Button onClick={camera.open} className="flex-1">
              {photo === null ? t("photo") : t("photoAgain")}
            </Button>
            {photo === null ? null : (
              // biome-ignore lint/performance/noImgElement: a picture from this tablet's own camera.
              <img
                src={photo.preview}
                alt={t("photoTaken")}
                className="h-touch w-28 rounded border-2 border-ok object-cover"
              />
            )}
          </div>
          {camera.trouble === null ? null : (
            <p className="font-[650] text-stop">{camera.trouble}</p>
          )}
          <div className="flex gap-8">
            <Button disabled={isBusy} onClick={onClose} className="min-w-40">
              {common("cancel")}
            </Button>
            <Button
              tone="act"
              size="record"
              className="flex-1"
              busy={isBusy}
              disabled={code === null}
              onClick={() => void log()}
            >
              {code === null ? t("chooseCode") : t("log", { code })}
              {code !== null && placesHold ? (
                <span className="block text-[15px] font-medium">{t("placesHold")}</span>
              ) : null}
            </Button>
          </div>
        </div>
      }
    >
      <Known start={start} reading={reading} />
      {problem === null ? null : <ServerProblem problem={problem} area="act" />}
      <Pieces quantity={quantity} onChange={setQuantity} />
      <CodeGrid code={code} reading={reading} onCode={setCode} />
    </Dialog>
  );
}

/** What nobody has to type. */
function Known({ start, reading }: { start: DefectStart; reading: Reading | null }) {
  const t = useTranslations("floor.defect");
  const words = useWords();
  const shown = useDecimals();
  const { state, content } = useWork();
  const step = start.step === null ? null : plannedStep(content, start.step)?.step;
  const field = start.field === null ? null : plannedField(content, start.field)?.field;
  return (
    <p className="mb-4 text-[17px] leading-snug text-ink-2">
      {t("filled")} <b className="mono text-ink">{state.unit.serial ?? state.unit.lot}</b>
      {" · "}
      <span className="mono">{state.workOrder}</span>
      {step ? ` · ${step.number} ${words(step.title)}` : ""}
      {field ? ` · ${words(field.label)} ${start.position ?? ""}` : ""}
      {reading === null ? null : (
        <b className="mono ml-2 rounded bg-stop-wash px-2 py-0.5 text-stop">
          {shown(reading.value)} {reading.unit ?? ""}
          {reading.limits === null ? "" : ` (${limitsText(reading.limits, shown)})`}
        </b>
      )}
    </p>
  );
}

/** On how many pieces of a lot: one, a few more, or all that are here. */
function Pieces({ quantity, onChange }: { quantity: string; onChange: (to: string) => void }) {
  const t = useTranslations("floor.defect");
  const { state } = useWork();
  if (!isLot(state)) return null;
  const all = remainingOf(state);
  const to = (by: "1" | "-1") => {
    const next = add(quantity, by);
    if (compare(next, "1") >= 0 && compare(next, all) <= 0) onChange(next);
  };
  return (
    <fieldset aria-label={t("pieces")} className="mb-4 flex items-center gap-3">
      <span className="w-[108px] text-[15px] leading-tight font-[650] text-ink-2" aria-hidden>
        {t("pieces")}
      </span>
      <Button aria-label={t("fewer")} onClick={() => to("-1")} className="min-w-touch text-[26px]">
        −
      </Button>
      <output
        aria-label={t("pieces")}
        className="mono min-w-[3em] text-center text-[30px] font-bold"
      >
        {quantity}
      </output>
      <Button aria-label={t("more")} onClick={() => to("1")} className="min-w-touch text-[26px]">
        +
      </Button>
      <Choice isOn={quantity === all} onPress={() => onChange(all)} className="ml-3">
        {t("allPieces", { quantity: all })}
      </Choice>
    </fieldset>
  );
}

function CodeGrid({
  code,
  reading,
  onCode,
}: {
  code: string | null;
  reading: Reading | null;
  onCode: (code: string) => void;
}) {
  const t = useTranslations("floor.defect");
  const words = useWords();
  const { packet } = useWork();
  const groups = [...new Set(packet.policy.defectCodes.map((one) => one.code.split("-")[0] ?? ""))];
  const likely = likelyFirst(groups, reading);
  return (
    <div className="mb-5 grid gap-3">
      {likely.map((group) => (
        <section key={group} className="grid grid-cols-[120px_1fr] items-center gap-3">
          <h3 className="text-[15px] leading-tight font-[650] text-ink-2">
            {t.has(`groups.${group}`) ? t(`groups.${group}`) : group}
          </h3>
          <div className="grid grid-cols-3 gap-2">
            {packet.policy.defectCodes
              .filter((one) => one.code.startsWith(`${group}-`))
              .map((one) => (
                <Choice key={one.code} isOn={code === one.code} onPress={() => onCode(one.code)}>
                  <span className="mono text-[14px] text-ink-2">{one.code}</span>
                  <span className="block">{words(one.label)}</span>
                </Choice>
              ))}
          </div>
        </section>
      ))}
    </div>
  );
}

/** A torque out of limits is a torque defect more often than anything else: its group stands first. */
function likelyFirst(groups: readonly string[], reading: Reading | null): string[] {
  const unit = reading?.unit ?? null;
  const first = unit === "N·m" ? "TRQ" : unit === "mm" ? "DIM" : unit === "mΩ" ? "BND" : null;
  if (first === null) return [...groups];
  return [...groups].sort((a, b) => Number(b === first) - Number(a === first));
}
