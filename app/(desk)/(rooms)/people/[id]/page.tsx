import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { HeldQualifications } from "#components/desk/held-qualifications";
import { HistoryList } from "#components/desk/history-list";
import { PageHead } from "#components/desk/page-head";
import { BadgesCard, Card, StampsCard } from "#components/desk/person-cards";
import { AskPinReset, ChangePerson } from "#components/desk/person-forms";
import { TrainingCard } from "#components/desk/training-card";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { dateIn, instant } from "#lib/kit/time";
import { inLocale, type Locale } from "#lib/messages/locales";
import { badgesOf, stampsOf } from "#lib/people/badges.queries";
import { passkeysOf } from "#lib/people/passkeys.queries";
import { qualificationKinds, qualificationsHeld } from "#lib/people/qualifications.queries";
import { personAtSite } from "#lib/people/queries";
import { roleOfStamp, stampKinds } from "#lib/people/stamps.rules";
import { couldTrain, trainingOf } from "#lib/people/trainers.queries";
import { historyOf } from "#lib/record/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.people"))("title") };
}

/** One person: what they may do, what they hold, and everything that was ever changed about them. */
export default async function Person({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requireActor("people.read");
  const { id } = await params;
  const person = isId(id) ? await personAtSite(id, actor.site) : null;
  if (!person || (person.roles.length === 0 && !may(actor, "people.manage"))) notFound();
  const [t, role, history, plant, badges, stamps, held, kinds, locale, training, others, passkeys] =
    await Promise.all([
      getTranslations("desk.people"),
      getTranslations("common.role"),
      historyOf(actor, "person", person.id),
      plantPolicy(actor),
      badgesOf(person.id),
      stampsOf(person.id),
      qualificationsHeld(actor, person.id),
      qualificationKinds(),
      getLocale(),
      trainingOf(person.id),
      couldTrain(actor, person.id),
      passkeysOf(person.id),
    ]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const labels = kinds.map(({ code, name }) => ({
    code,
    label: inLocale(name, locale as Locale),
  }));
  const manages = may(actor, "people.manage");
  const stampsToIssue = may(actor, "stamp.issue") && person.id !== actor.id && person.active;
  const grants = may(actor, "qualification.manage") && person.id !== actor.id && person.active;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={person.name}
        lead={`${person.employeeNumber}${person.active ? "" : ` · ${t("inactive")}`}`}
        actions={
          <div className="flex flex-wrap gap-3">
            {may(actor, "pin.reset") && person.id !== actor.id && person.active ? (
              <AskPinReset person={person.id} name={person.name} />
            ) : null}
            {manages ? <ChangePerson key={JSON.stringify(person)} person={person} /> : null}
          </div>
        }
      />
      <div className="mb-7 grid grid-cols-3 gap-4 max-lg:grid-cols-1">
        <Card title={t("roles")}>
          <p className="text-[15px]">
            {person.roles.length === 0
              ? t("noRole")
              : person.roles.map((of) => role(of)).join(", ")}
          </p>
        </Card>
        <BadgesCard person={person} {...{ badges, passkeys, manages }} zone={plant.timeZone} />
        <StampsCard
          person={person.id}
          stamps={stamps}
          today={today}
          issues={
            stampsToIssue
              ? (stampKinds.find((of) => person.roles.includes(roleOfStamp[of])) ?? null)
              : null
          }
          withdraws={may(actor, "stamp.issue")}
        />
      </div>
      <HeldQualifications
        person={person.id}
        held={held}
        kinds={labels}
        today={today}
        grants={grants}
      />
      <TrainingCard
        person={person.id}
        training={training}
        kinds={labels}
        others={others}
        today={today}
        manages={grants}
      />
      <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
      <HistoryList history={history} zone={plant.timeZone} />
    </main>
  );
}
