"use client";
import { useTranslations } from "next-intl";
import type { FieldValues, Path, PathValue, UseFormReturn } from "react-hook-form";
import { Field, TextInput } from "#components/ui/field";
import type { DemoKit } from "#lib/offline/wire.schema";

type Signed = FieldValues & { badge: string; pin: string };

/** Badge and PIN, both at each signature given from a desk; in the demo they can be filled in. */
export function SigningFields<T extends Signed>({
  form,
  problem,
  person,
  isDemo,
}: {
  form: UseFormReturn<T>;
  /** The words of what is wrong with a field. */
  problem: (of: { message?: string | undefined } | undefined) => string | undefined;
  /** Whoever is signed in: nobody signs as somebody else. */
  person: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.sign");
  const [badge, pin] = ["badge", "pin"] as [Path<T>, Path<T>];
  const errors = form.formState.errors as Record<string, { message?: string } | undefined>;
  const fill = async () => {
    const answer = await fetch("/api/floor/demo", { cache: "no-store" });
    const kit = (await answer.json()) as DemoKit;
    const own = kit.badges.find(({ name }) => name === person);
    if (own === undefined) return;
    form.setValue(badge, own.badge as PathValue<T, Path<T>>);
    form.setValue(pin, own.pin as PathValue<T, Path<T>>);
  };
  return (
    <>
      <Field label={t("badge")} hint={t("badgeHint")} error={problem(errors.badge)}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register(badge)}
            type="password"
            autoComplete="off"
            className="mono min-h-12"
          />
        )}
      </Field>
      <Field label={t("pin")} error={problem(errors.pin)}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register(pin)}
            type="password"
            inputMode="numeric"
            autoComplete="off"
            className="mono min-h-12"
          />
        )}
      </Field>
      {isDemo ? (
        <button
          type="button"
          onClick={() => void fill()}
          className="justify-self-start text-[14px] font-[600] text-act underline underline-offset-4"
        >
          {t("demo")}
        </button>
      ) : null}
    </>
  );
}
