"use client";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Button } from "#components/ui/button";
import type { Field } from "#lib/instructions/schema";
import { noRoom } from "#lib/offline/acts";
import { hasRoomForPhotos, keepPhoto } from "#lib/offline/photos";
import { type ReadReport, readReport } from "#lib/offline/reports";
import { useWords } from "./language.tsx";
import type { FieldEntryProps } from "./place.ts";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useWork } from "./work-context.tsx";

/** The report of a measuring machine, as a file from this tablet or what is plugged into it. */
export function ReportEntry({
  field,
  place,
  step,
  work,
  onRecorded,
}: FieldEntryProps<Extract<Field, { kind: "measurement_record" }>>) {
  const t = useTranslations("floor.report");
  const label = usePlaceLabel()(place);
  const words = useWords();
  const { core } = useTablet();
  const { state, content } = useWork();
  const input = useRef<HTMLInputElement>(null);
  const [report, setReport] = useState<ReadReport | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const formats = field.formats.map((format) => format.toUpperCase()).join(", ");
  const about = content.characteristics.filter(({ id }) => field.characteristics?.includes(id));
  const onFile = async (file: File | undefined) => {
    if (file === undefined) return;
    setTrouble(null);
    if (!(await hasRoomForPhotos())) return setTrouble(t("noRoom"));
    const read = await readReport(file);
    if (read === null) return setTrouble(t("tooLarge"));
    setReport(read);
  };
  const keep = async (of: ReadReport) => {
    const { data, name, ...file } = of;
    const done = await work.record(async (perform) => {
      if (!(await keepPhoto(core, state.id, of))) return noRoom;
      const body = { step: step.id, field: field.id, position: place.position, name, uri: null };
      return perform(
        "attachMeasurementRecord",
        { ...body, ...file, bytes: data.byteLength },
        { blobs: [of.sha256] },
      );
    });
    if (!done) return;
    setReport(null);
    onRecorded();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      <input
        ref={input}
        type="file"
        accept={field.formats.map((format) => `.${format.toLowerCase()}`).join(",")}
        aria-label={t("choose")}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          void onFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {trouble === null ? null : (
        <Notice tone="stop">
          <p>{trouble}</p>
        </Notice>
      )}
      <div className="grid flex-1 place-content-center justify-items-center gap-3 rounded border-[2.5px] border-dashed border-act p-5 text-center">
        <p className="text-[24px] leading-tight font-bold text-balance">{label}</p>
        {about.length === 0 ? null : (
          <p className="text-[16px] leading-snug text-ink-2">
            {t("about")} {about.map(({ balloon, name }) => `${balloon} ${words(name)}`).join(" · ")}
          </p>
        )}
        {report === null ? (
          <p className="text-[17px] leading-snug text-ink-2">{t("lead", { formats })}</p>
        ) : (
          <p className="text-[18px] leading-snug wrap-anywhere">
            <b className="mono">{report.name}</b>
            <span className="mono block text-[15px] text-ink-2">
              {t("size", { kilobytes: Math.ceil(report.data.byteLength / 1024) })} ·{" "}
              {report.sha256.slice(0, 12)}
            </span>
          </p>
        )}
      </div>
      {report === null ? (
        <Button id="entry" tone="act" size="record" onClick={() => input.current?.click()}>
          {t("choose")}
        </Button>
      ) : (
        <>
          <Button disabled={work.isBusy} onClick={() => input.current?.click()}>
            {t("other")}
          </Button>
          <Button tone="act" size="record" busy={work.isBusy} onClick={() => void keep(report)}>
            {t("keep")}
          </Button>
        </>
      )}
    </div>
  );
}
