"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
import { Field, SelectInput, TextArea, TextInput } from "#components/ui/field";
import { logDefect } from "#lib/defects/actions";
import { type LogDefectForm, logDefectForm } from "#lib/defects/schema";

type Option = { id: string; label: string };

export function LogDefect({
  traveler,
  unit,
  quantity,
  codes,
  steps,
}: {
  traveler: string;
  unit: string;
  quantity: string;
  codes: readonly { code: string; label: string }[];
  steps: readonly Option[];
}) {
  const t = useTranslations("desk.logDefect");
  const severity = useTranslations("common.severity");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<LogDefectForm>({
    schema: logDefectForm,
    action: logDefect,
    initial: {
      traveler,
      code: "",
      severity: "" as LogDefectForm["severity"],
      quantity,
      step: "",
      location: "",
      comment: "",
    },
    onDone,
  });
  const { errors } = form.formState;
  return (
    <CommandDialog {...dialog} tone="stop" label={t("open")} title={t("title", { unit })}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <Field label={t("code")} error={problem(errors.code)}>
          {(control) => (
            <SelectInput {...control} {...form.register("code")}>
              <option value="">{t("choose")}</option>
              {codes.map(({ code, label }) => (
                <option key={code} value={code}>
                  {code} {label}
                </option>
              ))}
            </SelectInput>
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("severity")} error={problem(errors.severity)}>
            {(control) => (
              <SelectInput {...control} {...form.register("severity")}>
                <option value="">{t("choose")}</option>
                {(["minor", "major", "critical"] as const).map((of) => (
                  <option key={of} value={of}>
                    {severity(of)}
                  </option>
                ))}
              </SelectInput>
            )}
          </Field>
          <Field label={t("quantity")} error={problem(errors.quantity)}>
            {(control) => (
              <TextInput
                {...control}
                {...form.register("quantity")}
                inputMode="decimal"
                className="mono"
              />
            )}
          </Field>
        </div>
        <Field label={t("step")} hint={t("stepHint")} error={problem(errors.step)}>
          {(control) => (
            <SelectInput {...control} {...form.register("step")}>
              <option value="">{t("wholeUnit")}</option>
              {steps.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </SelectInput>
          )}
        </Field>
        <Field label={t("location")} error={problem(errors.location)}>
          {(control) => <TextInput {...control} {...form.register("location")} />}
        </Field>
        <Field label={t("comment")} error={problem(errors.comment)}>
          {(control) => <TextArea {...control} {...form.register("comment")} />}
        </Field>
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("send")} tone="stop" />
      </form>
    </CommandDialog>
  );
}
