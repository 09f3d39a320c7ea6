import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Moment } from "#components/desk/moment";
import { RecordText } from "#components/desk/record-text";
import { nameOf, type RecordWords, said } from "#components/desk/record-words";
import { Stamp, type StampShape, type StampState } from "#components/ui/stamp";
import type { BuyoffRecord, DeclineRecord } from "#lib/travelers/as-built.rules";
import type { Buyoff, BuyoffStatus } from "#lib/travelers/state.schema";

const shapeOf = (type: string): StampShape =>
  type === "operator" || type === "second_operator" ? "round" : "square";

const stampStates: Readonly<Record<BuyoffStatus, StampState>> = {
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
  declines,
  words,
}: {
  buyoffs: readonly BuyoffRecord[];
  declines: readonly DeclineRecord[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  if (buyoffs.length + declines.length === 0) return null;
  const marks = [
    ...buyoffs.map((of) => ({ at: of.buyoff.at, id: of.buyoff.id, buyoff: of, decline: null })),
    ...declines.map((of) => ({ at: of.at, id: of.id, buyoff: null, decline: of })),
  ].toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return (
    <ul
      aria-label={t("buyoffs")}
      className="stamps grid gap-x-6 gap-y-4 border-t-[1.5px] border-rule px-4 py-4 grid-cols-[repeat(auto-fill,minmax(min(320px,100%),1fr))]"
    >
      {marks.map(({ id, buyoff, decline }) => (
        <li key={id} className="keep flex min-w-0 items-start gap-3.5">
          {buyoff ? <Signed of={buyoff} words={words} /> : null}
          {decline ? <Declined of={decline} words={words} /> : null}
        </li>
      ))}
    </ul>
  );
}

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .join("");

/** The printed name, and what tells two people of one name apart. */
function Who({
  person,
  type,
  stamp,
  children,
  words,
}: {
  person: string;
  type: Buyoff["type"];
  stamp: string | null;
  children: ReactNode;
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const common = useTranslations("common");
  const number = words.people[person]?.employeeNumber;
  return (
    <>
      <b className="font-[700]">{nameOf(words, person)}</b>
      {number === undefined ? null : (
        <span className="mono text-[13px] text-ink-2"> {t("employee", { number })}</span>
      )}
      {stamp === null ? null : <span className="mono"> · {stamp}</span>} ·{" "}
      {common(`buyoffType.${type}`)}
      {children}
    </>
  );
}

function Signed({ of, words }: { of: BuyoffRecord; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const common = useTranslations("common");
  const { buyoff, voided } = of;
  const isVoid = ["voided", "superseded", "rejected"].includes(buyoff.status);
  const struck = isVoid ? "text-ink-2 line-through" : "";
  const number = buyoff.stamp ?? initialsOf(nameOf(words, buyoff.person) ?? "");
  return (
    <>
      <Stamp
        number={number}
        shape={shapeOf(buyoff.type)}
        state={stampStates[buyoff.status]}
        label={t("stampLabel", {
          type: common(`buyoffType.${buyoff.type}`),
          stamp: number,
          status: common(`buyoffStatus.${buyoff.status}`),
        })}
        size={54}
      />
      <div className="min-w-0 text-[14px] leading-snug">
        <p className={struck}>
          <Who person={buyoff.person} type={buyoff.type} stamp={buyoff.stamp} words={words}>
            {of.step === null ? null : <span className="mono text-ink-2"> {of.step}</span>}
            {of.rework === null ? null : (
              <span className="mono font-[650] text-warn"> {of.rework}</span>
            )}
          </Who>
        </p>
        <p className={`mono text-[13px] ${struck}`}>
          <Moment at={buyoff.at} zone={words.zone} shape="full" /> ·{" "}
          {common(`method.${buyoff.method}`)}
        </p>
        <Verified of={buyoff} words={words} struck={struck} />
        <p className={isVoid ? struck : "text-ink-2"}>{said(words, buyoff.meaning)}</p>
        {of.bySecond ? <p className="text-[13px] text-ink-2">{t("secondAtTablet")}</p> : null}
        {of.inherited && words.parent !== null ? (
          <p className="text-[13px] font-[650] text-ink-2">{t("from", { parent: words.parent })}</p>
        ) : null}
        {buyoff.status === "signed" ? null : (
          <p
            className={
              buyoff.status === "pending_verification" ? "text-warn" : "font-[650] text-stop"
            }
          >
            {voided?.cause === "signed_over_rejected"
              ? t("neverCounted")
              : common(`buyoffStatus.${buyoff.status}`)}
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
    </>
  );
}

/** Of one given without a network: when its own check came out right, and when it counts where others were under it. */
function Verified({ of, words, struck }: { of: Buyoff; words: RecordWords; struck: string }) {
  const t = useTranslations("desk.record");
  const { checkedAt, verifiedAt, passkey, status } = of;
  const at = checkedAt ?? verifiedAt;
  if (at === undefined) return null;
  // What held stays readable where the mark itself was struck for another's.
  const tone = status === "rejected" ? "text-ink-2" : struck || "text-ink-2";
  return (
    <p className={`text-[13px] ${tone}`}>
      {t(passkey === undefined ? "verifiedAt" : "passkeyVerifiedAt")}{" "}
      <span className="mono">
        <Moment at={at} zone={words.zone} shape="full" />
      </span>
      {checkedAt === undefined || status !== "pending_verification" ? null : (
        <span className="block text-warn">{t("waitsForFirst")}</span>
      )}
    </p>
  );
}

/** A no stands where the yes would, so that nobody reads the chain as merely unfinished. */
function Declined({ of, words }: { of: DeclineRecord; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const common = useTranslations("common");
  const number = initialsOf(nameOf(words, of.person) ?? "");
  return (
    <>
      <Stamp
        number={number}
        shape={shapeOf(of.type)}
        state="declined"
        label={t("stampLabel", {
          type: common(`buyoffType.${of.type}`),
          stamp: number,
          status: common("buyoffStatus.declined"),
        })}
        size={54}
      />
      <div className="min-w-0 text-[14px] leading-snug">
        <p>
          <Who person={of.person} type={of.type} stamp={null} words={words}>
            {of.step === null ? null : <span className="mono text-ink-2"> {of.step}</span>}
          </Who>
        </p>
        <p className="mono text-[13px]">
          <Moment at={of.at} zone={words.zone} shape="full" />
        </p>
        <p>
          <b className="font-[650] text-stop">{t("declinedAs")}</b>
          {of.meaning === null ? null : (
            <span className="text-ink-2"> {said(words, of.meaning)}</span>
          )}{" "}
          <RecordText hash={of.reason} words={words} />
        </p>
      </div>
    </>
  );
}
