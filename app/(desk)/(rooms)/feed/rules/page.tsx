import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EvaluationLines } from "#components/desk/evaluation-lines";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Link } from "#components/desk/link";
import { Empty, PageHead } from "#components/desk/page-head";
import { NewRule } from "#components/desk/rule-forms";
import { NewRuleLines, RuleLines } from "#components/desk/rule-lines";
import { SearchBox } from "#components/desk/search-box";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { evaluationsOf, rulesAtSite, unitsFound } from "#lib/feed/rules.queries";
import { newShipped } from "#lib/feed/shipped-rules.rules";
import { instant, plusMinutes } from "#lib/kit/time";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.rules"))("title") };
}

/** The rules of the site, what they failed on, and where to ask why something became an NCR or not. */
export default async function Rules({ searchParams }: { searchParams: Promise<{ q?: string }> }) {
  const actor = await requireActor("feed.read");
  const asked = (await searchParams).q?.trim() ?? "";
  const lastWeek = plusMinutes(instant(Date.now()), -7 * 24 * 60);
  const [t, plant, rules, found, failed] = await Promise.all([
    getTranslations("desk.rules"),
    plantPolicy(actor),
    rulesAtSite(actor),
    unitsFound(actor, asked),
    evaluationsOf(actor, { failedSince: lastWeek }),
  ]);
  const [only] = found.length === 1 ? found : [];
  const lines = only ? await evaluationsOf(actor, { traveler: only.id }) : [];
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={may(actor, "feed.manage") ? <NewRule /> : null}
      />
      <FeedTabs here="rules" />
      <section aria-labelledby="why" className="mb-6">
        <h2 id="why" className="mb-2 text-[16px] font-bold">
          {t("why")}
        </h2>
        <SearchBox action="/feed/rules" value={asked} label={t("whyHint")} go={t("find")} />
        {asked !== "" && found.length === 0 ? (
          <div className="mt-3">
            <Empty title={t("foundNone")} hint={t("foundNoneHint")} />
          </div>
        ) : null}
        {found.length > 1 ? (
          <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1">
            {found.map(({ id, unit, order }) => (
              <li key={id}>
                <Link
                  href={`/feed/rules?q=${encodeURIComponent(unit)}`}
                  className="mono font-[650] underline underline-offset-4"
                >
                  {unit}
                </Link>{" "}
                <span className="mono text-[14px] text-ink-2">{order}</span>
              </li>
            ))}
          </ul>
        ) : null}
        {only ? (
          <div className="mt-3">
            <h3 className="mb-1.5 text-[15px] font-[650]">
              {t("evaluated")} <span className="mono">{only.unit}</span>
            </h3>
            <EvaluationLines lines={lines} zone={plant.timeZone} units />
          </div>
        ) : null}
      </section>
      {failed.length === 0 ? null : (
        <section aria-labelledby="failed" className="mb-6">
          <h2 id="failed" className="text-[16px] font-bold text-stop">
            {t("failed")}
          </h2>
          <p className="mb-2 max-w-[70ch] text-[15px] text-ink-2">{t("failedLead")}</p>
          <EvaluationLines lines={failed} zone={plant.timeZone} units />
        </section>
      )}
      {rules.length === 0 ? <Empty title={t("none")} hint={t("noneHint")} /> : null}
      <NewRuleLines
        rules={newShipped(rules.map(({ code }) => code))}
        mayTake={may(actor, "feed.manage")}
      />
      <RuleLines rules={rules} />
    </main>
  );
}
