import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { Empty, PageHead } from "#components/desk/page-head";
import { SearchBox } from "#components/desk/search-box";
import { TravelersTable } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import {
  COUNTED_MAX,
  type TravelerFilter,
  travelerFilters,
  travelersCounted,
  travelersFound,
} from "#lib/travelers/list.queries";
import { fromAddress, type Place, placeText } from "#lib/travelers/pages.rules";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.travelers"))("title") };
}

type Ask = { q?: string; show?: string; after?: string; before?: string };

const linkTo = (ask: {
  search: string;
  filter: TravelerFilter;
  after?: Place | null;
  before?: Place | null;
}) => {
  const query = new URLSearchParams({ show: ask.filter });
  if (ask.search !== "") query.set("q", ask.search);
  if (ask.after) query.set("after", placeText(ask.after));
  if (ask.before) query.set("before", placeText(ask.before));
  return `/travelers?${query}`;
};

export default async function Travelers({ searchParams }: { searchParams: Promise<Ask> }) {
  const actor = await requireActor("traveler.read");
  const asked = await searchParams;
  const t = await getTranslations("desk.travelers");
  const search = String(asked.q ?? "")
    .trim()
    .slice(0, 80);
  const filter =
    travelerFilters.find((of) => of === asked.show) ?? (search === "" ? "open" : "all");
  const [{ lines, previous, next }, counts, plant] = await Promise.all([
    travelersFound(actor, { search, filter, from: fromAddress(asked) }),
    travelersCounted(actor, { search }),
    plantPolicy(actor),
  ]);
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
          count: counts[of] > COUNTED_MAX ? `${COUNTED_MAX}+` : counts[of],
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
        label={t("pages")}
        words={{ previous: t("previous"), next: t("next") }}
        previous={previous && linkTo({ search, filter, before: previous })}
        next={next && linkTo({ search, filter, after: next })}
      />
    </main>
  );
}
