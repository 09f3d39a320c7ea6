"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type DefaultValues, type FieldValues, useForm } from "react-hook-form";
import type * as z from "zod/mini";
import type { Refused } from "#components/desk/refusal-words";
import { uuidv7 } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";

type FormOf<T> = T & { command: string };

/** The codes after which nobody knows whether it arrived: it is sent again under the same id. */
const isUnanswered = (code: string) => code === "no_answer" || code === "retry_later";

export type CommandForm<T extends FieldValues> = ReturnType<typeof useCommandForm<T>>;

/**
 * A form that gives one command. Its id is made when the form opens and again only after success, so
 * that a lost reply or a double click never acts twice. Whatever is refused stays typed.
 */
export function useCommandForm<T extends FieldValues>({
  schema,
  action,
  initial,
  onDone,
}: {
  schema: z.ZodMiniType<FormOf<T>, FormOf<T>>;
  action: (form: FormOf<T>) => Promise<Result<unknown, Refused>>;
  initial: Omit<T, "command">;
  onDone: (value: unknown) => void;
}) {
  const router = useRouter();
  const words = useTranslations("desk.form");
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const form = useForm<FormOf<T>>({
    resolver: zodResolver(schema),
    defaultValues: { ...initial, command: uuidv7() } as DefaultValues<FormOf<T>>,
    mode: "onTouched",
  });
  const submit = form.handleSubmit(async (values) => {
    const result = await action(values as FormOf<T>).catch(
      (): Result<unknown, Refused> => ({ ok: false, error: { code: "no_answer", params: {} } }),
    );
    if (!result.ok) {
      // A verdict is final under its id: what is changed and sent again is another command.
      if (!isUnanswered(result.error.code)) {
        form.setValue("command" as never, uuidv7() as never);
        // What it was refused for may stand on the page behind the form.
        router.refresh();
      }
      setRefusal({ at: Date.now(), refused: result.error });
      return;
    }
    setRefusal(null);
    form.reset({ ...initial, command: uuidv7() } as DefaultValues<FormOf<T>>);
    onDone(result.value);
    router.refresh();
  });
  /** The words of what is wrong with a field; undefined: nothing. */
  const problem = (of: { message?: string | undefined } | undefined): string | undefined => {
    if (of === undefined) return undefined;
    return words(of.message && words.has(of.message) ? of.message : "not_right");
  };
  return { form, submit, refusal, problem, busy: form.formState.isSubmitting };
}
