import { useTranslations } from "next-intl";
import { ruleTitle } from "#components/desk/rule-title";
import { contentChanges, membersOf } from "#lib/feed/rules.rules";
import type { RuleContent } from "#lib/feed/rules.schema";

type Member = Parameters<ReturnType<typeof useTranslations<"desk.rules.member">>>[0];

/** What a member says, in words where it is a choice. */
function useSaid() {
  const t = useTranslations("desk.rules");
  const processes = useTranslations("desk.messages.process");
  return (name: string, value: string): string => {
    if (value === "") return t(name === "parts" || name === "workCenters" ? "all" : "nothing");
    if (name === "process") return processes(value as "NCR");
    if (name === "gate") return t(`gates.${value as "auto"}`);
    if (name === "fold") return t(`folds.${value as "create"}`);
    if (name === "window" && value === "until-closed") return t("untilClosed");
    if (name === "photos")
      return value.replace(/\d+/, (bytes) => `${Number(bytes) / 1_000_000} MB`);
    if (name === "discloses")
      return value
        .split(", ")
        .map((what) => t(`disclosed.${what as "people"}`))
        .join(", ");
    return value;
  };
}

/** Everything that a version says, line by line. What is signed are the words it came with: they stand beside. */
export function RuleSays({ code, content }: { code: string; content: RuleContent }) {
  const said = useSaid();
  const titles = useTranslations("desk.rules.shippedTitle");
  const title = ruleTitle(titles, code, content.title);
  const member = useTranslations("desk.rules.member");
  return (
    <dl className="grid grid-cols-[105px_minmax(0,1fr)] gap-x-5 gap-y-1.5 rounded border-[1.5px] border-rule bg-sheet px-5 py-4 text-[15px] sm:grid-cols-[170px_minmax(0,1fr)] [&_dt]:text-ink-2">
      {Object.entries(membersOf(content)).map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{member(name as Member)}</dt>
          <dd className="mono text-[14px] leading-6 [overflow-wrap:anywhere] whitespace-pre-line">
            {name === "title" ? title : said(name, value)}
            {name === "title" && title !== value ? (
              <span lang="en" className="block text-ink-2">
                {value}
              </span>
            ) : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What is different from another version, member beside member. */
export function RuleDiffers({ before, after }: { before: RuleContent; after: RuleContent }) {
  const said = useSaid();
  const t = useTranslations("desk.rules");
  const member = useTranslations("desk.rules.member");
  const changes = contentChanges(before, after);
  if (changes.length === 0) return <p className="text-[15px] text-ink-2">{t("noDifference")}</p>;
  return (
    <div className="overflow-x-auto">
      <table className="w-full rounded border-[1.5px] border-rule bg-sheet text-[14px]">
        <thead>
          <tr className="text-left text-ink-2">
            <td className="px-4 py-1.5" />
            <th className="px-4 py-1.5 font-[600]">{t("before")}</th>
            <th className="px-4 py-1.5 font-[600]">{t("after")}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ member: name, before: was, after: is }) => (
            <tr key={name} className="align-top">
              <th scope="row" className="border-t border-sunk px-4 py-1.5 text-left font-[500]">
                {member(name as Member)}
              </th>
              <td className="mono border-t border-sunk px-4 py-1.5 [overflow-wrap:anywhere] whitespace-pre-line text-ink-2">
                {said(name, was)}
              </td>
              <td className="mono border-t border-sunk px-4 py-1.5 font-[650] [overflow-wrap:anywhere] whitespace-pre-line">
                {said(name, is)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
