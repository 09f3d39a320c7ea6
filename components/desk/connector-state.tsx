import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { Chip } from "#components/ui/chip";
import { isDrift } from "#lib/feed/connector-schema.schema";
import type { ConnectorShown } from "#lib/feed/connectors-shown.queries";

/** How it stands; beside it, whether its records still look as they did when they were learned. */
export function ConnectorState({ connector }: { connector: ConnectorShown }) {
  const t = useTranslations("connectors.state");
  const drifted = connector.schema !== null && isDrift(connector.schema);
  return (
    <>
      <Standing connector={connector} />
      {drifted ? <Chip tone="stop">{t("drifted")}</Chip> : null}
    </>
  );
}

function Standing({ connector }: { connector: ConnectorShown }) {
  const t = useTranslations("connectors.state");
  if (connector.status === "retired") return <Chip>{t("retired")}</Chip>;
  if (connector.status !== "active") return <Chip tone="stop">{t("paused")}</Chip>;
  if (connector.doesNotAnswer) return <Chip tone="stop">{t("doesNotAnswer")}</Chip>;
  return connector.waitsUntil === null ? (
    <Chip tone="ok">{t("active")}</Chip>
  ) : (
    <Chip tone="warn">{t("waits")}</Chip>
  );
}

/** Who stopped it, when and why; nothing where it goes. */
export function ConnectorPaused({ connector, zone }: { connector: ConnectorShown; zone: string }) {
  const t = useTranslations("connectors");
  if (connector.status !== "paused") return null;
  return (
    <p className="text-[14px] text-stop">
      <b className="font-[650]">
        {connector.pausedBy === null
          ? t("pausedItself")
          : t("pausedBy", { name: connector.pausedBy.name })}
      </b>{" "}
      {connector.pausedBy === null ? null : <Moment at={connector.pausedBy.at} zone={zone} />}{" "}
      {connector.statusNote === null ? null : (
        <q className="[overflow-wrap:anywhere]">{connector.statusNote}</q>
      )}
    </p>
  );
}

/** Where it is and how it stands, in a few lines. */
export function ConnectorFacts({ connector, zone }: { connector: ConnectorShown; zone: string }) {
  const t = useTranslations("connectors");
  const processes = useTranslations("desk.messages.process");
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-[14px] [&>dt]:text-ink-2">
      <dt>{t("address")}</dt>
      <dd className="mono text-[13px] [overflow-wrap:anywhere]">{connector.address}</dd>
      <dt>{t("process")}</dt>
      <dd>{processes.has(connector.process) ? processes(connector.process) : connector.process}</dd>
      <dt>{t("lastDone")}</dt>
      <dd>
        {connector.lastDoneAt === null ? (
          t("never")
        ) : (
          <Moment at={connector.lastDoneAt} zone={zone} />
        )}
      </dd>
      <dt>{t("circuit")}</dt>
      <dd className={connector.doesNotAnswer ? "font-[650] text-stop" : ""}>
        <Circuit connector={connector} zone={zone} />
      </dd>
    </dl>
  );
}

function Circuit({ connector, zone }: { connector: ConnectorShown; zone: string }) {
  const t = useTranslations("connectors");
  const { waitsUntil, doesNotAnswer, failuresInRow } = connector;
  if (connector.status !== "active") return t("circuitIdle");
  const failures = failuresInRow === 0 ? null : ` · ${t("failures", { count: failuresInRow })}`;
  if (!doesNotAnswer)
    return (
      <>
        {t("circuitClosed")}
        {waitsUntil === null ? null : (
          <>
            {" · "}
            {t("waits")} <Moment at={waitsUntil} zone={zone} shape="time" />
          </>
        )}
        {failures}
      </>
    );
  return (
    <>
      {waitsUntil === null ? (
        t("circuitTries")
      ) : (
        <>
          {t("circuitOpen")} <Moment at={waitsUntil} zone={zone} shape="time" />
        </>
      )}
      {failures}
    </>
  );
}

export function ConnectorCapabilities({ connector }: { connector: ConnectorShown }) {
  const t = useTranslations("connectors");
  const can = connector.capabilities;
  const told = (["dedupe", "unknownOutcome", "attachments", "statusFeed"] as const).map(
    (key) => [key, t(`capable.${key}.${can[key]}` as "capable.dedupe.search")] as const,
  );
  const ordering = connector.kind === "rest" ? "records" : "events";
  const all = [
    ...told,
    ["ordering", t(`capable.ordering.${ordering}`)] as const,
    ["atOnce", String(can.atOnce)] as const,
    ["bytesMax", t("megabytes", { size: String(can.bytesMax / 1_000_000) })] as const,
    ["larger", t(`capable.larger.${can.larger}`)] as const,
    ...(connector.kind === "rest"
      ? ([
          ["concurrency", t(`capable.concurrency.${can.concurrency}`)],
          ["tells", can.tells.map((status) => t(`capable.tells.${status}`)).join(", ")],
          ["triedAgainst", t(`capable.triedAgainst.${can.triedAgainst ?? "nothing"}`)],
        ] as const)
      : []),
  ];
  return (
    <dl className="grid gap-x-6 gap-y-2 text-[15px] sm:grid-cols-2 min-[1000px]:grid-cols-4">
      {all.map(([key, value]) => (
        <div key={key}>
          <dt className="text-[13px] text-ink-2">{t(`capability.${key}`)}</dt>
          <dd className="font-[650]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
