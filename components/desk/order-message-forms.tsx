"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { redriveMessage, settleDifferences } from "#lib/orders/actions";
import { type RedriveForm, redriveForm, type SettleForm, settleForm } from "#lib/orders/schema";

export function SettleDifferences({ order, number }: { order: string; number: string }) {
  const t = useTranslations("desk.orders");
  return (
    <div>
      <FieldsForm<SettleForm>
        label={t("differs.settle")}
        title={t("differs.settleTitle", { order: number })}
        send={t("differs.settleSend")}
        schema={settleForm}
        action={settleDifferences}
        initial={{ order, reason: "" }}
        fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
      />
    </div>
  );
}

export function RedriveMessage({ message, order }: { message: string; order: string }) {
  const t = useTranslations("desk.orderMessages");
  return (
    <FieldsForm<RedriveForm>
      label={t("redrive")}
      title={t("redriveTitle", { order })}
      lead={t("redriveText")}
      send={t("redrive")}
      schema={redriveForm}
      action={redriveMessage}
      initial={{ message }}
      fields={[]}
    />
  );
}
