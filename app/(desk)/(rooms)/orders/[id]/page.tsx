import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { HistoryList } from "#components/desk/history-list";
import { Link } from "#components/desk/link";
import { LinkButton } from "#components/desk/link-button";
import { ChangeOrder } from "#components/desk/order-forms";
import { OrderDifferences, StatedFacts } from "#components/desk/order-stated";
import { PageHead } from "#components/desk/page-head";
import { PlacePlantHold } from "#components/desk/plant-hold-forms";
import { PlantHolds } from "#components/desk/plant-holds";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { inLocale, type Locale } from "#lib/messages/locales";
import { statedOrder } from "#lib/orders/queries";
import { plantHoldsOpen } from "#lib/plant/holds.queries";
import { historyOf } from "#lib/record/history.queries";
import { ownersOf } from "#lib/travelers/holds.rules";
import { orderAtSite } from "#lib/travelers/orders.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.orders"))("title") };
}

export default async function Order({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requireActor("traveler.read");
  const { id } = await params;
  const order = isId(id) ? await orderAtSite(actor, id) : null;
  if (!order) notFound();
  const [t, history, plant, holds, stated] = await Promise.all([
    getTranslations("desk.orders"),
    historyOf(actor, "order", order.id),
    plantPolicy(actor),
    plantHoldsOpen(actor, { scope: "order", subject: order.number }),
    statedOrder(actor, order.id),
  ]);
  const locale = (await getLocale()) as Locale;
  const hold = may(actor, "plant_hold.place") ? (
    <PlacePlantHold
      on={{ scope: "order", subject: order.number }}
      reasons={plant.holdReasons.map((of) => ({
        value: of.code,
        label: inLocale(of.label, locale),
      }))}
    />
  ) : null;
  const actions = (
    <div className="flex flex-wrap gap-3">
      {stated?.system && may(actor, "order.messages") ? (
        <LinkButton href={`/orders/messages?show=all&order=${encodeURIComponent(order.number)}`}>
          {t("messages")}
        </LinkButton>
      ) : null}
      {order.units.released === 0 ? null : (
        <LinkButton href={`/labels?order=${order.id}`}>{t("labels")}</LinkButton>
      )}
      {may(actor, "order.manage") ? (
        <ChangeOrder key={JSON.stringify(order)} order={order} />
      ) : null}
    </div>
  );
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={order.number}
        actions={
          <div className="flex flex-wrap gap-3">
            {hold}
            {actions}
          </div>
        }
      />
      <PlantHolds
        holds={holds}
        policy={plant}
        zone={plant.timeZone}
        releases={may(actor, "plant_hold.release") ? ownersOf(actor.roles) : []}
      />
      {stated === null ? null : (
        <OrderDifferences order={stated} maySettle={may(actor, "order.manage")} />
      )}
      <dl className="mb-7 grid grid-cols-[190px_minmax(0,1fr)] gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-4 text-[15px] [&>dt]:text-ink-2">
        <dt>{t("state")}</dt>
        <dd>{t.has(`status.${order.status}`) ? t(`status.${order.status}`) : order.status}</dd>
        <dt>{t("part")}</dt>
        <dd className="mono">
          {order.partNumber} {order.partRevision}
        </dd>
        <dt>{t("customer")}</dt>
        <dd>{order.customer ?? "–"}</dd>
        <dt>{t("quantity")}</dt>
        <dd className="mono">{order.quantity}</dd>
        {stated === null ? null : <StatedFacts order={stated} zone={plant.timeZone} />}
        <dt>{t("units")}</dt>
        <dd>
          <Link
            href={`/travelers?q=${encodeURIComponent(order.number)}&show=all`}
            className="underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
          >
            {t("unitsOf", order.units)}
          </Link>
        </dd>
      </dl>
      <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
      <HistoryList history={history} zone={plant.timeZone} />
    </main>
  );
}
