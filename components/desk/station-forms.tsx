"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { ImportFile } from "#components/desk/import-file";
import { changeStation, createStation } from "#lib/plant/actions";
import { importStations, previewStations } from "#lib/plant/import.actions";
import {
  type StationChangeForm,
  type StationForm,
  stationChangeForm,
  stationForm,
} from "#lib/plant/stations.schema";

export function NewStation() {
  const t = useTranslations("desk.stations");
  return (
    <FieldsForm<StationForm>
      label={t("new")}
      title={t("newTitle")}
      send={t("newSend")}
      tone="act"
      schema={stationForm}
      action={createStation}
      initial={{ code: "", name: "", workCenter: "" }}
      fields={[
        { name: "code", label: t("code"), kind: "mono" },
        { name: "name", label: t("name") },
        { name: "workCenter", label: t("workCenter"), hint: t("workCenterHint"), kind: "mono" },
      ]}
    />
  );
}

export function ChangeStation({
  station,
}: {
  station: { id: string; code: string; name: string; workCenter: string };
}) {
  const t = useTranslations("desk.stations");
  return (
    <FieldsForm<StationChangeForm>
      label={t("change")}
      title={t("changeTitle", { code: station.code })}
      send={t("changeSend")}
      schema={stationChangeForm}
      action={changeStation}
      initial={{
        station: station.id,
        name: station.name,
        workCenter: station.workCenter,
        reason: "",
      }}
      fields={[
        { name: "name", label: t("name") },
        { name: "workCenter", label: t("workCenter"), hint: t("workCenterHint"), kind: "mono" },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export const ImportStations = ({ columns }: { columns: readonly string[] }) => (
  <ImportFile
    columns={columns}
    example={["PNT-1", "Paint booth 1", "PNT"]}
    preview={previewStations}
    run={importStations}
  />
);
