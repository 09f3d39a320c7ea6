import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import {
  AddLine,
  ChangeCrosswalk,
  ImportCrosswalk,
  NewCrosswalk,
} from "#components/desk/crosswalk-forms";
import { CrosswalkLines, linesShownMax } from "#components/desk/crosswalk-lines";
import { CrosswalkTabs } from "#components/desk/crosswalk-tabs";
import { HistoryList } from "#components/desk/history-list";
import { Empty, PageHead } from "#components/desk/page-head";
import { SearchBox } from "#components/desk/search-box";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { type CodeKind, isCodeKind } from "#lib/feed/code-kinds.schema";
import { csvOf } from "#lib/feed/crosswalk-file.rules";
import {
  codesWaitedFor,
  connectorsAtSite,
  crosswalksAtSite,
  type ListShown,
  type WaitingCode,
} from "#lib/feed/crosswalks.queries";
import { crosswalkColumns } from "#lib/feed/crosswalks-import.commands";
import { instant } from "#lib/kit/time";
import { historyOfTypes } from "#lib/record/history.queries";

type Params = { params: Promise<{ kind: string }> };
type Ask = { searchParams: Promise<{ q?: string }> };
const types = ["created", "changed", "line_added", "line_changed", "line_ended", "imported"].map(
  (what) => `crosswalk.${what}`,
);

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { kind } = await params;
  const t = await getTranslations("desk.crosswalks");
  return { title: isCodeKind(kind) ? t(`kind.${kind}`) : t("title") };
}

export default async function CrosswalksOfKind({ params, searchParams }: Params & Ask) {
  const actor = await requireActor("feed.read");
  const { kind } = await params;
  if (!isCodeKind(kind)) notFound();
  const search = String((await searchParams).q ?? "")
    .trim()
    .slice(0, 120);
  const [t, lists, waiting, connectors, plant, history] = await Promise.all([
    getTranslations("desk.crosswalks"),
    crosswalksAtSite(actor, kind),
    codesWaitedFor(actor),
    connectorsAtSite(actor),
    plantPolicy(actor),
    historyOfTypes(actor, types, ({ body }) => (body as { kind?: string }).kind === kind, 300),
  ]);
  const manages = may(actor, "feed.manage");
  const stopped = waiting.filter((of) => of.kind === kind);
  const now = instant(Date.now());
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t(`kind.${kind}`)}
        lead={t(`fromHint.${kind}`)}
        actions={manages ? <NewCrosswalk kind={kind} connectors={connectors} /> : null}
      />
      <CrosswalkTabs here="lists" />
      {stopped.length === 0 ? null : (
        <Stopped kind={kind} waiting={stopped} lists={lists} manages={manages} t={t} />
      )}
      {lists.length === 0 ? <Empty title={t("noList")} hint={t("noListHint")} /> : null}
      {search === "" && lists.every(({ lines }) => lines.length <= linesShownMax) ? null : (
        <div className="mb-6">
          <SearchBox
            action={`/feed/crosswalks/${kind}`}
            value={search}
            label={t("search")}
            go={t("find")}
          />
        </div>
      )}
      {lists.map((list) => (
        <section key={list.id} className="mb-8">
          <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
            <div>
              <h2 className="text-[19px] font-bold">
                {t(`scope.${list.scope}`)}, {list.connector ?? t("allSystems")}
              </h2>
              <p className="text-[14px] text-ink-2">
                {t("missingField")} {t(`missing.${list.onMissing}`)}
                {list.defaultCode === null ? null : (
                  <span className="mono"> {list.defaultCode}</span>
                )}
                {" · "}
                {t("version", { version: list.version })}
              </p>
            </div>
            <div className="flex flex-wrap gap-3">
              {list.lines.length === 0 ? null : (
                <a
                  // Without its first sign a spreadsheet takes it for something else than UTF-8.
                  href={`data:text/csv;charset=utf-8,%EF%BB%BF${encodeURIComponent(csvOf(crosswalkColumns(kind), list.lines, plant.timeZone))}`}
                  download={`${kind}-${list.scope}.csv`}
                  className="self-center text-[15px] text-act underline underline-offset-4"
                >
                  {t("export")}
                </a>
              )}
              {manages ? (
                <>
                  <ImportCrosswalk list={list} columns={crosswalkColumns(kind)} />
                  <ChangeCrosswalk list={list} />
                  <AddLine list={list} />
                </>
              ) : null}
            </div>
          </div>
          <CrosswalkLines
            list={list}
            search={search}
            zone={plant.timeZone}
            manages={manages}
            now={now}
          />
        </section>
      ))}
      {history.entries.length === 0 ? null : (
        <>
          <h2 className="mt-8 mb-3 text-[19px] font-bold">{t("history")}</h2>
          <HistoryList history={history} zone={plant.timeZone} />
        </>
      )}
    </main>
  );
}

/** What waits, by the code's name, with the way to let it go: a line in the nearest list that its system asks. */
function Stopped({
  kind,
  waiting,
  lists,
  manages,
  t,
}: {
  kind: CodeKind;
  waiting: readonly WaitingCode[];
  lists: readonly ListShown[];
  manages: boolean;
  t: Awaited<ReturnType<typeof getTranslations<"desk.crosswalks">>>;
}) {
  // Of theirs nothing is stopped: their decision is not taken for one of ours.
  const isTheirs = kind === "disposition";
  const title = t(isTheirs ? "waitingForWords" : "waitingFor");
  return (
    <section
      aria-label={title}
      className="mb-6 grid gap-2 rounded border-2 border-stop bg-stop-wash px-5 py-4"
    >
      <h2 className="text-[17px] font-bold">{title}</h2>
      <ul className="grid gap-2">
        {waiting.map(({ code, connector, deliveries: count }) => {
          const list = lists.find((of) => of.connector === null || of.connector === connector);
          return (
            <li key={`${connector}/${code}`} className="flex flex-wrap items-center gap-3">
              <b className="mono break-all">{code}</b>
              <span className="text-[15px]">
                {t(isTheirs ? "waitingAtWords" : "waitingAt", { count, connector })}
              </span>
              {manages && list ? <AddLine list={list} from={code} /> : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
