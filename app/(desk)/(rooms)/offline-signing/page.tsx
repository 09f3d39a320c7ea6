import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { HistoryList } from "#components/desk/history-list";
import { DecideOfflineSigning } from "#components/desk/offline-signing-form";
import { PageHead } from "#components/desk/page-head";
import { PeopleTabs } from "#components/desk/people-tabs";
import { Chip } from "#components/ui/chip";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { buyoffTypes } from "#lib/instructions/schema";
import { historyOfTypes } from "#lib/record/history.queries";
import { offlineTypes } from "#lib/travelers/facts.schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.offlineSigning"))("title") };
}

/** Which signatures may wait for the network at this plant, and who decided it when and why. */
export default async function OfflineSigning() {
  const actor = await requireActor("people.read");
  const [t, types, plant, history] = await Promise.all([
    getTranslations("desk.offlineSigning"),
    getTranslations("common.buyoffType"),
    plantPolicy(actor),
    historyOfTypes(actor, ["offline_signing.changed"]),
  ]);
  const allowed = plant.offlineSigning ?? [];
  const standing = (type: (typeof buyoffTypes)[number]) => {
    if (!offlineTypes.some((one) => one === type)) return "never";
    return allowed.some((one) => one === type) ? "allowed" : "notAllowed";
  };
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PeopleTabs here="offline-signing" />
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          may(actor, "offline_signing.decide") ? (
            <DecideOfflineSigning key={allowed.join()} allowed={allowed} />
          ) : null
        }
      />
      <ul className="max-w-[900px] rounded border-[1.5px] border-rule bg-sheet">
        {buyoffTypes.map((type) => (
          <li
            key={type}
            className="grid grid-cols-[180px_190px_minmax(0,1fr)] items-center gap-x-5 gap-y-1 border-t border-sunk px-5 py-3 text-[15px] first:border-t-0 max-md:grid-cols-1"
          >
            <b className="font-[650]">{types(type)}</b>
            <span>
              <Chip tone={standing(type) === "allowed" ? "warn" : "plain"}>
                {t(`standing.${standing(type)}`)}
              </Chip>
            </span>
            <span className="text-ink-2">{t(`why.${standing(type)}`)}</span>
          </li>
        ))}
      </ul>
      <p className="mt-4 max-w-[80ch] text-[14px] text-ink-2">{t("foot")}</p>
      <h2 className="mt-8 mb-3 text-[19px] font-bold">{t("history")}</h2>
      <HistoryList history={history} zone={plant.timeZone} />
    </main>
  );
}
