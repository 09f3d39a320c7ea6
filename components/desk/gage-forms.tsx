"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { ImportFile } from "#components/desk/import-file";
import { calibrateGage, changeGage, createGage } from "#lib/plant/actions";
import type { GageLine } from "#lib/plant/gages.queries";
import {
  type CalibrationForm,
  calibrationForm,
  type GageChangeForm,
  type GageForm,
  gageChangeForm,
  gageForm,
} from "#lib/plant/gages.schema";
import { importGages, previewGages } from "#lib/plant/import.actions";

const statuses = ["in_service", "quarantined", "withdrawn"] as const;

export function NewGage() {
  const t = useTranslations("desk.gages");
  return (
    <FieldsForm<GageForm>
      label={t("new")}
      title={t("newTitle")}
      send={t("newSend")}
      tone="act"
      schema={gageForm}
      action={createGage}
      initial={{
        code: "",
        type: "",
        name: "",
        unit: "",
        resolution: "",
        calibratedMin: "",
        calibratedMax: "",
        uncertainty: "",
        calibrationDueOn: "",
      }}
      fields={[
        { name: "code", label: t("code"), kind: "mono" },
        { name: "type", label: t("type"), hint: t("typeHint"), kind: "mono" },
        { name: "name", label: t("name") },
        { name: "unit", label: t("unit"), kind: "mono" },
        { name: "resolution", label: t("resolution"), kind: "mono" },
        { name: "uncertainty", label: t("uncertainty"), hint: t("uncertaintyHint"), kind: "mono" },
        { name: "calibratedMin", label: t("min"), hint: t("rangeHint"), kind: "mono" },
        { name: "calibratedMax", label: t("max"), kind: "mono" },
        { name: "calibrationDueOn", label: t("due"), kind: "day" },
      ]}
    />
  );
}

export function ChangeGage({ gage }: { gage: GageLine }) {
  const t = useTranslations("desk.gages");
  const status = statuses.find((one) => one === gage.status) ?? "in_service";
  return (
    <FieldsForm<GageChangeForm>
      label={t("change")}
      title={t("changeTitle", { code: gage.code })}
      send={t("changeSend")}
      schema={gageChangeForm}
      action={changeGage}
      initial={{
        gage: gage.id,
        type: gage.type,
        name: gage.name,
        unit: gage.unit,
        resolution: gage.resolution,
        status,
        reason: "",
      }}
      fields={[
        { name: "name", label: t("name") },
        { name: "type", label: t("type"), kind: "mono" },
        { name: "unit", label: t("unit"), kind: "mono" },
        { name: "resolution", label: t("resolution"), kind: "mono" },
        {
          name: "status",
          label: t("state"),
          kind: "select",
          options: statuses.map((value) => ({ value, label: t(`status.${value}`) })),
        },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export function CalibrateGage({ gage, today }: { gage: GageLine; today: string }) {
  const t = useTranslations("desk.gages");
  return (
    <FieldsForm<CalibrationForm>
      label={t("calibrate")}
      title={t("calibrateTitle", { code: gage.code })}
      send={t("calibrateSend")}
      tone="act"
      schema={calibrationForm}
      action={calibrateGage}
      initial={{
        gage: gage.id,
        calibratedOn: today,
        calibrationDueOn: "",
        calibratedMin: gage.calibratedMin,
        calibratedMax: gage.calibratedMax,
        uncertainty: gage.uncertainty ?? "",
        certificate: "",
        laboratory: "",
        asFound: "in_tolerance",
        asLeft: "in_service",
        comment: "",
      }}
      fields={[
        { name: "certificate", label: t("certificate"), kind: "mono" },
        { name: "laboratory", label: t("laboratory") },
        { name: "calibratedOn", label: t("calibratedOn"), kind: "day" },
        { name: "calibrationDueOn", label: t("due"), kind: "day" },
        { name: "calibratedMin", label: t("min"), hint: t("rangeHint"), kind: "mono" },
        { name: "calibratedMax", label: t("max"), kind: "mono" },
        { name: "uncertainty", label: t("uncertainty"), hint: t("uncertaintyHint"), kind: "mono" },
        {
          name: "asFound",
          label: t("asFound"),
          kind: "select",
          options: (["in_tolerance", "out_of_tolerance", "not_measurable"] as const).map(
            (value) => ({ value, label: t(`found.${value}`) }),
          ),
        },
        {
          name: "asLeft",
          label: t("asLeft"),
          kind: "select",
          options: statuses.map((value) => ({ value, label: t(`status.${value}`) })),
        },
        { name: "comment", label: t("comment"), hint: t("commentHint"), kind: "area" },
      ]}
    />
  );
}

export const ImportGages = ({ columns }: { columns: readonly string[] }) => (
  <ImportFile
    columns={columns}
    example={[
      "TW-0051",
      "torque_wrench",
      "Torque wrench",
      "N·m",
      "0.1",
      "5.0",
      "60.0",
      "0.3",
      "2027-03-31",
    ]}
    preview={previewGages}
    run={importGages}
  />
);
