"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useOpen } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
import { Field, SelectInput, TextArea } from "#components/ui/field";
import { release } from "#lib/travelers/desk.actions";
import { type ReleaseForm, releaseForm } from "#lib/travelers/release.schema";

export function ReleaseTravelers({
  order,
  revisions,
}: {
  order: string;
  revisions: readonly { contentSha256: string; label: string }[];
}) {
  const t = useTranslations("desk.orders");
  const dialog = useOpen();
  const { form, submit, refusal, problem, busy } = useCommandForm<ReleaseForm>({
    schema: releaseForm,
    action: release,
    initial: { workOrder: order, contentSha256: revisions[0]?.contentSha256 ?? "", serials: "" },
    onDone: dialog.onClose,
  });
  const { errors } = form.formState;
  if (revisions.length === 0)
    return <span className="text-[14px] text-ink-2">{t("noRevision")}</span>;
  return (
    <CommandDialog {...dialog} label={t("release")} title={t("releaseTitle", { order })}>
      <form onSubmit={submit} noValidate className="grid gap-4 text-left">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <Field label={t("revision")} error={problem(errors.contentSha256)}>
          {(control) => (
            <SelectInput {...control} {...form.register("contentSha256")}>
              {revisions.map((of) => (
                <option key={of.contentSha256} value={of.contentSha256}>
                  {of.label}
                </option>
              ))}
            </SelectInput>
          )}
        </Field>
        <Field label={t("serials")} hint={t("serialsHint")} error={problem(errors.serials)}>
          {(control) => <TextArea {...control} {...form.register("serials")} className="mono" />}
        </Field>
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("releaseSend")} />
      </form>
    </CommandDialog>
  );
}
