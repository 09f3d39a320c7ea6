"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { endCheckOut } from "#lib/travelers/desk.actions";
import { type EndCheckOutForm, endCheckOutForm } from "#lib/travelers/desk.schema";

/** Where the tablet can't give the unit back: it is told at its next contact, with the reason. */
export function EndCheckOut({
  traveler,
  unit,
  device,
}: {
  traveler: string;
  unit: string;
  device: string;
}) {
  const t = useTranslations("desk.record.checkedOut.end");
  return (
    <FieldsForm<EndCheckOutForm>
      label={t("label")}
      title={t("title", { unit })}
      lead={t("lead")}
      send={t("send")}
      schema={endCheckOutForm}
      action={endCheckOut}
      initial={{ traveler, device, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}
