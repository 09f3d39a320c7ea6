import { useTranslations } from "next-intl";
import { FilterLinks } from "#components/desk/filter-links";

/** The rooms about people; whoever may see one may see all three. */
export function PeopleTabs({ here }: { here: "people" | "stamps" | "permissions" }) {
  const t = useTranslations("desk.peopleTabs");
  return (
    <FilterLinks
      label={t("label")}
      links={(["people", "stamps", "permissions"] as const).map((key) => ({
        key,
        label: t(key),
        href: `/${key}`,
        on: key === here,
      }))}
    />
  );
}
