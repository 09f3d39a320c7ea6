import { useTranslations } from "next-intl";
import { FeedTabs } from "#components/desk/feed-tabs";
import { FilterLinks } from "#components/desk/filter-links";

const rooms = {
  lists: "/feed/crosswalks",
  coverage: "/feed/crosswalks/coverage",
  preview: "/feed/crosswalks/preview",
} as const;

/** The rooms about codes, among those about other systems. */
export function CrosswalkTabs({ here }: { here: keyof typeof rooms }) {
  const t = useTranslations("desk.crosswalks.tabs");
  return (
    <>
      <FeedTabs here="crosswalks" />
      <FilterLinks
        label={t("label")}
        links={Object.entries(rooms).map(([key, href]) => ({
          key,
          label: t(key as keyof typeof rooms),
          href,
          on: key === here,
        }))}
      />
    </>
  );
}
