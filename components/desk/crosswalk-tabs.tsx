import { useTranslations } from "next-intl";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Link } from "#components/desk/link";

const rooms = {
  lists: "/feed/crosswalks",
  coverage: "/feed/crosswalks/coverage",
  preview: "/feed/crosswalks/preview",
} as const;

/** The rooms about codes, below those about other systems that they are one of. */
export function CrosswalkTabs({ here }: { here: keyof typeof rooms }) {
  const t = useTranslations("desk.crosswalks.tabs");
  return (
    <>
      <FeedTabs here="crosswalks" />
      <nav
        aria-label={t("label")}
        className="mb-5 flex flex-wrap gap-x-6 border-b-[1.5px] border-rule print:hidden"
      >
        {Object.entries(rooms).map(([key, href]) => (
          <Link
            key={key}
            href={href}
            aria-current={key === here ? "true" : undefined}
            className={`-mb-[1.5px] inline-flex min-h-10 items-center border-b-[3px] px-0.5 text-[15px] ${
              key === here
                ? "border-ink font-bold text-ink"
                : "border-transparent font-[600] text-ink-2 hover:border-edge hover:text-ink"
            }`}
          >
            {t(key as keyof typeof rooms)}
          </Link>
        ))}
      </nav>
    </>
  );
}
