import { useTranslations } from "next-intl";
import { EvaluationLines } from "#components/desk/evaluation-lines";
import { Moment } from "#components/desk/moment";
import { RecordSentence } from "#components/desk/record-sentence";
import { RecordText } from "#components/desk/record-text";
import { type RecordWords, said } from "#components/desk/record-words";
import { TwoClocks } from "#components/desk/two-clocks";
import type { EvaluationShown } from "#lib/feed/rules.queries";
import type { Entry, TravelerRecord } from "#lib/travelers/history.queries";
import { wordsOf } from "#lib/travelers/sentences.rules";
import { type StoryLine, type Tone, tell } from "#lib/travelers/story.rules";

const dots: Record<Tone, string> = {
  good: "border-ok bg-ok",
  stop: "border-stop bg-stop",
  attention: "border-warn bg-warn",
  plain: "border-edge bg-sheet",
};
const columns =
  "grid grid-cols-[52px_minmax(0,1fr)] items-baseline gap-x-3 px-4 py-2 pl-8 text-[15px] sm:grid-cols-[52px_minmax(0,1.9fr)_minmax(0,1.1fr)_156px]";

/** The entries as they are: what, who, both clocks, hash and the one before, and the very line that is hashed. */
export function EntryList({
  record,
  words,
  evaluations,
}: {
  record: TravelerRecord;
  words: RecordWords;
  /** What the rules of the feed made of them, for whoever may see it. */
  evaluations: readonly EvaluationShown[];
}) {
  const { state, content, entries } = record;
  return (
    <ol className="relative overflow-hidden rounded border-[1.5px] border-rule bg-sheet before:absolute before:inset-y-4 before:left-[19px] before:w-0.5 before:bg-rule">
      {entries.map((entry) => (
        <li
          key={entry.seq}
          id={`entry-${entry.seq}`}
          className="keep scroll-mt-4 border-t border-sunk first:border-t-0 target:bg-act-wash"
        >
          {entry.read === null ? (
            <Unreadable entry={entry} />
          ) : (
            <Line
              entry={entry}
              read={entry.read}
              story={tell(entry.read.event, state, content)}
              words={words}
              evaluations={evaluations.filter(({ seq }) => seq === entry.seq)}
            />
          )}
        </li>
      ))}
    </ol>
  );
}

function Line({
  entry: { seq, hash, line },
  read: { entry },
  story,
  words,
  evaluations,
}: {
  entry: Entry;
  read: NonNullable<Entry["read"]>;
  story: StoryLine;
  words: RecordWords;
  evaluations: readonly EvaluationShown[];
}) {
  const t = useTranslations("desk.entries");
  const events = useTranslations("desk.events");
  const who =
    entry.person === null ? t("byRule") : (words.people[entry.person]?.name ?? t("bySystem"));
  return (
    <details className="group">
      <summary className={`relative list-none hover:bg-paper ${columns}`}>
        <Dot tone={story.tone} />
        <span className="mono text-[14px] text-ink-2">{seq}</span>
        <span className="min-w-0 break-words">
          <b className="font-[650]">{events(wordsOf(story.type))}</b>
          {story.subject === null ? null : (
            <span className="text-ink-2">
              {" "}
              <span className="mono">{story.place}</span> {said(words, story.subject)}
            </span>
          )}
          <RecordSentence line={story} words={words} />
          {story.text === null ? null : (
            <span className="block text-[14px] text-ink-2">
              <RecordText hash={story.text} words={words} />
            </span>
          )}
          <TwoClocks entry={entry} zone={words.zone} />
          <span className="mono block text-[13px] text-ink-2 sm:hidden">{who}</span>
        </span>
        <span className="max-sm:hidden">
          {who}
          <span className="mono block text-[13px] text-ink-2">
            {[entry.station, entry.shift].filter(Boolean).join(" · ")}
          </span>
        </span>
        <span className="mono text-[13px] max-sm:col-start-2 sm:text-right">
          <Moment at={entry.occurredAt} zone={words.zone} />
          <span className="block text-ink-2" title={hash}>
            {short(hash)}
          </span>
        </span>
      </summary>
      <div className="grid gap-3 border-t border-sunk bg-paper py-3 pr-4 pl-8 text-[14px]">
        <dl className="grid grid-cols-1 gap-y-1 sm:grid-cols-[150px_minmax(0,1fr)] [&>dd]:break-all [&>dt]:text-ink-2">
          <dt>{t("type")}</dt>
          <dd className="mono">{entry.type}</dd>
          <dt>{t("occurred")}</dt>
          <dd className="mono">{entry.occurredAt}</dd>
          <dt>{t("recorded")}</dt>
          <dd className="mono">{entry.recordedAt}</dd>
          <dt>{t("prev")}</dt>
          <dd className="mono">
            {entry.prev === null ? (
              t("first")
            ) : (
              <a href={`#entry-${seq - 1}`} className="underline underline-offset-4">
                {entry.prev}
              </a>
            )}
          </dd>
          <dt>{t("hash")}</dt>
          <dd className="mono font-[650]">{hash}</dd>
        </dl>
        <Evaluated lines={evaluations} zone={words.zone} />
        <Raw line={line} />
      </div>
    </details>
  );
}

/** Why this entry became something in another system, or not. */
function Evaluated({ lines, zone }: { lines: readonly EvaluationShown[]; zone: string }) {
  const t = useTranslations("desk.rules");
  if (lines.length === 0) return null;
  return (
    <div>
      <h3 className="mb-1 text-[14px] font-[650]">{t("evaluated")}</h3>
      <EvaluationLines lines={lines} zone={zone} units={false} />
    </div>
  );
}

function Unreadable({ entry: { seq, hash, line } }: { entry: Entry }) {
  const t = useTranslations("desk.entries");
  return (
    <details open className="bg-stop-wash">
      <summary className={`relative list-none ${columns}`}>
        <Dot tone="stop" />
        <span className="mono text-[14px]">{seq}</span>
        <b className="font-[650] text-stop">{t("unreadable")}</b>
        <span className="mono text-[13px] max-sm:col-start-2 sm:col-start-4 sm:text-right">
          {short(hash)}
        </span>
      </summary>
      <div className="py-3 pr-4 pl-8">
        <Raw line={line} />
      </div>
    </details>
  );
}

const short = (hash: string) => `${hash.slice(0, 8)}…${hash.slice(-4)}`;

const Dot = ({ tone }: { tone: Tone }) => (
  <span
    aria-hidden
    className={`absolute top-4 left-[13px] size-3.5 rounded-full border-[2.5px] ${dots[tone]}`}
  />
);

const Raw = ({ line }: { line: string }) => (
  <pre className="mono max-h-80 overflow-auto rounded bg-sunk px-3 py-2 text-[13px] break-all whitespace-pre-wrap">
    {line}
  </pre>
);
