import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { RecordSentence } from "#components/desk/record-sentence";
import { RecordText } from "#components/desk/record-text";
import { type RecordWords, said } from "#components/desk/record-words";
import { ReviewSignals } from "#components/desk/review-signals";
import { Chip } from "#components/ui/chip";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import type { Locale } from "#lib/messages/locales";
import { type SignalLine, signalsCounted, signalsFound } from "#lib/travelers/signals.queries";
import { reviewPeriods, type SignalFilter, signalFilter } from "#lib/travelers/signals.schema";
import { type SignalKind, signalKinds } from "#lib/travelers/state.schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.reviews"))("title") };
}

type Ask = { kind?: string; station?: string; period?: string; show?: string; page?: string };

const everything: SignalFilter = { period: "all", reviewed: false };

function filterIn({ kind, station, period, show }: Ask): SignalFilter {
  const asked = signalFilter.safeParse({
    kind: kind || undefined,
    station: station || undefined,
    period: period || "all",
    reviewed: show === "reviewed",
  });
  return asked.success ? asked.data : everything;
}

function linkTo(of: SignalFilter, change: Partial<SignalFilter> = {}, page = 1): string {
  const { kind, station, period, reviewed } = { ...of, ...change };
  const query = new URLSearchParams();
  if (kind) query.set("kind", kind);
  if (station) query.set("station", station);
  if (period !== "all") query.set("period", period);
  if (reviewed) query.set("show", "reviewed");
  if (page > 1) query.set("page", String(page));
  return `/reviews?${query}`;
}

/** Review by exception: only what departed from the plan, came late, was overridden or was turned away. */
export default async function Reviews({ searchParams }: { searchParams: Promise<Ask> }) {
  const actor = await requireActor("reviewSignals");
  const asked = await searchParams;
  const filter = filterIn(asked);
  const page = Math.max(1, Math.trunc(Number(asked.page)) || 1);
  const [t, plant, counts, found] = await Promise.all([
    getTranslations("desk.reviews"),
    plantPolicy(actor),
    signalsCounted(actor),
    signalsFound(actor, filter, page),
  ]);
  const steps = found.contents.flatMap(({ operations }) => operations.flatMap((of) => of.steps));
  const words: RecordWords = {
    locale: (await getLocale()) as Locale,
    zone: plant.timeZone,
    people: found.people,
    texts: found.texts,
    policy: plant,
    opensDefects: true,
    lots: {},
    parent: null,
    shots: new Map(),
    steps: new Map(steps.map(({ id, number }) => [id, number])),
    fields: new Map(
      steps.flatMap(({ fields }) => fields.map(({ id, label }) => [id, label] as const)),
    ),
  };
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      <Filters filter={filter} counts={counts} stations={found.stations} />
      {found.lines.length === 0 ? (
        <Empty
          title={t(filter.reviewed ? "noneReviewed" : "none")}
          hint={t(filter.reviewed ? "noneReviewedHint" : "noneHint")}
        />
      ) : null}
      <ul className="grid gap-3">
        {[...Map.groupBy(found.lines, ({ traveler }) => traveler)].map(([traveler, lines]) => (
          <Unit key={traveler} traveler={traveler} lines={lines} words={words} />
        ))}
      </ul>
      <Pages
        label={t("pages")}
        words={{ previous: t("previous"), next: t("next") }}
        previous={page > 1 ? linkTo(filter, {}, page - 1) : null}
        next={found.more ? linkTo(filter, {}, page + 1) : null}
      />
    </main>
  );
}

type Counts = readonly { kind: SignalKind; count: number }[];

async function Filters({
  filter,
  counts,
  stations,
}: {
  filter: SignalFilter;
  counts: Counts;
  stations: readonly string[];
}) {
  const t = await getTranslations("desk.reviews");
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <FilterLinks
        label={t("filters")}
        links={[
          {
            key: "open",
            label: t("open"),
            count: total,
            href: linkTo(filter, { reviewed: false }),
            on: !filter.reviewed,
          },
          {
            key: "reviewed",
            label: t("reviewed"),
            href: linkTo(filter, { reviewed: true }),
            on: filter.reviewed,
          },
        ]}
      />
      <Kinds filter={filter} counts={counts} />
      <Labeled label={t("periods")}>
        <FilterLinks
          label={t("periods")}
          links={reviewPeriods.map((period) => ({
            key: period,
            label: t(`period.${period}`),
            href: linkTo(filter, { period }),
            on: filter.period === period,
          }))}
        />
      </Labeled>
      <Labeled label={t("stations")}>
        <FilterLinks
          label={t("stations")}
          links={[
            {
              key: "all",
              label: t("allStations"),
              href: linkTo({ ...filter, station: undefined }),
              on: filter.station === undefined,
            },
            ...stations.map((station) => ({
              key: station,
              label: station,
              href: linkTo(filter, { station }),
              on: filter.station === station,
            })),
          ]}
        />
      </Labeled>
    </>
  );
}

/** What the row of filters is about; a screen reader hears it as the name of the navigation. */
const Labeled = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="grid grid-cols-1 gap-x-3 sm:grid-cols-[72px_minmax(0,1fr)] print:hidden">
    <span aria-hidden className="pt-1.5 text-[13px] font-[600] text-ink-2 max-sm:pb-1">
      {label}
    </span>
    {children}
  </div>
);

async function Kinds({ filter, counts }: { filter: SignalFilter; counts: Counts }) {
  const [t, kinds] = await Promise.all([
    getTranslations("desk.reviews"),
    getTranslations("desk.record.signal"),
  ]);
  const countOf = (kind: string) => counts.find((of) => of.kind === kind)?.count ?? 0;
  const shown = signalKinds.filter((kind) => countOf(kind) > 0 || kind === filter.kind);
  if (shown.length === 0) return null;
  return (
    <Labeled label={t("kinds")}>
      <FilterLinks
        label={t("kinds")}
        links={[
          {
            key: "all",
            label: t("allKinds"),
            href: linkTo({ ...filter, kind: undefined }),
            on: filter.kind === undefined,
          },
          ...shown.map((kind) => ({
            key: kind,
            label: kinds(kind),
            count: countOf(kind),
            href: linkTo(filter, { kind }),
            on: filter.kind === kind,
          })),
        ]}
      />
    </Labeled>
  );
}

async function Unit({
  traveler,
  lines,
  words,
}: {
  traveler: string;
  lines: readonly SignalLine[];
  words: RecordWords;
}) {
  const t = await getTranslations("desk.reviews");
  const open = lines.filter(({ reviewed }) => reviewed === null).map(({ seq }) => seq);
  const [first] = lines;
  return (
    <li className="rounded border-[1.5px] border-rule bg-sheet">
      <header className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 border-b-[1.5px] border-rule px-5 py-3">
        <h2 className="flex items-baseline gap-3">
          <Link
            href={`/travelers/${traveler}`}
            className="mono text-[18px] font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
          >
            {first?.unit}
          </Link>
          <span className="mono text-[13px] font-normal text-ink-2">{first?.workOrder}</span>
        </h2>
        {open.length === 0 ? null : (
          <ReviewSignals traveler={traveler} unit={first?.unit ?? ""} signals={open} />
        )}
      </header>
      <ul>
        {lines.map((line) => (
          <Signal key={line.seq} line={line} words={words} />
        ))}
      </ul>
      {open.length > 1 ? <p className="sr-only">{t("together")}</p> : null}
    </li>
  );
}

async function Signal({ line, words }: { line: SignalLine; words: RecordWords }) {
  const [t, kinds] = await Promise.all([
    getTranslations("desk.reviews"),
    getTranslations("desk.record.signal"),
  ]);
  const { entry, story, kind, reviewed, traveler, seq } = line;
  const claimed = claimedIn(entry.body);
  const who = entry.person === null ? null : words.people[entry.second ?? entry.person]?.name;
  return (
    <li className="grid grid-cols-1 gap-x-5 gap-y-1 border-b border-rule px-5 py-2.5 text-[15px] last:border-b-0 sm:grid-cols-[minmax(150px,0.6fr)_minmax(0,2fr)_minmax(120px,0.7fr)]">
      <p>
        <Chip tone="warn">{kinds(kind)}</Chip>
      </p>
      <div className="min-w-0">
        {story.subject === null ? null : (
          <p>
            <span className="mono">{story.place}</span> {said(words, story.subject)}
          </p>
        )}
        {claimed === null ? (
          <RecordSentence line={story} words={words} />
        ) : (
          <p className="text-[14px]">
            {t("claimed")}{" "}
            <b className="mono">
              <Moment at={claimed} zone={words.zone} />
            </b>
            , {t("recorded")}{" "}
            <b className="mono">
              <Moment at={entry.recordedAt} zone={words.zone} />
            </b>
          </p>
        )}
        {story.text === null ? null : (
          <p className="text-[14px] text-ink-2">
            <RecordText hash={story.text} words={words} />
          </p>
        )}
        {reviewed === null ? null : (
          <p className="mt-1 border-l-[3px] border-ok pl-3 text-[14px]">
            {reviewed.note} <span className="text-ink-2">— {reviewed.by}</span>{" "}
            <span className="mono text-[13px] text-ink-2">
              <Moment at={reviewed.at} zone={words.zone} />
            </span>
          </p>
        )}
      </div>
      <p className="text-[14px] text-ink-2 sm:text-right">
        {who}
        <Link
          href={`/travelers/${traveler}/entries#entry-${seq}`}
          className="mono block text-[13px] underline underline-offset-4"
        >
          <Moment at={entry.occurredAt} zone={words.zone} />
        </Link>
        {entry.station}
      </p>
    </li>
  );
}

const claimedIn = (body: unknown): string | null => {
  const said = (body as { claimedAt?: unknown }).claimedAt;
  return typeof said === "string" ? said : null;
};
