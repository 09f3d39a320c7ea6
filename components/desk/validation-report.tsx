import { useTranslations } from "next-intl";
import { useCaseWords } from "#components/desk/case-words";
import { Moment } from "#components/desk/moment";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { Evidence, ResultShown, StepFound } from "#lib/feed/validation.schema";

const tones: Readonly<Record<StepFound["verdict"], ChipTone>> = {
  passed: "ok",
  failed: "stop",
  not_run: "plain",
};

/** One case after the other, each step with what was expected, what was seen, and the exchange that shows it. */
export function ValidationReport({
  results,
  zone,
}: {
  results: readonly ResultShown[];
  zone: string;
}) {
  const t = useTranslations("desk.validation");
  const words = useCaseWords();
  return (
    <ol className="grid gap-4">
      {results.map((result, place) => (
        <li
          key={result.code}
          className="overflow-hidden rounded border-[1.5px] border-rule bg-sheet"
        >
          <div className="flex flex-wrap items-start justify-between gap-x-5 gap-y-1 px-5 py-3">
            <div className="min-w-0">
              <h3 className="text-[16px] font-[650] [overflow-wrap:anywhere]">
                {place + 1}. {words.titleOf(result)}
              </h3>
              <p className="text-[13px] [overflow-wrap:anywhere] text-ink-2">
                <span className="mono">{result.code}</span> ·{" "}
                {result.version === 0
                  ? t("caseShipped")
                  : t("caseVersion", { version: result.version })}{" "}
                · {t("requirements")}:{" "}
                <span className="mono">{result.content.requirements.join(", ")}</span>
              </p>
            </div>
            <Chip tone={tones[result.outcome]}>{t(`outcome.${result.outcome}`)}</Chip>
          </div>
          <ol className="border-t border-sunk">
            {result.steps.map((step, nth) => (
              <Step
                key={`${step.at} ${step.act} ${step.words}`}
                step={{ ...step, words: words.stepOf(result, nth, step.words) }}
                number={`${place + 1}.${nth + 1}`}
                zone={zone}
              />
            ))}
          </ol>
          {result.records.length === 0 ? null : (
            <p className="border-t border-sunk px-5 py-2.5 text-[14px]">
              {t("records")}:{" "}
              {result.records.map(({ externalId, number, became }) => (
                <span key={externalId} className="mr-3 whitespace-nowrap">
                  <span className="mono">{number}</span>{" "}
                  <span className={became === "left" ? "text-stop" : "text-ink-2"}>
                    ({t(`became.${became}`)})
                  </span>
                </span>
              ))}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function Step({ step, number, zone }: { step: StepFound; number: string; zone: string }) {
  const t = useTranslations("desk.validation");
  return (
    <li className="grid gap-1.5 border-t border-sunk px-5 py-3 text-[15px] first:border-t-0 print:break-inside-avoid">
      <p className="flex flex-wrap items-start justify-between gap-x-5 gap-y-1">
        <span className="min-w-0 [overflow-wrap:anywhere]">
          <span className="mono text-[14px] text-ink-2">{number}</span> {step.words}
        </span>
        <Chip tone={tones[step.verdict]}>{t(`verdict.${step.verdict}`)}</Chip>
      </p>
      <dl className="grid grid-cols-[110px_minmax(0,1fr)] gap-x-4 gap-y-0.5 text-[14px] [&>dt]:text-ink-2">
        <dt>{t("expected")}</dt>
        <dd>{t(`seen.${step.expected}`)}</dd>
        <dt>{t("observed")}</dt>
        <dd className={step.verdict === "failed" ? "font-[650] text-stop" : ""}>
          {step.observed === null ? "–" : t(`seen.${step.observed}`)}{" "}
          {step.how === null ? null : (
            <span className="font-normal text-ink-2">({t(`how.${step.how}`)})</span>
          )}
          {step.why === null ? null : (
            <span className="block font-normal text-ink-2">{t(`why.${step.why}`)}</span>
          )}
        </dd>
        {step.says === "" ? null : (
          <>
            <dt>{t("said")}</dt>
            <dd className="mono text-[13px] [overflow-wrap:anywhere]">{step.says}</dd>
          </>
        )}
        <dt>{t("evidence")}</dt>
        <dd>
          <Moment at={step.at} zone={zone} shape="full" />
          {step.evidence.length === 0 ? null : (
            <details className="printed-open mt-1">
              <summary className="min-h-[44px] cursor-pointer content-center underline decoration-rule decoration-2 underline-offset-4 print:min-h-0">
                {t("exchanges", { count: step.evidence.length })}
              </summary>
              <ol className="grid gap-3 pt-1">
                {step.evidence.map((one, nth) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an exchange is its place in the step
                  <Exchange key={nth} evidence={one} />
                ))}
              </ol>
            </details>
          )}
        </dd>
      </dl>
    </li>
  );
}

const said =
  "mono max-h-72 overflow-y-auto rounded bg-sunk px-3 py-2 text-[12px] break-words whitespace-pre-wrap print:max-h-none";

function Exchange({ evidence }: { evidence: Evidence }) {
  const t = useTranslations("desk.validation");
  return (
    <li className="grid gap-1">
      <p className="text-[13px] text-ink-2">{t("request")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled with the keyboard as well */}
      <pre tabIndex={0} className={said}>
        {evidence.request}
      </pre>
      <p className="mono text-[12px] break-all text-ink-2">SHA-256 {evidence.requestSha256}</p>
      <p className="text-[13px] text-ink-2">
        {t("response")} · <span className="mono">{evidence.classification}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled with the keyboard as well */}
      <pre tabIndex={0} className={said}>
        {evidence.response ?? t("noAnswer")}
      </pre>
      {evidence.responseSha256 === null ? null : (
        <p className="mono text-[12px] break-all text-ink-2">SHA-256 {evidence.responseSha256}</p>
      )}
    </li>
  );
}
