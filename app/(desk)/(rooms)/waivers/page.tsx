import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { AskWaiver } from "#components/desk/ask-waiver";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { Empty, PageHead } from "#components/desk/page-head";
import { WaiverLines } from "#components/desk/waiver-lines";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import { env } from "#lib/kit/env";
import { instant } from "#lib/kit/time";
import { inLocale, type Locale } from "#lib/messages/locales";
import {
  unitsInWork,
  waiverChoices,
  waiversCounted,
  waiversFound,
} from "#lib/travelers/waivers.queries";
import { waiverStandings } from "#lib/travelers/waivers.schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.waivers"))("title") };
}

type Ask = { show?: string; page?: string };

/** Who may do on one unit what they are not qualified for: asked for, granted, over or revoked. */
export default async function Waivers({ searchParams }: { searchParams: Promise<Ask> }) {
  const actor = await requireActor("revokeWaiver");
  const asked = await searchParams;
  const shown = waiverStandings.find((of) => of === asked.show) ?? "waiting";
  const page = Math.max(1, Math.trunc(Number(asked.page)) || 1);
  const now = new Date();
  const [t, plant, counts, found, units, choices] = await Promise.all([
    getTranslations("desk.waivers"),
    plantPolicy(actor),
    waiversCounted(actor, now),
    waiversFound(actor, shown, page, now),
    unitsInWork(actor),
    waiverChoices(actor),
  ]);
  const locale = (await getLocale()) as Locale;
  const linkTo = (to: number) => `/waivers?show=${shown}${to > 1 ? `&page=${to}` : ""}`;
  const reader = { id: actor.id, name: actor.name, mayGrant: actor.roles.includes("quality") };
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          choices.qualifications.length === 0 ? null : (
            <AskWaiver
              units={units}
              people={choices.people}
              qualifications={choices.qualifications.map(({ code, name }) => ({
                value: code,
                label: `${code} · ${inLocale(name, locale)}`,
              }))}
              zone={plant.timeZone}
              at={instant(now.getTime())}
              signer={actor.name}
              isDemo={env.BUYOFF_DEMO}
            />
          )
        }
      />
      <FilterLinks
        label={t("filters")}
        links={waiverStandings.map((key) => ({
          key,
          label: t(`show.${key}`),
          href: `/waivers?show=${key}`,
          on: key === shown,
          ...(key === "ended" ? {} : { count: counts[key] }),
        }))}
      />
      {found.lines.length === 0 ? (
        <Empty title={t(`none.${shown}`)} hint={t(`noneHint.${shown}`)} />
      ) : null}
      <WaiverLines
        lines={found.lines}
        reader={reader}
        zone={plant.timeZone}
        isDemo={env.BUYOFF_DEMO}
      />
      <Pages
        label={t("pages")}
        words={{ previous: t("previous"), next: t("next") }}
        previous={page > 1 ? linkTo(page - 1) : null}
        next={found.more ? linkTo(page + 1) : null}
      />
    </main>
  );
}
