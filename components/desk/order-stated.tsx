import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Moment } from "#components/desk/moment";
import { SettleDifferences } from "#components/desk/order-message-forms";
import type { OrderOfSystem } from "#lib/orders/queries";

/** What another system states and can't be any more: seen by a person, who decides what holds. */
export function OrderDifferences({
  order,
  maySettle,
}: {
  order: OrderOfSystem;
  maySettle: boolean;
}) {
  const t = useTranslations("desk.orders.differs");
  const field = useTranslations("desk.history.field");
  if (order.differences.length === 0) return null;
  return (
    <section
      aria-label={t("title", { system: order.system ?? "" })}
      className="mb-5 grid gap-3 rounded border-[1.5px] border-warn border-l-[6px] bg-sheet px-5 py-4"
    >
      <h2 className="text-[17px] font-[700]">{t("title", { system: order.system ?? "" })}</h2>
      <p className="text-[15px] text-ink-2">{t("text")}</p>
      <ul className="grid gap-1.5 text-[15px]">
        {order.differences.map(({ field: name, ours, theirs }) => (
          <li key={name} className="break-words">
            {name === "cancelled"
              ? t("cancelled", { count: ours })
              : t("line", {
                  field: field.has(name as "quantity") ? field(name as "quantity") : name,
                  ours: ours || "–",
                  theirs: theirs || "–",
                })}
          </li>
        ))}
      </ul>
      {maySettle ? <SettleDifferences order={order.id} number={order.number} /> : null}
    </section>
  );
}

/** What another system states of an order beside what a person enters; nothing for an order of our own. */
export function StatedFacts({ order, zone }: { order: OrderOfSystem; zone: string }) {
  const t = useTranslations("desk.orders");
  const rows: readonly (readonly [string, ReactNode])[] = [
    [t("statedBy"), order.system],
    [t("externalId"), order.externalId],
    [t("due"), order.dueAt && <Moment at={order.dueAt} zone={zone} />],
    [t("priority"), order.priority],
    [
      t("byInstruction"),
      order.instruction && [order.instruction, order.instructionRevision].filter(Boolean).join(" "),
    ],
    [t("parent"), order.parent],
    [t("unitsGiven"), order.units.join(", ")],
  ];
  return rows.map(([name, value]) =>
    value ? (
      <div key={name} className="contents">
        <dt className="text-ink-2">{name}</dt>
        <dd className="mono break-words">{value}</dd>
      </div>
    ) : null,
  );
}
