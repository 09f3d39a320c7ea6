import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { RecordText } from "#components/desk/record-text";
import { nameOf, type RecordWords, said } from "#components/desk/record-words";
import { Stamp, type StampShape, type StampState } from "#components/ui/stamp";
import type { BuyoffRecord } from "#lib/travelers/as-built.rules";

const shapeOf = (type: string): StampShape =>
  type === "operator" || type === "second_operator" ? "round" : "square";

const stampStates: Record<string, StampState> = {
  signed: "signed",
  pending_verification: "pending_verification",
  rejected: "rejected",
  declined: "declined",
  voided: "voided",
  superseded: "voided",
};

/** Every rendering of a signature carries name, meaning, date and time (21 CFR 11.50). */
export function RecordBuyoffs({
  buyoffs,
  words,
}: {
  buyoffs: readonly BuyoffRecord[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  if (buyoffs.length === 0) return null;
  return (
    <ul
      aria-label={t("buyoffs")}
      className="grid gap-x-6 gap-y-4 border-t-[1.5px] border-rule px-4 py-4 grid-cols-[repeat(auto-fill,minmax(min(330px,100%),1fr))]"
    >
      {buyoffs.map((of) => (
        <BuyoffStamp key={of.buyoff.id} of={of} words={words} />
      ))}
    </ul>
  );
}

function BuyoffStamp({ of, words }: { of: BuyoffRecord; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const common = useTranslations("common");
  const { buyoff, voided } = of;
  const name = nameOf(words, buyoff.person) ?? "";
  const isVoid = buyoff.status === "voided" || buyoff.status === "superseded";
  const type = common(`buyoffType.${buyoff.type}`);
  const initials = name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .join("");
  return (
    <li className="keep flex min-w-0 items-start gap-3.5">
      <Stamp
        number={buyoff.stamp ?? initials}
        shape={shapeOf(buyoff.type)}
        state={stampStates[buyoff.status] ?? "signed"}
        label={t("stampLabel", {
          type,
          stamp: buyoff.stamp ?? initials,
          status: common(`buyoffStatus.${buyoff.status}`),
        })}
        size={54}
      />
      <div className="min-w-0 text-[14px] leading-snug">
        <p className={isVoid ? "text-ink-2 line-through" : ""}>
          <b className="font-[700]">{name}</b>
          {buyoff.stamp === null ? null : <span className="mono"> · {buyoff.stamp}</span>} · {type}
          {of.step === null ? null : <span className="mono text-ink-2"> {of.step}</span>}
        </p>
        <p className={`mono text-[13px] ${isVoid ? "text-ink-2 line-through" : ""}`}>
          <Moment at={buyoff.at} zone={words.zone} shape="full" /> ·{" "}
          {common(`method.${buyoff.method}`)}
        </p>
        <p className={`text-ink-2 ${isVoid ? "line-through" : ""}`}>
          {said(words, buyoff.meaning)}
        </p>
        {buyoff.status === "signed" ? null : (
          <p
            className={
              buyoff.status === "pending_verification" ? "text-warn" : "font-[650] text-stop"
            }
          >
            {common(`buyoffStatus.${buyoff.status}`)}
            {voided === null ? null : (
              <span className="font-[500] text-ink-2">
                {" "}
                ·{" "}
                {t.has(`voidCause.${voided.cause}`) ? t(`voidCause.${voided.cause}`) : voided.cause}{" "}
                · {nameOf(words, voided.person) ?? t("byRule")}{" "}
                <Moment at={voided.at} zone={words.zone} />
              </span>
            )}{" "}
            <RecordText hash={voided?.reason ?? buyoff.reason} words={words} />
          </p>
        )}
      </div>
    </li>
  );
}
