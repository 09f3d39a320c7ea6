import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { HistoryList } from "#components/desk/history-list";
import { Moment } from "#components/desk/moment";
import { PageHead } from "#components/desk/page-head";
import {
  AskPinReset,
  ChangePerson,
  IssueStamp,
  WithdrawBadge,
  WithdrawStamp,
} from "#components/desk/person-forms";
import { IssueBadge } from "#components/desk/shown-once";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { dateIn, instant } from "#lib/kit/time";
import { badgesOf, stampsOf } from "#lib/people/badges.queries";
import { personAtSite } from "#lib/people/queries";
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
  const [t, role, history, plant, badges, stamps] = await Promise.all([
    getTranslations("desk.people"),
    getTranslations("common.role"),
    historyOf(actor, "person", person.id),
    plantPolicy(actor),
    badgesOf(person.id),
    stampsOf(person.id),
  ]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const manages = may(actor, "people.manage");
  const stampsToIssue = may(actor, "stamp.issue");
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
      <div className="mb-7 grid grid-cols-2 gap-4 max-lg:grid-cols-1">
        <Card title={t("roles")}>
          <p className="text-[15px]">
            {person.roles.length === 0
              ? t("noRole")
              : person.roles.map((of) => role(of)).join(", ")}
          </p>
        </Card>
        <Card title={t("qualifications")}>
          <ul className="grid gap-1 text-[15px]">
            {person.qualifications.map((of) => (
              <li key={`${of.code} ${of.validFrom}`}>
                <span className="mono">{of.code}</span>{" "}
                {of.validUntil === null ? null : (
                  <span className={of.validUntil < today ? "font-[650] text-stop" : "text-ink-2"}>
                    {t(of.validUntil < today ? "lapsed" : "until")}{" "}
                    <Moment at={of.validUntil} zone="UTC" shape="day" />
                  </span>
                )}
              </li>
            ))}
            {person.qualifications.length === 0 ? <li className="text-ink-2">–</li> : null}
          </ul>
        </Card>
        <Card
          title={t("badges")}
          action={manages ? <IssueBadge person={person.id} name={person.name} /> : null}
        >
          <ul className="grid gap-1 text-[15px]">
            {badges.map((badge) => (
              <Held
                key={badge.id}
                name={badge.id}
                isWithdrawn={badge.withdrawnAt !== null}
                act={manages ? <WithdrawBadge badge={badge.id} /> : null}
              >
                {t("issued")} <Moment at={badge.issuedAt} zone={plant.timeZone} shape="day" />
                {badge.withdrawnAt === null ? null : (
                  <>
                    {" · "}
                    {t("withdrawn")}{" "}
                    <Moment at={badge.withdrawnAt} zone={plant.timeZone} shape="day" />
                  </>
                )}
              </Held>
            ))}
            {badges.length === 0 ? <li className="text-ink-2">{t("noBadge")}</li> : null}
          </ul>
        </Card>
        <Card
          title={t("stamps")}
          action={stampsToIssue ? <IssueStamp person={person.id} today={today} /> : null}
        >
          <ul className="grid gap-1 text-[15px]">
            {stamps.map((stamp) => (
              <Held
                key={stamp.number}
                name={stamp.number}
                isWithdrawn={stamp.withdrawnOn !== null}
                act={stampsToIssue ? <WithdrawStamp number={stamp.number} today={today} /> : null}
              >
                {t.has(`stamp.${stamp.kind}`) ? t(`stamp.${stamp.kind}`) : stamp.kind} ·{" "}
                {t("issued")} <Moment at={stamp.issuedOn} zone="UTC" shape="day" />
                {stamp.withdrawnOn === null ? null : (
                  <>
                    {" · "}
                    {t("withdrawn")} <Moment at={stamp.withdrawnOn} zone="UTC" shape="day" />
                  </>
                )}
              </Held>
            ))}
            {stamps.length === 0 ? <li className="text-ink-2">–</li> : null}
          </ul>
        </Card>
      </div>
      <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
      <HistoryList history={history} zone={plant.timeZone} />
    </main>
  );
}

function Card({
  title,
  action = null,
  children,
}: {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="rounded border-[1.5px] border-rule bg-sheet px-5 py-4">
      <div className="mb-2 flex min-h-11 items-center justify-between gap-4">
        <h2 className="text-[17px] font-bold">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

function Held({
  name,
  isWithdrawn,
  act,
  children,
}: {
  name: string;
  isWithdrawn: boolean;
  act: ReactNode;
  children: ReactNode;
}) {
  return (
    <li className="flex min-h-11 items-center justify-between gap-4 border-t border-sunk first:border-t-0">
      <span>
        <span className={`mono font-[650] ${isWithdrawn ? "text-ink-2 line-through" : ""}`}>
          {name}
        </span>
        <span className="block text-[13px] text-ink-2">{children}</span>
      </span>
      {isWithdrawn ? null : act}
    </li>
  );
}
