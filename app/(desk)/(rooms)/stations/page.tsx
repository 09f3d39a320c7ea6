import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EnrolmentCode, RevokeDevice } from "#components/desk/enrolment";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { ChangeStation, ImportStations, NewStation } from "#components/desk/station-forms";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { stationsAtSite } from "#lib/people/stations.queries";
import { columnsFor } from "#lib/plant/import.commands";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.stations"))("title") };
}

export default async function Stations() {
  const actor = await requireActor("device.revoke");
  const [t, stations, plant] = await Promise.all([
    getTranslations("desk.stations"),
    stationsAtSite(actor),
    plantPolicy(actor),
  ]);
  const manages = may(actor, "station.manage");
  const actions = manages ? (
    <div className="flex flex-wrap gap-3">
      <ImportStations columns={columnsFor("stations")} />
      <NewStation />
    </div>
  ) : null;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={actions} />
      {stations.length === 0 ? <Empty title={t("none")} hint={t("noneHint")} /> : null}
      <ul className="grid gap-3">
        {stations.map((station) => (
          <li key={station.id} className="rounded border-[1.5px] border-rule bg-sheet">
            <div className="flex flex-wrap items-center gap-x-5 gap-y-2 px-5 py-3.5">
              <h2 className="min-w-0 flex-1">
                <Link
                  href={`/stations/${station.id}`}
                  className="mono text-[18px] font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {station.code}
                </Link>{" "}
                <span className="text-[16px]">{station.name}</span>
                <span className="block text-[14px] text-ink-2">
                  {t("workCenter")} <span className="mono">{station.workCenter}</span>
                </span>
              </h2>
              {manages ? (
                <ChangeStation key={`${station.name} ${station.workCenter}`} station={station} />
              ) : null}
              {may(actor, "device.enrol") ? (
                <EnrolmentCode station={station.id} code={station.code} zone={plant.timeZone} />
              ) : null}
            </div>
            {station.devices.length === 0 ? (
              <p className="border-t border-sunk px-5 py-2.5 text-[14px] text-ink-2">
                {t("noDevice")}
              </p>
            ) : (
              <ul className="border-t border-sunk">
                {station.devices.map((device) => (
                  <li
                    key={device.id}
                    className="flex min-h-12 flex-wrap items-center gap-x-5 border-t border-sunk px-5 py-1.5 text-[15px] first:border-t-0"
                  >
                    <span
                      className={`flex-1 font-[650] ${device.revokedAt ? "text-ink-2 line-through" : ""}`}
                    >
                      {device.name}
                    </span>
                    <span className="mono text-[13px] text-ink-2">
                      {t("enrolled")} <Moment at={device.enrolledAt} zone={plant.timeZone} /> ·{" "}
                      {t("records", { count: device.records })}
                    </span>
                    {device.revokedAt === null ? (
                      <RevokeDevice device={device.id} name={device.name} />
                    ) : (
                      <span className="text-[14px] font-[650] text-stop">
                        {t("revoked")} <Moment at={device.revokedAt} zone={plant.timeZone} />
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </main>
  );
}
