import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { FilterLinks } from "#components/desk/filter-links";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { RedriveMessage } from "#components/desk/order-message-forms";
import { Empty, PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import type { Locale } from "#lib/messages/locales";
import { messageWords } from "#lib/messages/machine-words";
import { type MessageLine, messageShows, orderMessagesAtSite } from "#lib/orders/queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.orderMessages"))("title") };
}

type Search = Promise<{ show?: string; order?: string }>;

export default async function OrderMessages({ searchParams }: { searchParams: Search }) {
  const actor = await requireActor("order.messages");
  const asked = await searchParams;
  const show = messageShows.find((of) => of === asked.show) ?? "waiting";
  const order = typeof asked.order === "string" ? asked.order.slice(0, 60) : undefined;
  const [t, locale, found, plant] = await Promise.all([
    getTranslations("desk.orderMessages"),
    getLocale(),
    orderMessagesAtSite(actor, { show, ...(order !== undefined && { order }) }),
    plantPolicy(actor),
  ]);
  const of = order === undefined ? "" : `&order=${encodeURIComponent(order)}`;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      <FilterLinks
        label={t("filter")}
        links={messageShows.map((key) => ({
          key,
          label: t(`show.${key}`),
          ...(key === "waiting" && { count: found.waiting }),
          href: `/orders/messages?show=${key}${of}`,
          on: key === show,
        }))}
      />
      {found.messages.length === 0 ? (
        <Empty title={t(`none.${show}`)} hint={t("noneHint")} />
      ) : (
        <ul className="grid gap-3">
          {found.messages.map((message) => (
            <Message
              key={message.id}
              message={message}
              locale={locale as Locale}
              zone={plant.timeZone}
              mayOpen={may(actor, "traveler.read")}
            />
          ))}
        </ul>
      )}
    </main>
  );
}

const tones: Readonly<Record<string, string>> = {
  parked: "border-stop",
  unreadable: "border-stop",
  differs: "border-warn",
};

async function Message({
  message,
  locale,
  zone,
  mayOpen,
}: {
  message: MessageLine;
  locale: Locale;
  zone: string;
  mayOpen: boolean;
}) {
  const t = await getTranslations("desk.orderMessages");
  const { number, state, code, params, action, order } = message;
  const words = messageWords(locale, state, code, { ...params, number });
  const title = number === "" ? t("action.unreadable") : number;
  const isWaiting = state === "parked" || state === "differs";
  return (
    <li
      className={`grid grid-cols-1 gap-x-6 gap-y-2 rounded border-[1.5px] bg-sheet px-5 py-3.5 md:grid-cols-[minmax(170px,1fr)_minmax(0,2.4fr)_auto] ${tones[state] ?? "border-rule"}`}
    >
      <div className="min-w-0">
        <h2 className="mono text-[17px] font-bold break-words">
          {order !== null && mayOpen ? (
            <Link
              href={`/orders/${order}`}
              className="underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
            >
              {title}
            </Link>
          ) : (
            title
          )}
        </h2>
        <p className="text-[14px]">
          {number === "" ? null : <>{t(`action.${action as "order"}`)} </>}
          <span className="text-ink-2">{t("from", { system: message.system })}</span>
        </p>
        <p className="text-[13px] text-ink-2">
          {message.version === null ? null : <>{t("version", { version: message.version })} · </>}
          {message.sentAt === null ? null : (
            <>
              {t("sent")} <Moment at={message.sentAt} zone={zone} /> ·{" "}
            </>
          )}
          {t("received")} <Moment at={message.receivedAt} zone={zone} />
        </p>
      </div>
      <div className="min-w-0 text-[15px]">
        <p>
          <b className={`font-[700] ${isWaiting || state === "unreadable" ? "text-stop" : ""}`}>
            {t(`state.${state}`)}
          </b>
        </p>
        <p className="break-words">{words.why}</p>
        <p className="break-words text-ink-2">{words.next}</p>
        <details className="mt-1.5">
          <summary className="cursor-pointer text-[14px] text-ink-2">
            {t("raw", { type: message.mediaType })}
          </summary>
          <pre className="mono mt-1 rounded bg-sunk p-3 text-[13px] whitespace-pre-wrap break-all">
            {message.raw ?? t("rawGone")}
          </pre>
        </details>
      </div>
      {isWaiting ? <RedriveMessage message={message.id} order={number} /> : <span />}
    </li>
  );
}
