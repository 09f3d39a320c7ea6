import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { countNames, type DryRunLine } from "#lib/feed/dry-run.schema";
import type { DryRunShown } from "#lib/feed/rules.queries";

/** What a content would have made of what happened, beside what the one in force did. */
export function RuleTrial({ run, zone }: { run: DryRunShown; zone: string }) {
  const t = useTranslations("desk.rules");
  const { result } = run;
  const { inForce } = result;
  const rows = countNames.filter(
    (name) => result.counts[name] > 0 || (inForce?.counts[name] ?? 0) > 0,
  );
  const cell = "border-t border-sunk px-3 py-1.5 text-right mono";
  return (
    <section aria-labelledby="trial" className="mb-7">
      <h2 id="trial" className="mb-1 text-[18px] font-bold">
        {t("trial")}
      </h2>
      <p className="mb-3 text-[15px] text-ink-2">
        {t("trialOf", { days: result.days, entries: result.entries, person: run.by })},{" "}
        <Moment at={run.at} zone={zone} />. {result.isCut ? t("cut") : null}
      </p>
      <div className="overflow-x-auto">
        <table className="mb-4 rounded border-[1.5px] border-rule bg-sheet text-[15px]">
          <thead>
            <tr className="text-left text-[14px] text-ink-2">
              <th className="px-3 py-1.5 font-[600]">{t("countsOf")}</th>
              <th className="px-3 py-1.5 text-right font-[600]">{t("thisOne")}</th>
              {inForce ? (
                <th className="px-3 py-1.5 text-right font-[600]">
                  {t("inForceNow", { version: inForce.version })}
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {rows.map((name) => (
              <tr key={name}>
                <th scope="row" className="border-t border-sunk px-3 py-1.5 text-left font-[500]">
                  {t(`counts.${name}`)}
                </th>
                <td className={`${cell} font-[650]`} data-count={name}>
                  {result.counts[name]}
                </td>
                {inForce ? <td className={cell}>{inForce.counts[name]}</td> : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {result.problems.length === 0 ? null : (
        <div className="mb-4 rounded border-[1.5px] border-stop bg-stop-wash px-4 py-3">
          <h3 className="text-[15px] font-bold text-stop">{t("problems")}</h3>
          <ul className="text-[15px]">
            {result.problems.map(({ detail, count }) => (
              <li key={detail} className="[overflow-wrap:anywhere]">
                <b className="mono">{count}</b> · {detail}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Lines title={t("more")} {...result.more} />
      <Lines title={t("less")} {...result.less} />
      <Lines title={t("other")} {...result.other} />
      {inForce ? null : (
        <Lines title={t("lines")} count={result.lines.length} lines={result.lines} />
      )}
      <p className="mono text-[13px] [overflow-wrap:anywhere] text-ink-2">
        SHA-256 {run.resultSha256}
      </p>
    </section>
  );
}

function Lines({
  title,
  count,
  lines,
}: {
  title: string;
  count: number;
  lines: readonly DryRunLine[];
}) {
  const t = useTranslations("desk.rules");
  if (count === 0) return null;
  return (
    <details className="mb-3 rounded border-[1.5px] border-rule bg-sheet">
      <summary className="cursor-pointer px-4 py-2.5 text-[15px] font-[650]">
        {title} <span className="mono">{count}</span>
      </summary>
      <ul className="border-t border-sunk">
        {lines.map((line) => (
          <li
            key={`${line.stream}/${line.seq}/${line.event}`}
            className="grid grid-cols-[110px_minmax(0,1fr)] gap-x-4 border-t border-sunk px-4 py-1.5 text-[14px] first:border-t-0 sm:grid-cols-[150px_200px_minmax(0,1fr)]"
          >
            <Link
              href={`/travelers/${line.stream}/entries#entry-${line.seq}`}
              className="mono [overflow-wrap:anywhere] underline underline-offset-4"
            >
              {line.unit || line.stream.slice(0, 8)} · {line.seq}
            </Link>
            <span className="mono [overflow-wrap:anywhere]">{line.event}</span>
            <span className="[overflow-wrap:anywhere] max-sm:col-span-2">
              {t(`does.${line.does}`)} {line.detail}
            </span>
          </li>
        ))}
        {count > lines.length ? (
          <li className="border-t border-sunk px-4 py-1.5 text-[14px] text-ink-2">
            {t("some", { shown: lines.length, count })}
          </li>
        ) : null}
      </ul>
    </details>
  );
}
