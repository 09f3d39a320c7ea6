"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { FieldsForm } from "#components/desk/fields-form";
import { RefusalNote } from "#components/desk/refusal-note";
import { SigningFields } from "#components/desk/signing-fields";
import { useCommandForm } from "#components/desk/use-command-form";
import { closeLine, schedule, sign, start } from "#lib/feed/reconcile.actions";
import {
  type CloseForm,
  closeForm,
  type ScheduleForm,
  type SignForm,
  type StartForm,
  scheduleForm,
  signForm,
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

export function SignReconciliation({
  shown,
  signer,
  isDemo,
}: {
  shown: Pick<SignForm, "run" | "resultSha256" | "closingsSha256">;
  signer: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.reconciliation");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<SignForm>({
    schema: signForm,
    action: sign,
    initial: { ...shown, badge: "", pin: "" },
    onDone,
  });
  return (
    <CommandDialog {...dialog} label={t("sign")} title={t("signTitle")} tone="accept">
      <form method="post" onSubmit={submit} noValidate className="grid gap-4">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <p className="text-[15px]">{t("signs", { person: signer })}</p>
        <SigningFields form={form} problem={problem} person={signer} isDemo={isDemo} />
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("signSend")} tone="accept" />
      </form>
    </CommandDialog>
  );
}
