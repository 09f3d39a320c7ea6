import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { AcceptTraveler } from "#components/desk/accept-traveler";
import { Link } from "#components/desk/link";
import { LogDefect } from "#components/desk/log-defect";
import { LotActs, type LotFacts } from "#components/desk/lot-acts";
import { Moment } from "#components/desk/moment";
import { RecordSentence } from "#components/desk/record-sentence";
import { RecordText } from "#components/desk/record-text";
import { nameOf, type RecordWords, said } from "#components/desk/record-words";
import { VerifyRecord } from "#components/desk/verify-record";
import { inLocale } from "#lib/messages/locales";
import type { LotFamily } from "#lib/travelers/family.queries";
import type { TravelerRecord } from "#lib/travelers/history.queries";
import { balanceOf } from "#lib/travelers/lot-balance.rules";
import { wordsOf } from "#lib/travelers/sentences.rules";
import { quietEvents, type Tone, tell } from "#lib/travelers/story.rules";

const dots: Record<Tone, string> = {
  good: "border-ok bg-ok",
  stop: "border-stop bg-stop",
  attention: "border-warn bg-warn",
  plain: "border-edge bg-sheet",
};

const LATEST = 14;

/** Beside the record: its proof, what may be done to it, and what happened last. */
export function RecordSide({
  record,
  words,
  mayVerify,
  mayLogDefect,
  mayAccept,
  waiver,
  family,
}: {
  record: TravelerRecord;
  words: RecordWords;
  mayVerify: boolean;
  mayLogDefect: boolean;
  mayAccept: boolean;
  /** Null: not for this reader to ask. */
  waiver: ReactNode;
  /** Of a lot, for who may split, merge and count it. */
  family: LotFamily | null;
}) {
  const t = useTranslations("desk.side");
  const { state, content, entries, policy } = record;
  const isOpen = ["released", "in_work", "on_hold"].includes(state.status);
  const head = entries.at(-1);
  return (
    <aside
      id="proof"
      aria-label={t("label")}
      className="flex flex-col gap-4 border-rule bg-sheet px-4 py-6 max-[1099px]:border-t-[1.5px] sm:px-5 min-[1100px]:border-l-[1.5px] print:hidden"
    >
      <VerifyRecord
        key={head?.hash}
        traveler={state.id}
        entries={entries.length}
        head={head?.hash ?? ""}
        zone={words.zone}
        allowed={mayVerify}
      />
      {mayAccept && state.status === "complete" ? <AcceptTraveler traveler={state.id} /> : null}
      {family === null ? null : <LotActs {...lotFacts(record, family, isOpen, words)} />}
      {mayLogDefect && isOpen ? (
        <LogDefect
          traveler={state.id}
          unit={state.unit.serial ?? state.unit.lot ?? ""}
          quantity={state.unit.quantity}
          codes={policy.defectCodes.map(({ code, label }) => ({
            code,
            label: inLocale(label, words.locale),
          }))}
          steps={content.operations.flatMap((of) =>
            of.steps.map((step) => ({
              id: step.id,
              label: `${step.number} ${said(words, step.title)}`,
            })),
          )}
        />
      ) : null}
      {isOpen ? waiver : null}
      <section aria-labelledby="latest">
        <h2 id="latest" className="mb-3 text-[17px] font-bold">
          {t("latest")}
        </h2>
        <Story record={record} words={words} />
        <Link
          href={`/travelers/${state.id}/entries`}
          className="mt-1 inline-block text-[15px] font-[650] text-act underline underline-offset-4"
        >
          {t("allEntries", { count: entries.length })}
        </Link>
      </section>
    </aside>
  );
}

function lotFacts(
  { state, policy }: TravelerRecord,
  family: LotFamily,
  isOpen: boolean,
  words: RecordWords,
): LotFacts {
  return {
    traveler: state.id,
    lot: state.unit.lot ?? "",
    balance: balanceOf(state),
    isOpen,
    isNumbered: state.serials.length > 0,
    family,
    defects: state.defects
      .filter(({ status }) => status === "open")
      .map(({ id, code, quantity }) => ({ value: id, label: `${code} × ${quantity}` })),
    holdReasons: policy.holdReasons.map(({ code, label }) => ({
      value: code,
      label: inLocale(label, words.locale),
    })),
  };
}

function Story({ record, words }: { record: TravelerRecord; words: RecordWords }) {
  const t = useTranslations("desk.events");
  const { state, content, events } = record;
  const latest = events
    .filter((event) => !quietEvents.has(event.type))
    .slice(-LATEST)
    .toReversed();
  return (
    <ol className="ml-1.5 border-l-2 border-rule">
      {latest.map((event) => {
        const line = tell(event, state, content);
        const name = nameOf(words, event.person);
        return (
          <li key={event.seq} className="relative pb-3.5 pl-4 text-[14px] leading-snug">
            <span
              aria-hidden
              className={`absolute top-1 -left-[7px] size-3 rounded-full border-[2.5px] ${dots[line.tone]}`}
            />
            <span className="font-[600]">{t(wordsOf(line.type))}</span>
            {line.subject === null ? null : (
              <span className="text-ink-2">
                {" "}
                <span className="mono">{line.place}</span> {said(words, line.subject)}
              </span>
            )}
            <RecordSentence line={line} words={words} />
            {line.text === null ? null : (
              <span className="line-clamp-3 text-ink-2">
                <RecordText hash={line.text} words={words} />
              </span>
            )}
            <span className="mono block text-[13px] text-ink-2">
              <Moment at={event.at} zone={words.zone} />
              {name === null ? "" : ` · ${name}`}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
