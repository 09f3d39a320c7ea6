import { useTranslations } from "next-intl";
import { add, compare } from "#lib/kit/decimal";
import type { LotBalance } from "#lib/travelers/lot-balance.rules";

type Part = "accepted" | "here" | "onHold" | "scrapped" | "elsewhere";

const looks: Record<Part, string> = {
  accepted: "bg-ok",
  here: "bg-act",
  onHold: "hatched bg-warn-wash border-[1.5px] border-warn",
  scrapped: "bg-stop",
  elsewhere: "bg-sunk border-[1.5px] border-edge",
};

/** Where every piece of a lot is: parts that add up to what was started and what came to it. */
export function LotBar({
  balance,
  size = "floor",
}: {
  balance: LotBalance;
  size?: "floor" | "desk";
}) {
  const t = useTranslations("common.lot");
  const { started, merged, accepted, remaining, onHold, scrapped, transferredOut } = balance;
  const joined = merged.reduce((sum, of) => add(sum, of.quantity), "0");
  const isThere = (quantity: string) => compare(quantity, "0") > 0;
  const here: Part = isThere(onHold) ? "onHold" : accepted === null ? "here" : "accepted";
  const parts = (
    [
      [here, remaining],
      ["scrapped", scrapped],
      ["elsewhere", transferredOut],
    ] as const
  ).filter(([, quantity]) => isThere(quantity));
  const whole = isThere(joined)
    ? t("startedAndJoined", { started, joined })
    : t("started", { started });
  const sum = parts.map(([part, quantity]) => t(`part.${part}`, { quantity })).join(" + ");
  return (
    <div className={size === "floor" ? "text-[18px] leading-snug" : "text-[15px] leading-6"}>
      <div
        aria-hidden
        className={`flex gap-[3px] ${size === "floor" ? "mb-2 h-6" : "mb-1.5 h-3.5"}`}
      >
        {parts.map(([part, quantity]) => (
          <span
            key={part}
            style={{ flexGrow: Number(quantity) }}
            className={`min-w-2 basis-0 rounded-[3px] ${looks[part]}`}
          />
        ))}
      </div>
      <p>
        <b className="font-[650]">{whole}</b> = {sum}
        {isThere(balance.reworked) ? (
          <span className="text-ink-2"> · {t("reworked", { quantity: balance.reworked })}</span>
        ) : null}
      </p>
    </div>
  );
}
