import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { CrosswalkTabs } from "#components/desk/crosswalk-tabs";
import { FilterLinks } from "#components/desk/filter-links";
import { Link } from "#components/desk/link";
import { Empty, PageHead } from "#components/desk/page-head";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { coverageOf } from "#lib/feed/coverage.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.crosswalks"))("coverage") };
}

const shows = ["missing", "default", "mapped", "not_asked", "all"] as const;
const tones = { mapped: "text-ok", default: "text-warn", missing: "text-stop" } as const;
const rowsMax = 500;

/** What would be stopped, before anything is: every code that this plant can send, and what becomes of it. */
export default async function Coverage({
  searchParams,
}: {
  searchParams: Promise<{ show?: string }>;
}) {
  const actor = await requireActor("feed.read");
  const [t, { connectors, rows, unled }] = await Promise.all([
    getTranslations("desk.crosswalks"),
    coverageOf(actor),
  ]);
  const asked = (await searchParams).show;
  const show = shows.find((one) => one === asked) ?? "missing";
  const is = (of: (typeof rows)[number], what: (typeof shows)[number]) => {
    const cells = Object.values(of.cells);
    if (what === "all") return true;
    return what === "not_asked" ? cells.length === 0 : cells.some(({ how }) => how === what);
  };
  const shown = rows.filter((of) => is(of, show));
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("coverage")} lead={t("coverageLead")} />
      <CrosswalkTabs here="coverage" />
      <FilterLinks
        label={t("coverageFilter")}
        links={shows.map((key) => ({
          key,
          label: t(`how.${key}`),
          count: rows.filter((of) => is(of, key)).length,
          href: `/feed/crosswalks/coverage?show=${key}`,
          on: key === show,
        }))}
      />
      {unled.length === 0 ? null : (
        <p className="mb-3 text-[15px] text-ink-2">
          {t("unled", { count: unled.length, names: unled.join(", ") })}
        </p>
      )}
      {shown.length === 0 ? (
        <Empty title={t("coverageNone")} hint={t("coverageNoneHint")} />
      ) : (
        <section
          aria-label={t("coverage")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
          tabIndex={0}
          className={`${tableFrame} overflow-x-auto`}
        >
          <table className="w-full border-collapse text-[15px]">
            <caption className="sr-only">{t("coverage")}</caption>
            <thead>
              <tr>
                <th className={th}>{t("kindField")}</th>
                <th className={th}>{t("from")}</th>
                <th className={`${th} text-right`}>{t("uses")}</th>
                {connectors.map(({ code, name }) => (
                  <th key={code} className={th}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, rowsMax).map((of) => (
                <tr key={`${of.kind}/${of.code}`}>
                  <td className={`${td} text-[14px]`}>
                    <Link
                      href={`/feed/crosswalks/${of.kind}`}
                      className="underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                    >
                      {t(`kind.${of.kind}`)}
                    </Link>
                  </td>
                  <th scope="row" className={`${td} text-left font-normal`}>
                    <b className="mono break-all">{of.code}</b>
                    {of.label === null ? null : (
                      <span className="block text-[14px] text-ink-2">{of.label}</span>
                    )}
                  </th>
                  <td className={`${td} mono text-right`}>{of.uses}</td>
                  {connectors.map(({ code }) => {
                    const cell = of.cells[code];
                    return (
                      <td key={code} className={td}>
                        {cell === undefined ? (
                          <span className="text-[14px] text-ink-2">{t("how.not_asked")}</span>
                        ) : (
                          <>
                            <b className={`font-[650] ${tones[cell.how]}`}>
                              {t(`how.${cell.how}`)}
                            </b>
                            {cell.to === null ? null : (
                              <span className="mono block text-[14px]">{cell.to}</span>
                            )}
                          </>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
          {shown.length > rowsMax ? (
            <p className="px-4 py-3 text-[14px]">{t("more", { count: shown.length - rowsMax })}</p>
          ) : null}
        </section>
      )}
    </main>
  );
}
