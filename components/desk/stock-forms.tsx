"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { ImportFile } from "#components/desk/import-file";
import { importStock, previewStock } from "#lib/plant/import.actions";
import { changeStock, holdStock, receiveStock, releaseStock } from "#lib/plant/stock.actions";
import type { StockLine } from "#lib/plant/stock.queries";
import {
  type StockChangeForm,
  type StockForm,
  type StockHoldForm,
  stockChangeForm,
  stockForm,
  stockHoldForm,
} from "#lib/plant/stock.schema";

export function ReceiveStock({ today }: { today: string }) {
  const t = useTranslations("desk.stock");
  return (
    <FieldsForm<StockForm>
      label={t("receive")}
      title={t("receive")}
      send={t("receiveSend")}
      tone="act"
      schema={stockForm}
      action={receiveStock}
      initial={{
        part: "",
        revision: "",
        serial: "",
        lot: "",
        expiresOn: "",
        supplier: "",
        certificate: "",
        receivedOn: today,
      }}
      fields={[
        { name: "part", label: t("part"), kind: "mono" },
        { name: "revision", label: t("revision"), hint: t("optional"), kind: "mono" },
        { name: "serial", label: t("serial"), hint: t("serialHint"), kind: "mono" },
        { name: "lot", label: t("lot"), hint: t("lotHint"), kind: "mono" },
        { name: "expiresOn", label: t("expiresOn"), hint: t("expiresHint"), kind: "day" },
        { name: "receivedOn", label: t("receivedOn"), kind: "day" },
        { name: "supplier", label: t("supplier"), hint: t("optional") },
        { name: "certificate", label: t("certificate"), hint: t("certificateHint"), kind: "mono" },
      ]}
    />
  );
}

export function ChangeStock({ stock, name }: { stock: StockLine; name: string }) {
  const t = useTranslations("desk.stock");
  return (
    <FieldsForm<StockChangeForm>
      label={t("change")}
      title={t("changeTitle", { name })}
      send={t("changeSend")}
      schema={stockChangeForm}
      action={changeStock}
      initial={{
        stock: stock.id,
        revision: stock.revision ?? "",
        expiresOn: stock.expiresOn ?? "",
        supplier: stock.supplier ?? "",
        certificate: stock.certificate ?? "",
        reason: "",
      }}
      fields={[
        { name: "revision", label: t("revision"), hint: t("optional"), kind: "mono" },
        { name: "expiresOn", label: t("expiresOn"), hint: t("expiresHint"), kind: "day" },
        { name: "supplier", label: t("supplier"), hint: t("optional") },
        { name: "certificate", label: t("certificate"), hint: t("certificateHint"), kind: "mono" },
        { name: "reason", label: t("reason"), hint: t("changeReasonHint"), kind: "area" },
      ]}
    />
  );
}

export function HoldStock({ stock, name }: { stock: string; name: string }) {
  const t = useTranslations("desk.stock");
  return (
    <FieldsForm<StockHoldForm>
      label={t("hold")}
      title={t("holdTitle", { name })}
      send={t("hold")}
      tone="stop"
      schema={stockHoldForm}
      action={holdStock}
      initial={{ stock, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("holdHint"), kind: "area" }]}
    />
  );
}

export function ReleaseStock({ stock, name }: { stock: string; name: string }) {
  const t = useTranslations("desk.stock");
  return (
    <FieldsForm<StockHoldForm>
      label={t("release")}
      title={t("releaseTitle", { name })}
      send={t("release")}
      tone="act"
      schema={stockHoldForm}
      action={releaseStock}
      initial={{ stock, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("releaseHint"), kind: "area" }]}
    />
  );
}

export const ImportStock = ({ columns }: { columns: readonly string[] }) => (
  <ImportFile
    columns={columns}
    example={["PS-B2", "", "L-88213", "", "2026-09-30", "Sealants Inc.", "COC-5521", "2026-03-02"]}
    preview={previewStock}
    run={importStock}
  />
);
