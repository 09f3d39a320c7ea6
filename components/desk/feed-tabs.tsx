import { useTranslations } from "next-intl";
import { FilterLinks } from "#components/desk/filter-links";

const rooms = {
  messages: "/feed",
  inbox: "/feed/inbox",
  rules: "/feed/rules",
  matrix: "/feed/matrix",
  crosswalks: "/feed/crosswalks",
  connectors: "/feed/connectors",
  reconciliation: "/feed/reconciliation",
  validation: "/feed/validation",
  drops: "/feed/drops",
  tokens: "/feed/tokens",
} as const;

/** The rooms about other systems; whoever may see one may see all of them. */
export function FeedTabs({ here }: { here: keyof typeof rooms | null }) {
  const t = useTranslations("desk.feedTabs");
  return (
    <FilterLinks
      label={t("label")}
      links={Object.entries(rooms).map(([key, href]) => ({
        key,
        label: t(key as keyof typeof rooms),
        href,
        on: key === here,
      }))}
    />
  );
}
