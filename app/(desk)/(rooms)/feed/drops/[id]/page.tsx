import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { DropFacts } from "#components/desk/drop-facts";
import { RetryDrop } from "#components/desk/drop-forms";
import { DropFiles, DropMessages, DropState } from "#components/desk/drops";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Empty, OneHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { drop, manifestOf, messagesOf } from "#lib/feed/drops-shown.queries";

type Ask = { params: Promise<{ id: string }> };

// The title and the page ask for the same: it is read once.
const dropAsked = cache(async (id: string) => {
  const actor = await requireActor("feed.read");
  const found = isId(id) ? await drop(actor, id) : null;
  return found ? { actor, found } : notFound();
});

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { found } = await dropAsked((await params).id);
  return { title: `${(await getTranslations("desk.drops"))("one")} · ${found.connector.name}` };
}

/** One batch: where it lies, how to know it, what is in it, and whether the records know of it. */
export default async function Drop({ params }: Ask) {
  const { id } = await params;
  const { actor, found } = await dropAsked(id);
  const [t, plant, manifest, messages] = await Promise.all([
    getTranslations("desk.drops"),
    plantPolicy(actor),
    manifestOf(actor, id),
    messagesOf(actor, id),
  ]);
  const isStuck = found.state === "failed" || (found.state === "waiting" && found.attempts > 0);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <OneHead
        crumbs={t("crumbs")}
        back={{ href: "/feed/drops", label: t("title") }}
        title={`${t("one")}: ${found.connector.name}`}
        state={<DropState drop={found} />}
        actions={isStuck && may(actor, "feed.manage") ? <RetryDrop drop={id} /> : null}
      />
      <FeedTabs here={null} />
      <DropFacts drop={found} counts={manifest?.content.counts ?? null} zone={plant.timeZone} />
      {manifest === null ? (
        found.state === "failed" ? null : (
          <Empty title={t("atWork")} hint={t("atWorkHint")} />
        )
      ) : (
        <section aria-labelledby="files" className="mb-7">
          <h2 id="files" className="mb-3 text-[19px] font-bold">
            {t("filesTitle", { count: manifest.content.files.length })}
          </h2>
          <DropFiles content={manifest.content} />
        </section>
      )}
      {found.told === null || manifest === null ? null : (
        <section aria-labelledby="told">
          <h2 id="told" className="mb-3 text-[19px] font-bold">
            {t("toldTitle", { system: found.told.name })}
          </h2>
          {messages.length === 0 ? (
            <Empty title={t("noRecords")} hint={t("noRecordsHint")} />
          ) : (
            <DropMessages messages={messages} />
          )}
        </section>
      )}
    </main>
  );
}
