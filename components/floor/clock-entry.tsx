"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { LimitBand, LimitNumbers } from "#components/ui/limit-band";
import type { Field } from "#lib/instructions/schema";
import { limitsText } from "#lib/kit/band";
import { millis } from "#lib/kit/time";
import {
  ageMs,
  batchClockOf,
  boundsOf,
  isAwaited,
  runningTimer,
} from "#lib/travelers/clocks.rules";
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

/** One scan starts the clock of a fresh mix; a mix that already runs is used by one tap. */
export function BatchClockEntry({ field, place, step, work, onRecorded }: Kind<"batch_clock">) {
  const t = useTranslations("floor.clock");
  const moment = useMomentText();
  const label = usePlaceLabel()(place);
  const now = useNow(1000);
  const plantInstant = usePlantInstant();
  const { packet, state } = useWork();
  const [isTyping, setTyping] = useState(false);
  const start = async (lot: string, mixedAt: string) => {
    const body = { step: step.id, field: field.id, lot, mixedAt };
    if (await work.record((perform) => perform("startBatchClock", body))) onRecorded();
    setTyping(false);
  };
  const parts = field.part === undefined ? [] : [field.part, ...(field.alternates ?? [])];
  const installed = state.components.flatMap((one) =>
    one.step === step.id && !one.removed && one.lot !== null && parts.includes(one.part)
      ? [one.lot]
      : [],
  );
  const running = packet.clocks.filter(
    (clock) =>
      clock.clock === field.clock &&
      clock.part !== null &&
      parts.includes(clock.part) &&
      now !== null &&
      (field.maxMinutes === undefined || now - millis(clock.mixedAt) < field.maxMinutes * 60_000),
  );
  return (
    <div className="flex flex-1 flex-col gap-3">
      <ScanBox title={label} lead={t("scanMix", { part: field.part ?? field.clock })} />
      {installed.map((lot) => (
        <Button
          key={lot}
          tone="act"
          size="record"
          busy={work.isBusy}
          onClick={() => void plantInstant().then((at) => start(lot, at))}
        >
          {t("startLot", { lot })}
        </Button>
      ))}
      {running.map((clock) => (
        <Button
          key={`${clock.lot}/${clock.mixedAt}`}
          disabled={work.isBusy}
          onClick={() => void start(clock.lot, clock.mixedAt)}
        >
          {t("join", { lot: clock.lot, at: moment(clock.mixedAt) })}
        </Button>
      ))}
      <Button id="entry" className="mt-auto" disabled={work.isBusy} onClick={() => setTyping(true)}>
        {t("typeLot")}
      </Button>
      {isTyping ? (
        <TextKeys
          label={t("lotOf", { part: field.part ?? field.clock })}
          action={t("startMix")}
          isBusy={work.isBusy}
          onText={(lot) => void plantInstant().then((at) => start(lot.trim(), at))}
          onBack={() => setTyping(false)}
        />
      ) : null}
    </div>
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

/** Fifteen minutes before a mix is too old somebody has to hear of it (rule 8). */
const WARN_MS = 15 * 60_000;

/** What runs for this unit, wherever in it somebody is: mixes with what is left of them, timers with their time. */
export function ClockStrip() {
  const t = useTranslations("floor.clock");
  const place = usePlaceLabel();
  const now = useNow(1000);
  const { state, content } = useWork();
  const ageMsNow = (mixedAt: string) => ageMs({ mixedAt }, new Date(now ?? 0).toISOString());
  const mixes = content.operations
    .flatMap(({ steps }) => steps.flatMap(({ fields }) => fields))
    .flatMap((field) => {
      if (field.kind !== "batch_clock" || field.maxMinutes === undefined) return [];
      if (!isAwaited(state, content, field.id)) return [];
      const clock = batchClockOf(state, content, field.id);
      return clock ? [{ clock, leftMs: field.maxMinutes * 60_000 - ageMsNow(clock.mixedAt) }] : [];
    });
  const timers = state.timers.filter(({ stoppedAt }) => stoppedAt === null);
  if (now === null || (mixes.length === 0 && timers.length === 0)) return null;
  return (
    <ul aria-label={t("running")} className="flex shrink-0 flex-wrap gap-2">
      {mixes.map(({ clock, leftMs }) => {
        const tone = leftMs <= 0 ? "over" : leftMs <= WARN_MS ? "near" : "fine";
        const look = {
          over: "bg-stop-wash text-stop",
          near: "bg-warn-wash text-warn",
          fine: "bg-sunk text-ink",
        }[tone];
        return (
          <li key={clock.id} className={`rounded px-3 py-1.5 text-[16px] font-[650] ${look}`}>
            {clock.clock} <span className="mono">{clock.lot}</span> ·{" "}
            <span className="mono tabular-nums">
              {t(tone === "over" ? "overBy" : "leftOf", { time: clockText(Math.abs(leftMs)) })}
            </span>
            {tone === "fine" ? null : (
              <span role="status" className="sr-only">
                {t(tone === "over" ? "isOver" : "isNear", { clock: clock.clock })}
              </span>
            )}
          </li>
        );
      })}
      {timers.map((timer) => (
        <li key={timer.id} className="rounded bg-act-wash px-3 py-1.5 text-[16px] font-[650]">
          {place({ ...timer, sample: 1 })} ·{" "}
          <span className="mono tabular-nums">{clockText(now - millis(timer.startedAt))}</span>
        </li>
      ))}
    </ul>
  );
}
