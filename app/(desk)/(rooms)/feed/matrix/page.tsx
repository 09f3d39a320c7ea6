import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Moment } from "#components/desk/moment";
import { PageHead } from "#components/desk/page-head";
import { PrintPage } from "#components/desk/print-page";
import { RuleMatrix } from "#components/desk/rule-matrix";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import { rulesAtSite } from "#lib/feed/rules.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.matrix"))("title") };
}

/** Which process consumes which element, from the rules that are there. */
export default async function Matrix() {
  const actor = await requireActor("feed.read");
  const [t, plant, rules] = await Promise.all([
    getTranslations("desk.matrix"),
    plantPolicy(actor),
    rulesAtSite(actor),
  ]);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <PageHead title={t("title")} lead={t("lead")} actions={<PrintPage />} />
      <FeedTabs here="matrix" />
      <p className="mb-4 text-[15px]">
        {t("asOf", { site: plant.code, name: plant.name })}{" "}
        <Moment at={new Date()} zone={plant.timeZone} shape="full" />
      </p>
      <RuleMatrix rules={rules} zone={plant.timeZone} />
    </main>
  );
}
