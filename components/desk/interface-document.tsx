import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Moment } from "#components/desk/moment";
import { ruleTitle } from "#components/desk/rule-title";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { type DataSet, dataSets, directions, whoReacts } from "#lib/feed/interface.rules";
import type { LastTold } from "#lib/feed/ownership.queries";
import type { RuleShown, VersionShown } from "#lib/feed/rules.queries";

/** A numbered part of the document, kept together on paper where it fits. */
export function Clause({
  number,
  title,
  children,
}: {
  number: number;
  title: string;
  children: ReactNode;
}) {
  return (
    <section className="mb-7 break-inside-avoid-page">
      <h2 className="mb-2 text-[19px] font-bold">
        {number}. {title}
      </h2>
      {children}
    </section>
  );
}

/** What goes there: each rule in force whose path this connector is, as it was signed. */
export function Flows({
  flows,
  zone,
}: {
  flows: readonly { rule: RuleShown; of: VersionShown }[];
  zone: string;
}) {
  const t = useTranslations("connectors.document");
  const process = useTranslations("desk.messages.process");
  const titles = useTranslations("desk.rules.shippedTitle");
  if (flows.length === 0) return <p className="text-ink-2">{t("noFlows")}</p>;
  return (
    <ul className="grid gap-3">
      {flows.map(({ rule, of }) => (
        <li
          key={rule.id}
          className="break-inside-avoid rounded border-[1.5px] border-rule bg-sheet px-4 py-3"
        >
          <h3 className="text-[16px] font-[650]">
            {ruleTitle(titles, rule.code, of.content.title)}{" "}
            <span className="mono text-[14px] text-ink-2">
              {rule.code} v{of.version}
            </span>
          </h3>
          <dl className="mt-1 grid grid-cols-[minmax(150px,auto)_minmax(0,1fr)] gap-x-5 gap-y-1 text-[14px] max-md:grid-cols-1 [&>dt]:text-ink-2">
            <dt>{t("process")}</dt>
            <dd>{process(rule.process)}</dd>
            <dt>{t("opens")}</dt>
            <dd className="mono [overflow-wrap:anywhere]">{of.content.on.join(", ") || "–"}</dd>
            <dt>{t("follows")}</dt>
            <dd className="mono [overflow-wrap:anywhere]">{of.content.follow.join(", ") || "–"}</dd>
            <dt>{t("when")}</dt>
            <dd className="mono text-[13px] whitespace-pre-wrap [overflow-wrap:anywhere]">
              {of.content.when}
            </dd>
            <dt>{t("key")}</dt>
            <dd>{of.content.correlate.key.map(({ name }) => name).join(" | ")}</dd>
            <dt>{t("gate")}</dt>
            <dd>{t(of.content.gate.mode === "auto" ? "gateAuto" : "gateQuality")}</dd>
            <dt>{t("signed")}</dt>
            <dd>
              {of.approver ?? t("withProduct")}
              {of.approver === null || of.effectiveFrom === null ? null : (
                <>
                  {" · "}
                  <Moment at={of.effectiveFrom} zone={zone} shape="full" />
                </>
              )}
              <span className="mono block text-[12px] text-ink-2 [overflow-wrap:anywhere]">
                {of.contentSha256}
              </span>
            </dd>
          </dl>
        </li>
      ))}
    </ul>
  );
}

/** What an answer means, what Buyoff does by itself, and who is asked. */
export function Reactions() {
  const t = useTranslations("connectors.document");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[14px]">
        <caption className="sr-only">{t("errors")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("happens")}</th>
            <th className={th}>{t("does")}</th>
            <th className={th}>{t("reacts")}</th>
          </tr>
        </thead>
        <tbody>
          {whoReacts.map(({ code, who }) => (
            <tr key={code} className="break-inside-avoid">
              <th scope="row" className={`${td} text-left font-[600]`}>
                {t(`reaction.${code}.happens`)}
              </th>
              <td className={td}>{t(`reaction.${code}.does`)}</td>
              <td className={td}>{t(`who.${who}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/**
 * Which system has the last word on which data, which way it goes, how fresh our copy is, and whether it is changed
 * here. `paths`: the connector of each process, where there is one.
 */
export function Ownership({
  paths,
  fresh,
  zone,
}: {
  paths: Readonly<Record<DataSet, string | null>>;
  fresh: Readonly<Partial<Record<DataSet, readonly LastTold[]>>>;
  zone: string;
}) {
  const t = useTranslations("connectors.document");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[14px]">
        <caption className="sr-only">{t("ownership")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("data")}</th>
            <th className={th}>{t("master")}</th>
            <th className={th}>{t("here")}</th>
            <th className={th}>{t("fresh")}</th>
            <th className={th}>{t("changed")}</th>
          </tr>
        </thead>
        <tbody>
          {dataSets.map((data) => (
            <tr key={data} className="break-inside-avoid align-top">
              <th scope="row" className={`${td} text-left font-[600]`}>
                {t(`owned.${data}.data`)}
              </th>
              <td className={`${td} min-w-[14ch] [overflow-wrap:anywhere]`}>
                {t(`owned.${data}.master`)}
                {paths[data] === null ? null : (
                  <span className="mono block text-[13px] text-ink-2">{paths[data]}</span>
                )}
              </td>
              <td className={td}>
                <b className="block font-[650]">{t(`direction.${directions[data]}`)}</b>
                {t(`owned.${data}.here`)}
              </td>
              <td className={`${td} min-w-[14ch] [overflow-wrap:anywhere]`}>
                <Freshness told={fresh[data]} direction={directions[data]} zone={zone} />
              </td>
              <td className={td}>{t(`owned.${data}.changed`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Freshness({
  told,
  direction,
  zone,
}: {
  told: readonly LastTold[] | undefined;
  direction: "in" | "out" | "both";
  zone: string;
}) {
  const t = useTranslations("connectors.document");
  if (told === undefined) return t(direction === "out" ? "freshOwn" : "freshByHand");
  if (told.length === 0) return t("freshNever");
  return (
    <ul>
      {told.map(({ system, at }) => (
        <li key={system}>
          <span className="mono text-[13px]">{system}</span>{" "}
          <Moment at={at} zone={zone} shape="full" />
        </li>
      ))}
    </ul>
  );
}
