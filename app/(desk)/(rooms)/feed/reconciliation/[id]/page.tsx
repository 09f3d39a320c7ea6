import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { FeedTabs } from "#components/desk/feed-tabs";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, OneHead } from "#components/desk/page-head";
import { PrintPage } from "#components/desk/print-page";
import { CountsTable, LinesList, Range, RunState } from "#components/desk/reconciliation";
import { SignReconciliation } from "#components/desk/reconciliation-forms";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import {
  closingsShown,
  kindsOf,
  linesOf,
  linesPerPage,
  type RunShown,
  reconciliation,
} from "#lib/feed/reconcile.queries";
import { closingsSha256 } from "#lib/feed/reconcile.rules";
import { type LineKind, lineKinds } from "#lib/feed/reconcile.schema";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";

type Ask = {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ kind?: string; page?: string; all?: string }>;
};

// The title and the page ask for the same: it is read once.
const runAsked = cache(async (id: string) => {
  const actor = await requireActor("feed.read");
  const run = isId(id) ? await reconciliation(actor, id) : null;
  return run ? { actor, run } : notFound();
});

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { run } = await runAsked((await params).id);
  const t = await getTranslations("desk.reconciliation");
  return { title: `${t("one")} · ${run.connector.name}` };
}

const linesPrinted = 2000;

/** One comparison: how it came out, per day and rule, and every line with what was done about it. */
export default async function Reconciliation({ params, searchParams }: Ask) {
  const { id } = await params;
  const { actor, run } = await runAsked(id);
  const asked = await searchParams;
  const isAll = asked.all === "1";
  const kind = isAll ? null : (lineKinds.find((of) => of === asked.kind) ?? null);
  const page = /^\d{1,4}$/.test(asked.page ?? "") ? Number(asked.page) : 0;
  const most = isAll ? linesPrinted : linesPerPage;
  const [t, plant, kinds, lines] = await Promise.all([
    getTranslations("desk.reconciliation"),
    plantPolicy(actor),
    kindsOf(actor, id),
    linesOf(actor, { run: id, kind, page: isAll ? 0 : page, most }),
  ]);
  const zone = plant.timeZone;
  const chosen = kind === null ? run.lines : (kinds.find((of) => of.kind === kind)?.lines ?? 0);
  const isWhole = isAll || (kind === null && page === 0 && run.lines <= linesPerPage);
  const hasNext = !isAll && (page + 1) * linesPerPage < chosen;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <OneHead
        crumbs={t("crumbs")}
        back={{ href: "/feed/reconciliation", label: t("title") }}
        title={`${t("one")}: ${run.connector.name}`}
        state={<RunState run={run} />}
        actions={
          run.state === "done" ? <Printing run={run} isWhole={isWhole} label={t("all")} /> : null
        }
      />
      <FeedTabs here={null} />
      <Facts run={run} zone={zone} plant={`${plant.code} ${plant.name}`} />
      <Signing run={run} actor={actor} />
      {run.state === "waiting" || run.state === "running" ? (
        <Empty title={t("atWork")} hint={t("atWorkHint")} />
      ) : null}
      {run.counts.length === 0 ? null : (
        <section aria-labelledby="counts" className="mb-7">
          <h2 id="counts" className="mb-3 text-[19px] font-bold">
            {t("countsTitle")}
          </h2>
          <CountsTable counts={run.counts} />
        </section>
      )}
      {run.state === "done" ? (
        <section aria-labelledby="lines">
          <h2 id="lines" className="mb-3 text-[19px] font-bold">
            {t("linesTitle", { count: run.lines })}
          </h2>
          {run.lines === 0 ? (
            <Empty
              title={t("noLines")}
              hint={t(run.isListed ? "noLinesHint" : "noLinesUnlisted")}
            />
          ) : (
            <>
              <Kinds id={id} kinds={kinds} chosen={kind} lines={run.lines} />
              <LinesList
                lines={lines}
                zone={zone}
                mayClose={may(actor, "feed.manage")}
                mayReadUnit={may(actor, "traveler.read")}
              />
              {isAll && chosen > linesPrinted ? (
                <p className="mt-3 text-[15px] text-stop">
                  {t("tooMany", { count: linesPrinted })}
                </p>
              ) : null}
              <Pages
                label={t("pages")}
                words={{ previous: t("previous"), next: t("next") }}
                previous={!isAll && page > 0 ? linkTo(id, kind, page - 1) : null}
                next={hasNext ? linkTo(id, kind, page + 1) : null}
              />
            </>
          )}
        </section>
      ) : null}
    </main>
  );
}

async function Kinds({
  id,
  kinds,
  chosen,
  lines,
}: {
  id: string;
  kinds: readonly { kind: LineKind; lines: number }[];
  chosen: LineKind | null;
  lines: number;
}) {
  const t = await getTranslations("desk.reconciliation");
  return (
    <FilterLinks
      label={t("kinds")}
      links={[
        {
          key: "all",
          label: t("everyKind"),
          count: lines,
          href: linkTo(id, null),
          on: chosen === null,
        },
        ...kinds.map((of) => ({
          key: of.kind,
          label: t(`kind.${of.kind}`),
          count: of.lines,
          href: linkTo(id, of.kind),
          on: chosen === of.kind,
        })),
      ]}
    />
  );
}

function linkTo(id: string, kind: LineKind | null, page = 0): string {
  const query = new URLSearchParams();
  if (kind !== null) query.set("kind", kind);
  if (page > 0) query.set("page", String(page));
  const asked = query.toString();
  return `/feed/reconciliation/${id}${asked === "" ? "" : `?${asked}`}`;
}

/** A document has all of its lines: where a page or one kind of them is shown, they are put on one first. */
function Printing({ run, isWhole, label }: { run: RunShown; isWhole: boolean; label: string }) {
  return isWhole ? (
    <PrintPage />
  ) : (
    <Link
      href={`/feed/reconciliation/${run.id}?all=1`}
      className="rounded border-[1.5px] border-edge px-4 py-2 text-[15px] font-[650] no-underline hover:bg-sheet print:hidden"
    >
      {label}
    </Link>
  );
}

/** Who may sign it; for everybody else why not. */
async function Signing({ run, actor }: { run: RunShown; actor: Actor }) {
  if (run.state !== "done" || run.signed !== null || run.resultSha256 === null) return null;
  const t = await getTranslations("desk.reconciliation");
  const { open, closings } = await closingsShown(actor, run.id);
  const isOwn = run.askedById === actor.id || closings.some(({ by }) => by === actor.id);
  const why =
    open > 0
      ? t("mayNotOpen")
      : !may(actor, "feed.approve")
        ? t("unsigned")
        : isOwn
          ? t("mayNotOwn")
          : null;
  if (why !== null) return <p className="mb-5 text-[15px] text-ink-2">{why}</p>;
  const shown = {
    run: run.id,
    resultSha256: run.resultSha256,
    closingsSha256: closingsSha256(closings),
  };
  return (
    <div className="mb-5 print:hidden">
      <SignReconciliation shown={shown} signer={actor.name} isDemo={env.BUYOFF_DEMO} />
    </div>
  );
}

async function Facts({ run, zone, plant }: { run: RunShown; zone: string; plant: string }) {
  const t = await getTranslations("desk.reconciliation");
  return (
    <dl className="mb-6 grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 max-sm:grid-cols-1 rounded border-[1.5px] border-rule bg-sheet px-5 py-3.5 text-[15px] [&>dt]:text-ink-2">
      <dt>{t("range")}</dt>
      <dd>
        <Range run={run} zone={zone} /> <span className="text-ink-2">({zone})</span>
      </dd>
      <dt>{t("asked")}</dt>
      <dd>
        <Moment at={run.askedAt} zone={zone} shape="full" /> · {run.askedBy ?? t("byItself")} ·{" "}
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
      {run.isListed === null ? null : (
        <>
          <dt>{t("listed")}</dt>
          <dd>{t(run.isListed ? "isListed" : "notListed")}</dd>
        </>
      )}
      {run.note === null ? null : (
        <>
          <dt>{t("note")}</dt>
          <dd className="[overflow-wrap:anywhere]">{run.note}</dd>
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
      {run.resultSha256 === null ? null : (
        <>
          <dt>{t("hash")}</dt>
          <dd className="mono text-[13px] break-all">{run.resultSha256}</dd>
        </>
      )}
    </dl>
  );
}
