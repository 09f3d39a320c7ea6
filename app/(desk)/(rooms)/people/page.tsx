import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { PeopleTabs } from "#components/desk/people-tabs";
import { ImportPeople, NewPerson } from "#components/desk/person-forms";
import { PrintBadges } from "#components/desk/print-badges";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { WaitingResets } from "#components/desk/waiting-resets";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { dateIn, instant } from "#lib/kit/time";
import { inLocale, type Locale } from "#lib/messages/locales";
import { peopleWithBadge, waitingResets } from "#lib/people/badges.queries";
import { peopleAtSite } from "#lib/people/queries";
import { heldAtSite } from "#lib/people/stations.queries";
import { columnsFor } from "#lib/plant/import.commands";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.people"))("title") };
}

export default async function People() {
  const actor = await requireActor("people.read");
  const [t, role, locale, people, held, plant, resets, badged] = await Promise.all([
    getTranslations("desk.people"),
    getTranslations("common.role"),
    getLocale(),
    peopleAtSite(actor),
    heldAtSite(actor),
    plantPolicy(actor),
    may(actor, "pin.reset") ? waitingResets(actor) : [],
    may(actor, "people.manage") ? peopleWithBadge() : new Set<string>(),
  ]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const actions = may(actor, "people.manage") ? (
    <div className="flex flex-wrap gap-3">
      <ImportPeople columns={columnsFor("people")} />
      <PrintBadges
        people={people
          .filter(({ active }) => active)
          .map(({ id, name, employeeNumber }) => ({
            id,
            name,
            employeeNumber,
            hasBadge: badged.has(id),
          }))}
      />
      <NewPerson />
    </div>
  ) : null;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PeopleTabs here="people" />
      <PageHead title={t("title")} lead={t("lead")} actions={actions} />
      <WaitingResets resets={resets} actor={actor.id} zone={plant.timeZone} />
      {people.length === 0 ? (
        <Empty title={t("none")} hint={t("noneHint")} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow screen and holds nothing else to focus
        <section aria-label={t("title")} tabIndex={0} className={tableFrame}>
          <table className="w-full border-collapse text-[15px]">
            <caption className="sr-only">{t("title")}</caption>
            <thead>
              <tr>
                <th className={th}>{t("name")}</th>
                <th className={th}>{t("roles")}</th>
                <th className={th}>{t("stamps")}</th>
                <th className={th}>{t("qualifications")}</th>
              </tr>
            </thead>
            <tbody>
              {people.map((person) => {
                const stamps = held.stamps.filter((of) => of.person === person.id);
                const qualifications = held.qualifications.filter((of) => of.person === person.id);
                return (
                  <tr key={person.id}>
                    <th scope="row" className={`${td} text-left align-top font-normal`}>
                      <Link
                        href={`/people/${person.id}`}
                        className="font-[700] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                      >
                        {person.name}
                      </Link>
                      <span className="mono block text-[13px] text-ink-2">
                        {person.employeeNumber}
                        {person.active ? "" : ` · ${t("inactive")}`}
                      </span>
                    </th>
                    <td className={`${td} align-top`}>
                      {person.roles.map((of) => role(of)).join(", ")}
                    </td>
                    <td className={`${td} mono align-top whitespace-nowrap`}>
                      {stamps.map((of) => of.number).join(", ") || "–"}
                    </td>
                    <td className={`${td} align-top`}>
                      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[14px]">
                        {qualifications.map((of) => {
                          const until = of.validUntil?.toISOString().slice(0, 10) ?? null;
                          const isLapsed = until !== null && until < today;
                          return (
                            <li
                              key={of.code}
                              title={inLocale(of.name, locale as Locale)}
                              className={isLapsed ? "font-[650] text-stop" : ""}
                            >
                              <span className="mono">{of.code}</span>{" "}
                              {of.validUntil === null ? (
                                ""
                              ) : (
                                <>
                                  {t(isLapsed ? "lapsed" : "until")}{" "}
                                  <Moment at={of.validUntil} zone="UTC" shape="day" />
                                </>
                              )}
                            </li>
                          );
                        })}
                        {qualifications.length === 0 ? <li className="text-ink-2">–</li> : null}
                      </ul>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </main>
  );
}
