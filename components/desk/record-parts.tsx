import { useTranslations } from "next-intl";
import { FilterLinks } from "#components/desk/filter-links";
import { RecordDefect, RecordHold } from "#components/desk/record-defect";
import type { RecordWords } from "#components/desk/record-words";
import type { AsBuilt } from "#lib/travelers/as-built.rules";
import { type RecordFilter, recordFilters } from "#lib/travelers/record-filter.rules";
import type { Photo } from "#lib/travelers/state.schema";

/** A filter of nothing is not offered. */
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
  );
}

/** Defects and holds of the unit as a whole. */
export function RecordUnit({
  built,
  photos,
  words,
}: {
  built: AsBuilt;
  photos: readonly Photo[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  if (built.unit.defects.length + built.unit.holds.length === 0) return null;
  return (
    <section
      aria-label={t("wholeUnit")}
      className="mb-3 overflow-hidden rounded border-[1.5px] border-rule bg-sheet [&>*:first-child]:border-t-0"
    >
      {built.unit.defects.map((defect) => (
        <RecordDefect
          key={defect.id}
          defect={defect}
          photos={photos.filter((photo) => photo.defect === defect.id)}
          words={words}
        />
      ))}
      {built.unit.holds.map((hold) => (
        <RecordHold key={hold.id} hold={hold} words={words} />
      ))}
    </section>
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
