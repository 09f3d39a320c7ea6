"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { closeLine, schedule, start } from "#lib/feed/reconcile.actions";
import {
  type CloseForm,
  closeForm,
  type ScheduleForm,
  type StartForm,
  scheduleForm,
  startForm,
} from "#lib/feed/reconcile.schema";

type Choice = { value: string; label: string };

export function StartReconciliation({
  connectors,
  from,
  to,
}: {
  connectors: readonly Choice[];
  from: string;
  to: string;
}) {
  const t = useTranslations("desk.reconciliation");
  return (
    <FieldsForm<StartForm>
      label={t("start")}
      title={t("startTitle")}
      lead={t("startLead")}
      send={t("startSend")}
      tone="act"
      schema={startForm}
      action={start}
      initial={{ connector: connectors.length === 1 ? (connectors[0]?.value ?? "") : "", from, to }}
      fields={[
        { name: "connector", label: t("system"), kind: "select", options: connectors },
        { name: "from", label: t("from"), kind: "day" },
        { name: "to", label: t("to"), hint: t("toHint"), kind: "day" },
      ]}
    />
  );
}

export function CloseLine({ line, about }: { line: string; about: string }) {
  const t = useTranslations("desk.reconciliation");
  return (
    <FieldsForm<CloseForm>
      label={t("close")}
      title={t("closeTitle")}
      lead={t("closeLead", { about })}
      send={t("closeSend")}
      schema={closeForm}
      action={closeLine}
      initial={{ line, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));

export function ScheduleReconciliation({
  connector,
  name,
  hour,
}: {
  connector: string;
  name: string;
  hour: number | null;
}) {
  const t = useTranslations("desk.reconciliation");
  return (
    <FieldsForm<ScheduleForm>
      label={t("schedule")}
      title={t("scheduleTitle", { name })}
      send={t("scheduleSend")}
      schema={scheduleForm}
      action={schedule}
      initial={{
        connector,
        hour: hour === null ? "never" : String(hour).padStart(2, "0"),
        reason: "",
      }}
      fields={[
        {
          name: "hour",
          label: t("hour"),
          hint: t("hourHint"),
          kind: "select",
          options: [
            ...hours.map((value) => ({ value, label: `${value}:00` })),
            { value: "never", label: t("never") },
          ],
        },
        { name: "reason", label: t("scheduleReason"), kind: "area" },
      ]}
    />
  );
}
