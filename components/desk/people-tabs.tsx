import { useTranslations } from "next-intl";
import { FilterLinks } from "#components/desk/filter-links";

const rooms = ["people", "qualifications", "stamps", "offline-signing", "permissions"] as const;

/** The rooms about people; whoever may see one may see all of them. */
export function PeopleTabs({ here }: { here: (typeof rooms)[number] }) {
  const t = useTranslations("desk.peopleTabs");
  return (
    <FilterLinks
      label={t("label")}
      links={rooms.map((key) => ({
        key,
        label: t(key),
        href: `/${key}`,
        on: key === here,
      }))}
    />
  );
}
