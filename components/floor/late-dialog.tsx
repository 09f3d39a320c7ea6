"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Keypad, typed } from "#components/ui/keypad";
import { dateIn, instantIn, plusMinutes } from "#lib/kit/time";
import { useMomentText } from "./language.tsx";
import { Notice } from "./problem.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { useStepExtras } from "./step-extras.tsx";
import { useNow } from "./use-now.ts";
import { useWork } from "./work-context.tsx";

const DAYS_BACK = 4;
const DAY_MINUTES = 24 * 60;

/** Four digits of a clock: "910" is not a time yet, "2510" never becomes one. */
function minuteOf(digits: string): number | null {
  if (digits.length !== 4) return null;
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}
const shownAs = (digits: string): string => {
  const padded = digits.padEnd(4, "–");
  return `${padded.slice(0, 2)}:${padded.slice(2)}`;
};

/** When it was really done, on the plant's clock, and why it is entered now. Both times stay on the record. */
export function LateDialog({ step, onClose }: { step: string; onClose: () => void }) {
  const t = useTranslations("floor.late");
  const common = useTranslations("common");
  const format = useFormatter();
  const moment = useMomentText();
  const { packet } = useWork();
  const { sayLate } = useStepExtras(step);
  const zone = packet.site.timeZone;
  const now = useNow(1000);
  const [back, setBack] = useState(0);
  const [digits, setDigits] = useState("");
  const [reason, setReason] = useState("");
  if (now === null) return null;
  const nowAt = new Date(now).toISOString();
  const days = Array.from({ length: DAYS_BACK }, (_, index) =>
    dateIn(zone, plusMinutes(nowAt, -index * DAY_MINUTES)),
  );
  const minute = minuteOf(digits);
  const claimedAt = minute === null ? null : instantIn(zone, days[back] ?? "", minute);
  const isFuture = claimedAt !== null && claimedAt > nowAt;
  const isReady = claimedAt !== null && !isFuture && reason.trim() !== "";
  const keep = () => {
    if (claimedAt === null) return;
    sayLate({ claimedAt, reason: reason.trim() });
    onClose();
  };
  const dayName = (date: string, index: number) =>
    index < 2
      ? t(index === 0 ? "today" : "yesterday")
      : format.dateTime(new Date(`${date}T12:00:00Z`), { weekday: "long", timeZone: "UTC" });
  return (
    <Dialog title={t("title")} onClose={onClose} dismissable={false} className="w-[1000px]">
      <div className="grid grid-cols-[minmax(0,1fr)_360px] gap-7 portrait:gap-5">
        <div className="grid content-start gap-4">
          <div className="grid grid-cols-4 gap-2">
            {days.map((date, index) => (
              <Choice key={date} isOn={back === index} onPress={() => setBack(index)}>
                <span className="block first-letter:uppercase">{dayName(date, index)}</span>
              </Choice>
            ))}
          </div>
          <p className="text-[17px] font-[650]">{t("why")}</p>
          <ReasonEntry list="late" reason={reason} onChange={setReason} />
          {digits.length === 4 && (claimedAt === null || isFuture) ? (
            <Notice tone="warn">
              <p className="font-[650]">{t(isFuture ? "future" : "noTime")}</p>
            </Notice>
          ) : claimedAt === null ? null : (
            <p className="rounded bg-sunk px-4 py-3 text-[18px] leading-snug">
              {t("both", { claimed: moment(claimedAt), now: moment(nowAt) })}
            </p>
          )}
          <Button onClick={onClose}>{common("cancel")}</Button>
        </div>
        <div className="flex h-[560px] flex-col gap-3">
          <p aria-live="polite" className="mono text-center text-[44px] leading-tight font-bold">
            {shownAs(digits)}
          </p>
          <Keypad
            whole
            onKey={(key) => {
              // A leading zero is a digit of a time.
              const next = /^\d$/.test(key) ? digits + key : typed(digits, key);
              if (next.length <= 4) setDigits(next);
            }}
            words={{
              keys: common("keypad.keys"),
              erase: common("keypad.erase"),
              sign: common("keypad.sign"),
              clear: common("keypad.clear"),
            }}
            action={
              <Button tone="act" size="key" disabled={!isReady} onClick={keep}>
                {t("use")}
              </Button>
            }
          />
        </div>
      </div>
    </Dialog>
  );
}

/** While it stands everything recorded in the step carries both times. */
export function LateBanner({ step }: { step: string | null }) {
  const t = useTranslations("floor.late");
  const moment = useMomentText();
  const now = useNow(1000);
  const { late, sayLate } = useStepExtras(step);
  if (late === null || now === null) return null;
  return (
    <Notice
      tone="warn"
      role="status"
      action={
        <Button className="shrink-0" onClick={() => sayLate(null)}>
          {t("stop")}
        </Button>
      }
    >
      <p className="font-bold">
        {t("both", { claimed: moment(late.claimedAt), now: moment(new Date(now).toISOString()) })}
      </p>
      <p className="mt-0.5 line-clamp-2 text-[16px] wrap-anywhere">{late.reason}</p>
    </Notice>
  );
}
