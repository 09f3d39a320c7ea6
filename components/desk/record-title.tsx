import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { PrintPage } from "#components/desk/print-page";
import { RecordPrint } from "#components/desk/record-print";
import { type RecordWords, said } from "#components/desk/record-words";
import { TravelerState } from "#components/desk/traveler-state";
import { Chip } from "#components/ui/chip";
import type { AsBuilt } from "#lib/travelers/as-built.rules";
import type { TravelerRecord } from "#lib/travelers/history.queries";

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div>
    <dt className="text-[13px] text-ink-2">{label}</dt>
    <dd className="font-[650]">{children}</dd>
  </div>
);

/** The unit, its state and the line of facts beneath. */
export function RecordTitle({
  record,
  built,
  words,
}: {
  record: TravelerRecord;
  built: AsBuilt;
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const { state, content, among } = record;
  const steps = Object.values(state.steps);
  const done = content.operations
    .flatMap((of) => of.steps)
    .filter((step) =>
      steps.some(
        (of) => of.step === step.id && (of.status === "complete" || of.status === "not_applicable"),
      ),
    );
  const defects = state.defects.filter((of) => of.status === "open").length;
  const operation = built.operations.find((of) => of.untouched.length > 0)?.number ?? null;
  return (
    <header>
      <RecordPrint
        unit={state.unit.serial ?? state.unit.lot ?? ""}
        order={state.workOrder}
        revision={`${state.revision.number} ${t("rev", { revision: state.revision.revision })}`}
        head={record.head}
      />
      <nav aria-label={t("crumbs")} className="text-[14px] text-ink-2">
        <Link href="/travelers" className="underline-offset-4 hover:underline">
          {t("travelers")}
        </Link>{" "}
        /{" "}
        <Link
          href={`/travelers?q=${encodeURIComponent(state.workOrder)}`}
          className="underline-offset-4 hover:underline"
        >
          {state.workOrder}
        </Link>{" "}
        / {t("among", among)}
      </nav>
      <div className="mt-1 mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="mono text-[32px] leading-tight font-bold tracking-[-0.02em] break-all">
          {state.unit.serial ?? state.unit.lot}
        </h1>
        <TravelerState status={state.status} operation={operation} />
        <PrintPage />
        <a
          href="#proof"
          className="text-[14px] font-[650] text-act underline underline-offset-4 min-[1100px]:hidden print:hidden"
        >
          {t("toProof")} ↓
        </a>
        <Link
          href={`/labels?traveler=${state.id}`}
          className="text-[14px] font-[650] text-act underline underline-offset-4 print:hidden"
        >
          {t("label")}
        </Link>
        {defects === 0 ? null : <Chip tone="stop">{t("defectsOpen", { count: defects })}</Chip>}
      </div>
      <dl className="mb-4 flex flex-wrap gap-x-8 gap-y-2 border-y-[1.5px] border-rule py-3 text-[15px]">
        <Fact label={t("part")}>
          <span className="mono">
            {state.part.number} {state.part.revision}
          </span>{" "}
          <span className="font-[500]">{said(words, content.part.name)}</span>
        </Fact>
        <Fact label={t("instruction")}>
          <span className="mono">
            {state.revision.number} {t("rev", { revision: state.revision.revision })}
          </span>
        </Fact>
        <Fact label={t("started")}>
          {built.startedAt === null ? (
            t("notStarted")
          ) : (
            <Moment at={built.startedAt} zone={words.zone} />
          )}
        </Fact>
        <Fact label={t("doneLabel")}>
          {t("stepsOf", {
            done: done.length,
            total: content.operations.flatMap((of) => of.steps).length,
          })}
        </Fact>
        <Fact label={t("people")}>{t("peopleOf", built.people)}</Fact>
        {state.unit.serial === null ? (
          <Fact label={t("quantity")}>
            <span className="mono">{state.unit.quantity}</span>
          </Fact>
        ) : null}
      </dl>
    </header>
  );
}
