import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { HistoryList } from "#components/desk/history-list";
import { PageHead } from "#components/desk/page-head";
import { ChangeStation } from "#components/desk/station-forms";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { stationHistory, stationsAtSite } from "#lib/people/stations.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.stations"))("title") };
}

/** One station: what was ever changed about it, and every tablet that was enrolled at it or revoked. */
export default async function Station({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requireActor("device.revoke");
  const { id } = await params;
  const station = isId(id) ? (await stationsAtSite(actor)).find((of) => of.id === id) : undefined;
  if (!station) notFound();
  const [t, history, plant] = await Promise.all([
    getTranslations("desk.stations"),
    stationHistory(actor, station),
    plantPolicy(actor),
  ]);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={`${station.code} · ${station.name}`}
        lead={`${t("workCenter")} ${station.workCenter}`}
        actions={
          may(actor, "station.manage") ? (
            <ChangeStation key={`${station.name} ${station.workCenter}`} station={station} />
          ) : null
        }
      />
      <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
      <HistoryList history={history} zone={plant.timeZone} />
    </main>
  );
}
