import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { SearchBox } from "#components/desk/search-box";
import { ImportStock, ReceiveStock } from "#components/desk/stock-forms";
import { StockState } from "#components/desk/stock-state";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { dateIn, instant } from "#lib/kit/time";
import { columnsFor } from "#lib/plant/import.commands";
import { stockAtSite, stockShows } from "#lib/plant/stock.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.stock"))("title") };
}

export default async function StockList({
  searchParams,
}: {
  searchParams: Promise<{ show?: string; q?: string; page?: string }>;
}) {
  const actor = await requireActor("stock.read");
  const asked = await searchParams;
  const show = stockShows.find((one) => one === asked.show) ?? "all";
  const q = (asked.q ?? "").trim().slice(0, 60);
  const page = Math.min(Math.max(Math.trunc(Number(asked.page ?? 0)) || 0, 0), 10_000);
  const [t, plant] = await Promise.all([getTranslations("desk.stock"), plantPolicy(actor)]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const { lines, counts, hasMore } = await stockAtSite(actor, { show, q, today, page });
  const address = (of: { show?: string; page?: number }) => {
    const search = new URLSearchParams();
    const to = of.show ?? show;
    if (to !== "all") search.set("show", to);
    if (q !== "") search.set("q", q);
    if (of.page) search.set("page", String(of.page));
    return search.size === 0 ? "/stock" : `/stock?${search}`;
  };
  const actions = may(actor, "stock.manage") ? (
    <div className="flex flex-wrap gap-3">
      <ImportStock columns={columnsFor("stock")} />
      <ReceiveStock today={today} />
    </div>
  ) : null;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={actions} />
      <div className="mb-4">
        <SearchBox action="/stock" value={q} label={t("search")} go={t("go")} />
      </div>
      <FilterLinks
        label={t("filter")}
        links={stockShows.map((key) => ({
          key,
          label: t(`shows.${key}`),
          count: counts[key],
          href: address({ show: key }),
          on: key === show,
        }))}
      />
      {lines.length === 0 ? (
        <Empty
          title={t(q === "" && show === "all" ? "none" : "noneFound")}
          hint={t(q === "" && show === "all" ? "noneHint" : "noneFoundHint")}
        />
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
                <th className={th}>{t("item")}</th>
                <th className={th}>{t("part")}</th>
                <th className={`${th} max-xl:hidden`}>{t("supplier")}</th>
                <th className={`${th} max-lg:hidden`}>{t("receivedOn")}</th>
                <th className={th}>{t("expiresOn")}</th>
                <th className={th}>{t("state")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((stock) => (
                <tr key={stock.id}>
                  <th scope="row" className={`${td} text-left font-normal`}>
                    <Link
                      href={`/stock/${stock.id}`}
                      className="mono text-[16px] font-bold [overflow-wrap:anywhere] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                    >
                      {stock.serial ?? stock.lot}
                    </Link>
                    <span className="block text-[13px] text-ink-2">
                      {t(stock.serial === null ? "lot" : "serial")}
                    </span>
                  </th>
                  <td className={`${td} mono text-[14px] [overflow-wrap:anywhere]`}>
                    {stock.part} {stock.revision}
                  </td>
                  <td className={`${td} max-xl:hidden [overflow-wrap:anywhere]`}>
                    {stock.supplier ?? "–"}
                  </td>
                  <td className={`${td} max-lg:hidden whitespace-nowrap`}>
                    {stock.receivedOn === null ? (
                      "–"
                    ) : (
                      <Moment at={stock.receivedOn} zone="UTC" shape="day" />
                    )}
                  </td>
                  <td className={`${td} whitespace-nowrap`}>
                    {stock.expiresOn === null ? (
                      "–"
                    ) : (
                      <Moment at={stock.expiresOn} zone="UTC" shape="day" />
                    )}
                  </td>
                  <td className={td}>
                    <StockState stock={stock} today={today} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Pages
        label={t("pages")}
        previous={page === 0 ? null : address({ page: page - 1 })}
        next={hasMore ? address({ page: page + 1 }) : null}
        words={{ previous: t("previous"), next: t("next") }}
      />
    </main>
  );
}
