import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Empty, PageHead } from "#components/desk/page-head";
import { RunsTable, Schedules } from "#components/desk/reconciliation";
import { StartReconciliation } from "#components/desk/reconciliation-forms";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { reconciliations, schedules } from "#lib/feed/reconcile.queries";
import { dateIn, instant } from "#lib/kit/time";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.reconciliation"))("title") };
}

const weekMs = 7 * 24 * 60 * 60_000;

/** What was sent, compared with what other systems hold: each comparison, and when the next is. */
export default async function Reconciliations() {
  const actor = await requireActor("feed.read");
  const [t, plant, runs, connectors] = await Promise.all([
    getTranslations("desk.reconciliation"),
    plantPolicy(actor),
    reconciliations(actor),
    schedules(actor),
  ]);
  const zone = plant.timeZone;
  const now = Date.now();
  const manages = may(actor, "feed.manage");
  const begin =
    manages && connectors.length > 0 ? (
      <StartReconciliation
        connectors={connectors.map(({ id, name }) => ({ value: id, label: name }))}
        from={dateIn(zone, instant(now - weekMs))}
        to={dateIn(zone, instant(now))}
      />
    ) : null;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={begin} />
      <FeedTabs here="reconciliation" />
      <Schedules schedules={connectors} zone={zone} manages={manages} />
      {runs.length === 0 ? (
        <Empty title={t("none")} hint={t(connectors.length === 0 ? "noneToCompare" : "noneHint")} />
      ) : (
        <RunsTable runs={runs} zone={zone} />
      )}
    </main>
  );
}
