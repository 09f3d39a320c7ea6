import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { HistoryList } from "#components/desk/history-list";
import { Link } from "#components/desk/link";
import { LinkButton } from "#components/desk/link-button";
import { Moment } from "#components/desk/moment";
import { PageHead } from "#components/desk/page-head";
import { ChangeStock, HoldStock, ReleaseStock } from "#components/desk/stock-forms";
import { StockState } from "#components/desk/stock-state";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { dateIn, instant } from "#lib/kit/time";
import { stockItem, usesOf } from "#lib/plant/stock.queries";
import { historyOf } from "#lib/record/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.stock"))("title") };
}

/** One serial or lot: what is known of it, where it went, and everything that was ever changed about it. */
export default async function StockItem({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requireActor("stock.read");
  const { id } = await params;
  const stock = isId(id) ? await stockItem(actor, id) : null;
  if (!stock) notFound();
  const [t, history, uses, plant] = await Promise.all([
    getTranslations("desk.stock"),
    historyOf(actor, "lot", stock.id),
    usesOf(actor, stock),
    plantPolicy(actor),
  ]);
  const today = dateIn(plant.timeZone, instant(Date.now()));
  const isInstalled = stock.serial !== null && uses.some(({ removedAt }) => removedAt === null);
  const name = stock.serial ?? stock.lot ?? "";
  // A hold that comes or goes meanwhile closes no form that somebody is filling in.
  const told = JSON.stringify({ ...stock, onHold: null });
  const day = (of: string | null) =>
    of === null ? "–" : <Moment at={of} zone="UTC" shape="day" />;
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={`${stock.part} · ${name}`}
        actions={
          <div className="flex flex-wrap gap-3 print:hidden">
            <LinkButton href={`/labels?stock=${stock.id}`}>{t("label")}</LinkButton>
            {may(actor, "stock.manage") ? (
              <ChangeStock key={told} stock={stock} name={name} />
            ) : null}
            {stock.onHold && may(actor, "stock.release") ? (
              <ReleaseStock stock={stock.id} name={name} />
            ) : null}
            {!stock.onHold && may(actor, "stock.hold") ? (
              <HoldStock stock={stock.id} name={name} />
            ) : null}
          </div>
        }
      />
      <dl className="mb-7 grid grid-cols-[190px_minmax(0,1fr)] gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-4 text-[15px] [&>dd]:[overflow-wrap:anywhere] [&>dt]:text-ink-2">
        <dt>{t("state")}</dt>
        <dd>
          <StockState stock={{ ...stock, isInstalled }} today={today} />
        </dd>
        <dt>{t("part")}</dt>
        <dd className="mono">
          {stock.part} {stock.revision}
        </dd>
        <dt>{t(stock.serial === null ? "lot" : "serial")}</dt>
        <dd className="mono">{name}</dd>
        <dt>{t("expiresOn")}</dt>
        <dd>{day(stock.expiresOn)}</dd>
        <dt>{t("supplier")}</dt>
        <dd>{stock.supplier ?? "–"}</dd>
        <dt>{t("certificate")}</dt>
        <dd className="mono">{stock.certificate ?? "–"}</dd>
        <dt>{t("receivedOn")}</dt>
        <dd>{day(stock.receivedOn)}</dd>
      </dl>
      <h2 className="mb-3 text-[19px] font-bold">{t("uses")}</h2>
      {uses.length === 0 ? (
        <p className="mb-7 text-[15px] text-ink-2">{t("noUses")}</p>
      ) : (
        <ul className="mb-7 rounded border-[1.5px] border-rule bg-sheet">
          {uses.map((use) => (
            <li
              key={`${use.traveler} ${use.occurredAt.toISOString()}`}
              className="flex min-h-11 flex-wrap items-center gap-x-5 border-t border-sunk px-5 py-1.5 text-[15px] first:border-t-0"
            >
              <Link
                href={`/travelers/${use.traveler}`}
                className="mono font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
              >
                {use.unit}
              </Link>
              <span className="text-ink-2">
                {t("installed", { quantity: use.quantity })}{" "}
                <Moment at={use.occurredAt} zone={plant.timeZone} />
                {use.removedAt === null ? null : (
                  <>
                    {" · "}
                    {t("removed")} <Moment at={use.removedAt} zone={plant.timeZone} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
      <HistoryList history={history} zone={plant.timeZone} />
    </main>
  );
}
