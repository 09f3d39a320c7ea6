import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache, type ReactNode } from "react";
import { ApiDocumentKept } from "#components/desk/api-document-kept";
import { SwitchConnector, TestSaved } from "#components/desk/connector-acts";
import { ConnectorAsItIs } from "#components/desk/connector-as-it-is";
import { ConnectorForm } from "#components/desk/connector-form";
import { ConnectorSchema } from "#components/desk/connector-schema";
import {
  ConnectorCapabilities,
  ConnectorFacts,
  ConnectorPaused,
  ConnectorState,
} from "#components/desk/connector-state";
import { FeedTabs } from "#components/desk/feed-tabs";
import { HistoryList } from "#components/desk/history-list";
import { Link } from "#components/desk/link";
import { LinkButton } from "#components/desk/link-button";
import { FlowStandings } from "#components/desk/validation";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { connectorAsTyped, connectorsShown } from "#lib/feed/connectors-shown.queries";
import { flowsAtSite } from "#lib/feed/flow.queries";
import { historyOf } from "#lib/record/history.queries";

type Ask = { params: Promise<{ id: string }>; searchParams: Promise<{ change?: string }> };

// The title and the page ask for the same: it is read once.
const connectorAsked = cache(async (id: string) => {
  const actor = await requireActor("feed.read");
  const [connector] = isId(id) ? await connectorsShown(actor, id) : [];
  return connector ? { actor, connector } : notFound();
});

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { connector } = await connectorAsked((await params).id);
  return { title: connector.name };
}

/** One connector: how it stands, what it can do, by which configuration, and who made it so. */
export default async function ConnectorPage({ params, searchParams }: Ask) {
  const { id } = await params;
  const { actor, connector } = await connectorAsked(id);
  const [t, plant, typed, history, flows, { change }] = await Promise.all([
    getTranslations("connectors"),
    plantPolicy(actor),
    connectorAsTyped(actor, id),
    historyOf(actor, "feed", id),
    flowsAtSite(actor, { connector: id }),
    searchParams,
  ]);
  if (typed === null) return notFound();
  const zone = plant.timeZone;
  const manages = may(actor, "feed.manage") && connector.status !== "retired";
  const here = `/feed/connectors/${id}`;
  return (
    <main className="max-w-[1100px] px-4 py-5 sm:px-8 sm:py-7">
      <nav aria-label={t("title")} className="text-[14px] text-ink-2">
        <Link href="/feed/connectors" className="underline-offset-4 hover:underline">
          {t("title")}
        </Link>
      </nav>
      <h1 className="mt-1 mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 text-[28px] leading-tight font-bold">
        <span className="min-w-0 [overflow-wrap:anywhere]">
          {change && manages ? t("changeTitle", { name: connector.name }) : connector.name}
        </span>
        <ConnectorState connector={connector} />
      </h1>
      <FeedTabs here={null} />
      {change && manages ? (
        <ConnectorForm
          kind={typed.kind}
          existing={{ id, was: typed.was, has: typed.has }}
          initial={{ code: typed.code, name: typed.name, typed: typed.typed }}
          cancel={here}
        />
      ) : (
        <>
          <section className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3 rounded border-[1.5px] border-rule bg-sheet px-5 py-4">
            <div className="grid min-w-0 flex-1 basis-96 gap-2">
              <p className="text-[14px] text-ink-2">
                {t(`kind.${connector.kind}`)} · <span className="mono">{connector.code}</span> ·{" "}
                <Link href={`/feed?connector=${id}&show=all`} className="underline">
                  {t("messages")}
                </Link>{" "}
                ·{" "}
                <Link href={`${here}/document`} className="underline">
                  {t("document.open")}
                </Link>
                {connector.kind === "rest" ? (
                  <>
                    {" "}
                    ·{" "}
                    <Link href="/feed/crosswalks/preview" className="underline">
                      {t("preview")}
                    </Link>
                  </>
                ) : null}
              </p>
              <ConnectorPaused connector={connector} zone={zone} />
              <ConnectorFacts connector={connector} zone={zone} />
              {typed.has.includes("webhookSecret") ? (
                <p className="text-[14px] text-ink-2">
                  {t("webhookAddress")}{" "}
                  <span className="mono text-ink [overflow-wrap:anywhere]">
                    /api/webhooks/{connector.code}
                  </span>
                </p>
              ) : null}
            </div>
            {manages ? (
              <div className="flex flex-wrap gap-3">
                <LinkButton href={`${here}?change=1`}>{t("change")}</LinkButton>
                <SwitchConnector
                  connector={id}
                  name={connector.name}
                  isPaused={connector.status === "paused"}
                />
              </div>
            ) : null}
          </section>
          {manages ? (
            <div className="mb-5">
              <TestSaved connector={id} kind={connector.kind} />
            </div>
          ) : null}
          {flows.length === 0 ? null : (
            <Part title={t("document.validation")}>
              <FlowStandings flows={flows} zone={zone} />
            </Part>
          )}
          <Part
            title={t("capabilities")}
            {...(connector.capabilities.triedAgainst === "simulator" && {
              lead: t("notVerified", {
                system: t(`preset.${typed.typed.preset}` as "preset.odoo"),
              }),
            })}
          >
            <ConnectorCapabilities connector={connector} />
          </Part>
          {connector.kind === "rest" ? (
            <Part title={t("api.title")} lead={t("api.keptLead")}>
              <ApiDocumentKept connector={connector} zone={zone} mayCheck={manages} />
            </Part>
          ) : null}
          {connector.kind === "rest" ? (
            <Part title={t("schema.title")} lead={t("schema.lead")}>
              <ConnectorSchema connector={connector} zone={zone} mayCheck={manages} />
            </Part>
          ) : null}
          <Part title={t("configuration")} lead={t("configurationLead")}>
            <ConnectorAsItIs {...typed} />
          </Part>
          <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
          <HistoryList history={history} zone={zone} />
        </>
      )}
    </main>
  );
}

function Part({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <section
      aria-label={title}
      className="mb-5 rounded border-[1.5px] border-rule bg-sheet px-5 py-4"
    >
      <h2 className="mb-2 text-[19px] font-bold">{title}</h2>
      {lead === undefined ? null : <p className="mb-3 text-[15px] text-ink-2">{lead}</p>}
      {children}
    </section>
  );
}
