import { useTranslations } from "next-intl";
import { ChangeLine, EndLine } from "#components/desk/crosswalk-forms";
import { Moment } from "#components/desk/moment";
import { Empty } from "#components/desk/page-head";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import type { LineShown, ListShown } from "#lib/feed/crosswalks.queries";

/** An ERP's list has thousands, and each line its own forms; all of them are in its file. */
export const linesShownMax = 200;

/** A list's lines as they hold; one that has ended stays, because what happened then keeps it. */
export function CrosswalkLines({
  list,
  search,
  zone,
  manages,
  now,
}: {
  list: ListShown;
  search: string;
  zone: string;
  manages: boolean;
  now: string;
}) {
  const t = useTranslations("desk.crosswalks");
  if (list.lines.length === 0) return <Empty title={t("noLines")} hint={t("noLinesHint")} />;
  const found = linesWith(list.lines, search);
  if (found.length === 0)
    return <Empty title={t("noLineFound", { search })} hint={t("noLineFoundHint")} />;
  const shown = found.slice(0, linesShownMax);
  return (
    <>
      <LinesTable list={{ ...list, lines: shown }} zone={zone} manages={manages} now={now} />
      {shown.length === found.length ? null : (
        <p className="mt-2 text-[14px] text-ink-2">
          {t("linesShown", { shown: shown.length, all: found.length })}
        </p>
      )}
    </>
  );
}

/** Those of which a code or a name has these words. */
function linesWith(lines: readonly LineShown[], search: string): readonly LineShown[] {
  const sought = search.toLowerCase();
  return lines.filter(({ from, to, label }) =>
    [from, to, label ?? ""].some((said) => said.toLowerCase().includes(sought)),
  );
}

function LinesTable({
  list,
  zone,
  manages,
  now,
}: {
  list: ListShown;
  zone: string;
  manages: boolean;
  now: string;
}) {
  const t = useTranslations("desk.crosswalks");
  return (
    <section
      aria-label={t("linesOf", { kind: t(`kind.${list.kind}`) })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
      tabIndex={0}
      className={`${tableFrame} max-h-[70vh] overflow-auto`}
    >
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("linesOf", { kind: t(`kind.${list.kind}`) })}</caption>
        <thead>
          <tr>
            <th className={th}>{t("from")}</th>
            <th className={th}>{t("to")}</th>
            <th className={th}>{t("holds")}</th>
            {manages ? <th className={th}>{t("acts")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {list.lines.map((line) => (
            <tr key={line.id}>
              <th scope="row" className={`${td} text-left font-normal`}>
                <b className="mono break-all">{line.from}</b>
                {line.label === null ? null : (
                  <span className="block text-[14px] text-ink-2">{line.label}</span>
                )}
              </th>
              <td className={td}>
                <span className="mono break-all">{line.to}</span>
                {line.factor === null && line.addend === null && line.places === null ? null : (
                  <span className="mono block text-[13px] text-ink-2">
                    × {line.factor ?? "1"} + {line.addend ?? "0"}
                    {line.places === null ? "" : ` · ${t("toPlaces", { count: line.places })}`}
                  </span>
                )}
              </td>
              <td className={`${td} text-[14px]`}>
                <Holds line={line} zone={zone} />
              </td>
              {manages ? (
                <td className={td}>
                  {line.validTo !== null && line.validTo <= now ? null : (
                    <span className="flex flex-wrap gap-2">
                      <ChangeLine list={list} line={line} />
                      <EndLine line={line} />
                    </span>
                  )}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Holds({ line, zone }: { line: LineShown; zone: string }) {
  const t = useTranslations("desk.crosswalks");
  return (
    <>
      {line.validFrom === null ? (
        t("always")
      ) : (
        <Moment at={line.validFrom} zone={zone} shape="full" />
      )}
      {line.validTo === null ? null : (
        <span className="block">
          {t("until")} <Moment at={line.validTo} zone={zone} shape="full" />
        </span>
      )}
      {line.enteredBy === null ? null : (
        <span className="block text-ink-2">{t("enteredBy", { name: line.enteredBy })}</span>
      )}
    </>
  );
}
