"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { reviewSignals } from "#lib/defects/actions";
import { releaseQuarantined, reviewDevice } from "#lib/travelers/conflicts.actions";
import {
  type ReleaseQuarantinedForm,
  type ReviewDeviceForm,
  releaseQuarantinedForm,
  reviewDeviceForm,
} from "#lib/travelers/conflicts.schema";
import { type ReviewForm, reviewForm } from "#lib/travelers/signals.schema";

type At = { traveler: string; unit: string; signal: number };

/** Looked at, with the reason: what was refused stays refused, what is in quarantine stays out for good. */
export function CloseConflict({
  traveler,
  unit,
  signal,
  isRejected,
}: At & { isRejected: boolean }) {
  const t = useTranslations("desk.conflicts");
  const how = isRejected ? "reject" : "close";
  return (
    <FieldsForm<ReviewForm>
      label={t(`${how}.label`)}
      title={t(`${how}.title`, { unit })}
      lead={t(`${how}.lead`)}
      send={t(`${how}.send`)}
      schema={reviewForm}
      action={reviewSignals}
      initial={{ traveler, signals: [signal], note: "" }}
      fields={[{ name: "note", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

export function ReleaseQuarantined({ traveler, unit, signal }: At) {
  const t = useTranslations("desk.conflicts");
  return (
    <FieldsForm<ReleaseQuarantinedForm>
      label={t("release.label")}
      title={t("release.title", { unit })}
      lead={t("release.lead")}
      send={t("release.send")}
      tone="act"
      schema={releaseQuarantinedForm}
      action={releaseQuarantined}
      initial={{ traveler, signal, note: "" }}
      fields={[{ name: "note", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

export function ReviewDevice({
  device,
  entry,
  name,
}: {
  device: string;
  entry: number;
  name: string;
}) {
  const t = useTranslations("desk.conflicts");
  return (
    <FieldsForm<ReviewDeviceForm>
      label={t("device.label")}
      title={t("device.title", { name })}
      lead={t("device.lead")}
      send={t("device.send")}
      schema={reviewDeviceForm}
      action={reviewDevice}
      initial={{ device, entry, note: "" }}
      fields={[{ name: "note", label: t("reason"), hint: t("deviceHint"), kind: "area" }]}
    />
  );
}
