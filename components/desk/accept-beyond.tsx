"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { acceptBeyondLimit } from "#lib/defects/actions";
import { type AcceptBeyondForm, acceptBeyondForm } from "#lib/travelers/signals.schema";

/** Accepts a value beyond its process limit: within the drawing, tighter than which the limit was set. */
export function AcceptBeyond({
  traveler,
  reading,
  what,
}: {
  traveler: string;
  reading: string;
  what: string;
}) {
  const t = useTranslations("desk.processLimits");
  return (
    <FieldsForm<AcceptBeyondForm>
      label={t("accept")}
      title={t("acceptTitle", { what })}
      send={t("send")}
      schema={acceptBeyondForm}
      action={acceptBeyondLimit}
      initial={{ traveler, reading, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}
