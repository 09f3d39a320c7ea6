"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import type { Field } from "#lib/instructions/schema";
import { BatchClockEntry, ClockAgeEntry, TimerEntry } from "./clock-entry.tsx";
import { ComponentEntry } from "./component-entry.tsx";
import { ScanBox } from "./gage-panel.tsx";
import { useWords } from "./language.tsx";
import { NumberEntry } from "./number-entry.tsx";
import { PhotoEntry } from "./photo-entry.tsx";
import { type FieldEntryProps, type Recording, readingAt } from "./place.ts";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";
import { ReportEntry } from "./report-entry.tsx";
import { TextKeys } from "./text-keys.tsx";
import { useDraft } from "./use-draft.tsx";

/** What the place asks for, as its kind asks for it. */
export function FieldEntry(props: FieldEntryProps & { scannedLot: string | null }) {
  const { field } = props;
  switch (field.kind) {
    case "measurement":
    case "count":
      return <NumberEntry {...props} field={field} />;
    case "attribute":
      return <AttributeEntry {...props} />;
    case "choice":
      return <ChoiceEntry {...props} field={field} />;
    case "text":
      return <TextEntry {...props} field={field} />;
    case "photo":
      return <PhotoEntry {...props} field={field} />;
    case "component":
      return <ComponentEntry {...props} field={field} />;
    case "measurement_record":
      return <ReportEntry {...props} field={field} />;
    case "acknowledgement":
      return <AcknowledgementEntry {...props} />;
    case "timer":
      return <TimerEntry {...props} field={field} />;
    case "batch_clock":
      return <BatchClockEntry {...props} field={field} />;
    case "clock_age":
      return <ClockAgeEntry {...props} field={field} />;
    case "gage":
      return <NotHere />;
  }
}

function NotHere() {
  const t = useTranslations("floor.entry");
  return (
    <Notice tone="warn">
      <p>{t("kindNotHere")}</p>
    </Notice>
  );
}

function useRecord(props: FieldEntryProps) {
  const { work, onRecorded } = props;
  return async (of: Recording) => {
    const done = await work.record((perform) => perform("recordReading", readingAt(props, of)));
    if (done) onRecorded();
    return done;
  };
}

/** Fail stands at the top and pass at the bottom: nobody hits one for the other. */
function AttributeEntry(props: FieldEntryProps) {
  const t = useTranslations("floor.entry");
  const label = usePlaceLabel()(props.place);
  const record = useRecord(props);
  const { work } = props;
  return (
    <div className="flex flex-1 flex-col gap-3">
      <Button
        tone="stop"
        size="record"
        disabled={work.isBusy}
        onClick={() =>
          void record({ value: "fail", source: "tap", confirmed: [] }).then((done) => {
            if (!done) return;
            const { field, position, sample } = props.place;
            props.onDefect({ step: props.step.id, field, position, sample });
          })
        }
      >
        {t("fail")}
      </Button>
      <p className="grid flex-1 place-items-center text-center text-[26px] leading-tight font-bold text-balance">
        {label}
      </p>
      <Button
        id="entry"
        tone="accept"
        size="record"
        busy={work.isBusy}
        onClick={() => void record({ value: "pass", source: "tap", confirmed: [] })}
      >
        {t("pass")}
      </Button>
    </div>
  );
}

function ChoiceEntry(props: FieldEntryProps<Extract<Field, { kind: "choice" }>>) {
  const words = useWords();
  const label = usePlaceLabel()(props.place);
  const record = useRecord(props);
  return (
    <div className="flex flex-1 flex-col gap-2">
      <p className="text-[22px] leading-tight font-bold">{label}</p>
      {props.field.options.map((option) => (
        <Button
          key={option.value}
          size="record"
          disabled={props.work.isBusy}
          onClick={() => void record({ value: option.value, source: "tap", confirmed: [] })}
        >
          {words(option.label)}
        </Button>
      ))}
    </div>
  );
}

function TextEntry(props: FieldEntryProps<Extract<Field, { kind: "text" }>>) {
  const t = useTranslations("floor.entry");
  const label = usePlaceLabel()(props.place);
  const record = useRecord(props);
  const [text, setText] = useDraft(props.step.id, props.place);
  const [isTyping, setTyping] = useState(false);
  return (
    <div className="flex flex-1 flex-col gap-3">
      <ScanBox
        title={label}
        lead={
          props.field.matches === undefined ? t("scanText") : t(`scanOwn.${props.field.matches}`)
        }
      />
      <Button id="entry" busy={props.work.isBusy} onClick={() => setTyping(true)}>
        {t("typeInstead")} {text === "" ? null : <b className="mono">{text}</b>}
      </Button>
      {isTyping ? (
        <TextKeys
          label={label}
          action={t("record")}
          initial={text}
          isBusy={props.work.isBusy}
          onDraft={setText}
          onText={(value) =>
            void record({ value: value.normalize("NFC"), source: "keypad", confirmed: [] }).then(
              (done) => {
                if (done) setText("");
                setTyping(false);
              },
            )
          }
          onBack={() => setTyping(false)}
        />
      ) : null}
    </div>
  );
}

function AcknowledgementEntry(props: FieldEntryProps) {
  const t = useTranslations("floor.entry");
  const label = usePlaceLabel()(props.place);
  const record = useRecord(props);
  return (
    <div className="flex flex-1 flex-col gap-3">
      <p className="grid flex-1 place-items-center text-center text-[26px] leading-tight font-bold text-balance">
        {label}
      </p>
      <Button
        id="entry"
        tone="act"
        size="record"
        busy={props.work.isBusy}
        onClick={() => void record({ value: "yes", source: "tap", confirmed: [] })}
      >
        {t("acknowledge")}
      </Button>
    </div>
  );
}
