"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { decideOfflineSigning } from "#lib/plant/actions";
import { type OfflineSigningForm, offlineSigningForm } from "#lib/plant/signing-policy.schema";
import { type OfflineType, offlineTypes } from "#lib/travelers/facts.schema";

export function DecideOfflineSigning({ allowed }: { allowed: readonly OfflineType[] }) {
  const t = useTranslations("desk.offlineSigning");
  const types = useTranslations("common.buyoffType");
  return (
    <FieldsForm<OfflineSigningForm>
      label={t("change")}
      title={t("changeTitle")}
      lead={t("changeLead")}
      send={t("changeSend")}
      schema={offlineSigningForm}
      action={decideOfflineSigning}
      initial={{ types: [...allowed], reason: "" }}
      fields={[
        {
          name: "types",
          label: t("types"),
          kind: "checks",
          options: offlineTypes.map((value) => ({ value, label: types(value) })),
        },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}
