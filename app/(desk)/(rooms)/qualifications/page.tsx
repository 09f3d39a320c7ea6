import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FilterLinks } from "#components/desk/filter-links";
import { HistoryList } from "#components/desk/history-list";
import { Empty, PageHead } from "#components/desk/page-head";
import { PeopleTabs } from "#components/desk/people-tabs";
import { ImportQualifications, NewQualification } from "#components/desk/qualification-forms";
import { HeldTable, KindsTable, SourcesList } from "#components/desk/qualification-tables";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { dateIn, instant } from "#lib/kit/time";
import {
  qualificationKinds,
  qualificationSources,
  qualificationsHeld,
} from "#lib/people/qualifications.queries";
import { type HeldState, newestHeld, stateOfHeld } from "#lib/people/qualifications.rules";
import { peopleAtSite } from "#lib/people/queries";
import { columnsFor } from "#lib/plant/import.commands";
import { historyOfTypes } from "#lib/record/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.qualifications"))("title") };
}

const holds: readonly HeldState[] = ["in_force", "soon"];
const shows = ["soon", "lapsed", "all"] as const;

/** What can be required of people, and who is about to lose it. */
export default async function Qualifications({
  searchParams,
}: {
  searchParams: Promise<{ show?: string }>;
}) {
  const actor = await requireActor("people.read");
  const [t, plant, kinds, everything, people, history, sources] = await Promise.all([
    getTranslations("desk.qualifications"),
    plantPolicy(actor),
    qualificationKinds(),
    qualificationsHeld(actor),
    peopleAtSite(actor),
    historyOfTypes(actor, ["qualification.created", "qualification.changed"]),
    qualificationSources(actor),
  ]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const nameOf = new Map(people.map(({ id, name }) => [id, name]));
  const works = new Set(people.filter(({ active }) => active).map(({ id }) => id));
  const held = newestHeld(everything.filter(({ person }) => works.has(person)))
    .map((of) => ({ ...of, state: stateOfHeld(of, today) }))
    .toSorted((a, b) => (a.validUntil ?? "9").localeCompare(b.validUntil ?? "9"));
  const asked = (await searchParams).show;
  const show = shows.find((one) => one === asked) ?? "soon";
  const shown = held.filter(({ state }) => show === "all" || state === show);
  const manages = may(actor, "qualification.manage");
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PeopleTabs here="qualifications" />
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          manages ? (
            <div className="flex flex-wrap gap-3">
              <ImportQualifications columns={columnsFor("qualifications")} />
              <NewQualification />
            </div>
          ) : null
        }
      />
      <FilterLinks
        label={t("filter")}
        links={shows.map((key) => ({
          key,
          label: t(`shows.${key}`),
          count: held.filter(({ state }) => key === "all" || state === key).length,
          href: `/qualifications?show=${key}`,
          on: key === show,
        }))}
      />
      {shown.length === 0 ? (
        <Empty title={t(`none.${show}`)} hint={t("noneHint")} />
      ) : (
        <HeldTable
          held={shown.map((of) => ({ ...of, name: nameOf.get(of.person) ?? of.person }))}
          today={today}
          zone={plant.timeZone}
          renewer={manages ? actor.id : null}
        />
      )}
      <SourcesList sources={sources} zone={plant.timeZone} now={Date.now()} />
      <h2 className="mt-8 mb-3 text-[19px] font-bold">{t("kinds")}</h2>
      {kinds.length === 0 ? (
        <Empty title={t("noKinds")} hint={t("noKindsHint")} />
      ) : (
        <KindsTable
          kinds={kinds.map((kind) => ({
            ...kind,
            inForce: held.filter(({ code, state }) => code === kind.code && holds.includes(state))
              .length,
          }))}
          manages={manages}
        />
      )}
      {history.entries.length === 0 ? null : (
        <>
          <h2 className="mt-8 mb-3 text-[19px] font-bold">{t("history")}</h2>
          <HistoryList history={history} zone={plant.timeZone} />
        </>
      )}
    </main>
  );
}
