import Link from "next/link";
import { useTranslations } from "next-intl";
import { LanguageSwitch } from "#components/desk/language-switch";
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
};

export function Rail({
  person,
  roles,
  site,
  work,
  plan,
}: {
  person: string;
  roles: readonly Role[];
  site: string;
  work: readonly RailLink[];
  plan: readonly RailLink[];
}) {
  const t = useTranslations("desk.rail");
  const role = useTranslations("common.role");
  return (
    <nav
      aria-label={t("label")}
      className="sticky top-0 flex h-dvh flex-col gap-0.5 overflow-y-auto bg-(--rail) px-3.5 py-5 text-(--rail-ink) print:hidden"
    >
      <Link
        href="/"
        className="mb-4 flex items-center gap-2.5 px-2.5 text-[22px] font-extrabold text-(--rail-bright) no-underline focus-visible:outline-(--rail-bright)"
      >
        <span className="text-[#7fd6a4]">
          <BuyoffMark />
        </span>
        Buyoff
      </Link>
      {work.map((link) => (
        <NavLink key={link.href} {...link} />
      ))}
      {plan.length === 0 ? null : (
        <h2 className="px-2.5 pt-5 pb-1 text-[13px] font-[600] text-(--rail-ink-2)">
          {t("plant")}
        </h2>
      )}
      {plan.map((link) => (
        <NavLink key={link.href} {...link} />
      ))}
      <div className="mt-auto grid gap-3 border-t border-(--rail-line) px-2.5 pt-4 text-[14px]">
        <p className="leading-snug">
          <b className="block font-[650] text-(--rail-bright)">{person}</b>
          {roles.map((of) => role(of)).join(", ")}
          <span className="block text-(--rail-ink-2)">{site}</span>
        </p>
        <div className="flex items-center justify-between gap-2">
          <LanguageSwitch />
          <SignOutButton label={t("signOut")} />
        </div>
      </div>
    </nav>
  );
}
