import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FilterLinks } from "#components/desk/filter-links";
import { HistoryList } from "#components/desk/history-list";
import { Empty, PageHead } from "#components/desk/page-head";
import { PeopleTabs } from "#components/desk/people-tabs";
import { PrintPage } from "#components/desk/print-page";
import { ChangeCoolDown, IssueStamp } from "#components/desk/stamp-forms";
import { StampRegister } from "#components/desk/stamp-register";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { dateIn, instant } from "#lib/kit/time";
import { peopleAtSite } from "#lib/people/queries";
import { stampRegister } from "#lib/people/stamps.queries";
import { historyOfTypes } from "#lib/record/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.stamps"))("title") };
}

const shows = ["all", "in_use", "does_not_fit", "cooling", "free"] as const;

/** The register that AS9100 8.5.2 asks for: which number was whose, from when to when. */
export default async function Stamps({
  searchParams,
}: {
  searchParams: Promise<{ show?: string }>;
}) {
  const actor = await requireActor("people.read");
  const [t, plant, people, history] = await Promise.all([
    getTranslations("desk.stamps"),
    plantPolicy(actor),
    peopleAtSite(actor),
    historyOfTypes(actor, ["site.changed"]),
  ]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const { stamps, coolDownMonths } = await stampRegister(actor, today);
  const asked = (await searchParams).show;
  const show = shows.find((one) => one === asked) ?? "all";
  const shown = stamps.filter(({ state }) => show === "all" || state === show);
  const mayIssue = may(actor, "stamp.issue");
  const others = people.filter(({ id, active }) => active && id !== actor.id);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <PeopleTabs here="stamps" />
      <PageHead
        title={t("title")}
        lead={t("lead", { months: coolDownMonths })}
        actions={
          <div className="flex flex-wrap gap-3 print:hidden">
            <PrintPage />
            {mayIssue ? (
              <>
                <ChangeCoolDown key={coolDownMonths} months={coolDownMonths} />
                <IssueStamp
                  today={today}
                  people={others.map(({ id, name, employeeNumber }) => ({
                    id,
                    label: `${name} · ${employeeNumber}`,
                  }))}
                />
              </>
            ) : null}
          </div>
        }
      />
      <FilterLinks
        label={t("filter")}
        links={shows.map((key) => ({
          key,
          label: t(`shows.${key}`),
          count: stamps.filter(({ state }) => key === "all" || state === key).length,
          href: key === "all" ? "/stamps" : `/stamps?show=${key}`,
          on: key === show,
        }))}
      />
      {shown.length === 0 ? (
        <Empty title={t("none")} hint={t("noneHint")} />
      ) : (
        <StampRegister stamps={shown} today={today} mayIssue={mayIssue} />
      )}
      {history.entries.length === 0 ? null : (
        <div className="mt-8 print:hidden">
          <h2 className="mb-3 text-[19px] font-bold">{t("coolDownHistory")}</h2>
          <HistoryList history={history} zone={plant.timeZone} />
        </div>
      )}
    </main>
  );
}
