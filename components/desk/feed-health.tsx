import { useLocale, useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { BarChart } from "#components/ui/bar-chart";
import { Chip } from "#components/ui/chip";
import type { ConnectorHealth, FeedHour } from "#lib/feed/messages.queries";
import { backlogAlarmMinutes } from "#lib/feed/messages.rules";
import { dateFormat } from "#lib/messages/locales";

/** How each system that hears from us stands, and what came and went in the last 24 hours. */
export function FeedHealth({
  connectors,
  hours,
  zone,
  now,
  chosen,
  linkTo,
}: {
  connectors: readonly ConnectorHealth[];
  hours: readonly FeedHour[];
  zone: string;
  now: Date;
  chosen: string | null;
  linkTo: (connector: string | null) => string;
}) {
  const t = useTranslations("desk.messages");
  return (
    <section aria-label={t("health")} className="mb-5 grid gap-3">
      {connectors.length === 0 ? (
        <p className="text-[15px] text-ink-2">{t("noConnector")}</p>
      ) : (
        <ul className="grid gap-3 sm:grid-cols-2 min-[1400px]:grid-cols-3">
          {connectors.map((connector) => (
            <li key={connector.id}>
              <Card
                connector={connector}
                zone={zone}
                now={now}
                isChosen={connector.id === chosen}
                href={linkTo(connector.id === chosen ? null : connector.id)}
              />
            </li>
          ))}
        </ul>
      )}
      <Charts hours={hours} zone={zone} />
    </section>
  );
}

function Card({
  connector,
  zone,
  now,
  isChosen,
  href,
}: {
  connector: ConnectorHealth;
  zone: string;
  now: Date;
  isChosen: boolean;
  href: string;
}) {
  const t = useTranslations("desk.messages");
  const { oldestWaiting, waitsUntil } = connector;
  return (
    <div
      className={`h-full rounded border-[1.5px] bg-sheet px-4 py-3 ${isChosen ? "border-ink" : "border-rule"}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Link
          href={href}
          aria-current={isChosen ? "true" : undefined}
          className="text-[16px] font-bold text-ink underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
        >
          {connector.name}
        </Link>
        <State connector={connector} />
      </div>
      {connector.statusNote === null ? null : (
        <p className="mt-1 text-[14px] text-stop">
          <q className="break-words">{connector.statusNote}</q>
        </p>
      )}
      {waitsUntil === null ? null : (
        <p className="mt-1 text-[14px] text-warn">
          {t("waitsUntil")} <Moment at={waitsUntil} zone={zone} shape="time" />
        </p>
      )}
      <dl className="mt-2 grid grid-cols-3 gap-2 text-[13px] text-ink-2">
        <Figure
          label={t("waiting")}
          value={connector.waiting}
          isBad={
            oldestWaiting !== null && minutesBetween(oldestWaiting, now) >= backlogAlarmMinutes
          }
        >
          {oldestWaiting === null
            ? null
            : t("oldest", { age: t("minutes", { count: minutesBetween(oldestWaiting, now) }) })}
        </Figure>
        <Figure label={t("stopped")} value={connector.stopped} isBad={connector.stopped > 0} />
        <Figure label={t("doneToday")} value={connector.done} />
      </dl>
    </div>
  );
}

const minutesBetween = (from: Date, to: Date): number =>
  Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000));

function Figure({
  label,
  value,
  isBad = false,
  children,
}: {
  label: string;
  value: number;
  isBad?: boolean;
  children?: React.ReactNode;
}) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <b className={`mono text-[20px] font-[650] ${isBad ? "text-stop" : "text-ink"}`}>{value}</b>
        {children === null || children === undefined ? null : <p>{children}</p>}
      </dd>
    </div>
  );
}

function State({ connector }: { connector: ConnectorHealth }) {
  const t = useTranslations("desk.messages");
  if (connector.status !== "active") return <Chip tone="stop">{t("paused")}</Chip>;
  if (connector.doesNotAnswer) return <Chip tone="stop">{t("doesNotAnswer")}</Chip>;
  return connector.waitsUntil === null ? (
    <Chip tone="ok">{t("active")}</Chip>
  ) : (
    <Chip tone="warn">{t("waits")}</Chip>
  );
}

function Charts({ hours, zone }: { hours: readonly FeedHour[]; zone: string }) {
  const t = useTranslations("desk.messages");
  const locale = useLocale();
  const hour = dateFormat(locale === "en" ? "en-GB" : locale, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  });
  const charts = [
    { key: "done", tone: "act", of: ({ done }: FeedHour) => done },
    { key: "failed", tone: "stop", of: ({ failed }: FeedHour) => failed },
    {
      key: "age",
      tone: "warn",
      of: ({ oldestSeconds }: FeedHour) => Math.round(oldestSeconds / 60),
    },
  ] as const;
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      {charts.map(({ key, tone, of }) => (
        <BarChart
          key={key}
          title={t(`chart.${key}`)}
          tone={tone}
          most={(count) => t(`chartMost.${key}`, { count })}
          columns={{ at: t("hour"), value: t(`chart.${key}`) }}
          table={t("asTable")}
          values={hours.map((one) => ({ label: hour.format(one.at), value: of(one) }))}
        />
      ))}
    </div>
  );
}
