"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { reviewSignals } from "#lib/defects/actions";
import { type ReviewForm, reviewForm } from "#lib/travelers/signals.schema";

/** What was looked at, and what was found: one note for the signals of one unit that are shown together. */
export function ReviewSignals({
  traveler,
  unit,
  signals,
}: {
  traveler: string;
  unit: string;
  signals: readonly number[];
}) {
  const t = useTranslations("desk.reviews");
  return (
    <FieldsForm<ReviewForm>
      label={t("review", { count: signals.length })}
      title={t("reviewTitle", { unit, count: signals.length })}
      send={t("send")}
      schema={reviewForm}
      action={reviewSignals}
      initial={{ traveler, signals: [...signals], note: "" }}
      fields={[{ name: "note", label: t("note"), hint: t("noteHint"), kind: "area" }]}
    />
  );
}
