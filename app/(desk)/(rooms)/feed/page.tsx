import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { RetryMany } from "#components/desk/dead-letter-forms";
import { FeedHealth } from "#components/desk/feed-health";
import { FeedTabs } from "#components/desk/feed-tabs";
import { FilterLinks, Pages } from "#components/desk/filter-links";
import { MessagesTable } from "#components/desk/messages-table";
import { Empty, PageHead } from "#components/desk/page-head";
import { ReplayLink } from "#components/desk/replays";
import { SearchBox } from "#components/desk/search-box";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { flowsAtSite } from "#lib/feed/flow.queries";
import {
  connectorsHealth,
  feedHours,
  MESSAGES_COUNTED_MAX,
  messagesCounted,
  messagesFound,
  stoppedFor,
} from "#lib/feed/messages.queries";
import { type MessageGroup, messageGroups } from "#lib/feed/messages.rules";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.messages"))("title") };
}

type Ask = { q?: string; show?: string; connector?: string; after?: string; before?: string };

const linkTo = (ask: {
  search: string;
  group: MessageGroup;
  connector: string | null;
  after?: string | null;
  before?: string | null;
}) => {
  const query = new URLSearchParams({ show: ask.group });
  if (ask.search !== "") query.set("q", ask.search);
  if (ask.connector !== null) query.set("connector", ask.connector);
  if (ask.after) query.set("after", ask.after);
  if (ask.before) query.set("before", ask.before);
  return `/feed?${query}`;
};

const POSITION = /^\d{1,18}$/;
const placeOf = ({ after, before }: Ask) => {
  if (POSITION.test(after ?? "")) return { way: "after" as const, position: after ?? "" };
  if (POSITION.test(before ?? "")) return { way: "before" as const, position: before ?? "" };
  return null;
};

/** What goes to other systems: how each stands, what came and went in the last day, and every message. */
export default async function Messages({ searchParams }: { searchParams: Promise<Ask> }) {
  const actor = await requireActor("feed.read");
  const asked = await searchParams;
  const search = String(asked.q ?? "")
    .trim()
    .slice(0, 120);
  const group = messageGroups.find((of) => of === asked.show) ?? "all";
  const [t, plant, health, hours, flows] = await Promise.all([
    getTranslations("desk.messages"),
    plantPolicy(actor),
    connectorsHealth(actor),
    feedHours(actor),
    flowsAtSite(actor),
  ]);
  const connector = health.find(({ id }) => id === asked.connector)?.id ?? null;
  const mayRetry = group === "stopped" && may(actor, "feed.manage");
  const [{ lines, previous, next }, counts, stopped] = await Promise.all([
    messagesFound(actor, { search, group, connector, from: placeOf(asked) }),
    messagesCounted(actor, { search, connector }),
    mayRetry ? stoppedFor(actor, { search, connector }) : null,
  ]);
  const at = { search, group, connector };
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={<SearchBox action="/feed" value={search} label={t("search")} go={t("find")} />}
      />
      <FeedTabs here="messages" />
      <FeedHealth
        connectors={health}
        hours={hours}
        zone={plant.timeZone}
        now={new Date()}
        chosen={connector}
        linkTo={(id) => linkTo({ ...at, connector: id })}
      />
      <FilterLinks
        label={t("filters")}
        links={messageGroups.map((of) => ({
          key: of,
          label: t(`show.${of}`),
          count: counts[of] > MESSAGES_COUNTED_MAX ? `${MESSAGES_COUNTED_MAX}+` : counts[of],
          href: linkTo({ ...at, group: of }),
          on: of === group,
        }))}
      />
      <div className="mb-4 flex flex-wrap items-center gap-x-5 gap-y-2">
        {stopped === null || stopped.ids.length === 0 ? null : <RetryMany stopped={stopped} />}
        <ReplayLink
          href={connector === null ? "/feed/replay" : `/feed/replay?connector=${connector}`}
        />
      </div>
      {lines.length === 0 ? (
        <Empty
          title={search === "" ? t(`none.${group}`) : t("noneFound", { search })}
          hint={search === "" ? t(`noneHint.${group}`) : t("noneFoundHint")}
        />
      ) : (
        <MessagesTable lines={lines} flows={flows} zone={plant.timeZone} />
      )}
      <Pages
        label={t("pages")}
        words={{ previous: t("previous"), next: t("next") }}
        previous={previous && linkTo({ ...at, before: previous })}
        next={next && linkTo({ ...at, after: next })}
      />
    </main>
  );
}
