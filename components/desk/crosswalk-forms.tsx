"use client";
import { useTranslations } from "next-intl";
import { type FieldSpec, FieldsForm } from "#components/desk/fields-form";
import { ImportFile } from "#components/desk/import-file";
import { type CodeKind, codeKinds } from "#lib/feed/code-kinds.schema";
import {
  addLine,
  changeCrosswalk,
  changeLine,
  createCrosswalk,
  endLine,
  importCrosswalk,
  previewCrosswalk,
} from "#lib/feed/crosswalks.actions";
import type { LineShown, ListShown } from "#lib/feed/crosswalks.queries";
import {
  type CrosswalkChangeForm,
  type CrosswalkForm,
  crosswalkChangeForm,
  crosswalkForm,
  type LineChangeForm,
  type LineEndForm,
  type LineForm,
  lineChangeForm,
  lineEndForm,
  lineForm,
  onMissing,
} from "#lib/feed/crosswalks.schema";

export function NewCrosswalk({
  kind,
  connectors,
}: {
  kind?: CodeKind;
  connectors: readonly { code: string; name: string }[];
}) {
  const t = useTranslations("desk.crosswalks");
  return (
    <FieldsForm<CrosswalkForm>
      label={t("new")}
      title={t("newTitle")}
      send={t("newSend")}
      schema={crosswalkForm}
      action={createCrosswalk}
      initial={{
        scope: "site",
        kind: kind ?? "defect_code",
        connector: "",
        onMissing: "park",
        defaultCode: "",
        reason: "",
      }}
      fields={[
        {
          name: "kind",
          label: t("kindField"),
          kind: "select",
          options: codeKinds.map((value) => ({ value, label: t(`kind.${value}`) })),
        },
        {
          name: "scope",
          label: t("scopeField"),
          hint: t("scopeHint"),
          kind: "select",
          options: (["site", "company"] as const).map((value) => ({
            value,
            label: t(`scope.${value}`),
          })),
        },
        {
          name: "connector",
          label: t("connector"),
          hint: t("connectorHint"),
          kind: "select",
          options: connectors.map(({ code, name }) => ({
            value: code,
            label: `${name} (${code})`,
          })),
        },
        ...useMissingFields(),
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

function useMissingFields(): FieldSpec<{ onMissing: string; defaultCode: string }>[] {
  const t = useTranslations("desk.crosswalks");
  return [
    {
      name: "onMissing",
      label: t("missingField"),
      kind: "select",
      options: onMissing.map((value) => ({ value, label: t(`missing.${value}`) })),
    },
    { name: "defaultCode", label: t("defaultCode"), hint: t("defaultHint"), kind: "mono" },
  ];
}

export function ChangeCrosswalk({ list }: { list: ListShown }) {
  const t = useTranslations("desk.crosswalks");
  return (
    <FieldsForm<CrosswalkChangeForm>
      label={t("settings")}
      title={t("settingsTitle")}
      send={t("settingsSend")}
      schema={crosswalkChangeForm}
      action={changeCrosswalk}
      initial={{
        list: list.id,
        onMissing: list.onMissing,
        defaultCode: list.defaultCode ?? "",
        reason: "",
      }}
      fields={[
        ...useMissingFields(),
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

/** What a unit is converted by; other kinds of code have nothing of it. */
function useConversion(
  kind: CodeKind,
): FieldSpec<{ factor: string; addend: string; places: string }>[] {
  const t = useTranslations("desk.crosswalks");
  if (kind !== "unit") return [];
  return [
    { name: "factor", label: t("factor"), hint: t("factorHint"), kind: "mono" },
    { name: "addend", label: t("addend"), kind: "mono" },
    { name: "places", label: t("places"), hint: t("placesHint"), kind: "mono" },
  ];
}

export function AddLine({ list, from = "" }: { list: ListShown; from?: string }) {
  const t = useTranslations("desk.crosswalks");
  return (
    <FieldsForm<LineForm>
      label={from === "" ? t("add") : t("map", { code: from })}
      title={t("addTitle", { kind: t(`kind.${list.kind}`) })}
      send={t("addSend")}
      tone="act"
      schema={lineForm}
      action={addLine}
      initial={{
        list: list.id,
        kind: list.kind,
        from,
        to: "",
        label: "",
        factor: "",
        addend: "",
        places: "",
        validFrom: "",
        validTo: "",
        reason: "",
      }}
      fields={[
        { name: "from", label: t("from"), hint: t(`fromHint.${list.kind}`), kind: "mono" },
        { name: "to", label: t("to"), kind: "mono" },
        { name: "label", label: t("label") },
        ...useConversion(list.kind),
        { name: "validFrom", label: t("validFrom"), hint: t("validFromHint"), kind: "day" },
        { name: "validTo", label: t("validTo"), kind: "day" },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export function ChangeLine({ list, line }: { list: ListShown; line: LineShown }) {
  const t = useTranslations("desk.crosswalks");
  return (
    <FieldsForm<LineChangeForm>
      label={t("change")}
      title={t("changeTitle", { code: line.from })}
      send={t("changeSend")}
      schema={lineChangeForm}
      action={changeLine}
      initial={{
        line: line.id,
        kind: list.kind,
        from: line.from,
        to: line.to,
        label: line.label ?? "",
        factor: line.factor ?? "",
        addend: line.addend ?? "",
        places: line.places === null ? "" : String(line.places),
        since: "now",
        reason: "",
      }}
      fields={[
        { name: "to", label: t("to"), kind: "mono" },
        { name: "label", label: t("label") },
        ...useConversion(list.kind),
        {
          name: "since",
          label: t("since"),
          hint: t("sinceHint"),
          kind: "select",
          options: (["now", "start"] as const).map((value) => ({
            value,
            label: t(`sinceWhen.${value}`),
          })),
        },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export function EndLine({ line }: { line: LineShown }) {
  const t = useTranslations("desk.crosswalks");
  return (
    <FieldsForm<LineEndForm>
      label={t("end")}
      title={t("endTitle", { code: line.from })}
      send={t("endSend")}
      schema={lineEndForm}
      action={endLine}
      initial={{ line: line.id, validTo: "", reason: "" }}
      fields={[
        { name: "validTo", label: t("validTo"), hint: t("endHint"), kind: "day" },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export function ImportCrosswalk({
  list,
  columns,
}: {
  list: ListShown;
  columns: readonly string[];
}) {
  const t = useTranslations("desk.crosswalks");
  return (
    <ImportFile
      columns={columns}
      example={columns.map((name) => exampleOf[list.kind][name] ?? "")}
      rowsMax={10_000}
      reason={{ label: t("reason"), hint: t("reasonHint") }}
      preview={({ text }) => previewCrosswalk({ text, list: list.id })}
      run={(form) => importCrosswalk({ ...form, list: list.id })}
    />
  );
}

/** A line as it is written, of each kind. */
const exampleOf: Readonly<Record<CodeKind, Readonly<Record<string, string>>>> = {
  part: { from: "4471-2210-1", to: "10044712", label: "Bracket" },
  operation: { from: "WI-4471-2210/060", to: "0060" },
  work_center: { from: "WC-12", to: "1200" },
  location: { from: "station:ST-07", to: "07" },
  order: { from: "WO-{n#6}", to: "{n#12}" },
  revision: { from: "part:4471-2210-1/B", to: "02" },
  gage: { from: "TW-0209", to: "CAL-TW-0209" },
  serial_format: { from: "FSB-{n#4}", to: "{n#8}" },
  lot_format: { from: "L-{n#}", to: "{n#10}" },
  defect_code: { from: "TRQ-01", to: "Q-2001" },
  cause_code: { from: "parts", to: "C-04" },
  unit: { from: "N·m", to: "lbf.in", factor: "8.850745791", places: "1" },
  person: { from: "20417", to: "mreyes" },
  disposition: { from: "RWK", to: "rework" },
};
