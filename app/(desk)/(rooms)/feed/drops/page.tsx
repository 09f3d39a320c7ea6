import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AskDrop, PlanDrop } from "#components/desk/drop-forms";
import { DropPlans, DropsTable } from "#components/desk/drops";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Pages } from "#components/desk/filter-links";
import { Empty, PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { dropEnds, drops, dropsPerPage, plans } from "#lib/feed/drops-shown.queries";
import { dateIn, instant } from "#lib/kit/time";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.drops"))("title") };
}

const weekMs = 7 * 24 * 60 * 60_000;

/** Batches of evidence: what was written where, and what is asked for by itself. */
export default async function Drops({
  searchParams,
}: {
  searchParams: Promise<{ page?: string }>;
}) {
  const actor = await requireActor("feed.read");
  const asked = await searchParams;
  const page = /^\d{1,4}$/.test(asked.page ?? "") ? Number(asked.page) : 0;
  const [t, plant, found, planned, ends] = await Promise.all([
    getTranslations("desk.drops"),
    plantPolicy(actor),
    drops(actor, page),
    plans(actor),
    dropEnds(actor),
  ]);
  const zone = plant.timeZone;
  const today = dateIn(zone, instant(Date.now()));
  const weekAgo = dateIn(zone, instant(Date.now() - weekMs));
  const manages = may(actor, "feed.manage");
  const begin =
    manages && ends.places.length > 0 ? (
      <div className="flex flex-wrap gap-3">
        <PlanDrop {...ends} from={today} />
        <AskDrop {...ends} from={weekAgo} to={today} />
      </div>
    ) : null;
  const linkTo = (to: number) => (to === 0 ? "/feed/drops" : `/feed/drops?page=${to}`);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={begin} />
      <FeedTabs here="drops" />
      <DropPlans plans={planned} zone={zone} manages={manages} />
      {found.length === 0 ? (
        <Empty title={t("none")} hint={t(ends.places.length === 0 ? "noPlace" : "noneHint")} />
      ) : (
        <DropsTable drops={found.slice(0, dropsPerPage)} zone={zone} />
      )}
      <Pages
        label={t("pages")}
        words={{ previous: t("previous"), next: t("next") }}
        previous={page > 0 ? linkTo(page - 1) : null}
        next={found.length > dropsPerPage ? linkTo(page + 1) : null}
      />
    </main>
  );
}
