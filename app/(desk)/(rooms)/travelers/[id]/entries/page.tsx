import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { EntryList } from "#components/desk/entry-list";
import { PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { isId } from "#lib/defects/schema";
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
  const unit = record.state.unit.serial ?? record.state.unit.lot ?? "";
  return (
    <main className="px-8 py-7">
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
      <EntryList entries={record.entries} people={record.people} zone={record.timeZone} />
    </main>
  );
}
