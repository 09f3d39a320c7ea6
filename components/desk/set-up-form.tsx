"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { SetUpSecret } from "#components/desk/set-up-secret";
import { Button } from "#components/ui/button";
import { Field, TextInput } from "#components/ui/field";
import { setUp } from "#lib/people/actions";
import { administratorTyped, type SetUpTyped, setUpTyped } from "#lib/people/setup.schema";

const ofPerson = ["token", "name", "employeeNumber", "password"] as const;
const ofSite = ["siteCode", "siteName", "timeZone"] as const;
const hints: Partial<Record<keyof SetUpTyped, string>> = {
  password: "passwordHint",
  siteCode: "siteCodeHint",
  timeZone: "timeZoneHint",
};
const identifiers: readonly string[] = ["token", "employeeNumber", "siteCode", "timeZone"];

export function SetUpForm({ token, asksForSite }: { token: string; asksForSite: boolean }) {
  const t = useTranslations("desk.setUp");
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const [made, setMade] = useState<{ secret: string; uri: string } | null>(null);
  const form = useForm<SetUpTyped>({
    resolver: zodResolver(asksForSite ? setUpTyped : administratorTyped) as never,
    defaultValues: {
      token,
      name: "",
      employeeNumber: "",
      password: "",
      siteCode: "",
      siteName: "",
      timeZone: "",
    },
    mode: "onTouched",
  });
  useEffect(() => {
    // The browser's own zone, which the server can't know.
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    if (form.getValues("timeZone") === "") form.setValue("timeZone", timeZone);
  }, [form]);
  const submit = form.handleSubmit(async (typed) => {
    const { name, employeeNumber, password } = typed;
    const site = { code: typed.siteCode, name: typed.siteName, timeZone: typed.timeZone };
    const administrator = { name, employeeNumber, password, ...(asksForSite && { site }) };
    const result = await setUp({ token: typed.token, administrator }).catch(
      () => ({ ok: false, error: { code: "no_answer_to_setup", params: {} } }) as const,
    );
    if (result.ok) return setMade({ secret: result.value.totpSecret, uri: result.value.totpUri });
    setRefusal({ at: Date.now(), refused: result.error });
  });
  if (made !== null) return <SetUpSecret {...made} />;
  const problem = (name: keyof SetUpTyped) => {
    const message = form.formState.errors[name]?.message;
    return message === undefined ? undefined : t.has(message) ? t(message) : t("needed");
  };
  const fields = asksForSite ? [...ofPerson, ...ofSite] : ofPerson;
  return (
    <form method="post" onSubmit={submit} noValidate className="grid gap-4">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      {fields.map((name) => (
        <Field
          key={name}
          label={t(name)}
          hint={hints[name] && t(hints[name])}
          error={problem(name)}
        >
          {(control) => (
            <TextInput
              {...control}
              {...form.register(name)}
              type={name === "password" ? "password" : "text"}
              autoComplete={name === "password" ? "new-password" : "off"}
              spellCheck={false}
              className={identifiers.includes(name) ? "mono min-h-11" : "min-h-11"}
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
