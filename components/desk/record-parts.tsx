import { useTranslations } from "next-intl";
import { FilterLinks } from "#components/desk/filter-links";
import type { AsBuilt } from "#lib/travelers/as-built.rules";
import { type RecordFilter, recordFilters } from "#lib/travelers/record-filter.rules";

/** A filter of nothing is not offered. On paper the one that was chosen says that there is more. */
export function RecordFilters({
  id,
  filter,
  counts,
}: {
  id: string;
  filter: RecordFilter;
  counts: Readonly<Record<RecordFilter, number>>;
}) {
  const t = useTranslations("desk.record");
  return (
    <>
      <FilterLinks
        label={t("filters")}
        links={recordFilters
          .filter((of) => of === "everything" || of === filter || counts[of] > 0)
          .map((of) => ({
            key: of,
            label: t(`filter.${of}`),
            ...(of === "everything" ? {} : { count: counts[of] }),
            href: of === "everything" ? `/travelers/${id}` : `/travelers/${id}?show=${of}`,
            on: of === filter,
          }))}
      />
      {filter === "everything" ? null : (
        <p className="mb-3 hidden font-[650] print:block">
          {t("shownOnly", { filter: t(`filter.${filter}`) })}
        </p>
      )}
    </>
  );
}

export function NotBegun({ built }: { built: AsBuilt }) {
  const t = useTranslations("desk.record");
  const ahead = built.operations.filter((of) => of.rows.length + of.buyoffs.length === 0);
  if (ahead.length === 0) return null;
  return (
    <p className="mt-4 text-[14px] text-ink-2">
      {t("ahead")} <span className="mono">{ahead.map((of) => of.number).join(", ")}</span>
    </p>
  );
}
