import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { cache } from "react";
import { DefectActs } from "#components/desk/defect-acts";
import { DefectFacts } from "#components/desk/defect-facts";
import { Deliveries } from "#components/desk/deliveries";
import { ExposedUnits } from "#components/desk/exposed-units";
import { Link } from "#components/desk/link";
import { RecordHold } from "#components/desk/record-defect";
import { defectLabel, recordWords } from "#components/desk/record-words";
import { Chip } from "#components/ui/chip";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { travelerOfDefect } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { attemptsOf, deliveriesOf } from "#lib/feed/queries";
import type { Locale } from "#lib/messages/locales";
import { type TravelerRecord, travelerRecord } from "#lib/travelers/history.queries";
import { plannedField } from "#lib/travelers/plan.rules";
import type { Defect } from "#lib/travelers/state.schema";
import { exposedBy } from "#lib/travelers/tools.queries";

type Ask = { params: Promise<{ id: string }> };

// The title and the page ask for the same: it is read once.
const defectAsked = cache(async (id: string) => {
  const actor = await requireActor("defect.read");
  const traveler = isId(id) ? await travelerOfDefect(actor, id) : null;
  const record = traveler === null ? null : await travelerRecord(actor, traveler);
  const defect = record?.state.defects.find((of) => of.id === id);
  return record && defect ? { actor, record, defect } : notFound();
});

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { record, defect } = await defectAsked((await params).id);
  return { title: `${defect.code} · ${record.state.unit.serial ?? record.state.unit.lot}` };
}

/** Found by the count of a kit: then the tool may be in another unit. */
function isAboutTools({ content }: TravelerRecord, { field }: Defect): boolean {
  const planned = field === null ? null : plannedField(content, field)?.field;
  return planned?.kind === "count" && planned.tools !== undefined;
}

export default async function DefectPage({ params }: Ask) {
  const { id } = await params;
  const { actor, record, defect } = await defectAsked(id);
  const [t, locale, deliveries] = await Promise.all([
    getTranslations("desk.defect"),
    getLocale(),
    deliveriesOf(actor, { defect: id }).then((found) =>
      Promise.all(
        found.map(async (delivery) => ({
          delivery,
          attempts: await attemptsOf(actor, delivery.id),
        })),
      ),
    ),
  ]);
  const { state } = record;
  const words = recordWords(record, { locale: locale as Locale, opensDefects: true });
  const unit = state.unit.serial ?? state.unit.lot ?? "";
  const holds = state.holds.filter((hold) => hold.defect === id);
  const isToolCount = isAboutTools(record, defect);
  const exposed = isToolCount ? await exposedBy(actor, state.id, id) : [];
  return (
    <div className="grid min-[1000px]:min-h-dvh grid-cols-1 min-[1100px]:grid-cols-[minmax(0,1fr)_296px] min-[1400px]:grid-cols-[minmax(0,1fr)_330px]">
      <main className="min-w-0 px-4 py-5 sm:px-7 sm:py-6">
        <nav aria-label={t("crumbs")} className="text-[14px] text-ink-2">
          <Link href="/defects" className="underline-offset-4 hover:underline">
            {t("defects")}
          </Link>{" "}
          /{" "}
          <Link href={`/travelers/${state.id}`} className="mono underline-offset-4 hover:underline">
            {unit}
          </Link>
        </nav>
        <h1 className="mt-1 mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 text-[28px] leading-tight font-bold">
          <span>
            <span className="mono">{defect.code}</span> {defectLabel(words, defect.code)}
          </span>
          <Chip tone={defect.status === "open" ? "stop" : "plain"}>
            {t(`status.${defect.status}`)}
          </Chip>
        </h1>
        <DefectFacts record={record} defect={defect} words={words} />
        {isToolCount ? <ExposedUnits units={exposed} /> : null}
        {holds.length === 0 ? null : (
          <section
            aria-label={t("holds")}
            className="mb-5 overflow-hidden rounded border-[1.5px] border-rule bg-sheet [&>*:first-child]:border-t-0"
          >
            {holds.map((hold) => (
              <RecordHold key={hold.id} hold={hold} words={words} />
            ))}
          </section>
        )}
        <Deliveries
          deliveries={deliveries}
          zone={words.zone}
          mayRetry={may(actor, "feed.manage")}
        />
      </main>
      <DefectActs record={record} defect={defect} roles={actor.roles} words={words} />
    </div>
  );
}
