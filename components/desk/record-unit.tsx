import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { RecordDefect, RecordHold } from "#components/desk/record-defect";
import { RecordText } from "#components/desk/record-text";
import { nameOf, type RecordWords } from "#components/desk/record-words";
import { LotBar } from "#components/lot-bar";
import type { AsBuilt, Remark } from "#lib/travelers/as-built.rules";
import type { LotBalance } from "#lib/travelers/lot-balance.rules";
import type { Photo, Signal, TravelerState, Waiver } from "#lib/travelers/state.schema";

/** What is of the unit as a whole: defects, holds, waivers, tools that moved, what was said. */
export function RecordUnit({
  unit,
  photos,
  traveler,
  words,
}: {
  unit: AsBuilt["unit"];
  traveler: string;
  photos: readonly Photo[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const { defects, holds, waivers, transfers, remarks, signals } = unit;
  if ([defects, holds, waivers, transfers, remarks, signals].every((list) => list.length === 0))
    return null;
  return (
    <section
      aria-label={t("wholeUnit")}
      className="mb-3 rounded border-[1.5px] border-rule bg-sheet [&>*:first-child]:border-t-0"
    >
      {defects.map((defect) => (
        <RecordDefect
          key={defect.id}
          defect={defect}
          photos={photos.filter((photo) => photo.defect === defect.id)}
          words={words}
        />
      ))}
      {holds.map((hold) => (
        <RecordHold key={hold.id} hold={hold} words={words} />
      ))}
      <Listed title={t("waiversTitle")} isEmpty={waivers.length === 0}>
        {waivers.map((waiver) => (
          <WaiverLine key={waiver.id} waiver={waiver} words={words} />
        ))}
      </Listed>
      <Listed title={t("transfersTitle")} isEmpty={transfers.length === 0}>
        {transfers.map((of) => (
          <li key={of.at + of.kit + of.counterpart}>
            {t("transfer", { ...of })} <By person={of.person} at={of.at} words={words} />
          </li>
        ))}
      </Listed>
      <Listed title={t("remarksTitle")} isEmpty={remarks.length === 0}>
        {remarks.map((remark) => (
          <RemarkLine key={`${remark.seq}${remark.at}`} remark={remark} words={words} />
        ))}
      </Listed>
      {signals.length === 0 ? null : (
        <Signals signals={signals} traveler={traveler} words={words} />
      )}
    </section>
  );
}

/** What departed from the plan, each with its entry, and what the reviewer found. */
function Signals({
  signals,
  traveler,
  words,
}: {
  signals: readonly Signal[];
  traveler: string;
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const reviewed = signals.filter((of) => of.reviewed !== null).length;
  return (
    <details className="border-t-[1.5px] border-rule px-4 py-2.5">
      <summary className="text-[15px] font-bold">
        {t("signals", { count: signals.length, reviewed })}
      </summary>
      <ul className="mt-1 text-[15px] leading-6 [&>li]:break-inside-avoid">
        {signals.map(({ seq, kind, step, person, at, reviewed: by }) => (
          <li key={seq}>
            <Link
              href={`/travelers/${traveler}/entries#entry-${seq}`}
              className="mono text-[13px] text-ink-2 underline underline-offset-4"
            >
              {seq}
            </Link>{" "}
            {t(`signal.${kind}`)} <span className="mono">{words.steps.get(step ?? "")}</span>{" "}
            <By person={person} at={at} words={words} />
            {by === null ? (
              <span className="text-[13px] font-[650] text-warn"> · {t("signalOpen")}</span>
            ) : (
              <span className="text-[13px] text-ink-2">
                {" "}
                · {t("signalReviewed")} <By person={by.person} at={by.at} words={words} />{" "}
                <RecordText hash={by.note} words={words} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

const Listed = ({
  title,
  isEmpty,
  children,
}: {
  title: string;
  isEmpty: boolean;
  children: ReactNode;
}) =>
  isEmpty ? null : (
    <div className="border-t-[1.5px] border-rule px-4 py-2.5">
      <h2 className="text-[15px] font-bold">{title}</h2>
      <ul className="text-[15px] leading-6 [&>li]:break-inside-avoid">{children}</ul>
    </div>
  );

const By = ({ person, at, words }: { person: string | null; at: string; words: RecordWords }) => (
  <span className="text-[13px] text-ink-2">
    {nameOf(words, person)} <Moment at={at} zone={words.zone} />
  </span>
);

/** Both who asked and who granted have signed: both are named. */
function WaiverLine({ waiver, words }: { waiver: Waiver; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { revoked, grantedAt } = waiver;
  const name = (person: string | null) => nameOf(words, person) ?? "";
  return (
    <li>
      <span className={revoked ? "text-ink-2 line-through" : ""}>
        <b className="mono font-[650]">{waiver.qualification}</b>{" "}
        {t("waiverFor", { person: name(waiver.person) })}{" "}
        <Moment at={waiver.validUntil} zone={words.zone} />
      </span>
      <span className="block text-[13px] text-ink-2">
        {t("waiverAsked", { person: name(waiver.requestedBy) })}{" "}
        <Moment at={waiver.requestedAt} zone={words.zone} />{" "}
        <RecordText hash={waiver.reason} words={words} /> ·{" "}
        {grantedAt === null ? (
          <b className="font-[650] text-warn">{t("waiverOpen")}</b>
        ) : (
          <>
            {t("waiverGranted", { person: name(waiver.grantedBy) })}{" "}
            <Moment at={grantedAt} zone={words.zone} />
          </>
        )}
        {revoked === null ? null : (
          <>
            {" · "}
            {t("waiverRevoked", { person: name(revoked.person) })}{" "}
            <Moment at={revoked.at} zone={words.zone} />{" "}
            <RecordText hash={revoked.reason} words={words} />
          </>
        )}
      </span>
    </li>
  );
}

function RemarkLine({ remark, words }: { remark: Remark; words: RecordWords }) {
  const t = useTranslations("desk.record");
  return (
    <li>
      {t(`remark.${remark.kind}`, { category: remark.category ?? "" })}{" "}
      <RecordText hash={remark.text} words={words} />{" "}
      <By person={remark.person} at={remark.at} words={words} />
    </li>
  );
}

/** Where the pieces of a lot are, and where its history begins. */
export function RecordLot({
  state,
  balance,
  words,
}: {
  state: TravelerState;
  balance: LotBalance | null;
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const { origin, mergedInto, serials } = state;
  if (balance === null) return null;
  const lotLink = (traveler: string, lot: string | undefined) => (
    <Link href={`/travelers/${traveler}`} className="mono underline underline-offset-4">
      {lot ?? traveler}
    </Link>
  );
  const isBalanced = balance.accepted !== null || balance.remaining === "0";
  const named = (lots: readonly { id: string; lot: string; quantity: string }[]) =>
    lots.map(({ id, lot, quantity }) => (
      <span key={id} className="mr-4 inline-block">
        {lotLink(id, lot)} <span className="text-ink-2">× {quantity}</span>
      </span>
    ));
  return (
    <section
      aria-label={t("lotBalance")}
      className="keep mb-4 rounded border-[1.5px] border-rule bg-sheet px-4 py-2.5 text-[15px] leading-7"
    >
      <h2 className="text-[15px] font-bold">
        {t("lotBalance")}{" "}
        <span className={`font-[650] ${isBalanced ? "text-ok" : "text-warn"}`}>
          {isBalanced
            ? `${t("balance.balanced")} ✓`
            : t("balance.open", { quantity: balance.remaining })}
        </span>
      </h2>
      <LotBar balance={balance} size="desk" />
      {balance.split.length === 0 ? null : (
        <p>
          {t("splitInto")} {named(balance.split.map(({ child, ...of }) => ({ id: child, ...of })))}
        </p>
      )}
      {balance.merged.length === 0 ? null : (
        <p>
          {t("mergedFrom")}{" "}
          {named(balance.merged.map(({ traveler, ...of }) => ({ id: traveler, ...of })))}
        </p>
      )}
      {origin === null ? null : (
        <p>
          {t.rich("parentHistory", {
            seq: origin.seq,
            parent: () => lotLink(origin.traveler, words.lots[origin.traveler]),
          })}
        </p>
      )}
      {mergedInto === null ? null : (
        <p>
          {t("mergedInto")} {lotLink(mergedInto, words.lots[mergedInto])}
        </p>
      )}
      {serials.length === 0 ? null : (
        <details>
          <summary>
            {t("serials")} <span className="mono">{serials.length}</span>
          </summary>
          <p className="mono break-words">{serials.join(", ")}</p>
        </details>
      )}
    </section>
  );
}
