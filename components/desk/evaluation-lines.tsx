import { useTranslations } from "next-intl";
import { DeliveryState } from "#components/desk/delivery-state";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { DeliveryState as State } from "#lib/feed/delivery.rules";
import type { EvaluationShown } from "#lib/feed/rules.queries";

const tones: Record<EvaluationShown["outcome"], ChipTone> = {
  matched: "ok",
  not_matched: "plain",
  error: "stop",
};

/** What rules made of events, and why: each with what it became. */
export function EvaluationLines({
  lines,
  zone,
  units,
}: {
  lines: readonly EvaluationShown[];
  zone: string;
  /** Where a line names its entry: those of one unit need not. */
  units: boolean;
}) {
  const t = useTranslations("desk.rules");
  return (
    <ul className="rounded border-[1.5px] border-rule bg-sheet">
      {lines.map((line) => (
        <li
          key={`${line.stream}/${line.seq}/${line.event}/${line.rule}/${line.version}`}
          className="grid grid-cols-1 gap-x-4 gap-y-1 border-t border-sunk px-4 py-2.5 text-[15px] first:border-t-0 sm:grid-cols-[minmax(150px,0.8fr)_minmax(0,2fr)_auto]"
        >
          <span className="mono text-[14px] [overflow-wrap:anywhere]">
            {units ? (
              <Link
                href={`/travelers/${line.stream}/entries#entry-${line.seq}`}
                className="underline underline-offset-4"
              >
                {line.seq} {line.event}
              </Link>
            ) : (
              line.event
            )}
            <span className="block text-[13px] text-ink-2">
              <Moment at={line.at} zone={zone} />
            </span>
          </span>
          <span className="min-w-0">
            {line.ruleId ? (
              <Link
                href={`/feed/rules/${line.ruleId}`}
                className="mono font-[650] underline underline-offset-4"
              >
                {line.rule}
              </Link>
            ) : (
              <span className="mono font-[650]">{line.rule}</span>
            )}{" "}
            <span className="text-ink-2">{t("version", { version: line.version })}</span>
            {line.detail === null ? null : (
              <span className="block text-[14px] text-ink-2 [overflow-wrap:anywhere]">
                {line.detail}
              </span>
            )}
            {line.delivery ? (
              <span className="flex flex-wrap items-center gap-x-2 text-[14px]">
                {t("became")}{" "}
                <b className="mono font-[650]">{line.delivery.number ?? line.delivery.process}</b>
                <DeliveryState state={line.delivery.state as State} />
              </span>
            ) : null}
            {line.inputsSha256 === null ? null : (
              <span className="mono block text-[13px] text-ink-2" title={line.inputsSha256}>
                {t("inputs")} {line.inputsSha256.slice(0, 12)}…
              </span>
            )}
          </span>
          <span>
            <Chip tone={tones[line.outcome]}>{t(`outcome.${line.outcome}`)}</Chip>
          </span>
        </li>
      ))}
    </ul>
  );
}
