import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Moment } from "#components/desk/moment";
import { Empty, OneHead } from "#components/desk/page-head";
import { PrintPage } from "#components/desk/print-page";
import { RunOutcome } from "#components/desk/validation";
import { SignValidation } from "#components/desk/validation-forms";
import { ValidationReport } from "#components/desk/validation-report";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { flowsAtSite } from "#lib/feed/flow.queries";
import { flowParts } from "#lib/feed/flow.schema";
import { resultsOf, validationRun } from "#lib/feed/validation.queries";
import type { ValidationShown } from "#lib/feed/validation.schema";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";

type Ask = { params: Promise<{ id: string }> };

// The title and the page ask for the same: it is read once.
const runAsked = cache(async (id: string) => {
  const actor = await requireActor("feed.read");
  const run = isId(id) ? await validationRun(actor, id) : null;
  return run ? { actor, run } : notFound();
});

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { run } = await runAsked((await params).id);
  const t = await getTranslations("desk.validation");
  return { title: `${t("one")} · ${run.connector.name}` };
}

/** One run as the report that a plant files: dated, whole, and signed. */
export default async function ValidationRunPage({ params }: Ask) {
  const { id } = await params;
  const { actor, run } = await runAsked(id);
  const [t, process, plant, results, flows] = await Promise.all([
    getTranslations("desk.validation"),
    getTranslations("desk.messages.process"),
    plantPolicy(actor),
    resultsOf(actor, id),
    flowsAtSite(actor, { connector: run.connector.id }),
  ]);
  const zone = plant.timeZone;
  const now = flows.find((flow) => flow.process === run.process)?.now.fingerprint ?? null;
  const hasMoved = flowParts.some((part) => now?.[part] !== run.fingerprint?.[part]);
  return (
    <main className="max-w-[1100px] px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <OneHead
        crumbs={t("crumbs")}
        back={{ href: "/feed/validation", label: t("title") }}
        title={`${t("one")}: ${process(run.process)} → ${run.connector.name}`}
        state={<RunOutcome run={run} />}
        actions={run.state === "done" ? <PrintPage /> : null}
      />
      <FeedTabs here={null} />
      <Facts run={run} zone={zone} plant={`${plant.code} ${plant.name}`} />
      <Signing run={run} actor={actor} hasMoved={hasMoved} isDemo={env.BUYOFF_DEMO} />
      {run.state === "waiting" || run.state === "running" ? (
        <Empty title={t("atWork")} hint={t("atWorkHint")} />
      ) : null}
      <ValidationReport results={results} zone={zone} />
    </main>
  );
}

async function Facts({ run, zone, plant }: { run: ValidationShown; zone: string; plant: string }) {
  const t = await getTranslations("desk.validation");
  return (
    <dl className="mb-5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 rounded border-[1.5px] border-rule bg-sheet px-5 py-3.5 text-[15px] max-sm:grid-cols-1 [&>dt]:text-ink-2">
      <dt>{t("mode")}</dt>
      <dd>
        <b className="font-[650]">{t(`modes.${run.mode}`)}</b>{" "}
        <span className="text-ink-2">{t(`modeHint.${run.mode}`)}</span>
      </dd>
      <dt>{t("asked")}</dt>
      <dd>
        <Moment at={run.askedAt} zone={zone} shape="full" /> · {run.askedBy ?? t("byCommand")} ·{" "}
        {plant}
      </dd>
      {run.endedAt === null ? null : (
        <>
          <dt>{t("ended")}</dt>
          <dd>
            <Moment at={run.endedAt} zone={zone} shape="full" />
          </dd>
        </>
      )}
      {run.signed === null ? null : (
        <>
          <dt>{t("signature")}</dt>
          <dd>
            <b className="font-[650]">{run.signed.by}</b>{" "}
            <Moment at={run.signed.at} zone={zone} shape="full" />
            <span className="block">
              {t("meaning")}: <q>{run.signed.meaning}</q>
            </span>
          </dd>
        </>
      )}
      {run.note === null ? null : (
        <>
          <dt>{t("note")}</dt>
          <dd className="[overflow-wrap:anywhere]">{run.note}</dd>
        </>
      )}
      {run.fingerprint === null ? null : (
        <>
          <dt>{t("fingerprint")}</dt>
          <dd>
            <ul className="grid gap-0.5 text-[13px]">
              {flowParts.map((part) => (
                <li key={part}>
                  {t(`part.${part}`)}{" "}
                  <span className="mono break-all text-ink-2">{run.fingerprint?.[part]}</span>
                </li>
              ))}
            </ul>
          </dd>
        </>
      )}
      {run.resultSha256 === null ? null : (
        <>
          <dt>{t("hash")}</dt>
          <dd className="mono text-[13px] break-all">{run.resultSha256}</dd>
        </>
      )}
    </dl>
  );
}

/** Who may sign it; for everybody else why not. */
async function Signing({
  run,
  actor,
  hasMoved,
  isDemo,
}: {
  run: ValidationShown;
  actor: Actor;
  hasMoved: boolean;
  isDemo: boolean;
}) {
  if (run.state !== "done" || run.signed !== null || run.resultSha256 === null) return null;
  const t = await getTranslations("desk.validation");
  const why =
    run.failed > 0
      ? t("mayNotFailed")
      : hasMoved
        ? t("movedSince")
        : run.askedById === actor.id
          ? t("mayNotOwn")
          : null;
  if (why !== null) return <p className="mb-5 text-[15px] text-ink-2 print:hidden">{why}</p>;
  if (!may(actor, "feed.approve"))
    return <p className="mb-5 text-[15px] text-ink-2 print:hidden">{t("unsigned")}</p>;
  return (
    <div className="mb-5 print:hidden">
      <SignValidation
        run={run.id}
        resultSha256={run.resultSha256}
        signer={actor.name}
        isDemo={isDemo}
      />
    </div>
  );
}
