import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { WithdrawStamp } from "#components/desk/stamp-forms";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { Chip } from "#components/ui/chip";
import type { StampEntry } from "#lib/people/stamps.queries";

/** A line for each time a number was issued: to whom, from when to when, and why it came back. */
export function StampRegister({
  stamps,
  today,
  mayIssue,
}: {
  stamps: readonly StampEntry[];
  today: string;
  mayIssue: boolean;
}) {
  const t = useTranslations("desk.stamps");
  return (
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
            <th className={th}>{t("number")}</th>
            <th className={th}>{t("kind")}</th>
            <th className={th}>{t("holder")}</th>
            <th className={th}>{t("issued")}</th>
            <th className={th}>{t("cameBack")}</th>
            <th className={th}>{t("state")}</th>
            {mayIssue ? (
              <th className={`${th} print:hidden`}>
                <span className="sr-only">{t("withdraw")}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {stamps.map((stamp) => (
            <tr key={stamp.id}>
              <th
                scope="row"
                className={`${td} mono text-left text-[16px] font-bold whitespace-nowrap ${stamp.withdrawnOn === null ? "" : "text-ink-2"}`}
              >
                {stamp.number}
              </th>
              <td className={`${td} whitespace-nowrap`}>{t(`kinds.${stamp.kind}`)}</td>
              <td className={td}>
                <Link
                  href={`/people/${stamp.person}`}
                  className="[overflow-wrap:anywhere] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {stamp.name}
                </Link>
              </td>
              <td className={`${td} whitespace-nowrap`}>
                <Moment at={stamp.issuedOn} zone="UTC" shape="day" />
              </td>
              <td className={td}>
                {stamp.withdrawnOn === null ? (
                  "–"
                ) : (
                  <>
                    <span className="whitespace-nowrap">
                      <Moment at={stamp.withdrawnOn} zone="UTC" shape="day" />
                    </span>
                    {stamp.reason === null ? null : (
                      <span className="block max-w-[36ch] text-[14px] [overflow-wrap:anywhere] text-ink-2">
                        “{stamp.reason}”
                      </span>
                    )}
                  </>
                )}
              </td>
              <td className={td}>
                <StampState stamp={stamp} />
              </td>
              {mayIssue ? (
                <td className={`${td} text-right print:hidden`}>
                  {stamp.withdrawnOn === null ? (
                    <WithdrawStamp number={stamp.number} today={today} />
                  ) : null}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function StampState({ stamp }: { stamp: StampEntry }) {
  const t = useTranslations("desk.stamps");
  if (stamp.state === "in_use") return <Chip tone="ok">{t("states.in_use")}</Chip>;
  if (stamp.state === "does_not_fit") return <Chip tone="stop">{t("states.does_not_fit")}</Chip>;
  if (stamp.freeFrom === null) return <Chip>{t("states.again")}</Chip>;
  return (
    <span className="grid justify-items-start gap-1">
      <Chip tone={stamp.state === "cooling" ? "warn" : "plain"}>{t(`states.${stamp.state}`)}</Chip>
      {stamp.state === "cooling" ? (
        <span className="text-[13px] text-ink-2">
          {t("freeFrom")} <Moment at={stamp.freeFrom} zone="UTC" shape="day" />
        </span>
      ) : null}
    </span>
  );
}
