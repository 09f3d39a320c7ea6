import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { EntryList } from "#components/desk/entry-list";
import { Link } from "#components/desk/link";
import { PageHead } from "#components/desk/page-head";
import { recordWords } from "#components/desk/record-words";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { isId } from "#lib/defects/schema";
import { evaluationsOf } from "#lib/feed/rules.queries";
import type { Locale } from "#lib/messages/locales";
import { travelerRecord } from "#lib/travelers/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.entries"))("title") };
}

/** The record itself: line by line as it is hashed. */
export default async function Entries({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requireActor("traveler.read");
  const { id } = await params;
  const record = isId(id) ? await travelerRecord(actor, id) : null;
  if (record === null) notFound();
  const t = await getTranslations("desk.entries");
  const words = recordWords(record, {
    locale: (await getLocale()) as Locale,
    opensDefects: may(actor, "defect.read"),
  });
  const evaluations = may(actor, "feed.read") ? await evaluationsOf(actor, { traveler: id }) : [];
  const unit = record.state.unit.serial ?? record.state.unit.lot ?? "";
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <nav aria-label={t("crumbs")} className="mb-1 text-[14px] text-ink-2">
        <Link href="/travelers" className="underline-offset-4 hover:underline">
          {t("travelers")}
        </Link>{" "}
        /{" "}
        <Link href={`/travelers/${id}`} className="mono underline-offset-4 hover:underline">
          {unit}
        </Link>
      </nav>
      <PageHead title={t("titleOf", { unit })} lead={t("lead")} />
      <EntryList record={record} words={words} evaluations={evaluations} />
    </main>
  );
}
