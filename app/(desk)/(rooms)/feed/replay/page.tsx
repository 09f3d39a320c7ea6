import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Empty, OneHead } from "#components/desk/page-head";
import { RefusalNote } from "#components/desk/refusal-note";
import { DecideMany, DiscardMany, ReplayFilter, ReplayMany } from "#components/desk/replay-forms";
import { ReplayLines, Replays } from "#components/desk/replays";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { connectorsHealth } from "#lib/feed/messages.queries";
import {
  type ReplayPreview,
  replayPreview,
  replayRules,
  replaysShown,
} from "#lib/feed/replay.queries";
import { rangeOf } from "#lib/feed/replay.rules";
import { type ReplayAsked, replayAsked, replayMax } from "#lib/feed/replay.schema";
import { dateIn, instant, minuteOfDayIn } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.replay"))("title") };
}

type Ask = Record<string, string | string[] | undefined>;

/** A minute by the plant's clocks, as the form has it. */
function minuteIn(zone: string, ms: number): string {
  const at = instant(ms);
  const minute = minuteOfDayIn(zone, at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${dateIn(zone, at)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

const dayMs = 24 * 60 * 60_000;
const textOf = (value: Ask[string]): string => (typeof value === "string" ? value.trim() : "");

function askedIn(ask: Ask, zone: string, now: number) {
  const asked = {
    connector: textOf(ask.connector),
    from: textOf(ask.from) || minuteIn(zone, now - dayMs),
    to: textOf(ask.to) || minuteIn(zone, now + 60_000),
    search: textOf(ask.search),
    rule: textOf(ask.rule),
    said: textOf(ask.said),
  };
  const also = (["discarded", "gone"] as const).filter((name) => [ask.also].flat().includes(name));
  return { asked, also };
}

/** Sending again on purpose: which messages, what would happen to each, and then by one act. */
export default async function Replay({ searchParams }: { searchParams: Promise<Ask> }) {
  const actor = await requireActor("feed.read");
  const ask = await searchParams;
  const [t, messages, plant, health, rules, replays] = await Promise.all([
    getTranslations("desk.replay"),
    getTranslations("desk.messages"),
    plantPolicy(actor),
    connectorsHealth(actor),
    replayRules(actor),
    replaysShown(actor),
  ]);
  const zone = plant.timeZone;
  const { asked, also } = askedIn(ask, zone, Date.now());
  const read = replayAsked.safeParse(asked);
  const isKnown = health.some(({ id }) => id === asked.connector);
  const named = { discarded: also.includes("discarded"), gone: also.includes("gone") };
  const range = read.success && isKnown ? rangeOf(read.data) : null;
  const preview = range?.ok ? await replayPreview(actor, zone, range.value, named) : null;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <OneHead
        crumbs={messages("crumbs")}
        back={{ href: "/feed", label: messages("title") }}
        title={t("title")}
        state={null}
      />
      <FeedTabs here={null} />
      <p className="mb-4 max-w-[80ch] text-[15px] text-ink-2">{t("lead")}</p>
      <ReplayFilter
        connectors={health.map(({ id, name }) => ({ value: id, label: name }))}
        rules={rules}
        asked={asked}
        also={also}
      />
      {range?.ok === false ? <RefusalNote refusal={range.error} /> : null}
      {range === null ? <Empty title={t("choose")} hint={t("chooseHint")} /> : null}
      {preview === null ? null : (
        <Preview preview={preview} asked={asked} also={also} actor={actor} />
      )}
      {replays.length === 0 ? null : (
        <section aria-labelledby="replays" className="mt-8">
          <h2 id="replays" className="mb-3 text-[19px] font-bold">
            {t("before")}
          </h2>
          <Replays replays={replays} zone={zone} />
        </section>
      )}
    </main>
  );
}

async function Preview({
  preview,
  asked,
  also,
  actor,
}: {
  preview: ReplayPreview;
  asked: ReplayAsked;
  also: readonly ("discarded" | "gone")[];
  actor: Actor;
}) {
  const t = await getTranslations("desk.replay");
  if (preview.lines.length === 0) return <Empty title={t("none")} hint={t("noneHint")} />;
  const manages = may(actor, "feed.manage");
  const decides = may(actor, "feed.approve");
  const goes = preview.lines.flatMap(({ what, count }) =>
    "effect" in what ? [`${count} × ${t(`effect.${what.effect}`)}`] : [],
  );
  return (
    <section aria-label={t("preview")} className="grid gap-4">
      <ReplayLines lines={preview.lines} />
      {preview.isMore ? (
        <p className="text-[15px] font-[650]">{t("more", { count: replayMax })}</p>
      ) : null}
      <div className="flex flex-wrap gap-3">
        {manages && preview.deliveries.length > 0 ? (
          <ReplayMany
            key={`send-${preview.deliveries.join()}`}
            asked={asked}
            also={[...also]}
            deliveries={preview.deliveries}
            summary={goes.join(" ")}
          />
        ) : null}
        {manages && preview.discardable.length > 0 ? (
          <DiscardMany
            key={`discard-${preview.discardable.join()}`}
            deliveries={preview.discardable}
          />
        ) : null}
        {decides && preview.undecided.length > 0 ? (
          <DecideMany key={`decide-${preview.undecided.join()}`} deliveries={preview.undecided} />
        ) : null}
      </div>
    </section>
  );
}
