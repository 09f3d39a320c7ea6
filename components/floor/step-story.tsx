"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Mark } from "#components/ui/chip";
import { holdReasonLabel } from "#lib/travelers/holds.rules";
import { type StepStoryLine, stepStory } from "#lib/travelers/step-story.rules";
import { useWords } from "./language.tsx";
import type { Place } from "./place.ts";
import { useDepartureText } from "./step-departures.tsx";
import { StoredPhoto } from "./stored-photo.tsx";
import { usePeople, useWork } from "./work-context.tsx";

/** The time of day on the site's clock, with the day in front when it was another one. */
export function useClock(): (at: string) => string {
  const format = useFormatter();
  return (at) => {
    const when = new Date(at);
    const time = format.dateTime(when, { timeStyle: "short", hourCycle: "h23" });
    const day = format.dateTime(when, { dateStyle: "medium" });
    return day === format.dateTime(new Date(), { dateStyle: "medium" }) ? time : `${day}, ${time}`;
  };
}

/** What was said, shown or stopped here: for whoever comes next to this step. */
export function StepStory({ place }: { place: Place | null }) {
  const t = useTranslations("floor.more");
  const { state } = useWork();
  const lines = stepStory(state, place);
  if (lines.length === 0) return <p className="text-[17px] text-ink-2">{t("nothing")}</p>;
  return (
    <ol
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
      tabIndex={0}
      aria-label={t("story")}
      className="grid max-h-[46dvh] content-start gap-3 overflow-auto"
    >
      {lines.map((line) => (
        <Line key={`${line.kind}${line.id}`} line={line} />
      ))}
    </ol>
  );
}

const tones = {
  note: "act",
  call: "act",
  photo: "act",
  defect: "warn",
  decline: "stop",
  hold: "stop",
  departure: "warn",
} as const;
const inks = { act: "text-act", warn: "text-warn", stop: "text-stop", ok: "text-ok" } as const;

function Line({ line }: { line: StepStoryLine }) {
  const t = useTranslations("floor.more.lines");
  const clock = useClock();
  const person = usePeople();
  const isOver =
    (line.kind === "hold" && line.releasedAt !== null) ||
    (line.kind === "defect" && line.status !== "open") ||
    (line.kind === "call" && line.arrivedAt !== null);
  const tone = isOver ? "ok" : tones[line.kind];
  return (
    <li className="grid grid-cols-[20px_minmax(0,1fr)] gap-2.5 text-[17px] leading-snug">
      <span className={`pt-1 ${inks[tone]}`}>
        <Mark tone={tone} size={18} />
      </span>
      <span className="min-w-0 wrap-anywhere">
        <Said line={line} />
        <span className="mono block text-[14px] text-ink-2">
          {clock(line.at)} · {line.person === null ? t("byRule") : person(line.person).name}
        </span>
      </span>
    </li>
  );
}

function Said({ line }: { line: StepStoryLine }): ReactNode {
  const t = useTranslations("floor.more.lines");
  const clock = useClock();
  const words = useWords();
  const { packet } = useWork();
  const told = useDepartureText();
  const text = (hash: string) => packet.texts[hash] ?? t("textAway");
  switch (line.kind) {
    case "note":
      return <span className="whitespace-pre-line">{text(line.text)}</span>;
    case "call":
      return line.arrivedAt !== null
        ? t("callArrived", { time: clock(line.arrivedAt) })
        : line.acknowledgedAt === null
          ? t("call")
          : t("callSeen", { time: clock(line.acknowledgedAt) });
    case "photo":
      return (
        <>
          {t("photo")}
          <StoredPhoto sha256={line.sha256} alt="" />
        </>
      );
    case "defect":
      return (
        <>
          {t(`defect.${line.status}`, { code: line.code })}{" "}
          <span className="mono">{line.ncr ?? ""}</span>
        </>
      );
    case "decline":
      return t("decline", { reason: text(line.text) });
    case "departure":
      return told(line.departure);
    case "hold": {
      const reason = holdReasonLabel(packet.policy, line.reason);
      const said = reason === null ? line.reason : words(reason);
      return line.releasedAt === null
        ? t("hold", { reason: said })
        : t("holdReleased", { reason: said, time: clock(line.releasedAt) });
    }
  }
}
