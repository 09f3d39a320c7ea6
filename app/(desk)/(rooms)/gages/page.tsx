import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ImportGages, NewGage } from "#components/desk/gage-forms";
import { GageState } from "#components/desk/gage-state";
import { Link } from "#components/desk/link";
import { LinkButton } from "#components/desk/link-button";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { dateIn, instant } from "#lib/kit/time";
import { gagesAtSite } from "#lib/plant/gages.queries";
import { columnsFor } from "#lib/plant/import.commands";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.gages"))("title") };
}

export default async function Gages() {
  const actor = await requireActor("gage.read");
  const [t, gages, plant] = await Promise.all([
    getTranslations("desk.gages"),
    gagesAtSite(actor),
    plantPolicy(actor),
  ]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const actions = (
    <div className="flex flex-wrap gap-3">
      {gages.length === 0 ? null : <LinkButton href="/labels?gage=all">{t("labels")}</LinkButton>}
      {may(actor, "gage.manage") ? (
        <>
          <ImportGages columns={columnsFor("gages")} />
          <NewGage />
        </>
      ) : null}
    </div>
  );
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={actions} />
      {gages.length === 0 ? (
        <Empty title={t("none")} hint={t("noneHint")} />
      ) : (
        <div className={tableFrame}>
          <table className="w-full border-collapse text-[15px]">
            <caption className="sr-only">{t("title")}</caption>
            <thead>
              <tr>
                <th className={th}>{t("gage")}</th>
                <th className={th}>{t("type")}</th>
                <th className={`${th} text-right`}>{t("range")}</th>
                <th className={`${th} text-right max-xl:hidden`}>{t("resolution")}</th>
                <th className={th}>{t("due")}</th>
                <th className={th}>{t("state")}</th>
              </tr>
            </thead>
            <tbody>
              {gages.map((gage) => (
                <tr key={gage.id}>
                  <th scope="row" className={`${td} text-left font-normal`}>
                    <Link
                      href={`/gages/${gage.id}`}
                      className="mono text-[16px] font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                    >
                      {gage.code}
                    </Link>
                    <span className="block text-[14px] text-ink-2">{gage.name}</span>
                  </th>
                  <td className={`${td} mono text-[14px] break-all`}>{gage.type}</td>
                  <td className={`${td} mono text-right text-[14px] whitespace-nowrap`}>
                    {gage.calibratedMin} … {gage.calibratedMax} {gage.unit}
                  </td>
                  <td className={`${td} mono text-right text-[14px] max-xl:hidden`}>
                    {gage.resolution}
                  </td>
                  <td className={`${td} whitespace-nowrap`}>
                    <Moment at={gage.calibrationDueOn} zone="UTC" shape="day" />
                  </td>
                  <td className={`${td} whitespace-nowrap`}>
                    <GageState gage={gage} today={today} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}
