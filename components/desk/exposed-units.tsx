import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { TravelerState } from "#components/desk/traveler-state";
import type { Exposed } from "#lib/travelers/tools.queries";

/** A tool is missing: the units that it may be in, each to be looked through. */
export function ExposedUnits({ units }: { units: readonly Exposed[] }) {
  const t = useTranslations("desk.exposed");
  return (
    <section
      aria-label={t("title")}
      className="mb-5 rounded border-[1.5px] border-stop bg-sheet px-5 py-4"
    >
      <h2 className="text-[17px] font-bold">{t("title")}</h2>
      <p className="mt-1 mb-3 text-[14px] text-ink-2">
        {units.length === 0 ? t("none") : t("lead", { count: units.length })}
      </p>
      <ul className="grid gap-1">
        {units.map(({ traveler, unit, status, station }) => (
          <li key={traveler} className="flex flex-wrap items-center gap-x-4 text-[15px]">
            <Link
              href={`/travelers/${traveler}`}
              className="mono font-bold underline decoration-rule decoration-2 underline-offset-4"
            >
              {unit}
            </Link>
            <span className="mono text-ink-2">{station}</span>
            <TravelerState status={status} operation={null} />
          </li>
        ))}
      </ul>
    </section>
  );
}
