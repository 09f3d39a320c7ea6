import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import {
  GrantQualification,
  type QualificationOption,
  RenewQualification,
  WithdrawQualification,
} from "#components/desk/qualification-forms";
import { QualificationState } from "#components/desk/qualification-state";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import type { HeldQualification } from "#lib/people/qualifications.queries";
import { stateOfHeld } from "#lib/people/qualifications.rules";

/** What somebody holds and held: by whose word, on which evidence, from when to when, and why it ended. */
export function HeldQualifications({
  person,
  held,
  kinds,
  today,
  grants,
}: {
  person: string;
  held: readonly HeldQualification[];
  kinds: readonly QualificationOption[];
  today: string;
  grants: boolean;
}) {
  const t = useTranslations("desk.qualifications");
  const labelOf = new Map(kinds.map(({ code, label }) => [code, label]));
  return (
    <section className="mb-7" aria-labelledby="held">
      <div className="mb-3 flex min-h-11 items-center justify-between gap-4">
        <h2 id="held" className="text-[19px] font-bold">
          {t("title")}
        </h2>
        {grants ? (
          <GrantQualification
            person={person}
            today={today}
            kinds={kinds.map(({ code, label }) => ({ code, label: `${code} · ${label}` }))}
          />
        ) : null}
      </div>
      {held.length === 0 ? (
        <p className="text-[15px] text-ink-2">{t("holdsNone")}</p>
      ) : (
        <section
          aria-label={t("title")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow screen
          tabIndex={0}
          className={tableFrame}
        >
          <table className="w-full border-collapse text-[15px]">
            <caption className="sr-only">{t("title")}</caption>
            <thead>
              <tr>
                <th className={th}>{t("qualification")}</th>
                <th className={th}>{t("authority")}</th>
                <th className={th}>{t("validFrom")}</th>
                <th className={th}>{t("validUntil")}</th>
                <th className={th}>{t("state")}</th>
                {grants ? (
                  <th className={th}>
                    <span className="sr-only">{t("renew")}</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {held.map((of) => (
                <tr key={of.id}>
                  <th scope="row" className={`${td} text-left font-normal`}>
                    <span className="mono font-[650] whitespace-nowrap">{of.code}</span>
                    <span className="block text-[14px] text-ink-2">{labelOf.get(of.code)}</span>
                  </th>
                  <td className={`${td} text-[14px] [overflow-wrap:anywhere]`}>
                    {of.authority}
                    <span className="block text-ink-2">{of.evidence}</span>
                  </td>
                  <td className={`${td} whitespace-nowrap`}>
                    <Moment at={of.validFrom} zone="UTC" shape="day" />
                  </td>
                  <td className={`${td} whitespace-nowrap`}>
                    {of.validUntil === null ? (
                      t("forGood")
                    ) : (
                      <Moment at={of.validUntil} zone="UTC" shape="day" />
                    )}
                  </td>
                  <td className={td}>
                    <QualificationState of={of} today={today} />
                    {of.reason === null ? null : (
                      <span className="mt-1 block max-w-[30ch] text-[14px] [overflow-wrap:anywhere] text-ink-2">
                        “{of.reason}”
                      </span>
                    )}
                  </td>
                  {grants ? (
                    <td className={`${td} text-right whitespace-nowrap`}>
                      <RenewQualification of={of} today={today} />
                      {["withdrawn", "lapsed"].includes(stateOfHeld(of, today)) ? null : (
                        <WithdrawQualification of={of} today={today} />
                      )}
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
