"use client";
import { useTranslations } from "next-intl";
import { type FieldSpec, FieldsForm } from "#components/desk/fields-form";
import { placePlantHold, releasePlantHold } from "#lib/plant/actions";
import {
  holdScopes,
  type PlantHoldForm,
  type PlantHoldScope,
  plantHoldForm,
  type ReleasePlantHoldForm,
  releasePlantHoldForm,
} from "#lib/plant/holds.schema";

/** On an order, a lot, a station, a gage, a part revision or the whole site; `on` where that is settled. */
export function PlacePlantHold({
  reasons,
  on,
}: {
  reasons: readonly { value: string; label: string }[];
  on?: { scope: PlantHoldScope; subject: string };
}) {
  const t = useTranslations("desk.plantHold");
  const where: FieldSpec<PlantHoldForm>[] = on
    ? []
    : [
        {
          name: "scope",
          label: t("on"),
          kind: "select",
          options: holdScopes.map((value) => ({ value, label: t(`scope.${value}`) })),
        },
        { name: "subject", label: t("subject"), hint: t("subjectHint"), kind: "mono" },
      ];
  return (
    <FieldsForm<PlantHoldForm>
      label={t("place")}
      title={on ? t("placeOn", { subject: on.subject }) : t("placeTitle")}
      send={t("placeSend")}
      tone="stop"
      schema={plantHoldForm as never}
      action={placePlantHold}
      initial={
        {
          scope: on?.scope ?? "",
          subject: on?.subject ?? "",
          reason: "",
          comment: "",
        } as Omit<PlantHoldForm, "command">
      }
      fields={[
        ...where,
        {
          name: "reason",
          label: t("reason"),
          hint: t("reasonHint"),
          kind: "select",
          options: reasons,
        },
        { name: "comment", label: t("comment"), kind: "area" },
      ]}
    />
  );
}

export function ReleasePlantHold({ hold, what }: { hold: string; what: string }) {
  const t = useTranslations("desk.plantHold");
  return (
    <FieldsForm<ReleasePlantHoldForm>
      label={t("release")}
      title={t("releaseTitle", { what })}
      send={t("releaseSend")}
      schema={releasePlantHoldForm}
      action={releasePlantHold}
      initial={{ hold, comment: "" }}
      fields={[{ name: "comment", label: t("why"), kind: "area" }]}
    />
  );
}
