import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Rail, type RailLink } from "#components/desk/rail";
import { currentActor } from "#lib/boundary/actor";
import { may, type Permission } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { documentsWaitingCount } from "#lib/feed/inbox.queries";
import { waitingCounts } from "#lib/travelers/history.queries";

/** The rail says what waits. It guards nothing: each page asks for its own permission. */
export default async function RoomsLayout({ children }: { children: ReactNode }) {
  // Before anything is read: what changes from here on is news to this page.
  const since = Date.now();
  const actor = await currentActor();
  if (!actor) return children;
  const [t, counts, plant, documents] = await Promise.all([
    getTranslations("desk.rail"),
    waitingCounts(actor),
    plantPolicy(actor),
    may(actor, "feed.approve") ? documentsWaitingCount(actor) : 0,
  ]);
  const ifMay = <T,>(needs: Permission, what: T): T[] => (may(actor, needs) ? [what] : []);
  return (
    <div className="desk-shell grid min-h-dvh grid-cols-1 content-start min-[1000px]:grid-cols-[212px_minmax(0,1fr)] min-[1000px]:content-stretch">
      <a
        href="#room"
        className="absolute -top-20 left-2 z-10 rounded bg-act px-4 py-2 text-act-ink focus:top-2"
      >
        {t("skip")}
      </a>
      <Rail
        person={actor.name}
        roles={actor.roles}
        since={since}
        site={`${plant.code} · ${plant.name}`}
        work={[
          { href: "/", label: t("waiting") },
          ...ifMay("traveler.read", [
            { href: "/travelers", label: t("travelers") },
            {
              href: "/buyoffs",
              label: t("buyoffs"),
              ...waiting(counts.buyoffs, t("buyoffsDue", { count: counts.buyoffs })),
            },
            {
              href: "/holds",
              label: t("holds"),
              ...waiting(counts.holds, t("holdsOpen", { count: counts.holds })),
              tone: "stop" as const,
            },
            ...ifMay("defect.read", {
              href: "/defects",
              label: t("defects"),
              count: counts.defects,
              countLabel: t("defectsOpen", { count: counts.defects }),
            }),
          ]).flat(),
          ...ifMay("revokeWaiver", {
            href: "/waivers",
            label: t("waivers"),
            ...waiting(counts.waivers, t("waiversWaiting", { count: counts.waivers })),
          }),
          ...ifMay("reviewSignals", {
            href: "/reviews",
            label: t("reviews"),
            count: counts.reviews,
            countLabel: t("reviewsDue", { count: counts.reviews }),
          }),
          ...ifMay("reviewSignals", {
            href: "/conflicts",
            label: t("conflicts"),
            ...waiting(counts.conflicts, t("conflictsDue", { count: counts.conflicts })),
          }),
        ]}
        plan={planLinks
          .filter(({ needs }) => may(actor, needs))
          .map(({ name, needs: _, ...link }) => ({
            ...link,
            label: t(name),
            ...(name === "feed"
              ? waiting(documents, t("documentsWait", { count: documents }))
              : {}),
          }))}
      />
      <div id="room" className="min-w-0">
        {children}
      </div>
    </div>
  );
}

const waiting = (count: number, countLabel: string) => ({
  count,
  countLabel,
  tone: "attention" as const,
});

const planLinks = [
  { name: "orders", href: "/orders", needs: "traveler.read" },
  { name: "stock", href: "/stock", needs: "stock.read" },
  { name: "gages", href: "/gages", needs: "gage.read" },
  {
    name: "people",
    href: "/people",
    needs: "people.read",
    also: ["/qualifications", "/stamps", "/offline-signing", "/permissions"],
  },
  { name: "stations", href: "/stations", needs: "device.revoke" },
  { name: "feed", href: "/feed", needs: "feed.read" },
] as const satisfies readonly (Omit<RailLink, "label"> & { name: string; needs: Permission })[];
