"use client";
import { useTranslations } from "next-intl";
import { type UseFormReturn, useFieldArray } from "react-hook-form";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { DocumentField } from "#components/desk/document-field";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
import { Button } from "#components/ui/button";
import { Field, SelectInput, TextArea, TextInput } from "#components/ui/field";
import { enterDisposition } from "#lib/defects/actions";
import { dispositionForm, type DispositionForm as Form } from "#lib/defects/schema";

const decisions = [
  "rework",
  "repair",
  "use_as_is",
  "scrap",
  "return_to_supplier",
  "regrade",
] as const;
const blank = (quantity: string): Form["dispositions"][number] => ({
  decision: "" as (typeof decisions)[number],
  quantity,
  designAuthority: "",
  concession: "",
});

/** By hand, by quality, with the document it is typed from. Quantities have to add up to the defect's. */
export function DispositionForm({
  traveler,
  defect,
  code,
  quantity,
  ncr,
}: {
  traveler: string;
  defect: string;
  code: string;
  quantity: string;
  ncr: string;
}) {
  const t = useTranslations("desk.disposition");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<Form>({
    schema: dispositionForm,
    action: enterDisposition,
    initial: { traveler, defect, ncr, dispositions: [blank(quantity)], evidence: "", reason: "" },
    onDone,
  });
  const { errors } = form.formState;
  return (
    <CommandDialog {...dialog} wide label={t("open")} title={t("title", { code })}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <p className="text-[15px] text-ink-2">{t("note")}</p>
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <Field label={t("ncr")} error={problem(errors.ncr)}>
          {(control) => <TextInput {...control} {...form.register("ncr")} className="mono" />}
        </Field>
        <Decisions form={form} problem={problem} quantity={quantity} />
        <DocumentField
          label={t("evidence")}
          error={problem(errors.evidence)}
          onStored={(sha256) =>
            form.setValue("evidence", sha256, { shouldValidate: sha256 !== "" })
          }
        />
        <Field label={t("reason")} error={problem(errors.reason)}>
          {(control) => <TextArea {...control} {...form.register("reason")} />}
        </Field>
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("send")} />
      </form>
    </CommandDialog>
  );
}

function Decisions({
  form,
  problem,
  quantity,
}: {
  form: UseFormReturn<Form>;
  problem: (of: { message?: string | undefined } | undefined) => string | undefined;
  quantity: string;
}) {
  const t = useTranslations("desk.disposition");
  const words = useTranslations("common.decision");
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "dispositions" });
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1 text-[15px] font-[650] text-ink-2">{t("decisions")}</legend>
      {fields.map((line, index) => {
        const errors = form.formState.errors.dispositions?.[index];
        const name = `dispositions.${index}` as const;
        return (
          <div
            key={line.id}
            className="grid grid-cols-2 items-start gap-3 sm:grid-cols-[1.4fr_0.7fr_1.2fr_1.2fr_auto] rounded border-[1.5px] border-rule p-3"
          >
            <Field label={t("decision")} error={problem(errors?.decision)}>
              {(control) => (
                <SelectInput {...control} {...form.register(`${name}.decision`)}>
                  <option value="">{t("choose")}</option>
                  {decisions.map((of) => (
                    <option key={of} value={of}>
                      {words(of)}
                    </option>
                  ))}
                </SelectInput>
              )}
            </Field>
            <Field label={t("quantity")} error={problem(errors?.quantity)}>
              {(control) => (
                <TextInput {...control} {...form.register(`${name}.quantity`)} className="mono" />
              )}
            </Field>
            <Field label={t("designAuthority")} error={problem(errors?.designAuthority)}>
              {(control) => (
                <TextInput
                  {...control}
                  {...form.register(`${name}.designAuthority`)}
                  className="mono"
                />
              )}
            </Field>
            <Field label={t("concession")} error={problem(errors?.concession)}>
              {(control) => (
                <TextInput {...control} {...form.register(`${name}.concession`)} className="mono" />
              )}
            </Field>
            <Button
              size="desk"
              tone="quiet"
              className="mt-7"
              disabled={fields.length === 1}
              aria-label={t("removeLine", { number: index + 1 })}
              onClick={() => remove(index)}
            >
              ×
            </Button>
          </div>
        );
      })}
      <button
        type="button"
        onClick={() => append(blank(""))}
        className="justify-self-start text-[15px] font-[650] text-act underline underline-offset-4"
      >
        {t("addLine", { quantity })}
      </button>
    </fieldset>
  );
}
