import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useCaseWords } from "#components/desk/case-words";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { ValidationChip } from "#components/desk/validation-chip";
import { ChangeCase, StartValidation } from "#components/desk/validation-forms";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { FlowListed } from "#lib/feed/flow.queries";
import type { CaseShown } from "#lib/feed/validation.queries";
import type { ValidationShown } from "#lib/feed/validation.schema";
import { isFor, stepsAsTyped } from "#lib/feed/validation-cases.rules";

const linked = "underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act";

/** In words, because a color alone says nothing to some. */
export function RunOutcome({ run }: { run: ValidationShown }) {
  const t = useTranslations("desk.validation");
  if (run.state !== "done") {
    const tone: ChipTone = run.state === "failed" ? "stop" : "act";
    return <Chip tone={tone}>{t(`state.${run.state}`)}</Chip>;
  }
  if (run.failed > 0) return <Chip tone="stop">{t("someFailed", { count: run.failed })}</Chip>;
  if (run.passed > 0) return <Chip tone="ok">{t("allPassed", { count: run.passed })}</Chip>;
  return <Chip>{t("noneFailed")}</Chip>;
}

/** What it depends on that has changed, and what is to be run because of it. */
function WhatChanged({ now }: { now: FlowListed["now"] }) {
  const t = useTranslations("desk.validation");
  if (now.validation === "validated") return null;
  const parts = now.changed.map((part) => t(`part.${part}`)).join(", ");
  return (
    <p className="text-[14px] text-ink-2">
      {now.validation === "never" ? null : (
        <>{parts === "" ? t("casesChanged") : t("changedParts", { parts })} · </>
      )}
      {t("affected", { count: now.affected.length })}
    </p>
  );
}

/** How one flow stands, with what it rests on. */
function FlowStanding({
  flow,
  zone,
  children,
}: {
  flow: FlowListed;
  zone: string;
  children?: ReactNode;
}) {
  const t = useTranslations("desk.validation");
  const process = useTranslations("desk.messages.process");
  const { now } = flow;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-3.5 print:break-inside-avoid">
      <div className="grid min-w-0 flex-1 basis-80 gap-1">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[16px] [overflow-wrap:anywhere]">
          <b className="font-[650]">
            {process(flow.process)} → {flow.connectorName}
          </b>
          <ValidationChip validation={now.validation} mode={now.mode} />
        </p>
        {flow.rules.length === 0 ? null : (
          <p className="mono text-[13px] [overflow-wrap:anywhere] text-ink-2">
            {flow.rules.join(", ")}
          </p>
        )}
        <WhatChanged now={now} />
        {now.run === null || now.signedAt === null ? null : (
          <p className="text-[14px] text-ink-2">
            {t("signedOn")}{" "}
            <Link href={`/feed/validation/${now.run}`} className={linked}>
              <Moment at={now.signedAt} zone={zone} shape="full" />
            </Link>
          </p>
        )}
        <p className="mono text-[12px] break-all text-ink-2">
          {t("configuration")} {now.sha256}
        </p>
      </div>
      {children}
    </li>
  );
}

/** Flows as they stand, where nothing is to be done about them. */
export function FlowStandings({ flows, zone }: { flows: readonly FlowListed[]; zone: string }) {
  return (
    <ul className="grid gap-2.5">
      {flows.map((flow) => (
        <FlowStanding key={`${flow.connector}/${flow.process}`} flow={flow} zone={zone} />
      ))}
    </ul>
  );
}

export function FlowsList({
  flows,
  cases,
  zone,
  manages,
}: {
  flows: readonly FlowListed[];
  cases: readonly CaseShown[];
  zone: string;
  manages: boolean;
}) {
  const process = useTranslations("desk.messages.process");
  const words = useCaseWords();
  return (
    <ul className="grid gap-2.5">
      {flows.map((flow) => (
        <FlowStanding key={`${flow.connector}/${flow.process}`} flow={flow} zone={zone}>
          {manages ? (
            <StartValidation
              flow={`${flow.connector}/${flow.process}`}
              about={`${process(flow.process)} → ${flow.connectorName}`}
              affected={flow.now.affected.length}
              cases={cases
                .filter(({ content }) => content.inUse && isFor(content, flow.keepsRecords))
                .map((one) => ({ value: one.code, label: words.titleOf(one) }))}
            />
          ) : null}
        </FlowStanding>
      ))}
    </ul>
  );
}

export function ValidationRuns({ runs, zone }: { runs: readonly ValidationShown[]; zone: string }) {
  const t = useTranslations("desk.validation");
  const process = useTranslations("desk.messages.process");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("runs")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("run")}</th>
            <th className={th}>{t("result")}</th>
            <th className={`${th} max-sm:hidden`}>{t("signature")}</th>
            <th className={`${th} max-md:hidden`}>{t("mode")}</th>
            <th className={`${th} max-lg:hidden`}>{t("asked")}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row" className={`${td} text-left font-normal [overflow-wrap:anywhere]`}>
                <Link href={`/feed/validation/${run.id}`} className={`font-[650] ${linked}`}>
                  {process(run.process)} → {run.connector.name}
                </Link>
              </th>
              <td className={td}>
                <RunOutcome run={run} />
                {run.note === null ? null : (
                  <p className="mt-1 line-clamp-2 max-w-[46ch] text-[13px] [overflow-wrap:anywhere] text-ink-2">
                    {run.note}
                  </p>
                )}
              </td>
              <td className={`${td} text-[14px] max-sm:hidden`}>
                <Signature run={run} zone={zone} />
              </td>
              <td className={`${td} max-md:hidden`}>{t(`modes.${run.mode}`)}</td>
              <td className={`${td} text-[14px] text-ink-2 max-lg:hidden`}>
                <Moment at={run.askedAt} zone={zone} />
                <span className="block text-[13px]">{run.askedBy ?? t("byCommand")}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Signature({ run, zone }: { run: ValidationShown; zone: string }) {
  const t = useTranslations("desk.validation");
  if (run.signed === null)
    return run.state === "done" && run.failed === 0 ? (
      <span className="text-ink-2">{t("unsigned")}</span>
    ) : (
      <span className="text-ink-3">–</span>
    );
  return (
    <>
      {run.signed.by}
      <span className="block text-[13px] text-ink-2">
        <Moment at={run.signed.at} zone={zone} />
      </span>
    </>
  );
}

/** What is executed, and whose version it is. */
export function CasesList({ cases, manages }: { cases: readonly CaseShown[]; manages: boolean }) {
  const t = useTranslations("desk.validation");
  const words = useCaseWords();
  return (
    <ul className="rounded border-[1.5px] border-rule bg-sheet">
      {cases.map(({ code, version, content, author }) => (
        <li
          key={code}
          className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-t border-sunk px-5 py-3 first:border-t-0"
        >
          <div className="grid min-w-0 flex-1 basis-80 gap-1 text-[15px]">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <b className="font-[650] [overflow-wrap:anywhere]">
                {words.titleOf({ code, version, content })}
              </b>
              {content.inUse ? null : <Chip>{t("outOfUse")}</Chip>}
            </p>
            <p className="text-[13px] [overflow-wrap:anywhere] text-ink-2">
              <span className="mono">{code}</span> ·{" "}
              {version === 0 ? t("caseShipped") : t("caseBy", { version, name: author ?? "–" })} ·{" "}
              <span className="mono">{content.requirements.join(", ")}</span>
            </p>
            <ol className="grid list-decimal gap-0.5 pl-6 text-[14px]">
              {content.steps.map((step, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the case
                <li key={place} className="[overflow-wrap:anywhere]">
                  {words.stepOf({ code, version }, place, step.words)}{" "}
                  <span className="text-ink-2">→ {t(`seen.${step.expected}`)}</span>
                </li>
              ))}
            </ol>
          </div>
          {manages ? (
            <ChangeCase
              existing={{
                code,
                was: String(version),
                title: content.title,
                requirements: content.requirements.join(", "),
                inUse: content.inUse ? "yes" : "no",
                steps: stepsAsTyped(content),
              }}
            />
          ) : null}
        </li>
      ))}
    </ul>
  );
}
