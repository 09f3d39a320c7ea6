import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { cache } from "react";
import { AskWaiver } from "#components/desk/ask-waiver";
import { CheckedOut } from "#components/desk/checked-out";
import { EndCheckOut } from "#components/desk/end-check-out";
import { Empty } from "#components/desk/page-head";
import { PhotoAlbum } from "#components/desk/photo-strip";
import { PlantHolds } from "#components/desk/plant-holds";
import { RaisedThere } from "#components/desk/raised-there";
import { RecordHead } from "#components/desk/record-head";
import { RecordOperation } from "#components/desk/record-operation";
import { NotBegun, RecordFilters } from "#components/desk/record-parts";
import { RecordSide } from "#components/desk/record-side";
import { RecordTitle } from "#components/desk/record-title";
import { RecordLot, RecordUnit } from "#components/desk/record-unit";
import { nameOf, type RecordWords, recordWords } from "#components/desk/record-words";
import { RefusedAttempts } from "#components/desk/refused-attempts";
import { requireActor } from "#lib/boundary/actor";
import { commandPermissions, may } from "#lib/boundary/permissions";
import { isId } from "#lib/defects/schema";
import { findingsOn } from "#lib/feed/findings.queries";
import { env } from "#lib/kit/env";
import { type Instant, instant } from "#lib/kit/time";
import { inLocale, type Locale, momentIn } from "#lib/messages/locales";
import type { Actor } from "#lib/people/schema";
import { plantHoldsOn } from "#lib/plant/holds.queries";
import { asBuilt } from "#lib/travelers/as-built.rules";
import { recordHead } from "#lib/travelers/as-built-head.rules";
import { standingCheckout } from "#lib/travelers/checkouts.rules";
import { lotFamily } from "#lib/travelers/family.queries";
import { travelerRecord } from "#lib/travelers/history.queries";
import { ownersOf } from "#lib/travelers/holds.rules";
import { lotBalance } from "#lib/travelers/lot-balance.rules";
import { openItems } from "#lib/travelers/progress.rules";
import { filterCounts, filtered, recordFilters } from "#lib/travelers/record-filter.rules";
import type { TravelerState } from "#lib/travelers/state.schema";
import { waiverChoices } from "#lib/travelers/waivers.queries";

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
  const now = instant(Date.now());
  const { state, content, events, inherited } = record;
  const name = state.unit.serial ?? state.unit.lot ?? "";
  const [t, p, holds, waiver] = await Promise.all([
    getTranslations("desk.record"),
    getTranslations("desk.paper"),
    plantHoldsOn(actor, { ...state, ...state.unit }),
    may(actor, commandPermissions.revokeWaiver)
      ? askOn(actor, { traveler: id, unit: name }, record.timeZone, now)
      : null,
  ]);
  const words = recordWords(record, {
    locale: (await getLocale()) as Locale,
    opensDefects: may(actor, "defect.read"),
  });
  const built = asBuilt(state, content, events, inherited);
  const counts = filterCounts(built, events);
  const filter = recordFilters.find((of) => of === show) ?? "everything";
  const { operations, unit, refused } = filtered(built, events, filter);
  return (
    <div className="record grid min-[1000px]:min-h-dvh grid-cols-1 min-[1100px]:grid-cols-[minmax(0,1fr)_296px] min-[1400px]:grid-cols-[minmax(0,1fr)_330px] print:block">
      <main className="min-w-0 px-4 py-5 sm:px-7 sm:py-6 print:p-0">
        <PhotoAlbum shots={[...words.shots.values()]} zone={words.zone}>
          <RecordTitle record={record} built={built} words={words} />
          <PlantHolds
            holds={holds}
            policy={record.policy}
            zone={record.timeZone}
            releases={may(actor, "plant_hold.release") ? ownersOf(actor.roles) : []}
          />
          <WithTablet actor={actor} state={state} words={words} now={now} />
          <RaisedHere actor={actor} record={record} />
          <RecordHead
            head={recordHead(state, content, [...inherited, ...events], now)}
            open={openItems(state, content)}
            revision={{ status: record.revisionStatus, effectiveAt: record.effectiveAt }}
            words={words}
          />
          <RecordLot state={state} balance={lotBalance(state)} words={words} />
          <RecordFilters id={id} filter={filter} counts={counts} />
          <RecordUnit unit={unit} traveler={id} photos={state.photos} words={words} />
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
          {filter !== "everything" && counts[filter] === 0 ? (
            <Empty title={t("nothing")} hint={t("nothingHint")} />
          ) : null}
        </PhotoAlbum>
        <p className="mt-4 hidden text-[13px] break-all print:block">
          {p("end", { unit: name, count: record.entries.length, head: record.head })}
        </p>
      </main>
      <RecordSide
        record={record}
        words={words}
        mayVerify={may(actor, "record.verify")}
        mayLogDefect={may(actor, commandPermissions.logDefect)}
        family={
          state.unit.lot !== null && may(actor, commandPermissions.splitTraveler)
            ? await lotFamily(actor, id)
            : null
        }
        mayAccept={may(actor, commandPermissions.acceptTraveler)}
        waiver={waiver}
      />
    </div>
  );
}

/** The tablet that has it with it; who leads may end that. */
function WithTablet({
  actor,
  state,
  words,
  now,
}: {
  actor: Actor;
  state: TravelerState;
  words: RecordWords;
  now: Instant;
}) {
  const checkout = standingCheckout(state, now);
  if (checkout === null) return null;
  const { id: traveler, unit } = state;
  return (
    <CheckedOut
      checkout={checkout}
      name={nameOf(words, checkout.person) ?? ""}
      moment={(at) => momentIn(at, words.locale, words.zone)}
      ending={
        may(actor, commandPermissions.endCheckOut) ? (
          <EndCheckOut
            traveler={traveler}
            unit={unit.serial ?? unit.lot ?? ""}
            device={checkout.device}
          />
        ) : null
      }
    />
  );
}

type Recorded = NonNullable<Awaited<ReturnType<typeof travelerRecord>>>;

/** What somebody raised in the QMS on this unit, with the defects that it may be. */
async function RaisedHere({ actor, record }: { actor: Actor; record: Recorded }) {
  const { state, timeZone } = record;
  const open = state.defects.filter(({ status, qms }) => status === "open" && qms === null);
  return (
    <RaisedThere
      findings={await findingsOn(actor, state.id)}
      defects={open.map(({ id, code, location }) => ({
        id,
        label: [code, location].filter(Boolean).join(" · "),
      }))}
      zone={timeZone}
      mayLink={may(actor, "feed.approve")}
    />
  );
}

async function askOn(
  actor: Actor,
  unit: { traveler: string; unit: string },
  zone: string,
  at: Instant,
) {
  const locale = (await getLocale()) as Locale;
  const { people, qualifications } = await waiverChoices(actor);
  if (qualifications.length === 0) return null;
  return (
    <AskWaiver
      tone="plain"
      units={[unit]}
      people={people}
      qualifications={qualifications.map(({ code, name }) => ({
        value: code,
        label: `${code} · ${inLocale(name, locale)}`,
      }))}
      zone={zone}
      at={at}
      signer={actor.name}
      isDemo={env.BUYOFF_DEMO}
    />
  );
}
