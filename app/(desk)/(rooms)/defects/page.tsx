import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { DefectsTable } from "#components/desk/defects-table";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { Link } from "#components/desk/link";
import { Empty, PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import {
  DEFECTS_PER_PAGE,
  type DefectFilter,
  defectFilters,
  defectsFound,
  plantPolicy,
} from "#lib/defects/queries";
import { inLocale, type Locale } from "#lib/messages/locales";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.defects"))("title") };
}

const linkTo = (filter: DefectFilter, page = 1) =>
  `/defects?show=${filter}${page > 1 ? `&page=${page}` : ""}`;

export default async function Defects({
  searchParams,
}: {
  searchParams: Promise<{ show?: string; page?: string }>;
}) {
  const actor = await requireActor("defect.read");
  const asked = await searchParams;
  const t = await getTranslations("desk.defects");
  const locale = (await getLocale()) as Locale;
  const filter = defectFilters.find((of) => of === asked.show) ?? "open";
  const page = Math.max(1, Number.parseInt(asked.page ?? "1", 10) || 1);
  const [{ lines, counts }, plant] = await Promise.all([
    defectsFound(actor, { filter, page }),
    plantPolicy(actor),
  ]);
  const pages = Math.max(1, Math.ceil(counts[filter] / DEFECTS_PER_PAGE));
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      <FilterLinks
        label={t("filters")}
        links={defectFilters.map((of) => ({
          key: of,
          label: t(`filter.${of}`),
          count: counts[of],
          href: linkTo(of),
          on: of === filter,
        }))}
      />
      {lines.length === 0 ? (
        <Empty
          title={t(`none.${filter}`)}
          hint={t("noneHint")}
          action={
            <Link href="/travelers" className="font-[650] text-act underline underline-offset-4">
              {t("toTravelers")}
            </Link>
          }
        />
      ) : (
        <DefectsTable
          lines={lines}
          zone={plant.timeZone}
          labels={Object.fromEntries(
            plant.defectCodes.map(({ code, label }) => [code, inLocale(label, locale)]),
          )}
        />
      )}
      <Pages
        label={t("pages")}
        place={t("pageOf", { page, pages })}
        words={{ previous: t("previous"), next: t("next") }}
        previous={page > 1 ? linkTo(filter, page - 1) : null}
        next={page < pages ? linkTo(filter, page + 1) : null}
      />
    </main>
  );
}
