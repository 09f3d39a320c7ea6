"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Field, TextInput } from "#components/ui/field";
import { setUp } from "#lib/people/actions";

type Typed = {
  token: string;
  name: string;
  employeeNumber: string;
  password: string;
  siteCode: string;
  siteName: string;
  timeZone: string;
};
const order = [
  "token",
  "name",
  "employeeNumber",
  "password",
  "siteCode",
  "siteName",
  "timeZone",
] as const;

export function SetUpForm({ token }: { token: string }) {
  const t = useTranslations("desk.setUp");
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm<Typed>({
    defaultValues: { token, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
  });
  const submit = form.handleSubmit(async (typed) => {
    const { siteCode: code, siteName: name, timeZone } = typed;
    const site = { code, name, timeZone };
    const administrator = {
      name: typed.name,
      employeeNumber: typed.employeeNumber,
      password: typed.password,
      site,
    };
    const result = await setUp({ token: typed.token, administrator }).catch(
      () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
    );
    if (result.ok) return setSecret(result.value.totpSecret);
    setRefusal({ at: Date.now(), refused: result.error });
  });
  if (secret !== null)
    return (
      <section className="grid gap-4 rounded border-2 border-ok bg-ok-wash p-6">
        <h2 className="text-[20px] font-bold">{t("doneTitle")}</h2>
        <p>{t("doneText")}</p>
        <p className="mono rounded bg-sheet px-4 py-3 text-[20px] break-all select-all">{secret}</p>
        <Link href="/sign-in" className="font-[650] text-act underline underline-offset-4">
          {t("toSignIn")}
        </Link>
      </section>
    );
  const hints: Partial<Record<(typeof order)[number], string>> = {
    password: t("passwordHint"),
    siteCode: t("siteCodeHint"),
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      {order.map((name) => (
        <Field
          key={name}
          label={t(name)}
          hint={hints[name]}
          error={form.formState.errors[name] && t("needed")}
        >
          {(control) => (
            <TextInput
              {...control}
              {...form.register(name, { required: true })}
              type={name === "password" ? "password" : "text"}
              autoComplete={name === "password" ? "new-password" : "off"}
            />
          )}
        </Field>
      ))}
      <Button
        type="submit"
        size="desk"
        tone="act"
        busy={form.formState.isSubmitting}
        className="min-h-12"
      >
        {t("send")}
      </Button>
    </form>
  );
}
