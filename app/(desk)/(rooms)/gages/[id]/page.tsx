import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { CalibrateGage, ChangeGage } from "#components/desk/gage-forms";
import { GageState } from "#components/desk/gage-state";
import { HistoryList } from "#components/desk/history-list";
import { LinkButton } from "#components/desk/link-button";
import { Moment } from "#components/desk/moment";
import { PageHead } from "#components/desk/page-head";
import { PlacePlantHold } from "#components/desk/plant-hold-forms";
import { PlantHolds } from "#components/desk/plant-holds";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { dateIn, instant } from "#lib/kit/time";
import { inLocale, type Locale } from "#lib/messages/locales";
import { gageAtSite } from "#lib/plant/gages.queries";
import { plantHoldsOpen } from "#lib/plant/holds.queries";
import { historyOf } from "#lib/record/history.queries";
import { ownersOf } from "#lib/travelers/holds.rules";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.gages"))("title") };
}

export default async function Gage({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requireActor("gage.read");
  const { id } = await params;
  const gage = isId(id) ? await gageAtSite(actor, id) : null;
  if (!gage) notFound();
  const [t, history, plant, holds] = await Promise.all([
    getTranslations("desk.gages"),
    historyOf(actor, "gage", gage.id),
    plantPolicy(actor),
    plantHoldsOpen(actor, { scope: "gage", subject: gage.code }),
  ]);
  const locale = (await getLocale()) as Locale;
  const hold = may(actor, "plant_hold.place") ? (
    <PlacePlantHold
      on={{ scope: "gage", subject: gage.code }}
      reasons={plant.holdReasons.map((of) => ({
        value: of.code,
        label: inLocale(of.label, locale),
      }))}
    />
  ) : null;
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const actions = (
    <div className="flex flex-wrap gap-3">
      <LinkButton href={`/labels?gage=${gage.id}`}>{t("label")}</LinkButton>
      {may(actor, "gage.manage") ? (
        <>
          <ChangeGage key={`change ${JSON.stringify(gage)}`} gage={gage} />
          <CalibrateGage key={`calibrate ${JSON.stringify(gage)}`} gage={gage} today={today} />
        </>
      ) : null}
    </div>
  );
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={`${gage.code} · ${gage.name}`}
        actions={
          <div className="flex flex-wrap gap-3">
            {hold}
            {actions}
          </div>
        }
      />
      <PlantHolds
        holds={holds}
        policy={plant}
        zone={plant.timeZone}
        releases={may(actor, "plant_hold.release") ? ownersOf(actor.roles) : []}
      />
      <dl className="mb-7 grid grid-cols-[190px_minmax(0,1fr)] gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-4 text-[15px] [&>dt]:text-ink-2">
        <dt>{t("state")}</dt>
        <dd>
          <GageState gage={gage} today={today} />
        </dd>
        <dt>{t("due")}</dt>
        <dd>
          <Moment at={gage.calibrationDueOn} zone="UTC" shape="day" />
        </dd>
        <dt>{t("type")}</dt>
        <dd className="mono">{gage.type}</dd>
        <dt>{t("range")}</dt>
        <dd className="mono">
          {gage.calibratedMin} … {gage.calibratedMax} {gage.unit}
        </dd>
        <dt>{t("resolution")}</dt>
        <dd className="mono">
          {gage.resolution} {gage.unit}
        </dd>
        <dt>{t("uncertainty")}</dt>
        <dd className="mono">
          {gage.uncertainty === null ? "–" : `± ${gage.uncertainty} ${gage.unit} (k = 2)`}
        </dd>
      </dl>
      <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
      <HistoryList history={history} zone={plant.timeZone} />
    </main>
  );
}
