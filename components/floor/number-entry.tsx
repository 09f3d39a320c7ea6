"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Keypad, typed } from "#components/ui/keypad";
import { LimitBand, LimitNumbers } from "#components/ui/limit-band";
import type { Field } from "#lib/instructions/schema";
import { limitsText, mayBecome } from "#lib/kit/band";
import { DECIMAL } from "#lib/kit/decimal";
import { calculatedValue, limitsFor } from "#lib/travelers/progress.rules";
import { judge } from "#lib/travelers/values.rules";
import { useDecimals, useLanguage } from "./language.tsx";
import { type FieldEntryProps, readingAt } from "./place.ts";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { ToolTransfer } from "./tool-transfer.tsx";
import { useDraft } from "./use-draft.tsx";
import { useWork } from "./work-context.tsx";

type NumberField = Extract<Field, { kind: "measurement" | "count" }>;
type Question = "fewer_decimals" | "out_of_limits";

const questions: Readonly<Record<string, Question>> = {
  fewer_decimals_than_gage: "fewer_decimals",
  out_of_limits_not_confirmed: "out_of_limits",
};

/** Digits as typed, with a point; what is being typed ("12.", "-") is not a value yet. */
const plainOf = (text: string): string => text.replace(",", ".");
const decimalOf = (text: string): string | null => {
  const plain = plainOf(text);
  return DECIMAL.test(plain) ? plain : null;
};

/** Records it, or comes back with what the person has to be asked first. */
function useRecordNumber(props: FieldEntryProps<NumberField>, onDone: () => void) {
  const { step, place, work, onRecorded, onDefect } = props;
  const [asked, setAsked] = useState<Question[]>([]);
  const [question, setQuestion] = useState<Question | null>(null);
  const { core } = useTablet();
  // A tool that is missing is logged by the rule itself: nobody is asked to log it once more.
  const isLogged = () => {
    const state = core.view().open?.state;
    const { field, position, sample } = place;
    const recorded = state?.readings.findLast(
      (one) => one.field === field && one.position === position && one.sample === sample,
    );
    return state?.defects.some(({ reading }) => reading === recorded?.id) ?? false;
  };
  const record = async (
    value: string,
    source: "keypad" | "calculated",
    confirmed: Question[],
  ): Promise<void> => {
    let ask: Question | null = null;
    const done = await work.record(async (perform) => {
      const body = readingAt(props, { value, source, confirmed });
      const outcome = await perform("recordReading", body);
      if (outcome.kind === "refused") ask = questions[outcome.refusal.code] ?? null;
      // A question to the person and not a refusal: asked in the entry's own place.
      return ask === null ? outcome : { kind: "done" };
    });
    setQuestion(ask);
    setAsked(confirmed);
    if (!done || ask !== null) return;
    onDone();
    onRecorded();
    if (!confirmed.includes("out_of_limits") || isLogged()) return;
    const { field, position, sample } = place;
    onDefect({ step: step.id, field, position, sample });
  };
  const forget = () => {
    setQuestion(null);
    setAsked([]);
  };
  return { record, asked, question, forget };
}

export function NumberEntry(props: FieldEntryProps<NumberField>) {
  const { field, place, step, work } = props;
  const { state, content } = useWork();
  const label = usePlaceLabel()(place);
  const [text, setText] = useDraft(step.id, place);
  const { record, asked, question, forget } = useRecordNumber(props, () => setText(""));
  const isCalculated =
    field.kind === "measurement" && field.difference?.[place.position] !== undefined;
  const calculated = isCalculated
    ? calculatedValue(state, content, field.id, place.position, place.sample)
    : null;
  const value = isCalculated ? calculated : decimalOf(text);
  const say = (confirmed: Question[]) => {
    if (value !== null) void record(value, isCalculated ? "calculated" : "keypad", confirmed);
  };
  if (question !== null && value !== null) {
    return (
      <Asking
        {...props}
        value={value}
        question={question}
        onAgain={() => {
          forget();
          setText("");
        }}
        onConfirm={() => say([...asked, question])}
      />
    );
  }
  return (
    <>
      <ValueBox
        field={field}
        place={place}
        text={isCalculated ? (calculated ?? "") : text}
        isFinal={isCalculated}
      />
      {field.kind === "count" && field.tools?.direction === "out" ? (
        <ToolTransfer kit={field.tools.kit} />
      ) : null}
      {isCalculated ? (
        <CalculatedAction
          isBusy={work.isBusy}
          isKnown={calculated !== null}
          onRecord={() => say([])}
        />
      ) : (
        <Typing
          text={text}
          onText={setText}
          isBusy={work.isBusy}
          isReady={value !== null}
          label={label}
          isCount={field.kind === "count"}
          onRecord={() => say([])}
        />
      )}
    </>
  );
}

function Typing({
  text,
  onText,
  isBusy,
  isReady,
  isCount,
  label,
  onRecord,
}: {
  text: string;
  onText: (text: string) => void;
  isBusy: boolean;
  isReady: boolean;
  isCount: boolean;
  label: string;
  onRecord: () => void;
}) {
  const t = useTranslations("floor.entry");
  const keys = useTranslations("common.keypad");
  const { locale } = useLanguage();
  const point = locale === "es" ? "," : ".";
  return (
    <Keypad
      point={point}
      whole={isCount}
      onKey={(key) => onText(typed(text, key, point))}
      words={{ keys: keys("keys"), erase: keys("erase"), sign: keys("sign"), clear: keys("clear") }}
      action={
        <Button
          id="entry"
          tone="act"
          size="key"
          busy={isBusy}
          disabled={!isReady}
          onClick={onRecord}
        >
          {t("record")}
          <span className="block text-[13px] font-[600] wrap-anywhere">
            {label.length > 16 ? "" : label}
          </span>
        </Button>
      }
    />
  );
}

function CalculatedAction({
  isBusy,
  isKnown,
  onRecord,
}: {
  isBusy: boolean;
  isKnown: boolean;
  onRecord: () => void;
}) {
  const t = useTranslations("floor.entry");
  return (
    <div className="mt-auto grid gap-3">
      <p className="text-[18px] text-ink-2">{isKnown ? t("calculated") : t("calculatedLater")}</p>
      <Button
        id="entry"
        tone="act"
        size="record"
        busy={isBusy}
        disabled={!isKnown}
        onClick={onRecord}
      >
        {t("recordCalculated")}
      </Button>
    </div>
  );
}

/** The number is the biggest thing on the screen, and lands on its band as it is typed. */
export function ValueBox({
  field,
  place,
  text,
  isFinal = false,
}: {
  field: NumberField;
  place: FieldEntryProps["place"];
  text: string;
  /** No more digits come. */
  isFinal?: boolean;
}) {
  const t = useTranslations("floor.entry");
  const { state, content } = useWork();
  const shown = useDecimals();
  const label = usePlaceLabel()(place);
  const { limits, process, known, derivedFrom } = limitsFor(
    state,
    content,
    field.id,
    place.position,
    place.sample,
  );
  const value = decimalOf(text);
  const verdict = value === null ? "no_limits" : judge(field.kind, value, limits, process);
  const isBegun = !isFinal && limits !== null && mayBecome(plainOf(text), limits);
  const isOut = verdict === "out_of_limits" && !isBegun;
  const base = state.readings.find(({ id }) => id === derivedFrom);
  const unit = field.kind === "measurement" ? field.unit : "";
  return (
    <div
      className={`shrink-0 rounded border-[2.5px] bg-paper px-3.5 pt-2.5 pb-2 ${isOut ? "border-stop" : "border-act"}`}
    >
      <p className="flex justify-between gap-2 text-[15px] leading-tight text-ink-2">
        <span>{label}</span>
        {base === undefined ? null : <span>{t("from", { value: shown(base.value) })}</span>}
      </p>
      <p
        aria-live="polite"
        className="mono flex items-baseline gap-2 text-[46px] leading-[1.15] font-bold tracking-[-0.03em]"
      >
        <span className="min-h-[53px]">
          {text === "" ? <span className="text-ink-3">–</span> : shown(text)}
        </span>
        <span className="text-[22px] font-medium tracking-normal text-ink-3">{unit}</span>
      </p>
      {known ? null : <p className="text-[15px] font-[650] text-warn">{t("limitsLater")}</p>}
      {limits === null ? null : (
        <>
          <LimitBand
            value={isBegun && verdict === "out_of_limits" ? null : value}
            limits={limits}
            process={process}
            out={isOut}
            label={t("band", { limits: limitsText(limits, shown) })}
          />
          <LimitNumbers limits={limits} shown={shown}>
            {isOut ? (
              <b className="text-stop">{t("out")}</b>
            ) : verdict === "out_of_process_limits" ? (
              <b className="text-warn">{t("beyondProcess")}</b>
            ) : null}
          </LimitNumbers>
        </>
      )}
    </div>
  );
}

/** Asked before it is recorded: kept as typed, never refused for good, and said in the record. */
function Asking(
  props: FieldEntryProps<NumberField> & {
    value: string;
    question: Question;
    onAgain: () => void;
    onConfirm: () => void;
  },
) {
  const t = useTranslations("floor.entry.ask");
  const { field, place, value, question, work } = props;
  const shown = useDecimals();
  return (
    <div className="flex flex-1 flex-col gap-3">
      <ValueBox field={field} place={place} text={value} isFinal />
      <Notice tone={question === "out_of_limits" ? "stop" : "warn"}>
        <p className="font-[650]">{t(`${question}.why`)}</p>
        <p className="mt-1">{t(`${question}.next`)}</p>
      </Notice>
      <Button tone="act" size="record" onClick={props.onAgain} disabled={work.isBusy}>
        {t("again")}
      </Button>
      <Button
        tone={question === "out_of_limits" ? "stop" : "plain"}
        size="record"
        className="mt-auto"
        busy={work.isBusy}
        onClick={props.onConfirm}
      >
        {t(`${question}.confirm`, { value: shown(value) })}
      </Button>
    </div>
  );
}
