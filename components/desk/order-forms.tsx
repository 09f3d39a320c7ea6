"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { ImportFile } from "#components/desk/import-file";
import { changeOrder, createOrder } from "#lib/plant/actions";
import { importOrders, previewOrders } from "#lib/plant/import.actions";
import {
  type OrderChangeForm,
  type OrderForm,
  orderChangeForm,
  orderForm,
} from "#lib/plant/orders.schema";

export function NewOrder() {
  const t = useTranslations("desk.orders");
  return (
    <FieldsForm<OrderForm>
      label={t("new")}
      title={t("newTitle")}
      send={t("newSend")}
      tone="act"
      schema={orderForm}
      action={createOrder}
      initial={{ number: "", partNumber: "", partRevision: "", quantity: "", customer: "" }}
      fields={[
        { name: "number", label: t("order"), kind: "mono" },
        { name: "partNumber", label: t("part"), kind: "mono" },
        { name: "partRevision", label: t("partRevision"), kind: "mono" },
        { name: "quantity", label: t("quantity"), kind: "mono" },
        { name: "customer", label: t("customer"), hint: t("optional") },
      ]}
    />
  );
}

const statuses = ["released", "on_hold", "closed"] as const;

export function ChangeOrder({
  order,
}: {
  order: { id: string; number: string; quantity: string; customer: string | null; status: string };
}) {
  const t = useTranslations("desk.orders");
  return (
    <FieldsForm<OrderChangeForm>
      label={t("change")}
      title={t("changeTitle", { order: order.number })}
      send={t("changeSend")}
      schema={orderChangeForm}
      action={changeOrder}
      initial={{
        order: order.id,
        quantity: order.quantity,
        customer: order.customer ?? "",
        status: statuses.find((one) => one === order.status) ?? "released",
        reason: "",
      }}
      fields={[
        { name: "quantity", label: t("quantity"), kind: "mono" },
        { name: "customer", label: t("customer"), hint: t("optional") },
        {
          name: "status",
          label: t("state"),
          hint: t("stateHint"),
          kind: "select",
          options: statuses.map((value) => ({ value, label: t(`status.${value}`) })),
        },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export const ImportOrders = ({ columns }: { columns: readonly string[] }) => (
  <ImportFile
    columns={columns}
    example={["WO-700301", "4471-2210", "D", "6", "Halden Aircraft"]}
    preview={previewOrders}
    run={importOrders}
  />
);
