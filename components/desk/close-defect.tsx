"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
import { Button } from "#components/ui/button";
import { Field, TextArea } from "#components/ui/field";
import { closeDefect, completeRework } from "#lib/defects/actions";
import {
  type CloseDefectForm,
  type CompleteReworkForm,
  closeDefectForm,
  completeReworkForm,
} from "#lib/defects/schema";

export function CloseDefect({
  traveler,
  defect,
  code,
  isNext,
}: {
  traveler: string;
  defect: string;
  code: string;
  isNext: boolean;
}) {
  const t = useTranslations("desk.closeDefect");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<CloseDefectForm>({
    schema: closeDefectForm,
    action: closeDefect,
    initial: { traveler, defect, verification: "" },
    onDone,
  });
  return (
    <CommandDialog
      {...dialog}
      tone={isNext ? "act" : "plain"}
      label={t("open")}
      title={t("title", { code })}
    >
      <form onSubmit={submit} noValidate className="grid gap-4">
        <p className="text-[15px] text-ink-2">{t("note")}</p>
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <Field label={t("verification")} error={problem(form.formState.errors.verification)}>
          {(control) => <TextArea {...control} {...form.register("verification")} />}
        </Field>
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("send")} />
      </form>
    </CommandDialog>
  );
}

export function CompleteRework({
  traveler,
  rework,
  label,
}: {
  traveler: string;
  rework: string;
  label: string;
}) {
  const t = useTranslations("desk.rework");
  const { submit, refusal, busy } = useCommandForm<CompleteReworkForm>({
    schema: completeReworkForm,
    action: completeRework,
    initial: { traveler, rework },
    onDone: () => undefined,
  });
  return (
    <form onSubmit={submit} className="grid gap-3">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <Button
        type="submit"
        size="desk"
        tone="act"
        busy={busy}
        className="min-h-11 justify-self-start"
      >
        {t("complete", { rework: label })}
      </Button>
    </form>
  );
}
