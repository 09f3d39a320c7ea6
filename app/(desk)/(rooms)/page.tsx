import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import {
  BlockedList,
  BuyoffsList,
  CallsList,
  ConflictsList,
  DeliveriesList,
  DispositionsList,
  GagesList,
  HoldsList,
  ProcessLimitsList,
  ResetsList,
  ReviewsList,
  StandingList,
  StationsList,
  WaiversList,
} from "#components/desk/landing-lists";
import { PageHead } from "#components/desk/page-head";
import { Ways } from "#components/desk/ways";
import { currentActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { defectsFound, plantPolicy } from "#lib/defects/queries";
import { deliveriesStopped } from "#lib/feed/queries";
import { env } from "#lib/kit/env";
import { dateIn, instant, plusMinutes } from "#lib/kit/time";
import { inLocale, type Locale } from "#lib/messages/locales";
import { waitingResets } from "#lib/people/badges.queries";
import type { Actor } from "#lib/people/schema";
import { stationsAtSite } from "#lib/people/stations.queries";
import { gagesAtSite } from "#lib/plant/gages.queries";
import { conflictsCounted } from "#lib/travelers/conflicts.queries";
import { holdReasonLabel, ownersOf } from "#lib/travelers/holds.rules";
import {
  blockedNow,
  buyoffsWaiting,
  callsOpen,
  processLimitsWaiting,
  standingStill,
} from "#lib/travelers/landing.queries";
import { type LandingSection, sectionsFor } from "#lib/travelers/landing.rules";
import { signalsCounted } from "#lib/travelers/signals.queries";
import { openHolds } from "#lib/travelers/waiting.queries";
import { waiversFound } from "#lib/travelers/waivers.queries";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("desk");
  return { title: (await currentActor()) ? t("waiting.title") : t("signIn.title") };
}

/** What waits for whoever has signed in, by role; the two ways in for everybody else. */
export default async function Landing() {
  const actor = await currentActor();
  if (!actor) return <Ways isDemo={env.BUYOFF_DEMO} />;
  const t = await getTranslations("desk.waiting");
  const role = await getTranslations("common.role");
  const sections = sectionsFor(actor.roles);
  const shown = await Promise.all(sections.map((section) => sectionOf(section, actor)));
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={actor.roles.map((of) => role(of)).join(", ")} />
      <div className="grid items-start gap-4 min-[1180px]:grid-cols-2">{shown}</div>
      {actor.roles.includes("operator") ? (
        <p className="mt-5 max-w-[62ch] text-[15px] text-ink-2">{t("atTablet")}</p>
      ) : null}
    </main>
  );
}

async function sectionOf(section: LandingSection, actor: Actor): Promise<ReactNode> {
  const plant = await plantPolicy(actor);
  const zone = plant.timeZone;
  const place = { zone, mayRead: may(actor, "traveler.read") };
  switch (section) {
    case "signatures": {
      const all = await buyoffsWaiting(actor);
      const own = all.filter(({ buyoff }) => actor.roles.includes(buyoff.requirement.role));
      const customer = actor.roles.every((role) => role === "customer");
      return <BuyoffsList key={section} lines={own} place={place} customer={customer} />;
    }
    case "holds": {
      const locale = (await getLocale()) as Locale;
      const owners = ownersOf(actor.roles);
      const own = (await openHolds(actor)).filter(({ owner }) => owners.includes(owner));
      const labels = Object.fromEntries(
        own.map(({ reason }) => {
          const label = holdReasonLabel(plant, reason);
          return [reason, label ? inLocale(label, locale) : reason];
        }),
      );
      return <HoldsList key={section} lines={own} labels={labels} place={place} />;
    }
    case "calls":
      return <CallsList key={section} lines={await callsOpen(actor)} place={place} />;
    case "blocked":
      return <BlockedList key={section} lines={await blockedNow(actor)} place={place} />;
    case "standing":
      return <StandingList key={section} lines={await standingStill(actor)} place={place} />;
    case "process_limits": {
      const all = await processLimitsWaiting(actor);
      const own = all.filter(({ acceptBy }) => actor.roles.includes(acceptBy));
      return <ProcessLimitsList key={section} lines={own} place={place} />;
    }
    case "waivers": {
      const { lines } = await waiversFound(actor, "waiting");
      return <WaiversList key={section} lines={lines} place={place} />;
    }
    case "dispositions": {
      const { lines } = await defectsFound(actor, { filter: "dispositioned", page: 1 });
      return <DispositionsList key={section} lines={lines} zone={zone} />;
    }
    case "conflicts":
      return <ConflictsList key={section} counts={await conflictsCounted(actor)} />;
    case "reviews":
      return <ReviewsList key={section} counts={await signalsCounted(actor)} />;
    case "gages": {
      const now = instant(Date.now());
      const due = await gagesDue(actor, dateIn(zone, plusMinutes(now, 14 * 24 * 60)));
      return <GagesList key={section} lines={due} today={dateIn(zone, now)} />;
    }
    case "deliveries":
      return (
        <DeliveriesList
          key={section}
          lines={await deliveriesStopped(actor)}
          place={place}
          mayOpen={may(actor, "defect.read")}
          mayRetry={may(actor, "feed.manage")}
        />
      );
    case "stations":
      return <StationsList key={section} lines={await stationsWithoutTablet(actor)} />;
    case "resets":
      return <ResetsList key={section} lines={await waitingResets(actor)} zone={zone} />;
  }
}

async function stationsWithoutTablet(actor: Actor) {
  const all = await stationsAtSite(actor);
  return all.filter(({ devices }) => devices.every(({ revokedAt }) => revokedAt !== null));
}

async function gagesDue(actor: Actor, by: string) {
  const all = await gagesAtSite(actor);
  return all.filter(
    ({ status, calibrationDueOn }) =>
      status === "quarantined" || (status === "in_service" && calibrationDueOn <= by),
  );
}
