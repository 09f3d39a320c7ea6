"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { LimitBand, LimitNumbers } from "#components/ui/limit-band";
import type { Field } from "#lib/instructions/schema";
import { limitsText } from "#lib/kit/band";
import { instant, millis } from "#lib/kit/time";
import { batchClockOf, boundsOf, mixesToJoin, runningTimer } from "#lib/travelers/clocks.rules";
import type { Limits } from "#lib/travelers/state.schema";
import { ScanBox } from "./gage-panel.tsx";
import { useDecimals, useMomentText } from "./language.tsx";
import type { FieldEntryProps } from "./place.ts";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";
import { TextKeys } from "./text-keys.tsx";
import { clockText, useNow, usePlantInstant } from "./use-now.ts";
import { useWork } from "./work-context.tsx";

type Kind<K extends Field["kind"]> = FieldEntryProps<Extract<Field, { kind: K }>>;

/** A running time, as large as the bench is wide, over its limits. */
function Face({
  label,
  ms,
  limits,
  unitMs,
  state,
}: {
  label: string;
  ms: number | null;
  limits: Limits | null;
  unitMs: number;
  state: "waiting" | "short" | "fine" | "near" | "over";
}) {
  const t = useTranslations("floor.clock");
  const shown = useDecimals();
  const value = ms === null ? null : String(Math.floor(ms / unitMs));
  const ink = { waiting: "", short: "", fine: "text-ok", near: "text-warn", over: "text-stop" };
  return (
    <div
      className={`shrink-0 rounded border-[2.5px] bg-paper px-3.5 pt-2.5 pb-3 ${state === "over" ? "border-stop" : "border-act"}`}
    >
      <p className="text-[17px] leading-tight text-ink-2">{label}</p>
      <p
        role="timer"
        className={`mono text-[64px] leading-tight font-bold tracking-[-0.03em] tabular-nums ${ink[state]}`}
      >
        {ms === null ? "0:00" : clockText(ms)}
      </p>
      <p aria-live="polite" className={`min-h-6 text-[17px] font-[650] ${ink[state]}`}>
        {t(`state.${state}`)}
      </p>
      {limits === null ? null : (
        <>
          <LimitBand
            value={value}
            limits={limits}
            out={state === "over"}
            label={t("limits", { limits: limitsText(limits, shown) })}
          />
          <LimitNumbers limits={limits} shown={shown}>
            {unitMs === 1000 ? "s" : "min"}
          </LimitNumbers>
        </>
      )}
    </div>
  );
}

/** Near a maximum: a tenth of it is left. */
function stateOf(ms: number | null, min: number | undefined, max: number | undefined) {
  if (ms === null) return "waiting" as const;
  if (max !== undefined && ms > max) return "over" as const;
  if (min !== undefined && ms < min) return "short" as const;
  return max !== undefined && ms > max * 0.9 ? ("near" as const) : ("fine" as const);
}

const seconds = (of: number | undefined) => (of === undefined ? undefined : of * 1000);
const minutes = (of: number | undefined) => (of === undefined ? undefined : of * 60_000);

/** Start and stop are never in the same place at the same time; an early end is said, not slipped in. */
export function TimerEntry({ field, place, step, work, onRecorded }: Kind<"timer">) {
  const t = useTranslations("floor.clock");
  const label = usePlaceLabel()(place);
  const now = useNow();
  const { state } = useWork();
  const [isEarly, setEarly] = useState(false);
  const at = { step: step.id, field: field.id, position: place.position };
  const timer = runningTimer(state, at);
  const ms = timer === null || now === null ? null : Math.max(0, now - millis(timer.startedAt));
  const { minSeconds, maxSeconds } = field;
  const isShort = ms !== null && minSeconds !== undefined && ms < minSeconds * 1000;
  const stop = (confirmed: "out_of_limits"[]) =>
    void work
      .record((perform) => perform("stopTimer", { ...at, confirmed }))
      .then((done) => {
        if (done) onRecorded();
      });
  return (
    <div className="flex flex-1 flex-col gap-3">
      {isShort && isEarly ? (
        <Button
          tone="stop"
          size="record"
          busy={work.isBusy}
          onClick={() => stop(["out_of_limits"])}
        >
          {t("endedNow")}
        </Button>
      ) : null}
      <Face
        label={label}
        ms={ms}
        limits={boundsOf(minSeconds, maxSeconds)}
        unitMs={1000}
        state={stateOf(ms, seconds(minSeconds), seconds(maxSeconds))}
      />
      {timer === null ? (
        <Button
          id="entry"
          tone="act"
          size="record"
          className="mt-auto"
          busy={work.isBusy}
          onClick={() => void work.record((perform) => perform("startTimer", at))}
        >
          {t("start")}
        </Button>
      ) : isShort ? (
        <>
          <p className="mt-auto text-[19px] leading-snug text-ink-2">
            {t("left", { left: clockText(minSeconds * 1000 - ms) })}
          </p>
          <Button onClick={() => setEarly((on) => !on)}>{t(isEarly ? "goOn" : "early")}</Button>
        </>
      ) : (
        <Button
          id="entry"
          tone="act"
          size="record"
          className="mt-auto"
          busy={work.isBusy}
          onClick={() => stop([])}
        >
          {t("stop")}
        </Button>
      )}
    </div>
  );
}

type MixEntryProps = Kind<"batch_clock"> & {
  /** A lot that was scanned here and of which a mix runs already: which of the two is asked. */
  scannedLot: string | null;
};

/** One scan starts the clock of a fresh mix; a mix that already runs is offered first, and used by one tap. */
export function BatchClockEntry({
  field,
  place,
  step,
  work,
  onRecorded,
  scannedLot,
}: MixEntryProps) {
  const t = useTranslations("floor.clock");
  const label = usePlaceLabel()(place);
  const plantInstant = usePlantInstant();
  const { state } = useWork();
  const [typed, setTyped] = useState<string | null>(null);
  const [isTyping, setTyping] = useState(false);
  const start = async (lot: string, mixedAt: string) => {
    const body = { step: step.id, field: field.id, lot, mixedAt };
    if (await work.record((perform) => perform("startBatchClock", body))) onRecorded();
    setTyping(false);
  };
  const begin = (lot: string) => void plantInstant().then((at) => start(lot, at));
  const parts = field.part === undefined ? [] : [field.part, ...(field.alternates ?? [])];
  const installed = state.components.flatMap((one) =>
    one.step === step.id && !one.removed && one.lot !== null && parts.includes(one.part)
      ? [one.lot]
      : [],
  );
  const named = [...new Set([...installed, ...[scannedLot, typed].filter((lot) => lot !== null)])];
  const running = useMixesToJoin(field).filter(
    ({ lot }) => named.length === 0 || named.includes(lot),
  );
  return (
    <div className="flex flex-1 flex-col gap-3">
      {running.length === 0 ? (
        <ScanBox title={label} lead={t("scanMix", { part: field.part ?? field.clock })} />
      ) : (
        <Joinable label={label} running={running} isBusy={work.isBusy} onJoin={start} />
      )}
      {named.map((lot) => {
        const isRunning = running.some((mix) => mix.lot === lot);
        return (
          <Button
            key={lot}
            size="record"
            {...(isRunning ? { disabled: work.isBusy } : { tone: "act", busy: work.isBusy })}
            onClick={() => begin(lot)}
          >
            {t(isRunning ? "freshLot" : "startLot", { lot })}
          </Button>
        );
      })}
      <Button id="entry" className="mt-auto" disabled={work.isBusy} onClick={() => setTyping(true)}>
        {t("typeLot")}
      </Button>
      {isTyping ? (
        <TextKeys
          label={t("lotOf", { part: field.part ?? field.clock })}
          action={t("startMix")}
          isBusy={work.isBusy}
          onText={(text) => {
            const lot = text.trim();
            if (!running.some((mix) => mix.lot === lot)) return begin(lot);
            setTyped(lot);
            setTyping(false);
          }}
          onBack={() => setTyping(false)}
        />
      ) : null}
    </div>
  );
}

/** As they are at this moment: a mix that is over is not offered any more. */
function useMixesToJoin(field: Extract<Field, { kind: "batch_clock" }>) {
  const now = useNow(1000);
  const { packet } = useWork();
  if (now === null) return [];
  return mixesToJoin(packet.clocks, field, instant(now)).map((mix) => ({
    ...mix,
    leftMs:
      field.maxMinutes === undefined ? null : millis(mix.mixedAt) + field.maxMinutes * 60_000 - now,
  }));
}

function Joinable({
  label,
  running,
  isBusy,
  onJoin,
}: {
  label: string;
  running: ReturnType<typeof useMixesToJoin>;
  isBusy: boolean;
  onJoin: (lot: string, mixedAt: string) => void;
}) {
  const t = useTranslations("floor.clock");
  const moment = useMomentText();
  return (
    <>
      <p className="text-[22px] leading-tight font-bold">{label}</p>
      <p className="text-[17px] leading-snug text-ink-2">{t("runsAlready")}</p>
      {/* A busy plant has many at once: they scroll, and a fresh mix or another lot stays in sight. */}
      <ul className="grid max-h-[330px] shrink-0 gap-3 overflow-y-auto">
        {running.map((mix) => (
          <li key={`${mix.lot}/${mix.mixedAt}`} className="grid">
            <Button
              tone="act"
              size="record"
              disabled={isBusy}
              onClick={() => onJoin(mix.lot, mix.mixedAt)}
            >
              {t("join", { lot: mix.lot, at: moment(mix.mixedAt) })}
              {mix.leftMs === null ? null : ` · ${t("leftOf", { time: clockText(mix.leftMs) })}`}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The age of the mix that is in use, judged at the tap. */
export function ClockAgeEntry({ field, place, step, work, onRecorded }: Kind<"clock_age">) {
  const t = useTranslations("floor.clock");
  const label = usePlaceLabel()(place);
  const now = useNow(1000);
  const { state, content } = useWork();
  const clock = batchClockOf(state, content, field.from);
  const ms = clock === null || now === null ? null : Math.max(0, now - millis(clock.mixedAt));
  const at = { step: step.id, field: field.id, position: place.position };
  const { minMinutes, maxMinutes } = field;
  return (
    <div className="flex flex-1 flex-col gap-3">
      <Face
        label={label}
        ms={ms}
        limits={boundsOf(minMinutes, maxMinutes)}
        unitMs={60_000}
        state={stateOf(ms, minutes(minMinutes), minutes(maxMinutes))}
      />
      {clock === null ? (
        <Notice tone="warn" role="status">
          <p>{t("noMix")}</p>
        </Notice>
      ) : (
        <p className="text-[17px] text-ink-2">
          {t("mixOf", { clock: clock.clock })} <b className="mono text-ink">{clock.lot}</b>
        </p>
      )}
      <Button
        id="entry"
        tone="act"
        size="record"
        className="mt-auto"
        busy={work.isBusy}
        onClick={() =>
          void work
            .record((perform) => perform("readClock", at))
            .then((done) => {
              if (done) onRecorded();
            })
        }
      >
        {t("readAge")}
      </Button>
    </div>
  );
}
