"use client";
import { useTranslations } from "next-intl";
import { PinPad } from "#components/ui/keypad";

export const PIN_LENGTH_MIN = 4;
const PIN_LENGTH_MAX = 12;

/** A PIN on our own keys: shown as dots, held by its screen and nowhere else. */
export function PinEntry({
  pin,
  onChange,
  disabled = false,
}: {
  pin: string;
  onChange: (pin: string) => void;
  disabled?: boolean;
}) {
  const t = useTranslations("common.keypad");
  const floor = useTranslations("floor.pin");
  const press = (key: string) => {
    if (key === "clear") onChange("");
    else if (key === "erase") onChange(pin.slice(0, -1));
    else if (pin.length < PIN_LENGTH_MAX) onChange(pin + key);
  };
  return (
    <>
      <div
        role="img"
        aria-label={floor("typed", { count: pin.length })}
        className="flex h-9 items-center justify-center gap-3"
      >
        {Array.from({ length: Math.max(6, pin.length) }, (_, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: dots have no identity but their place.
            key={index}
            className={`size-5 rounded-full border-[2.5px] ${disabled ? "border-rule" : "border-ink"} ${index < pin.length ? "bg-ink" : ""}`}
          />
        ))}
      </div>
      <PinPad
        onKey={press}
        disabled={disabled}
        words={{ keys: floor("keys"), erase: t("erase"), sign: t("sign"), clear: t("clear") }}
      />
    </>
  );
}
