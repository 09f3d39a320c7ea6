"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { FieldsForm } from "#components/desk/fields-form";
import { RefusalNote } from "#components/desk/refusal-note";
import { SigningFields } from "#components/desk/signing-fields";
import { useCommandForm } from "#components/desk/use-command-form";
import { runModes } from "#lib/feed/flow.schema";
import { saveCase, sign, start } from "#lib/feed/validation.actions";
import { type SignForm, type StartForm, signForm, startForm } from "#lib/feed/validation.schema";
import { actNames, acts, type CaseForm, caseForm } from "#lib/feed/validation-cases.schema";

export function StartValidation({
  flow,
  about,
  affected,
  cases,
}: {
  flow: string;
  /** The flow in words. */
  about: string;
  /** How many cases are to be run. */
  affected: number;
  cases: readonly { value: string; label: string }[];
}) {
  const t = useTranslations("desk.validation");
  return (
    <FieldsForm<StartForm>
      label={t("start")}
      title={`${t("startTitle")}: ${about}`}
      lead={t("startLead")}
      send={t("startSend")}
      tone="act"
      schema={startForm}
      action={start}
      initial={{ flow, mode: "shadow", which: affected > 0 ? "affected" : "all" }}
      fields={[
        {
          name: "mode",
          label: t("mode"),
          hint: `${t("modeHint.shadow")} ${t("modeHint.live")}`,
          kind: "select",
          options: runModes.map((value) => ({ value, label: t(`modes.${value}`) })),
        },
        {
          name: "which",
          label: t("which"),
          kind: "select",
          options: [
            ...(affected > 0
              ? [{ value: "affected", label: `${t("whichAffected")} (${affected})` }]
              : []),
            { value: "all", label: `${t("whichAll")} (${cases.length})` },
            ...cases,
          ],
        },
      ]}
    />
  );
}

/** What a step can be expected to show, as it is typed. */
const known = actNames.map((act) => `${act} = ${acts[act].expects.join(" | ")}`).join("; ");

export function ChangeCase({
  existing,
}: {
  existing: Omit<CaseForm, "command" | "reason"> | null;
}) {
  const t = useTranslations("desk.validation");
  const isNew = existing === null;
  return (
    <FieldsForm<CaseForm>
      label={isNew ? t("newCase") : t("changeCase")}
      title={isNew ? t("newCaseTitle") : t("changeCaseTitle", { code: existing.code })}
      send={t("saveCase")}
      schema={caseForm}
      action={saveCase}
      initial={{
        ...(existing ?? {
          code: "",
          was: "0",
          title: "",
          requirements: "",
          inUse: "yes" as const,
          steps: "",
        }),
        reason: "",
      }}
      fields={[
        ...(isNew ? [{ name: "code" as const, label: t("caseCode"), kind: "mono" as const }] : []),
        { name: "title", label: t("caseTitle") },
        {
          name: "requirements",
          label: t("requirements"),
          hint: t("requirementsHint"),
          kind: "mono",
        },
        {
          name: "inUse",
          label: t("inUse"),
          kind: "select",
          options: [
            { value: "yes", label: t("yes") },
            { value: "no", label: t("no") },
          ],
        },
        { name: "steps", label: t("steps"), hint: t("stepsHint", { steps: known }), kind: "area" },
        { name: "reason", label: t("reason"), kind: "area" },
      ]}
    />
  );
}

export function SignValidation({
  run,
  resultSha256,
  signer,
  isDemo,
}: {
  run: string;
  resultSha256: string;
  signer: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.validation");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<SignForm>({
    schema: signForm,
    action: sign,
    initial: { run, resultSha256, badge: "", pin: "" },
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
