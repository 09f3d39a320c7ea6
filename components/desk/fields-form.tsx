"use client";
import { useTranslations } from "next-intl";
import type { FieldValues, Path, UseFormRegister } from "react-hook-form";
import type * as z from "zod/mini";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { useCommandForm } from "#components/desk/use-command-form";
import type { ButtonTone } from "#components/ui/button";
import { Field, type FieldControl, SelectInput, TextArea, TextInput } from "#components/ui/field";
import type { Result } from "#lib/kit/result";

export type FieldSpec<T> = {
  name: keyof T & string;
  label: string;
  hint?: string;
  kind?: "text" | "mono" | "day" | "area" | "json" | "select" | "checks";
  options?: readonly { value: string; label: string }[];
};

/** A dialog with the fields of one command, drawn from their list: what is wrong stands at its field. */
export function FieldsForm<T extends FieldValues>({
  label,
  title,
  lead,
  send,
  tone = "plain",
  schema,
  action,
  initial,
  fields,
}: {
  label: string;
  title: string;
  /** What sending it does, where the title alone doesn't say it. */
  lead?: string;
  send: string;
  tone?: ButtonTone;
  schema: z.ZodMiniType<T & { command: string }, T & { command: string }>;
  action: (form: T & { command: string }) => Promise<Result<unknown, Refused>>;
  initial: Omit<T, "command">;
  fields: readonly FieldSpec<T>[];
}) {
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<T>({
    schema,
    action,
    initial,
    onDone,
  });
  const { errors } = form.formState;
  const register = form.register as unknown as UseFormRegister<FieldValues>;
  return (
    <CommandDialog
      {...dialog}
      label={label}
      title={title}
      tone={tone}
      wide={fields.length > 5 || fields.some(({ kind }) => kind === "json")}
    >
      <form onSubmit={submit} noValidate className="grid gap-4 text-left">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        {lead === undefined ? null : <p className="text-[16px] text-ink-2">{lead}</p>}
        <div
          className={
            fields.length > 5 ? "grid grid-cols-2 gap-x-5 gap-y-4 max-md:grid-cols-1" : "grid gap-4"
          }
        >
          {fields.map((spec) => {
            const found = errors[spec.name as keyof typeof errors] as
              | { message?: string; root?: { message?: string } }
              | undefined;
            const isWide = ["area", "json", "checks"].includes(spec.kind ?? "text");
            return (
              <div key={spec.name} className={isWide ? "col-span-full" : ""}>
                {spec.kind === "checks" ? (
                  <Checks spec={spec} register={register} problem={problem(found?.root ?? found)} />
                ) : (
                  <Field
                    label={spec.label}
                    hint={spec.hint}
                    error={problem(found && { message: found.message })}
                  >
                    {(control) => <Control control={control} spec={spec} register={register} />}
                  </Field>
                )}
              </div>
            );
          })}
        </div>
        <FormButtons busy={busy} onCancel={dialog.onClose} label={send} />
      </form>
    </CommandDialog>
  );
}

function Control<T>({
  control,
  spec,
  register,
}: {
  control: FieldControl;
  spec: FieldSpec<T>;
  register: UseFormRegister<FieldValues>;
}) {
  const t = useTranslations("desk.form");
  const field = register(spec.name as Path<FieldValues>);
  if (spec.kind === "area") return <TextArea {...control} {...field} />;
  if (spec.kind === "json")
    return (
      <TextArea {...control} {...field} rows={16} spellCheck={false} className="mono text-[13px]" />
    );
  if (spec.kind === "select")
    return (
      <SelectInput {...control} {...field}>
        <option value="">{t("choose")}</option>
        {spec.options?.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectInput>
    );
  return (
    <TextInput
      {...control}
      {...field}
      type={spec.kind === "day" ? "date" : "text"}
      autoComplete="off"
      spellCheck={spec.kind === "text"}
      className={spec.kind === "mono" || spec.kind === "day" ? "mono" : ""}
    />
  );
}

function Checks<T>({
  spec,
  register,
  problem,
}: {
  spec: FieldSpec<T>;
  register: UseFormRegister<FieldValues>;
  problem: string | undefined;
}) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 text-[15px] font-[650] text-ink-2">{spec.label}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {spec.options?.map(({ value, label }) => (
          <label key={value} className="flex min-h-9 items-center gap-2 text-[15px]">
            <input
              type="checkbox"
              value={value}
              {...register(spec.name)}
              className="size-5 accent-(--color-act)"
            />
            {label}
          </label>
        ))}
      </div>
      {problem === undefined ? null : (
        <p role="alert" className="text-[14px] font-[650] text-stop">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
