import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CloseConflict, ReleaseQuarantined } from "#components/desk/conflict-acts";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { RecordSentence } from "#components/desk/record-sentence";
import { nameOf, type RecordWords, said } from "#components/desk/record-words";
import { RefusalWhy } from "#components/desk/refusal-words";
import { TwoClocks } from "#components/desk/two-clocks";
import { Chip } from "#components/ui/chip";
import type { InstructionContent } from "#lib/instructions/schema";
import type { EntryLine } from "#lib/record/schema";
import type { Conflict, Told } from "#lib/travelers/conflicts.queries";
import { placeOfDeed } from "#lib/travelers/deeds.rules";
import { wordsOf } from "#lib/travelers/sentences.rules";

/** One act that did not fit: on the left what was done at the tablet, on the right what had happened meanwhile. */
export function ConflictCard({
  conflict,
  contents,
  words,
}: {
  conflict: Conflict;
  contents: readonly InstructionContent[];
  words: RecordWords;
}) {
  const { traveler, seq, unit, workOrder, kind } = conflict;
  const at = { traveler, unit, signal: seq };
  return (
    <li className="rounded border-[1.5px] border-rule bg-sheet" data-conflict={kind}>
      <header className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 border-b-[1.5px] border-rule px-5 py-3">
        <h3 className="flex items-baseline gap-3">
          <Link
            href={`/travelers/${traveler}`}
            className="mono text-[18px] font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
          >
            {unit}
          </Link>
          <span className="mono text-[13px] font-normal text-ink-2">{workOrder}</span>
        </h3>
        <span className="flex flex-wrap gap-2">
          {kind === "quarantined" ? <ReleaseQuarantined {...at} /> : null}
          <CloseConflict {...at} isRejected={kind === "quarantined"} />
        </span>
      </header>
      <div className="grid grid-cols-1 min-[900px]:grid-cols-2">
        <TabletSide conflict={conflict} contents={contents} words={words} />
        <PlantSide conflict={conflict} words={words} />
      </div>
    </li>
  );
}

const Side = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="min-w-0 border-rule px-5 py-3 text-[15px] break-words max-[899px]:not-first:border-t min-[900px]:not-first:border-l">
    <h4 className="mb-1 text-[13px] font-[650] tracking-wide text-ink-2 uppercase">{title}</h4>
    {children}
  </section>
);

function TabletSide({
  conflict: { entry, deed, traveler, seq },
  contents,
  words,
}: {
  conflict: Conflict;
  contents: readonly InstructionContent[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.conflicts");
  const commands = useTranslations("desk.record.command");
  const place = deed && placeOfDeed(deed, contents);
  const { command = "" } = entry.body as { command?: string };
  const type = deed?.type ?? command;
  const person = entry.person ?? deed?.person ?? null;
  return (
    <Side title={t("atTablet")}>
      {type === "" ? null : (
        <p className="font-[650]">{commands.has(type) ? commands(type) : type}</p>
      )}
      {place === null ? null : (
        <p>
          <span className="mono">{place.number}</span> {said(words, place.label ?? place.title)}
        </p>
      )}
      {deed === null || deed.values.length === 0 ? null : (
        <p className="mono text-[17px]">
          {deed.values.join(" · ")} {place?.unit}
        </p>
      )}
      {deed?.texts.map((text) => (
        <p key={text} className="max-h-[12em] overflow-auto whitespace-pre-wrap">
          {words.texts[text] ?? (/^[0-9a-f]{64}$/.test(text) ? t("wordsNotKept") : text)}
        </p>
      ))}
      <p className="text-ink-2">
        {person === null ? t("nobodyProven") : nameOf(words, person)}
        {entry.station === null ? null : ` · ${entry.station}`} ·{" "}
        <Link
          href={`/travelers/${traveler}/entries#entry-${seq}`}
          className="mono text-[13px] underline underline-offset-4"
        >
          <Moment at={entry.occurredAt} zone={words.zone} />
        </Link>
      </p>
      <TwoClocks entry={entry} zone={words.zone} />
    </Side>
  );
}

function PlantSide({
  conflict: { entry, meanwhile, taken, revision, kind, traveler },
  words,
}: {
  conflict: Conflict;
  words: RecordWords;
}) {
  const t = useTranslations("desk.conflicts");
  const body = entry.body as { refusal?: string; params?: Record<string, string> };
  const isBare = meanwhile.length === 0 && taken.length === 0 && revision === null;
  return (
    <Side title={t("meanwhile")}>
      {body.refusal === undefined ? null : (
        <p className="font-[650]">
          <RefusalWhy refused={{ code: body.refusal, params: body.params ?? {} }} />
        </p>
      )}
      {revision === null ? null : (
        <p>
          <Chip tone="warn">{t(`revision.${revision.status}`)}</Chip>{" "}
          <Moment at={revision.since} zone={words.zone} />
        </p>
      )}
      <ul className="mt-1 grid gap-1.5">
        {meanwhile.map((told) => (
          <Other key={told.entry.seq} told={told} traveler={traveler} words={words} />
        ))}
        {taken.map((line) => (
          <Taken key={line.seq} line={line} words={words} />
        ))}
      </ul>
      {isBare ? (
        <p className="text-ink-2">{t(kind === "quarantined" ? "notDecided" : "nothingElse")}</p>
      ) : null}
    </Side>
  );
}

function Other({
  told: { entry, story },
  traveler,
  words,
}: {
  told: Told;
  traveler: string;
  words: RecordWords;
}) {
  const t = useTranslations("desk.entries");
  const events = useTranslations("desk.events");
  return (
    <li className="border-l-[3px] border-rule pl-3">
      <p>
        <b className="font-[650]">{events(wordsOf(story.type))}</b>{" "}
        {story.subject === null ? null : (
          <span className="text-ink-2">
            <span className="mono">{story.place}</span> {said(words, story.subject)}
          </span>
        )}
      </p>
      <RecordSentence line={story} words={words} />
      <p className="text-[14px] text-ink-2">
        {entry.person === null ? t("byRule") : nameOf(words, entry.person)} ·{" "}
        <Link
          href={`/travelers/${traveler}/entries#entry-${entry.seq}`}
          className="mono text-[13px] underline underline-offset-4"
        >
          <Moment at={entry.occurredAt} zone={words.zone} />
        </Link>
      </p>
    </li>
  );
}

function Taken({ line, words }: { line: EntryLine; words: RecordWords }) {
  const t = useTranslations("desk.conflicts");
  const { code, role, badge } = line.body as Record<string, string | undefined>;
  return (
    <li className="border-l-[3px] border-warn pl-3">
      <p>
        <b className="font-[650]">{t(`taken.${line.type.replace(".", "_")}`)}</b>{" "}
        <span className="mono">{code ?? role ?? badge ?? ""}</span>
      </p>
      <p className="text-[14px] text-ink-2">
        {line.person === null ? "" : nameOf(words, line.person)} ·{" "}
        <Moment at={line.recordedAt} zone={words.zone} />
      </p>
    </li>
  );
}
