import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Empty, PageHead } from "#components/desk/page-head";
import { CasesList, FlowsList, ValidationRuns } from "#components/desk/validation";
import { ChangeCase } from "#components/desk/validation-forms";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { flowsAtSite } from "#lib/feed/flow.queries";
import { casesAtSite, validationRuns } from "#lib/feed/validation.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.validation"))("title") };
}

/** How each flow stands, what was executed, and by which cases. */
export default async function ValidationRoom() {
  const actor = await requireActor("feed.read");
  const [t, plant, flows, runs, cases] = await Promise.all([
    getTranslations("desk.validation"),
    plantPolicy(actor),
    flowsAtSite(actor),
    validationRuns(actor),
    casesAtSite(actor),
  ]);
  const zone = plant.timeZone;
  const manages = may(actor, "feed.manage");
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      <FeedTabs here="validation" />
      <section aria-labelledby="flows" className="mb-8">
        <h2 id="flows" className="text-[19px] font-bold">
          {t("flows")}
        </h2>
        <p className="mb-3 text-[15px] text-ink-2">{t("flowsLead")}</p>
        {flows.length === 0 ? (
          <Empty title={t("noFlows")} hint={t("noFlowsHint")} />
        ) : (
          <FlowsList flows={flows} cases={cases} zone={zone} manages={manages} />
        )}
      </section>
      <section aria-labelledby="runs" className="mb-8">
        <h2 id="runs" className="mb-3 text-[19px] font-bold">
          {t("runs")}
        </h2>
        {runs.length === 0 ? (
          <Empty title={t("noRuns")} hint={t("noRunsHint")} />
        ) : (
          <ValidationRuns runs={runs} zone={zone} />
        )}
      </section>
      <section aria-labelledby="cases">
        <div className="mb-3 flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
          <div className="min-w-0 flex-1 basis-80">
            <h2 id="cases" className="text-[19px] font-bold">
              {t("cases")}
            </h2>
            <p className="text-[15px] text-ink-2">{t("casesLead")}</p>
          </div>
          {manages ? <ChangeCase existing={null} /> : null}
        </div>
        <CasesList cases={cases} manages={manages} />
      </section>
    </main>
  );
}
