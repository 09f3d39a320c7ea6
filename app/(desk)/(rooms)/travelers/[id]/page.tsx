import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { cache } from "react";
import { Empty } from "#components/desk/page-head";
import { RecordHead } from "#components/desk/record-head";
import { RecordOperation } from "#components/desk/record-operation";
import { NotBegun, RecordFilters, RecordUnit } from "#components/desk/record-parts";
import { RecordSide } from "#components/desk/record-side";
import { RecordTitle } from "#components/desk/record-title";
import type { RecordWords } from "#components/desk/record-words";
import { RefusedAttempts } from "#components/desk/refused-attempts";
import { requireActor } from "#lib/boundary/actor";
import { commandPermissions, may } from "#lib/boundary/permissions";
import { isId } from "#lib/defects/schema";
import type { Locale } from "#lib/messages/locales";
import { asBuilt } from "#lib/travelers/as-built.rules";
import { recordHead } from "#lib/travelers/as-built-head.rules";
import { travelerRecord } from "#lib/travelers/history.queries";
import { openItems } from "#lib/travelers/progress.rules";
import {
  filterCounts,
  filtered,
  recordFilters,
  refusedAttempts,
} from "#lib/travelers/record-filter.rules";

type Ask = { params: Promise<{ id: string }>; searchParams: Promise<{ show?: string }> };

// The title and the page ask for the same: it is read once.
const recordAsked = cache(async (id: string) => {
  const actor = await requireActor("traveler.read");
  const record = isId(id) ? await travelerRecord(actor, id) : null;
  return record === null ? notFound() : { actor, record };
});

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { record } = await recordAsked((await params).id);
  return { title: record.state.unit.serial ?? record.state.unit.lot ?? "" };
}

export default async function Traveler({ params, searchParams }: Ask) {
  const [{ id }, { show }] = await Promise.all([params, searchParams]);
  const { actor, record } = await recordAsked(id);
  const t = await getTranslations("desk.record");
  const { state, content, events } = record;
  const words: RecordWords = {
    locale: (await getLocale()) as Locale,
    zone: record.timeZone,
    people: record.people,
    texts: record.texts,
    policy: record.policy,
    opensDefects: may(actor, "defect.read"),
  };
  const built = asBuilt(state, content, events);
  const counts = filterCounts(built, events);
  const filter = recordFilters.find((of) => of === show) ?? "everything";
  const operations = filtered(built, filter).filter(
    (of) => of.rows.length + of.defects.length + of.holds.length + of.buyoffs.length > 0,
  );
  const isBeside = filter === "everything" || filter === "exceptions";
  const refused = filter === "refused" || filter === "exceptions" ? refusedAttempts(events) : [];
  return (
    <div className="grid min-[1000px]:min-h-dvh grid-cols-1 min-[1100px]:grid-cols-[minmax(0,1fr)_296px] min-[1400px]:grid-cols-[minmax(0,1fr)_330px] print:block">
      <main className="min-w-0 px-4 py-5 sm:px-7 sm:py-6 print:p-0">
        <RecordTitle record={record} built={built} words={words} />
        <RecordHead
          head={recordHead(state, content, events)}
          open={openItems(state, content)}
          revisionStatus={record.revisionStatus}
          words={words}
        />
        <RecordFilters id={id} filter={filter} counts={counts} />
        {isBeside ? <RecordUnit built={built} photos={state.photos} words={words} /> : null}
        <RefusedAttempts events={refused} words={words} />
        <div className="operations">
          {operations.toReversed().map((operation) => (
            <RecordOperation
              key={operation.id}
              operation={operation}
              photos={state.photos}
              words={words}
            />
          ))}
        </div>
        {filter === "everything" ? <NotBegun built={built} /> : null}
        {filter !== "everything" && operations.length + refused.length === 0 ? (
          <Empty title={t("nothing")} hint={t("nothingHint")} />
        ) : null}
      </main>
      <RecordSide
        record={record}
        words={words}
        mayVerify={may(actor, "record.verify")}
        mayLogDefect={may(actor, commandPermissions.logDefect)}
        mayAccept={may(actor, commandPermissions.acceptTraveler)}
      />
    </div>
  );
}
