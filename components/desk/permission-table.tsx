import { useLocale, useTranslations } from "next-intl";
import { th } from "#components/desk/travelers-table";
import type { Noun, PermissionRow } from "#lib/boundary/permission-table";
import type { Permission } from "#lib/boundary/permissions";
import { roles } from "#lib/instructions/schema";
import type { Locale } from "#lib/messages/locales";
import en from "../../lib/messages/en/permissions.json";
import es from "../../lib/messages/es/permissions.json";

/** A permission without words in a language does not compile. */
const words: Record<Locale, Record<Permission, string>> = { en, es };

const cell = "border-l border-sunk px-1 py-1.5 text-center align-middle print:py-0.5";

/** Roles across, what they may attempt down, by noun: one sheet that can be hung up beside the desk. */
export function PermissionTable({
  nouns,
  rows,
}: {
  nouns: readonly Noun[];
  rows: readonly PermissionRow[];
}) {
  const t = useTranslations("desk.permissions");
  const role = useTranslations("common.role");
  return (
    <section
      aria-label={t("title")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow screen and holds nothing else to focus
      tabIndex={0}
      className="rounded border-[1.5px] border-rule bg-sheet max-[1099px]:overflow-x-auto print:overflow-visible print:border-0"
    >
      <table className="w-full min-w-[800px] border-collapse text-[14px] print:min-w-0 print:text-[10px]">
        <caption className="sr-only">{t("title")}</caption>
        {/* Eighty lines down nobody knows any more whose column it is. */}
        <thead className="bg-sheet shadow-[inset_0_-2px_0_var(--color-rule)] min-[1100px]:sticky min-[1100px]:top-0 print:static">
          <tr>
            <th scope="col" className={`${th} align-bottom print:text-[10px]`}>
              {t("act")}
            </th>
            {roles.map((of) => (
              <th
                key={of}
                scope="col"
                className="h-[168px] w-9 border-l border-sunk px-0 py-2 align-bottom print:h-[110px] print:w-6"
              >
                <span className="inline-block rotate-180 text-left text-[13px] font-[600] whitespace-nowrap text-ink-2 [writing-mode:vertical-rl] print:text-[10px]">
                  {role(of)}
                </span>
              </th>
            ))}
            <th
              scope="col"
              className={`${th} w-[30%] border-l border-sunk align-bottom print:text-[10px]`}
            >
              {t("besides")}
            </th>
          </tr>
        </thead>
        {nouns.map((noun) => (
          <tbody key={noun}>
            <tr>
              <th
                scope="rowgroup"
                colSpan={roles.length + 2}
                className="border-t-2 border-rule bg-sunk px-4 pt-2.5 pb-1.5 text-left text-[15px] font-bold print:py-0.5 print:text-[11px]"
              >
                {t(`noun.${noun}`)}
              </th>
            </tr>
            {rows
              .filter((row) => row.noun === noun)
              .map((row) => (
                <Row key={row.permission} row={row} />
              ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function Row({ row }: { row: PermissionRow }) {
  const t = useTranslations("desk.permissions");
  const locale = useLocale() as Locale;
  return (
    <tr className="keep border-t border-sunk hover:bg-paper">
      <th scope="row" className="px-4 py-1.5 text-left font-[600] print:py-0.5">
        {words[locale][row.permission]}
        {row.isAvailable ? null : (
          <span className="ml-2 text-[13px] font-normal text-ink-2 print:text-[9px]">
            {t("later")}
          </span>
        )}
      </th>
      {roles.map((of) => (
        <td key={of} className={cell}>
          {row.roles.includes(of) ? (
            <svg viewBox="0 0 12 12" width="12" height="12" role="img" className="inline-block">
              <title>{t("may")}</title>
              <circle cx="6" cy="6" r="5" fill="currentColor" />
            </svg>
          ) : (
            <span className="sr-only">{t("mayNot")}</span>
          )}
        </td>
      ))}
      <td className="border-l border-sunk px-3 py-1.5 pr-4 text-[13px] text-ink-2 print:py-0.5 print:text-[9px]">
        {row.deciders.map((of) => t(`decider.${of}`)).join(" · ")}
      </td>
    </tr>
  );
}
