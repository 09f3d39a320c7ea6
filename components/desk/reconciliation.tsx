import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { CloseLine, ScheduleReconciliation } from "#components/desk/reconciliation-forms";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { LineShown, RunShown, Schedule } from "#lib/feed/reconcile.queries";
import type { Detail } from "#lib/feed/reconcile.rules";
import { type DayCount, type LineKind, outcomes } from "#lib/feed/reconcile.schema";

/** In words, because a color alone says nothing to some. */
export function RunState({ run }: { run: RunShown }) {
  const t = useTranslations("desk.reconciliation");
  if (run.state === "done") {
    return run.unexplained === 0 ? (
      <Chip tone="ok">{t("allExplained")}</Chip>
    ) : (
      <Chip tone="stop">{t("unexplained", { count: run.unexplained })}</Chip>
    );
  }
  const tone: ChipTone = run.state === "failed" ? "stop" : "act";
  return <Chip tone={tone}>{t(`state.${run.state}`)}</Chip>;
}

/** The range in whole days of the plant: its end is the last moment before midnight. */
export function Range({ run, zone }: { run: Pick<RunShown, "from" | "to">; zone: string }) {
  return (
    <>
      <Moment at={run.from} zone={zone} shape="day" /> –{" "}
      <Moment at={new Date(run.to.getTime() - 1)} zone={zone} shape="day" />
    </>
  );
}

export function RunsTable({ runs, zone }: { runs: readonly RunShown[]; zone: string }) {
  const t = useTranslations("desk.reconciliation");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("range")}</th>
            <th className={th}>{t("result")}</th>
            <th className={`${th} max-sm:hidden`}>{t("system")}</th>
            <th className={`${th} text-right max-md:hidden`}>{t("lines")}</th>
            <th className={`${th} max-lg:hidden`}>{t("asked")}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row" className={`${td} text-left font-normal`}>
                <Link
                  href={`/feed/reconciliation/${run.id}`}
                  className="font-[650] text-ink underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  <Range run={run} zone={zone} />
                </Link>
              </th>
              <td className={td}>
                <RunState run={run} />
                {run.signed === null ? null : (
                  <p className="mt-1 text-[13px] text-ink-2">
                    {t("signedBy", { name: run.signed.by })}
                  </p>
                )}
                {run.note === null ? null : (
                  <p className="mt-1 line-clamp-2 max-w-[46ch] text-[13px] [overflow-wrap:anywhere] text-ink-2">
                    {run.note}
                  </p>
                )}
              </td>
              <td className={`${td} max-sm:hidden [overflow-wrap:anywhere]`}>
                {run.connector.name}
              </td>
              <td className={`${td} mono text-right max-md:hidden`}>{run.lines}</td>
              <td className={`${td} text-[14px] text-ink-2 max-lg:hidden`}>
                <Moment at={run.askedAt} zone={zone} />
                <span className="block text-[13px]">{run.askedBy ?? t("byItself")}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** When each system is compared with by itself. */
export function Schedules({
  schedules,
  zone,
  manages,
}: {
  schedules: readonly Schedule[];
  zone: string;
  manages: boolean;
}) {
  const t = useTranslations("desk.reconciliation");
  const kept = schedules.filter(({ isRecords }) => isRecords);
  if (kept.length === 0) return null;
  return (
    <section aria-label={t("schedules")} className="mb-5">
      <ul className="grid gap-2">
        {kept.map(({ id, name, hour }) => (
          <li
            key={id}
            className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-3"
          >
            <p className="text-[15px] [overflow-wrap:anywhere]">
              <b className="font-[650]">{name}</b>{" "}
              <span className="text-ink-2">
                {hour === null
                  ? t("onlyAsked")
                  : t("daily", { hour: `${String(hour).padStart(2, "0")}:00`, zone })}
              </span>
            </p>
            {manages ? <ScheduleReconciliation connector={id} name={name} hour={hour} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function CountsTable({ counts }: { counts: readonly DayCount[] }) {
  const t = useTranslations("desk.reconciliation");
  const columns = ["produced", ...outcomes] as const;
  const total = (of: (typeof columns)[number]) => counts.reduce((sum, one) => sum + one[of], 0);
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("countsTitle")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("day")}</th>
            <th className={th}>{t("rule")}</th>
            {columns.map((of) => (
              <th key={of} className={`${th} text-right`}>
                {t(`outcome.${of}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row) => (
            <tr key={`${row.day} ${row.rule}`}>
              <th scope="row" className={`${td} mono text-left font-normal whitespace-nowrap`}>
                {row.day}
              </th>
              <td className={`${td} mono min-w-[16ch] text-[14px] [overflow-wrap:anywhere]`}>
                {row.rule}
              </td>
              {columns.map((of) => (
                <Count key={of} of={of} count={row[of]} />
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-t-[1.5px] border-rule font-[650]">
            <th scope="row" colSpan={2} className={`${td} text-left`}>
              {t("total")}
            </th>
            {columns.map((of) => (
              <Count key={of} of={of} count={total(of)} />
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Count({ of, count }: { of: string; count: number }) {
  const isBad = count > 0 && (of === "rejected" || of === "missing" || of === "unknown");
  const look = count === 0 ? "text-ink-3" : isBad ? "font-[650] text-stop" : "";
  return <td className={`${td} mono text-right ${look}`}>{count}</td>;
}

const grave: readonly LineKind[] = ["missing", "reused", "duplicate", "rejected", "unknown"];

export function LinesList({
  lines,
  zone,
  mayClose,
  mayReadUnit,
}: {
  lines: readonly LineShown[];
  zone: string;
  mayClose: boolean;
  mayReadUnit: boolean;
}) {
  const t = useTranslations("desk.reconciliation");
  return (
    <ol className="rounded border-[1.5px] border-rule bg-sheet">
      {lines.map((line) => (
        <li
          key={line.id}
          className="grid grid-cols-[190px_minmax(0,1fr)_auto] items-start gap-x-5 gap-y-2 border-t border-sunk px-5 py-3 text-[15px] first:border-t-0 max-md:grid-cols-1 print:break-inside-avoid"
        >
          <div>
            <Chip tone={line.closed ? "plain" : grave.includes(line.kind) ? "stop" : "warn"}>
              {t(`kind.${line.kind}`)}
            </Chip>
            {line.day === null ? null : (
              <span className="mono mt-1 block text-[13px] text-ink-2">{line.day}</span>
            )}
          </div>
          <div className="grid min-w-0 gap-1">
            <p className="flex flex-wrap gap-x-4 gap-y-1 [overflow-wrap:anywhere]">
              <Subject line={line} mayReadUnit={mayReadUnit} />
            </p>
            <p className="text-[14px] text-ink-2">{t(`means.${line.kind}`)}</p>
            <What detail={line.detail} />
            {line.closed === null ? null : (
              <p className="text-[14px]">
                {t(line.closed.isEarlier ? "closedEarlier" : "closed", { name: line.closed.by })}{" "}
                <Moment at={line.closed.at} zone={zone} shape="full" />:{" "}
                <q className="[overflow-wrap:anywhere]">{line.closed.reason ?? t("gone")}</q>
              </p>
            )}
          </div>
          {mayClose && line.closed === null ? (
            <div className="print:hidden">
              <CloseLine
                line={line.id}
                about={[t(`kind.${line.kind}`), line.number ?? line.unit]
                  .filter(Boolean)
                  .join(", ")}
              />
            </div>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

const linked =
  "mono underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act";

function Subject({ line, mayReadUnit }: { line: LineShown; mayReadUnit: boolean }) {
  const t = useTranslations("desk.reconciliation");
  return (
    <>
      {line.number === null ? null : line.url === null ? (
        <b className="mono font-[650]">{line.number}</b>
      ) : (
        <a href={line.url} target="_blank" rel="noreferrer" className={`${linked} font-[650]`}>
          {line.number}
        </a>
      )}
      {line.unit === null ? null : line.traveler !== null && mayReadUnit ? (
        <Link href={`/travelers/${line.traveler}`} className={linked}>
          {line.unit}
        </Link>
      ) : (
        <span className="mono">{line.unit}</span>
      )}
      {line.order === null ? null : <span className="mono text-ink-2">{line.order}</span>}
      {line.delivery === null ? null : (
        <Link href={`/feed/messages/${line.delivery}`} className={linked}>
          {t("message")}
        </Link>
      )}
    </>
  );
}

function What({ detail }: { detail: Detail }) {
  const t = useTranslations("desk.reconciliation");
  const { differs = [], ours, theirs, sameAs = [], said } = detail;
  return (
    <>
      {differs.length === 0 ? null : (
        <ul className="grid gap-0.5 text-[14px]">
          {differs.map(({ member, ours: sent, theirs: held }) => (
            <li key={member} className="[overflow-wrap:anywhere]">
              <span className="mono text-ink-2">{member}</span>{" "}
              {t("differs", { ours: sent || "–", theirs: held || "–" })}
            </li>
          ))}
        </ul>
      )}
      {ours === undefined && theirs === undefined ? null : (
        <p className="mono text-[14px] [overflow-wrap:anywhere]">
          {ours === undefined ? null : t("ours", { said: ours })}{" "}
          {theirs === undefined ? null : t("theirs", { said: theirs })}
        </p>
      )}
      {sameAs.length === 0 ? null : (
        <p className="text-[14px] [overflow-wrap:anywhere]">
          {t("sameAs", { numbers: sameAs.join(", ") })}
        </p>
      )}
      {said === undefined ? null : (
        <q className="mono text-[13px] [overflow-wrap:anywhere] text-ink-2">{said}</q>
      )}
    </>
  );
}
