import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { type EventName, eventNames } from "#lib/catalogue/data.schema";
import { feedProcesses } from "#lib/feed/processes.schema";
import type { RuleShown, VersionShown } from "#lib/feed/rules.queries";

type Live = { rule: RuleShown; of: VersionShown };

/** What is in force, or else the draft that is there. */
const liveOf = (rule: RuleShown): Live[] => {
  const of =
    rule.versions.find(({ state }) => state === "effective") ??
    rule.versions.findLast(({ state }) => state !== "retired");
  return of ? [{ rule, of }] : [];
};

/** The paths, every event of the catalogue with what it becomes, and the rules that say so with who signed them. */
export function RuleMatrix({ rules, zone }: { rules: readonly RuleShown[]; zone: string }) {
  const t = useTranslations("desk.matrix");
  const processes = useTranslations("desk.messages.process");
  const events = useTranslations("connectors.events");
  const live = rules.flatMap(liveOf);
  const pathOf = (process: string) => {
    const paths = live.filter(
      ({ rule, of }) => rule.process === process && of.state === "effective",
    );
    return [...new Set(paths.map(({ of }) => of.content.connector))].join(", ");
  };
  return (
    <>
      <section aria-labelledby="paths" className="mb-6">
        <h2 id="paths" className="mb-2 text-[18px] font-bold">
          {t("path")}
        </h2>
        <ul className="grid gap-x-6 gap-y-1 text-[15px] sm:grid-cols-2">
          {feedProcesses.map((process) => (
            <li key={process}>
              {t("pathOf", { process: processes(process) })}{" "}
              {pathOf(process) === "" ? (
                <span className="text-ink-2">{t("noPath")}</span>
              ) : (
                <b className="mono font-[650] [overflow-wrap:anywhere]">{pathOf(process)}</b>
              )}
            </li>
          ))}
        </ul>
      </section>
      <table className="mb-7 w-full rounded border-[1.5px] border-rule bg-sheet text-[14px]">
        <thead>
          <tr className="text-left text-ink-2">
            <th className={`${cell} font-[600]`}>{t("event")}</th>
            <th className={`${cell} font-[600]`}>{t("becomes")}</th>
          </tr>
        </thead>
        <tbody>
          {eventNames.map((name) => (
            <tr key={name} className="break-inside-avoid align-top">
              <th scope="row" className={`${line} text-left font-[500]`}>
                <span className="mono [overflow-wrap:anywhere]">{name}</span>
                <span className="block text-[13px] text-ink-2">{events(name)}</span>
              </th>
              <td className={line}>
                <Consumers name={name} live={live} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Signed live={live} zone={zone} />
    </>
  );
}

const cell = "px-4 py-1.5";
const line = `border-t border-sunk ${cell}`;

function Consumers({ name, live }: { name: EventName; live: readonly Live[] }) {
  const t = useTranslations("desk.matrix");
  const processes = useTranslations("desk.messages.process");
  const heard = live.filter(
    ({ of }) => of.content.on.includes(name) || of.content.follow.includes(name),
  );
  if (heard.length === 0) return <span className="text-ink-2">{t("nothing")}</span>;
  return (
    <ul>
      {heard.map(({ rule, of }) => (
        <li key={rule.id}>
          <b className="font-[650]">{processes(rule.process)}</b>
          {of.content.on.includes(name) ? null : ` (${t("follows")})`} ·{" "}
          <Link
            href={`/feed/rules/${rule.id}`}
            className="mono [overflow-wrap:anywhere] underline underline-offset-4 print:no-underline"
          >
            {rule.code}
          </Link>{" "}
          <span className="text-ink-2">
            {of.version} · {t(of.state === "effective" ? "inForce" : "draft")}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What whoever files the paper compares: each rule's version, condition, signature and the hash of what it says. */
function Signed({ live, zone }: { live: readonly Live[]; zone: string }) {
  const t = useTranslations("desk.matrix");
  const rulesWords = useTranslations("desk.rules");
  return (
    <section aria-labelledby="signed">
      <h2 id="signed" className="mb-2 text-[18px] font-bold">
        {t("rulesHead")}
      </h2>
      <table className="w-full table-fixed rounded border-[1.5px] border-rule bg-sheet text-[14px]">
        <thead>
          <tr className="text-left text-ink-2">
            <th className={`${cell} font-[600]`}>{t("rule")}</th>
            <th className={`${cell} font-[600]`}>{t("condition")}</th>
            <th className={`${cell} font-[600]`}>{t("signed")}</th>
          </tr>
        </thead>
        <tbody>
          {live.map(({ rule, of }) => (
            <tr key={rule.id} className="break-inside-avoid align-top">
              <th scope="row" className={`${line} text-left font-[500]`}>
                <span className="mono block [overflow-wrap:anywhere]">{rule.code}</span>
                <span className="block text-[13px] text-ink-2">
                  {rulesWords("version", { version: of.version })} ·{" "}
                  {rulesWords(`state.${of.state}`)}
                </span>
                <span className="mono block text-[12px] [overflow-wrap:anywhere] text-ink-2">
                  {of.contentSha256}
                </span>
              </th>
              <td className={line}>
                <span className="mono [overflow-wrap:anywhere]">{of.content.when}</span>
                <span className="block text-[13px] text-ink-2">
                  {rulesWords("gate")}: {rulesWords(`gates.${of.content.gate.mode}`)}
                </span>
              </td>
              <td className={line}>
                <Signature of={of} zone={zone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Signature({ of, zone }: { of: VersionShown; zone: string }) {
  const t = useTranslations("desk.matrix");
  if (of.approvedAt === null) return <span className="text-ink-2">{t("notSigned")}</span>;
  if (of.approver === null) return <>{t("came")}</>;
  return (
    <>
      {of.approver}{" "}
      <span className="block text-[13px] text-ink-2">
        <Moment at={of.approvedAt} zone={zone} shape="full" />
      </span>
    </>
  );
}
