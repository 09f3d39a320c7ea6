import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Ownership } from "#components/desk/interface-document";
import { Moment } from "#components/desk/moment";
import { PageHead } from "#components/desk/page-head";
import { PrintPage } from "#components/desk/print-page";
import { RuleMatrix } from "#components/desk/rule-matrix";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import { pathsOf } from "#lib/feed/interface.rules";
import { freshnessAtSite } from "#lib/feed/ownership.queries";
import { rulesAtSite } from "#lib/feed/rules.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.matrix"))("title") };
}

/** Who has the last word on which data, and which process consumes which element, from what is configured. */
export default async function Matrix() {
  const actor = await requireActor("feed.read");
  const [t, plant, rules, fresh] = await Promise.all([
    getTranslations("desk.matrix"),
    plantPolicy(actor),
    rulesAtSite(actor),
    freshnessAtSite(actor),
  ]);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <PageHead title={t("title")} lead={t("lead")} actions={<PrintPage />} />
      <FeedTabs here="matrix" />
      <p className="mb-4 text-[15px]">
        {t("asOf", { site: plant.code, name: plant.name })}{" "}
        <Moment at={new Date()} zone={plant.timeZone} shape="full" />
      </p>
      <section aria-labelledby="ownership" className="mb-7">
        <h2 id="ownership" className="mb-2 text-[18px] font-bold">
          {t("ownership")}
        </h2>
        <Ownership paths={pathsOf(rules)} fresh={fresh} zone={plant.timeZone} />
      </section>
      <RuleMatrix rules={rules} zone={plant.timeZone} />
    </main>
  );
}
