import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { Empty, PageHead } from "#components/desk/page-head";
import { SearchBox } from "#components/desk/search-box";
import { TravelersTable } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import {
  TRAVELERS_PER_PAGE,
  type TravelerFilter,
  travelerFilters,
  travelersFound,
} from "#lib/travelers/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.travelers"))("title") };
}

type Ask = { q?: string; show?: string; page?: string };

const linkTo = (ask: { search: string; filter: TravelerFilter; page?: number }) => {
  const query = new URLSearchParams({ show: ask.filter });
  if (ask.search !== "") query.set("q", ask.search);
  if (ask.page !== undefined && ask.page > 1) query.set("page", String(ask.page));
  return `/travelers?${query}`;
};

export default async function Travelers({ searchParams }: { searchParams: Promise<Ask> }) {
  const actor = await requireActor("traveler.read");
  const asked = await searchParams;
  const t = await getTranslations("desk.travelers");
  const search = asked.q?.trim().slice(0, 80) ?? "";
  const filter =
    travelerFilters.find((of) => of === asked.show) ?? (search === "" ? "open" : "all");
  const page = Math.max(1, Number.parseInt(asked.page ?? "1", 10) || 1);
  const [{ lines, counts }, plant] = await Promise.all([
    travelersFound(actor, { search, filter, page }),
    plantPolicy(actor),
  ]);
  const pages = Math.max(1, Math.ceil(counts[filter] / TRAVELERS_PER_PAGE));
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t("title")}
        actions={
          <SearchBox action="/travelers" value={search} label={t("search")} go={t("find")} />
        }
      />
      <FilterLinks
        label={t("filters")}
        links={travelerFilters.map((of) => ({
          key: of,
          label: t(`filter.${of}`),
          count: counts[of],
          href: linkTo({ search, filter: of }),
          on: of === filter,
        }))}
      />
      {lines.length === 0 ? (
        <Empty
          title={search === "" ? t("none") : t("noneFound", { search })}
          hint={search === "" ? t("noneHint") : t("noneFoundHint")}
        />
      ) : (
        <TravelersTable lines={lines} zone={plant.timeZone} />
      )}
      <Pages
        label={t("pageOf", { page, pages })}
        words={{ previous: t("previous"), next: t("next") }}
        previous={page > 1 ? linkTo({ search, filter, page: page - 1 }) : null}
        next={page < pages ? linkTo({ search, filter, page: page + 1 }) : null}
      />
    </main>
  );
}
