import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { FilterLinks } from "#components/desk/filter-links";
import { HistoryList } from "#components/desk/history-list";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { PageHead } from "#components/desk/page-head";
import { RefusalWhy } from "#components/desk/refusal-words";
import { RuleDiffers, RuleSays } from "#components/desk/rule-content";
import {
  ApproveRule,
  ChangeRule,
  NextVersion,
  RetireRule,
  TakeShipped,
  TryRule,
} from "#components/desk/rule-forms";
import { RuleStateChip } from "#components/desk/rule-state";
import { ruleTitle } from "#components/desk/rule-title";
import { RuleTrial } from "#components/desk/rule-trial";
import { FlowStandings } from "#components/desk/validation";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { followable, openable } from "#lib/feed/documents.rules";
import { flowsAtSite } from "#lib/feed/flow.queries";
import {
  type RuleShown,
  type RuleToDecide,
  ruleAtSite,
  ruleToDecide,
  type VersionShown,
} from "#lib/feed/rules.queries";
import { fromTheBeginning } from "#lib/feed/rules.rules";
import { formOfContent } from "#lib/feed/rules-forms.schema";
import type { NewerShipped } from "#lib/feed/shipped-rules.rules";
import { env } from "#lib/kit/env";
import { inLocale, type Locale } from "#lib/messages/locales";
import type { Actor } from "#lib/people/schema";
import { historyOf } from "#lib/record/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.rules"))("title") };
}

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ version?: string }> };

/** One rule: what each version says, how it was tried, who signed it. */
export default async function Rule({ params, searchParams }: Props) {
  const actor = await requireActor("feed.read");
  const { id } = await params;
  const rule = isId(id) ? await ruleAtSite(actor, id) : null;
  const asked = Number((await searchParams).version);
  const of = rule?.versions.find(({ version }) => version === asked) ?? rule?.versions.at(-1);
  if (!rule || !of) notFound();
  const [t, titles, validation, processes, plant, history, deciding, flows] = await Promise.all([
    getTranslations("desk.rules"),
    getTranslations("desk.rules.shippedTitle"),
    getTranslations("desk.validation"),
    getTranslations("desk.messages.process"),
    plantPolicy(actor),
    historyOf(actor, "feed", rule.id),
    ruleToDecide(actor, rule, of),
    flowsAtSite(actor),
  ]);
  const own = flows.filter(({ rules }) => rules.includes(rule.code));
  const before = rule.versions.find(({ version }) => version === of.version - 1);
  const { dryRun } = deciding;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <nav aria-label={t("crumbs")} className="mb-1 text-[14px] text-ink-2">
        <Link href="/feed/rules" className="underline-offset-4 hover:underline">
          {t("title")}
        </Link>{" "}
        / {processes(rule.process)}
      </nav>
      <PageHead
        title={rule.code}
        lead={ruleTitle(titles, rule.code, of.content.title)}
        actions={<RuleActs rule={rule} of={of} actor={actor} connectors={deciding.connectors} />}
      />
      <FeedTabs here="rules" />
      <FilterLinks
        label={t("history")}
        links={rule.versions.map(({ version, state }) => ({
          key: String(version),
          label: `${t("version", { version })} · ${t(`state.${state}`)}`,
          href: `/feed/rules/${rule.id}?version=${version}`,
          on: version === of.version,
        }))}
      />
      <section aria-labelledby="says" className="mb-7">
        <h2 id="says" className="mb-2 flex flex-wrap items-center gap-3 text-[18px] font-bold">
          {t("says")} <RuleStateChip state={of.state} />
        </h2>
        <p className="mb-3 text-[15px] text-ink-2">
          {of.authorId === null ? t("withProduct") : t("draftBy", { person: of.author ?? "" })}
          {of.approver === null ? null : <> · {t("approvedBy", { person: of.approver })}</>}
          {of.effectiveFrom === null ? null : of.effectiveFrom === fromTheBeginning ? (
            <> · {t("fromBeginning")}</>
          ) : (
            <>
              {" "}
              · {t(of.state === "approved" ? "inForceFrom" : "since")}{" "}
              <Moment at={of.effectiveFrom} zone={plant.timeZone} shape="full" />
            </>
          )}
        </p>
        <RuleSays code={rule.code} content={of.content} />
        <p className="mono mt-1.5 text-[13px] [overflow-wrap:anywhere] text-ink-2">
          SHA-256 {of.contentSha256}
        </p>
      </section>
      {rule.newer && of === rule.versions.at(-1) ? (
        <Newer rule={rule} newer={rule.newer} of={of} actor={actor} />
      ) : null}
      {own.length === 0 ? null : (
        <section aria-labelledby="validation" className="mb-7">
          <h2 id="validation" className="mb-2 text-[18px] font-bold">
            {validation("document")}
          </h2>
          <FlowStandings flows={own} zone={plant.timeZone} />
        </section>
      )}
      {before ? (
        <section aria-labelledby="differs" className="mb-7">
          <h2 id="differs" className="mb-2 text-[18px] font-bold">
            {t("differs", { version: before.version })}
          </h2>
          <RuleDiffers before={before.content} after={of.content} />
        </section>
      ) : null}
      {dryRun ? <RuleTrial run={dryRun} zone={plant.timeZone} /> : null}
      {of.state === "draft" || of.state === "tested" ? (
        <Deciding rule={rule} of={of} actor={actor} deciding={deciding} />
      ) : null}
      <section aria-labelledby="history">
        <h2 id="history" className="mb-2 text-[18px] font-bold">
          {t("history")}
        </h2>
        <HistoryList history={history} zone={plant.timeZone} />
      </section>
    </main>
  );
}

type OfVersion = { rule: RuleShown; of: VersionShown; actor: Actor };
const namedOf = ({ rule, of }: Omit<OfVersion, "actor">) => ({
  rule: rule.id,
  code: rule.code,
  version: of.version,
});

/** What this reader may do with this version. */
async function RuleActs({
  rule,
  of,
  actor,
  connectors,
}: OfVersion & { connectors: readonly string[] }) {
  const [plant, locale] = await Promise.all([plantPolicy(actor), getLocale()]);
  const named = namedOf({ rule, of });
  const isDraft = of.state === "draft" || of.state === "tested";
  const isLast = of === rule.versions.at(-1);
  const choices = {
    process: rule.process,
    connectors,
    opens: openable(rule.process),
    follows: followable(rule.process),
    holdReasons: plant.holdReasons.map(({ code, label }) => ({
      value: code,
      label: inLocale(label, locale as Locale),
    })),
  };
  return (
    <div className="flex flex-wrap gap-3">
      {isDraft && may(actor, "feed.manage") ? (
        <ChangeRule
          key={of.contentSha256}
          of={named}
          initial={formOfContent(of.content)}
          choices={choices}
        />
      ) : null}
      {isDraft ? <TryRule of={named} /> : null}
      {isLast && !isDraft && may(actor, "feed.manage") ? <NextVersion of={named} /> : null}
      {of.state !== "retired" && may(actor, "feed.approve") ? <RetireRule of={named} /> : null}
    </div>
  );
}

/** The product brings it in another form by now: what would become of it here, to be taken as a draft. */
async function Newer({ rule, newer, of, actor }: OfVersion & { newer: NewerShipped }) {
  const t = await getTranslations("desk.rules");
  const member = await getTranslations("desk.rules.member");
  const isDraft = of.state === "draft" || of.state === "tested";
  const kept = newer.kept.flatMap((name) => (member.has(name) ? [member(name as "title")] : []));
  return (
    <section
      aria-labelledby="newer"
      className="mb-7 grid gap-3 rounded border-[1.5px] border-rule border-l-[6px] border-l-act bg-sheet px-5 py-4"
    >
      <h2 id="newer" className="text-[18px] font-bold">
        {t("newerTitle")}
      </h2>
      <p className="max-w-[70ch] text-[15px] text-ink-2">{t("newerLead")}</p>
      <RuleDiffers before={of.content} after={newer.content} />
      {kept.length === 0 ? null : (
        <p className="text-[15px] text-ink-2">{t("newerKept", { members: kept.join(", ") })}</p>
      )}
      {isDraft ? <p className="text-[15px] text-ink-2">{t("newerDraft")}</p> : null}
      {!isDraft && may(actor, "feed.manage") ? (
        <div>
          <TakeShipped of={namedOf({ rule, of })} />
        </div>
      ) : null}
    </section>
  );
}

/** What stands against a draft, and the signature that puts it in force. */
async function Deciding({ rule, of, actor, deciding }: OfVersion & { deciding: RuleToDecide }) {
  const t = await getTranslations("desk.rules");
  const { dryRun, problems, isOwn } = deciding;
  const mayApprove = may(actor, "feed.approve");
  return (
    <section aria-label={t("approve")} className="mb-7 grid justify-items-start gap-3">
      {problems.length === 0 ? null : (
        <div className="rounded border-[1.5px] border-stop bg-stop-wash px-4 py-3">
          <h2 className="text-[15px] font-bold text-stop">{t("stands")}</h2>
          <ul className="grid gap-1 text-[15px]">
            {problems.map((problem) => (
              <li key={JSON.stringify(problem)} className="[overflow-wrap:anywhere]">
                <RefusalWhy refused={problem} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {dryRun === null ? <p className="text-[15px] text-ink-2">{t("notTried")}</p> : null}
      {mayApprove && isOwn ? <p className="text-[15px] text-ink-2">{t("own")}</p> : null}
      {mayApprove && !isOwn && dryRun && problems.length === 0 ? (
        <ApproveRule
          key={dryRun.resultSha256}
          of={namedOf({ rule, of })}
          contentSha256={of.contentSha256}
          dryRunSha256={dryRun.resultSha256}
          signer={actor.name}
          isDemo={env.BUYOFF_DEMO}
        />
      ) : null}
    </section>
  );
}
