"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { endTrainer, nameTrainer } from "#lib/people/trainers.actions";
import {
  type EndTrainerForm,
  endTrainerForm,
  type NameTrainerForm,
  nameTrainerForm,
} from "#lib/people/trainers.schema";

export function NameTrainer({
  person,
  others,
  kinds,
  today,
}: {
  person: string;
  others: readonly { id: string; name: string }[];
  kinds: readonly { code: string; label: string }[];
  today: string;
}) {
  const t = useTranslations("desk.training");
  return (
    <FieldsForm<NameTrainerForm>
      label={t("name")}
      title={t("name")}
      send={t("nameSend")}
      schema={nameTrainerForm}
      action={nameTrainer}
      initial={{ person, trainer: "", qualification: "", validFrom: today, validUntil: "" }}
      fields={[
        {
          name: "trainer",
          label: t("trainer"),
          hint: t("trainerHint"),
          kind: "select",
          options: others.map(({ id, name }) => ({ value: id, label: name })),
        },
        {
          name: "qualification",
          label: t("qualification"),
          hint: t("qualificationHint"),
          kind: "select",
          options: [
            { value: "", label: t("any") },
            ...kinds.map(({ code, label }) => ({ value: code, label: `${code} · ${label}` })),
          ],
        },
        { name: "validFrom", label: t("from"), kind: "day" },
        { name: "validUntil", label: t("through"), hint: t("throughHint"), kind: "day" },
      ]}
    />
  );
}

export function EndTrainer({
  training,
  name,
  today,
}: {
  training: string;
  name: string;
  today: string;
}) {
  const t = useTranslations("desk.training");
  return (
    <FieldsForm<EndTrainerForm>
      label={t("end")}
      title={t("endTitle", { name })}
      send={t("end")}
      tone="quiet"
      schema={endTrainerForm}
      action={endTrainer}
      initial={{ training, endsOn: today, reason: "" }}
      fields={[
        { name: "endsOn", label: t("endsOn"), kind: "day" },
        { name: "reason", label: t("reason"), kind: "area" },
      ]}
    />
  );
}
