"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Field, TextInput } from "#components/ui/field";
import { chooseNewPin } from "#lib/people/changes.actions";
import { newPinForm, type NewPinForm as Typed } from "#lib/people/changes.schema";

const fields = ["employeeNumber", "code", "pin", "again"] as const;

export function NewPinForm() {
  const t = useTranslations("desk.newPin");
  const words = useTranslations("desk.form");
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const [isDone, setDone] = useState(false);
  const form = useForm<Typed>({
    resolver: zodResolver(newPinForm),
    defaultValues: { employeeNumber: "", code: "", pin: "", again: "" },
  });
  const submit = form.handleSubmit(async (typed) => {
    const result = await chooseNewPin(typed).catch(
      () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
    );
    if (!result.ok) return setRefusal({ at: Date.now(), refused: result.error });
    form.reset();
    setDone(true);
  });
  if (isDone)
    return (
      <p role="status" className="rounded border-2 border-ok bg-ok-wash p-6 text-[17px] font-[650]">
        {t("done")}
      </p>
    );
  const { errors } = form.formState;
  return (
    <form method="post" onSubmit={submit} noValidate className="grid gap-4">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      {fields.map((name) => {
        const isSecret = name === "pin" || name === "again";
        const message = errors[name]?.message;
        const problem = message && (words.has(message) ? words(message) : t("pinWrong"));
        return (
          <Field
            key={name}
            label={t(name)}
            hint={name === "pin" ? t("pinHint") : undefined}
            error={problem}
          >
            {(control) => (
              <TextInput
                {...control}
                {...form.register(name)}
                type={isSecret ? "password" : "text"}
                inputMode={isSecret ? "numeric" : "text"}
                autoComplete="off"
                className="mono min-h-12 text-[18px]"
              />
            )}
          </Field>
        );
      })}
      <Button
        size="desk"
        tone="act"
        type="submit"
        busy={form.formState.isSubmitting}
        className="min-h-12"
      >
        {t("send")}
      </Button>
    </form>
  );
}
