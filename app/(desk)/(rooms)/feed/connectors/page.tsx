import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SwitchConnector } from "#components/desk/connector-acts";
import { ConnectorFacts, ConnectorPaused, ConnectorState } from "#components/desk/connector-state";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Link } from "#components/desk/link";
import { LinkButton } from "#components/desk/link-button";
import { Empty, PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { connectorsShown } from "#lib/feed/connectors-shown.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("connectors"))("title") };
}

/** Every system that hears from this site: where it is, how it stands, since when and why. */
export default async function Connectors() {
  const actor = await requireActor("feed.read");
  const [t, connectors, plant] = await Promise.all([
    getTranslations("connectors"),
    connectorsShown(actor),
    plantPolicy(actor),
  ]);
  const manages = may(actor, "feed.manage");
  const add = manages ? <LinkButton href="/feed/connectors/new">{t("add")}</LinkButton> : null;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={add} />
      <FeedTabs here="connectors" />
      {connectors.length === 0 ? (
        <Empty title={t("none")} hint={manages ? t("noneHint") : t("noneHintReader")} />
      ) : null}
      <ul className="grid gap-3">
        {connectors.map((connector) => (
          <li
            key={connector.id}
            className="flex flex-wrap items-start gap-x-6 gap-y-3 rounded border-[1.5px] border-rule bg-sheet px-5 py-4"
          >
            <div className="grid min-w-0 flex-1 basis-96 gap-2">
              <h2 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[17px] font-[650]">
                <Link
                  href={`/feed/connectors/${connector.id}`}
                  className="min-w-0 text-ink underline decoration-rule decoration-2 underline-offset-4 [overflow-wrap:anywhere] hover:decoration-act"
                >
                  {connector.name}
                </Link>
                <span className="mono text-[14px] font-normal text-ink-2">{connector.code}</span>
                <span className="text-[14px] font-normal text-ink-2">
                  {t(`kind.${connector.kind}`)}
                </span>
                <ConnectorState connector={connector} />
              </h2>
              <ConnectorPaused connector={connector} zone={plant.timeZone} />
              <ConnectorFacts connector={connector} zone={plant.timeZone} />
            </div>
            {manages && connector.status !== "retired" ? (
              <SwitchConnector
                connector={connector.id}
                name={connector.name}
                isPaused={connector.status === "paused"}
              />
            ) : null}
          </li>
        ))}
      </ul>
    </main>
  );
}
