"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { scrapPieces } from "#lib/travelers/lots.actions";
import { type ScrapForm, scrapForm } from "#lib/travelers/lots.schema";

/** Carries out what the QMS has decided: how the pieces are marked, and where they lie now. */
export function ScrapPieces({
  traveler,
  defect,
  quantity,
}: {
  traveler: string;
  defect: string;
  quantity: string;
}) {
  const t = useTranslations("desk.scrap");
  return (
    <FieldsForm<Omit<ScrapForm, "command">>
      label={t("open", { quantity })}
      title={t("title", { quantity })}
      send={t("send")}
      tone="stop"
      schema={scrapForm}
      action={scrapPieces}
      initial={{ traveler, defect, identification: "", segregation: "" }}
      fields={[
        { name: "identification", label: t("identification"), hint: t("identificationHint") },
        { name: "segregation", label: t("segregation"), hint: t("segregationHint") },
      ]}
    />
  );
}
