import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { DefectLink } from "#components/desk/defect-link";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { PlacePlantHold } from "#components/desk/plant-hold-forms";
import { PlantHolds } from "#components/desk/plant-holds";
import { ReleaseHold } from "#components/desk/release-hold";
import { requireActor } from "#lib/boundary/actor";
import { commandPermissions, may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { inLocale, type Locale } from "#lib/messages/locales";
import type { Actor } from "#lib/people/schema";
import { plantHoldsOpen } from "#lib/plant/holds.queries";
import { holdReasonLabel, ownersOf } from "#lib/travelers/holds.rules";
import { type OpenHold, openHolds } from "#lib/travelers/waiting.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.holds"))("title") };
}

export default async function Holds() {
  const actor = await requireActor("traveler.read");
  const [t, locale, holds, plant, ofPlant] = await Promise.all([
    getTranslations("desk.holds"),
    getLocale(),
    openHolds(actor),
    plantPolicy(actor),
    plantHoldsOpen(actor),
  ]);
  const label = (reason: string) => {
    const known = holdReasonLabel(plant, reason);
    return known ? inLocale(known, locale as Locale) : reason;
  };
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          may(actor, "plant_hold.place") ? (
            <PlacePlantHold
              reasons={plant.holdReasons.map(({ code }) => ({ value: code, label: label(code) }))}
            />
          ) : null
        }
      />
      <PlantHolds
        holds={ofPlant}
        policy={plant}
        zone={plant.timeZone}
        releases={may(actor, "plant_hold.release") ? ownersOf(actor.roles) : []}
      />
      {holds.length === 0 && ofPlant.length === 0 ? (
        <Empty title={t("none")} hint={t("noneHint")} />
      ) : null}
      <ul className="grid gap-3">
        {holds.map((hold) => (
          <HoldOfTraveler
            key={hold.id}
            hold={hold}
            actor={actor}
            reason={label(hold.reason)}
            zone={plant.timeZone}
          />
        ))}
      </ul>
    </main>
  );
}

async function HoldOfTraveler({
  hold,
  actor,
  reason,
  zone,
}: {
  hold: OpenHold;
  actor: Actor;
  reason: string;
  zone: string;
}) {
  const [t, common] = await Promise.all([getTranslations("desk.holds"), getTranslations("common")]);
  return (
    <li className="grid grid-cols-1 items-center gap-x-5 gap-y-2 sm:grid-cols-[minmax(120px,0.8fr)_minmax(0,2fr)_auto] rounded border-[1.5px] border-rule border-l-[6px] border-l-stop bg-sheet px-5 py-3.5">
      <p>
        <Link
          href={`/travelers/${hold.traveler}`}
          className="mono text-[18px] font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
        >
          {hold.unit}
        </Link>
        <span className="mono block text-[13px] text-ink-2">
          {hold.workOrder}
          {hold.operation === null ? "" : ` · ${t("operation", { operation: hold.operation })}`}
        </span>
      </p>
      <div className="min-w-0 text-[15px]">
        <p className="font-[700] text-stop">{reason}</p>
        <p>
          {t("owner", { owner: common(`owner.${hold.owner}`) })} · {hold.placedBy ?? t("byRule")} ·{" "}
          <span className="mono text-[14px]">
            <Moment at={hold.at} zone={zone} />
          </span>
        </p>
        {hold.defect === null ? null : (
          <p className="text-[14px] text-ink-2">
            <DefectLink
              defect={hold.defect.id}
              opens={may(actor, "defect.read")}
              className="font-[600]"
            >
              {hold.defect.code}
            </DefectLink>{" "}
            →{" "}
            {hold.defect.ncrNumber === null ? (
              t("noNcr")
            ) : (
              <b className="mono">{hold.defect.ncrNumber}</b>
            )}
            {" · "}
            {hold.defect.decisions.length === 0
              ? t("undecided")
              : hold.defect.decisions.map((of) => common(`decision.${of}`)).join(", ")}
          </p>
        )}
      </div>
      {may(actor, commandPermissions.releaseHold) && ownersOf(actor.roles).includes(hold.owner) ? (
        <ReleaseHold
          mayByHand={actor.roles.includes("quality")}
          hold={{
            id: hold.id,
            traveler: hold.traveler,
            unit: hold.unit,
            reason: reason,
            tied: hold.defect !== null,
            ncr: hold.defect?.ncrNumber ?? "",
          }}
        />
      ) : null}
    </li>
  );
}
