import { useTranslations } from "next-intl";
import { LanguageSwitch } from "#components/desk/language-switch";
import { Link } from "#components/desk/link";
import { LiveRoom } from "#components/desk/live-room";
import { BuyoffMark } from "#components/desk/mark";
import { NavLink, type NavTone } from "#components/desk/nav-link";
import { SignOutButton } from "#components/desk/sign-out-button";
import type { Role } from "#lib/instructions/schema";

export type RailLink = {
  href: string;
  label: string;
  count?: number;
  countLabel?: string;
  tone?: NavTone;
  also?: readonly string[];
};

/** Beside the room on a desk's screen; above it, in one row that scrolls, where the screen is narrow. */
export function Rail({
  person,
  roles,
  site,
  since,
  work,
  plan,
}: {
  person: string;
  roles: readonly Role[];
  site: string;
  /** When what is shown was read. */
  since: number;
  work: readonly RailLink[];
  plan: readonly RailLink[];
}) {
  const t = useTranslations("desk.rail");
  const role = useTranslations("common.role");
  return (
    <header className="flex flex-wrap items-center gap-x-4 gap-y-2 bg-(--rail) px-3.5 py-3 text-(--rail-ink) min-[1000px]:sticky min-[1000px]:top-0 min-[1000px]:h-dvh min-[1000px]:flex-col min-[1000px]:flex-nowrap min-[1000px]:items-stretch min-[1000px]:gap-0.5 min-[1000px]:overflow-y-auto min-[1000px]:py-5 print:hidden">
      <Link
        href="/"
        className="flex items-center gap-2.5 px-2.5 text-[22px] font-extrabold text-(--rail-bright) no-underline focus-visible:outline-(--rail-bright) min-[1000px]:mb-4"
      >
        <span className="text-[#7fd6a4]">
          <BuyoffMark />
        </span>
        Buyoff
      </Link>
      <nav
        aria-label={t("label")}
        className="order-last flex w-full gap-0.5 overflow-x-auto min-[1000px]:order-none min-[1000px]:flex-col min-[1000px]:overflow-visible"
      >
        {work.map((link) => (
          <NavLink key={link.href} {...link} />
        ))}
        {plan.length === 0 ? null : (
          <h2 className="px-2.5 pt-5 pb-1 text-[13px] font-[600] text-(--rail-ink-2) max-[999px]:sr-only">
            {t("plant")}
          </h2>
        )}
        {plan.map((link) => (
          <NavLink key={link.href} {...link} />
        ))}
      </nav>
      <div className="ml-auto flex items-center gap-3 px-2.5 text-[14px] min-[1000px]:mt-auto min-[1000px]:ml-0 min-[1000px]:grid min-[1000px]:border-t min-[1000px]:border-(--rail-line) min-[1000px]:pt-4">
        <p className="leading-snug max-[999px]:hidden">
          <b className="block font-[650] break-words text-(--rail-bright)">{person}</b>
          {roles.map((of) => role(of)).join(", ")}
          <span className="block text-(--rail-ink-2)">{site}</span>
        </p>
        <LiveRoom since={since} />
        <div className="flex items-center justify-between gap-2">
          <LanguageSwitch />
          <SignOutButton label={t("signOut")} />
        </div>
      </div>
    </header>
  );
}
