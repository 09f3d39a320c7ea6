"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { TextArea } from "#components/ui/field";

/** A reason from a list, or in the person's own words where no list fits. */
export function ReasonEntry({
  list,
  reason,
  isWide = false,
  onChange,
}: {
  /** Three beside each other, where something else has to be filled in as well. */
  isWide?: boolean;
  list:
    | "amend"
    | "decline"
    | "departure"
    | "drop"
    | "fail"
    | "late"
    | "lock"
    | "merge"
    | "passkeyName"
    | "passkeyWithdrawal"
    | "remove"
    | "revoke"
    | "split"
    | "takeOver"
    | "tools"
    | "waive";
  reason: string;
  onChange: (reason: string) => void;
}) {
  const t = useTranslations("floor.reasons");
  const [isOwn, setOwn] = useState(false);
  const offered = (t.raw(list) as string[]).slice(0, 6);
  return (
    <div className="grid gap-2">
      <div className={`grid gap-2 ${isWide ? "grid-cols-3" : "grid-cols-2"}`}>
        {offered.map((one) => (
          <Choice
            key={one}
            isOn={!isOwn && reason === one}
            onPress={() => {
              setOwn(false);
              onChange(one);
            }}
          >
            {one}
          </Choice>
        ))}
        <Choice
          isOn={isOwn}
          onPress={() => {
            setOwn(true);
            onChange("");
          }}
        >
          {t("own")}
        </Choice>
      </div>
      {isOwn ? (
        <TextArea
          aria-label={t("ownLabel")}
          autoFocus
          value={reason}
          maxLength={1000}
          onChange={(event) => onChange(event.target.value.normalize("NFC"))}
          className="min-h-24 text-[19px]"
        />
      ) : null}
    </div>
  );
}

export const Choice = ({
  isOn,
  onPress,
  children,
  className = "",
}: {
  isOn: boolean;
  onPress: () => void;
  children: React.ReactNode;
  className?: string;
}) => (
  <button
    type="button"
    aria-pressed={isOn}
    onClick={onPress}
    className={`min-h-touch rounded border-2 px-4 py-2 text-left text-[17px] leading-tight font-[650] ${isOn ? "border-act bg-act-wash text-ink ring-2 ring-act" : "border-edge bg-sheet"} ${className}`}
  >
    {children}
  </button>
);
