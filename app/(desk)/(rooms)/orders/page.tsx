import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { Pages } from "#components/desk/filter-links";
import { Link } from "#components/desk/link";
import { LinkButton } from "#components/desk/link-button";
import { ImportOrders, NewOrder } from "#components/desk/order-forms";
import { Empty, PageHead } from "#components/desk/page-head";
import { ReleaseTravelers } from "#components/desk/release-travelers";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { inLocale, type Locale } from "#lib/messages/locales";
import { columnsFor } from "#lib/plant/import.commands";
import { ordersAtSite, releasableRevisions } from "#lib/travelers/orders.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.orders"))("title") };
}

const address = (page: number): string => (page === 0 ? "/orders" : `/orders?page=${page}`);

export default async function Orders({
  searchParams,
}: {
  searchParams: Promise<{ page?: string }>;
}) {
  const actor = await requireActor("traveler.read");
  const asked = await searchParams;
  const page = Math.min(Math.max(Math.trunc(Number(asked.page ?? 0)) || 0, 0), 10_000);
  const [t, locale, { orders, hasMore }, revisions] = await Promise.all([
    getTranslations("desk.orders"),
    getLocale(),
    ordersAtSite(actor, page),
    releasableRevisions(),
  ]);
  const mayRelease = may(actor, "traveler.release");
  const actions = (
    <div className="flex flex-wrap gap-3">
      {may(actor, "order.messages") ? (
        <LinkButton href="/orders/messages">{t("messages")}</LinkButton>
      ) : null}
      {may(actor, "order.manage") ? (
        <>
          <ImportOrders columns={columnsFor("orders")} />
          <NewOrder />
        </>
      ) : null}
    </div>
  );
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={actions} />
      {orders.length === 0 ? (
        <Empty title={t("none")} hint={t("noneHint")} />
      ) : (
        <div className={tableFrame}>
          <table className="w-full border-collapse text-[15px]">
            <caption className="sr-only">{t("title")}</caption>
            <thead>
              <tr>
                <th className={th}>{t("order")}</th>
                <th className={th}>{t("part")}</th>
                <th className={`${th} max-lg:hidden`}>{t("customer")}</th>
                <th className={`${th} text-right`}>{t("quantity")}</th>
                <th className={`${th} text-right`}>{t("units")}</th>
                {mayRelease ? (
                  <th className={th}>
                    <span className="sr-only">{t("release")}</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {orders.map((order) => (
                <tr key={order.id}>
                  <th scope="row" className={`${td} text-left font-normal`}>
                    <Link
                      href={`/orders/${order.id}`}
                      className="mono text-[16px] font-bold whitespace-nowrap underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                    >
                      {order.number}
                    </Link>
                    {order.status === "released" ? null : (
                      <span className="block text-[13px] font-[650] text-stop">
                        {t.has(`status.${order.status}`)
                          ? t(`status.${order.status}`)
                          : order.status}
                      </span>
                    )}
                  </th>
                  <td className={`${td} mono text-[14px] whitespace-nowrap`}>
                    {order.partNumber} {order.partRevision}
                  </td>
                  <td className={`${td} max-lg:hidden`}>{order.customer ?? "–"}</td>
                  <td className={`${td} mono text-right`}>{order.quantity}</td>
                  <td className={`${td} text-right`}>{t("unitsOf", order.units)}</td>
                  {mayRelease ? (
                    <td className={`${td} text-right`}>
                      <ReleaseTravelers
                        order={order.number}
                        free={order.free}
                        isOpen={order.status === "released"}
                        revisions={revisions
                          .filter((of) => of.part === order.partNumber)
                          .map((of) => ({
                            contentSha256: of.contentSha256,
                            label: t("revisionLabel", {
                              number: of.number,
                              revision: of.revision,
                              title: inLocale(of.title, locale as Locale),
                            }),
                          }))}
                      />
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pages
        label={t("pages")}
        previous={page === 0 ? null : address(page - 1)}
        next={hasMore ? address(page + 1) : null}
        words={{ previous: t("previous"), next: t("next") }}
      />
    </main>
  );
}
