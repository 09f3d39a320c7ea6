import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { InboxLines } from "#components/desk/inbox-lines";
import { Empty, PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { documentsWaiting } from "#lib/feed/inbox.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.inbox"))("title") };
}

/** What a rule made and a person reads before it goes. */
export default async function Inbox() {
  const actor = await requireActor("feed.read");
  const [t, plant, documents] = await Promise.all([
    getTranslations("desk.inbox"),
    plantPolicy(actor),
    documentsWaiting(actor),
  ]);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      <FeedTabs here="inbox" />
      {documents.length === 0 ? <Empty title={t("none")} hint={t("noneHint")} /> : null}
      <InboxLines
        documents={documents}
        zone={plant.timeZone}
        decides={may(actor, "feed.approve")}
      />
    </main>
  );
}
