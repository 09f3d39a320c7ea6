import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { ConnectorAsItIs } from "#components/desk/connector-as-it-is";
import { ConnectorCapabilities } from "#components/desk/connector-state";
import { FeedTabs } from "#components/desk/feed-tabs";
import { Clause, Flows, Ownership, Reactions } from "#components/desk/interface-document";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { PrintPage } from "#components/desk/print-page";
import { FlowStandings } from "#components/desk/validation";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { connectorAsTyped, connectorsShown } from "#lib/feed/connectors-shown.queries";
import { crosswalksAtSite } from "#lib/feed/crosswalks.queries";
import { flowsAtSite } from "#lib/feed/flow.queries";
import { flowsTo, pathsOf } from "#lib/feed/interface.rules";
import { freshnessAtSite } from "#lib/feed/ownership.queries";
import { rulesAtSite } from "#lib/feed/rules.queries";

type Ask = { params: Promise<{ id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("connectors.document"))("title") };
}

/**
 * The interface control document of one connector, from the configuration in force: what a plant files and an
 * auditor reads. Printed, it is the document; on the screen it is always the present one.
 */
export default async function InterfaceDocument({ params }: Ask) {
  const { id } = await params;
  const actor = await requireActor("feed.read");
  const [connector] = isId(id) ? await connectorsShown(actor, id) : [];
  const typed = connector ? await connectorAsTyped(actor, id) : null;
  if (!connector || typed === null) return notFound();
  const [t, kinds, codeKinds, plant, rules, lists, flows, fresh] = await Promise.all([
    getTranslations("connectors.document"),
    getTranslations("connectors.kind"),
    getTranslations("desk.crosswalks.kind"),
    plantPolicy(actor),
    rulesAtSite(actor),
    crosswalksAtSite(actor),
    flowsAtSite(actor, { connector: id }),
    freshnessAtSite(actor),
  ]);
  const zone = plant.timeZone;
  const counting = lists.filter(({ connector: only }) => only === null || only === connector.code);
  return (
    <main className="max-w-[1000px] px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <nav aria-label={t("title")} className="text-[14px] text-ink-2 print:hidden">
        <Link
          href={`/feed/connectors/${id}`}
          className="underline underline-offset-4 hover:decoration-act"
        >
          {connector.name}
        </Link>
      </nav>
      <div className="mt-1 mb-4 flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0">
          <h1 className="text-[28px] leading-tight font-bold [overflow-wrap:anywhere]">
            {t("heading", { name: connector.name })}
          </h1>
          <p className="mt-1 text-[15px] text-ink-2">
            {kinds(connector.kind)} · <span className="mono">{connector.code}</span> · {plant.code}{" "}
            {plant.name} · <Moment at={new Date()} zone={zone} shape="full" />
          </p>
        </div>
        <PrintPage />
      </div>
      <FeedTabs here={null} />
      <p className="mb-6 text-[15px]">{t("lead")}</p>
      <Clause number={1} title={t("flows")}>
        <Flows flows={flowsTo(rules, connector.code)} zone={zone} />
      </Clause>
      <Clause number={2} title={t("promises")}>
        <ConnectorCapabilities connector={connector} />
        <p className="mt-3 text-[15px]">{t("promisesWords")}</p>
      </Clause>
      <Clause number={3} title={t("fields")}>
        <ConnectorAsItIs {...typed} isWhole />
      </Clause>
      <Clause number={4} title={t("codes")}>
        {counting.length === 0 ? (
          <p className="text-ink-2">{t("noCodes")}</p>
        ) : (
          <ul className="grid gap-1 text-[15px]">
            {counting.map((list) => (
              <li key={list.id}>
                {t("codesOf", {
                  kind: codeKinds(list.kind),
                  system: list.connector ?? t("everySystem"),
                  lines: list.lines.length,
                  version: list.version,
                })}
              </li>
            ))}
          </ul>
        )}
        <p className="mt-3 text-[15px]">{t("codesWords")}</p>
      </Clause>
      <Clause number={5} title={t("errors")}>
        <Reactions />
      </Clause>
      <Clause number={6} title={t("reconciliation")}>
        <p className="text-[15px]">{t("reconciliationWords")}</p>
      </Clause>
      <Clause number={7} title={t("ownership")}>
        <Ownership paths={pathsOf(rules)} fresh={fresh} zone={zone} />
      </Clause>
      <Clause number={8} title={t("validation")}>
        {flows.length === 0 ? (
          <p className="text-ink-2">{t("noFlows")}</p>
        ) : (
          <FlowStandings flows={flows} zone={zone} />
        )}
      </Clause>
    </main>
  );
}
