"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Keypad, typed } from "#components/ui/keypad";
import { LimitBand } from "#components/ui/limit-band";
import type { Field } from "#lib/instructions/schema";
import { limitsText } from "#lib/kit/band";
import { compare, DECIMAL } from "#lib/kit/decimal";
import { amendmentContent } from "#lib/travelers/amendments.rules";
import { plannedField } from "#lib/travelers/plan.rules";
import type { Reading } from "#lib/travelers/state.schema";
import { besideEachOther, judge } from "#lib/travelers/values.rules";
import { type Taken, useAttach, useCamera } from "./camera.tsx";
import { useDecimals, useLanguage } from "./language.tsx";
import { usePlaceLabel } from "./place-chips.tsx";
import { ServerProblem } from "./problem.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { SecondPerson } from "./second-person.tsx";
import { useSecondSignature } from "./second-signature.ts";
import { useTablet } from "./tablet-context.tsx";
import { useActing, usePeople, useWork } from "./work-context.tsx";

/** A recorded value: what it was, who took it; measured again or corrected, never overwritten. */
export function ReadingDialog({
  reading,
  onClose,
  onAgain,
  onOther,
}: {
  reading: Reading;
  onClose: () => void;
  onAgain: () => void;
  /** Another reading of the same place. */
  onOther: (reading: Reading) => void;
}) {
  const t = useTranslations("floor.reading");
  const common = useTranslations("common");
  const label = usePlaceLabel()(reading);
  const [isAmending, setAmending] = useState(false);
  const { state, content } = useWork();
  const field = plannedField(content, reading.field)?.field ?? null;
  const isOpenStep = state.steps[reading.step]?.status === "in_work";
  if (isAmending) return <Amend reading={reading} field={field} onClose={onClose} />;
  return (
    <Dialog title={label} onClose={onClose} className="w-[720px]">
      <Shown reading={reading} />
      <Beside reading={reading} onOther={onOther} />
      <div className="mt-6 grid gap-3">
        {isOpenStep ? (
          <Button tone="act" size="record" onClick={onAgain}>
            {t("again")}
          </Button>
        ) : null}
        <Button size="record" onClick={() => setAmending(true)}>
          {t("amend")}
          <span className="block text-[15px] font-medium text-ink-2">{t("amendLead")}</span>
        </Button>
        <Button onClick={onClose}>{common("close")}</Button>
      </div>
    </Dialog>
  );
}

/** Everything that was measured here stands beside: a value taken again covers none before it. */
function Beside({ reading, onOther }: { reading: Reading; onOther: (reading: Reading) => void }) {
  const t = useTranslations("floor.reading");
  const shown = useDecimals();
  const person = usePeople();
  const { state } = useWork();
  const others = state.readings.filter(
    (one) => one.id !== reading.id && besideEachOther(one, reading),
  );
  if (others.length === 0) return null;
  return (
    <section aria-label={t("beside")} className="mt-4">
      <p className="mb-1 text-[15px] font-[650] text-ink-2">{t("beside")}</p>
      <ul className="flex flex-wrap gap-2">
        {others.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              onClick={() => onOther(one)}
              className={`min-h-touch rounded border-2 px-4 text-left leading-tight ${one.verdict === "out_of_limits" ? "border-stop bg-stop-wash" : "border-edge bg-sheet"}`}
            >
              <b className="mono block text-[19px]">
                {shown(one.value)} {one.unit}
              </b>
              <span className="text-[14px] text-ink-2">
                {person(one.person).name} {one.gage?.code ?? ""}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shown({ reading }: { reading: Reading }) {
  const t = useTranslations("floor.reading");
  const verdicts = useTranslations("common.verdict");
  const shown = useDecimals();
  const format = useFormatter();
  const person = usePeople();
  const out = reading.verdict === "out_of_limits";
  const first = reading.amendments[0];
  return (
    <>
      <p className="mono text-[40px] leading-tight font-bold">
        {first === undefined ? null : (
          <del className="mr-3 text-[26px] font-medium text-ink-3">{shown(first.from)}</del>
        )}
        {shown(reading.value)}{" "}
        <span className="text-[20px] font-medium text-ink-3">{reading.unit}</span>
      </p>
      {reading.limits === null ? null : (
        <LimitBand
          value={DECIMAL.test(reading.value) ? reading.value : null}
          limits={reading.limits}
          process={reading.process}
          out={out}
          label={limitsText(reading.limits, shown)}
        />
      )}
      <p className="mt-2 text-[17px] text-ink-2">
        <b className={out ? "text-stop" : "text-ok"}>{verdicts(reading.verdict)}</b>
        {" · "}
        {t("by", {
          name: person(reading.person).name,
          time: format.dateTime(new Date(reading.at), {
            dateStyle: "medium",
            timeStyle: "medium",
            hourCycle: "h23",
          }),
        })}
        {reading.gage === null ? null : <span className="mono"> · {reading.gage.code}</span>}
        {reading.retry > 1 ? ` · ${t("retry", { retry: reading.retry })}` : ""}
      </p>
    </>
  );
}

const isNumber = (field: Field | null) => field?.kind === "measurement" || field?.kind === "count";

function Amend({
  reading,
  field,
  onClose,
}: {
  reading: Reading;
  field: Field | null;
  onClose: () => void;
}) {
  const t = useTranslations("floor.reading");
  const common = useTranslations("common");
  const { locale } = useLanguage();
  const shown = useDecimals();
  const acting = useActing();
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const [needsSecond, setNeedsSecond] = useState(false);
  const camera = useCamera();
  const amend = useAmend(reading, acting, () => setNeedsSecond(true), onClose);
  const point = locale === "es" ? "," : ".";
  const plain = text.replace(",", ".");
  const value = !isNumber(field) ? text : DECIMAL.test(plain) ? plain : null;
  const isReady = value !== null && value !== "" && reason.trim() !== "";
  const verdict =
    field === null || value === null
      ? null
      : judge(field.kind, value, reading.limits, reading.process);
  if (needsSecond && value !== null) {
    return (
      <Dialog title={t("secondTitle")} onClose={onClose} dismissable={false} className="w-[940px]">
        <SecondPerson
          onBack={() => setNeedsSecond(false)}
          isBusy={acting.isBusy}
          lead={t("secondLead", { from: shown(reading.value), to: shown(value) })}
          onSecond={(badge, pin) => amend(value, reason, camera.photo, { badge, pin })}
        >
          {acting.problem === null ? null : <ServerProblem problem={acting.problem} area="sign" />}
        </SecondPerson>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("amendTitle")} onClose={onClose} dismissable={false} className="w-[1000px]">
      <div className="grid grid-cols-[minmax(0,1fr)_360px] gap-7 portrait:gap-5">
        <div className="grid content-start gap-4">
          <p className="mono text-[30px] font-bold">
            <del className="font-medium text-ink-3">{shown(reading.value)}</del>{" "}
            <span aria-live="polite" className={verdict === "out_of_limits" ? "text-stop" : ""}>
              → {text === "" ? "–" : text} {reading.unit}
            </span>
          </p>
          {acting.problem === null ? null : <ServerProblem problem={acting.problem} area="act" />}
          <p className="text-[17px] font-[650]">{t("why")}</p>
          <ReasonEntry list="amend" reason={reason} onChange={setReason} />
          <AgainEvidence reading={reading} value={value} />
          {camera.field}
          <Button onClick={camera.open}>
            {camera.photo === null ? t("evidence") : t("evidenceTaken")}
          </Button>
          <Button onClick={onClose} disabled={acting.isBusy}>
            {common("cancel")}
          </Button>
        </div>
        <div className="flex h-[560px] flex-col gap-3">
          {isNumber(field) ? (
            <Keypad
              point={point}
              onKey={(key) => setText(typed(text, key, point))}
              words={{
                keys: common("keypad.keys"),
                erase: common("keypad.erase"),
                sign: common("keypad.sign"),
                clear: common("keypad.clear"),
              }}
              action={
                <Button
                  tone="act"
                  size="key"
                  busy={acting.isBusy}
                  disabled={!isReady}
                  onClick={() => void amend(value ?? "", reason, camera.photo, null)}
                >
                  {t("amendNow")}
                </Button>
              }
            />
          ) : (
            <>
              <OtherValues field={field} reading={reading} value={text} onValue={setText} />
              <Button
                tone="act"
                size="record"
                className="mt-auto"
                busy={acting.isBusy}
                disabled={!isReady}
                onClick={() => void amend(text, reason, camera.photo, null)}
              >
                {t("amendNow")}
              </Button>
            </>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function OtherValues({
  field,
  reading,
  value,
  onValue,
}: {
  field: Field | null;
  reading: Reading;
  value: string;
  onValue: (value: string) => void;
}) {
  const t = useTranslations("floor.places");
  const { locale } = useLanguage();
  if (field?.kind === "attribute") {
    const other = reading.value === "pass" ? "fail" : "pass";
    return (
      <Choice isOn={value === other} onPress={() => onValue(other)}>
        {t(other)}
      </Choice>
    );
  }
  if (field?.kind === "choice") {
    return field.options
      .filter((option) => option.value !== reading.value)
      .map((option) => (
        <Choice
          key={option.value}
          isOn={value === option.value}
          onPress={() => onValue(option.value)}
        >
          {option.label[locale] ?? option.label.en}
        </Choice>
      ));
  }
  return (
    <input
      aria-label={t("label")}
      value={value}
      onChange={(event) => onValue(event.target.value.normalize("NFC"))}
      className="mono min-h-touch rounded border-2 border-edge bg-sheet px-3 text-[22px]"
    />
  );
}

/** The measurement that shows the new value is right: taken at the same place, and the same. */
const takenAgain = (readings: readonly Reading[], reading: Reading, value: string) =>
  readings.findLast(
    (one) =>
      one.id !== reading.id &&
      besideEachOther(one, reading) &&
      DECIMAL.test(value) &&
      DECIMAL.test(one.value) &&
      compare(one.value, value) === 0,
  ) ?? null;

function AgainEvidence({ reading, value }: { reading: Reading; value: string | null }) {
  const t = useTranslations("floor.reading");
  const shown = useDecimals();
  const person = usePeople();
  const { state } = useWork();
  const again = value === null ? null : takenAgain(state.readings, reading, value);
  if (again === null) return null;
  return (
    <p className="rounded border-2 border-ok bg-ok-wash px-3 py-2 text-[16px] leading-snug">
      {t("againEvidence", {
        value: shown(again.value),
        name: person(again.person).name,
        gage: again.gage?.code ?? "",
      })}
    </p>
  );
}

/** The amendment, with its evidence before it and the second person's proof where the rules ask for one. */
function useAmend(
  reading: Reading,
  acting: ReturnType<typeof useActing>,
  onNeedsSecond: () => void,
  onDone: () => void,
) {
  const { core } = useTablet();
  const { state } = useWork();
  const attach = useAttach();
  const sign = useSecondSignature();
  const [photo, setPhoto] = useState<string | null>(null);
  return async (
    value: string,
    reason: string,
    taken: Taken | null,
    second: { badge: string; pin: string } | null,
  ) => {
    let attached = photo;
    let asksSecond = false;
    const done = await acting.run(async (perform) => {
      if (taken !== null && attached === null) {
        const of = { step: reading.step, field: null, position: null, defect: null };
        const kept = await attach(perform, taken, of);
        if (kept.kind !== "done") return kept;
        attached =
          core.view().open?.state.photos.findLast((one) => one.sha256 === taken.sha256)?.id ?? null;
        setPhoto(attached);
      }
      const again = takenAgain(state.readings, reading, value);
      const evidence =
        attached === null && again === null
          ? null
          : { photo: attached, reading: again?.id ?? null };
      const body = { reading: reading.id, value, reason: reason.trim(), evidence };
      if (second === null) {
        const outcome = await perform("amendReading", body);
        asksSecond = outcome.kind === "refused" && outcome.refusal.code === "second_person_needed";
        return asksSecond ? { kind: "done" } : outcome;
      }
      const shown = amendmentContent(state, body);
      return sign(perform, { type: "amendReading", body, shown, ...second });
    });
    if (asksSecond) onNeedsSecond();
    else if (done) onDone();
  };
}
