import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { LabelSheet } from "#components/desk/label-sheet";
import { Empty, PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { isId } from "#lib/defects/schema";
import type { Actor } from "#lib/people/schema";
import { gageLabels, type Label, stockLabel, travelerLabels } from "#lib/plant/labels.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.labels"))("title") };
}

type Asked = { order?: string; traveler?: string; gage?: string; stock?: string };

/** Labels that a tablet reads: travelers open, gages and parts are taken, each with one scan. */
export default async function Labels({ searchParams }: { searchParams: Promise<Asked> }) {
  const actor = await requireActor("traveler.read");
  const [t, labels] = await Promise.all([
    getTranslations("desk.labels"),
    searchParams.then((asked) => labelsFor(actor, asked)),
  ]);
  if (labels === null) notFound();
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <div className="print:hidden">
        <PageHead title={t("title")} lead={t("lead")} />
      </div>
      {labels.length === 0 ? (
        <Empty title={t("none")} hint={t("noneHint")} />
      ) : (
        <LabelSheet labels={labels} />
      )}
    </main>
  );
}

/** Null: what is asked for is not this person's to see. */
async function labelsFor(actor: Actor, asked: Asked): Promise<Label[] | null> {
  const { order, traveler, gage, stock } = asked;
  if (order !== undefined && isId(order)) return travelerLabels(actor, { order });
  if (traveler !== undefined && isId(traveler)) return travelerLabels(actor, { traveler });
  if (gage !== undefined) {
    if (!may(actor, "gage.read")) return null;
    return gage === "all" || isId(gage) ? gageLabels(actor, gage === "all" ? null : gage) : [];
  }
  if (stock !== undefined) {
    if (!may(actor, "stock.read")) return null;
    return isId(stock) ? stockLabel(actor, stock) : [];
  }
  return [];
}
