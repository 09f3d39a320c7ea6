import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { ConflictCard } from "#components/desk/conflict-card";
import { DeviceLineItem } from "#components/desk/conflict-devices";
import { Pages } from "#components/desk/filter-links";
import { Empty, PageHead } from "#components/desk/page-head";
import type { RecordWords } from "#components/desk/record-words";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import type { Locale } from "#lib/messages/locales";
import {
  type ConflictsFound,
  conflictsFound,
  meetingsCounted,
} from "#lib/travelers/conflicts.queries";
import { meetingKinds } from "#lib/travelers/state.schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.conflicts"))("title") };
}

/** What tablets brought that met something else at the plant, each with both sides. */
export default async function Conflicts({
  searchParams,
}: {
  searchParams: Promise<{ page?: string }>;
}) {
  const actor = await requireActor("reviewSignals");
  const page = Math.max(1, Math.trunc(Number((await searchParams).page)) || 1);
  const [t, plant, found, counts] = await Promise.all([
    getTranslations("desk.conflicts"),
    plantPolicy(actor),
    conflictsFound(actor, page),
    meetingsCounted(actor),
  ]);
  const words = wordsFor(found, plant, (await getLocale()) as Locale);
  const isEmpty = found.conflicts.length === 0 && found.devices.length === 0;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      {isEmpty ? <Empty title={t("none")} hint={t("noneHint")} /> : null}
      {found.devices.length === 0 || page > 1 ? null : (
        <section id="devices" aria-labelledby="devices-title" className="mb-7">
          <h2 id="devices-title" className="mb-2 text-[20px] font-bold">
            {t("kind.devices", { count: found.devices.length })}
          </h2>
          <ul className="grid gap-2">
            {found.devices.map((line) => (
              <DeviceLineItem key={`${line.device}-${line.seq}`} line={line} words={words} />
            ))}
          </ul>
        </section>
      )}
      {meetingKinds.map((kind) => {
        const lines = found.conflicts.filter((of) => of.kind === kind);
        return lines.length === 0 ? null : (
          <section key={kind} id={kind} aria-labelledby={`${kind}-title`} className="mb-7">
            <h2 id={`${kind}-title`} className="mb-1 text-[20px] font-bold">
              {t(`kind.${kind}`, { count: counts[kind] })}
            </h2>
            <p className="mb-2 max-w-[72ch] text-[15px] text-ink-2">{t(`about.${kind}`)}</p>
            <ul className="grid gap-3">
              {lines.map((conflict) => (
                <ConflictCard
                  key={`${conflict.traveler}-${conflict.seq}`}
                  conflict={conflict}
                  contents={found.contents}
                  words={words}
                />
              ))}
            </ul>
          </section>
        );
      })}
      <Pages
        label={t("pages")}
        words={{ previous: t("previous"), next: t("next") }}
        previous={page > 1 ? `/conflicts?page=${page - 1}` : null}
        next={found.more ? `/conflicts?page=${page + 1}` : null}
      />
    </main>
  );
}

function wordsFor(
  { contents, people, texts }: ConflictsFound,
  plant: RecordWords["policy"] & { timeZone: string },
  locale: Locale,
): RecordWords {
  const steps = contents.flatMap(({ operations }) => operations.flatMap((of) => of.steps));
  const fields = steps.flatMap((step) => step.fields.map(({ id, label }) => [id, label] as const));
  return {
    locale,
    zone: plant.timeZone,
    people,
    texts,
    policy: plant,
    opensDefects: true,
    lots: {},
    parent: null,
    shots: new Map(),
    steps: new Map(steps.map(({ id, number }) => [id, number])),
    fields: new Map(fields),
  };
}
