"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { linkRaised } from "#lib/feed/findings.actions";
import { type LinkFindingForm, linkFindingForm } from "#lib/feed/findings.schema";

export function LinkRaised({
  finding,
  defects,
}: {
  finding: { connector: string; externalId: string; number: string };
  defects: readonly { id: string; label: string }[];
}) {
  const t = useTranslations("desk.raisedThere");
  const { connector, externalId, number } = finding;
  return (
    <FieldsForm<LinkFindingForm>
      label={t("link")}
      title={t("linkTitle", { number })}
      lead={t("linkLead")}
      send={t("linkSend")}
      schema={linkFindingForm}
      action={linkRaised}
      initial={{
        connector,
        externalId,
        defect: defects.length === 1 ? (defects[0]?.id ?? "") : "",
        reason: "",
      }}
      fields={[
        {
          name: "defect",
          label: t("defect"),
          kind: "select",
          options: defects.map(({ id, label }) => ({ value: id, label })),
        },
        { name: "reason", label: t("reason"), kind: "area" },
      ]}
    />
  );
}
