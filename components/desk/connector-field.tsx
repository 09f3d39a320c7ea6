"use client";
import { useTranslations } from "next-intl";
import type { UseFormRegisterReturn } from "react-hook-form";
import { Field, SelectInput, TextArea, TextInput } from "#components/ui/field";
import type { ConnectorField as Asked } from "#lib/feed/connectors/fields.rules";
import type { FieldProblem } from "#lib/feed/connectors/typed.rules";

type Name = "code" | "name" | "reason" | `typed.${string}` | `secrets.${string}`;

/** What a field is called, what helps with it, and what is wrong with it. */
export function useFieldWords() {
  const t = useTranslations("connectors");
  const memberOf = (key: string) => key.split("-").slice(1).join("-") || key;
  const label = (key: string): string =>
    t.has(`field.${key}`) ? t(`field.${key}`) : t(`member.${memberOf(key)}`);
  return {
    label,
    hint: (key: string): string | undefined => {
      if (t.has(`hint.${key}`)) return t(`hint.${key}`);
      return t.has(`memberHint.${key}`) ? t(`memberHint.${key}`) : undefined;
    },
    problem: ({ code, params }: FieldProblem): string =>
      t.has(`problem.${code}`) ? t(`problem.${code}`, { ...params }) : t("problem.not_right"),
    /** By the name in the form, for a list of several; in a part, with the part's name. */
    labelOf: (name: string): string => {
      const [holder = "", key] = name.split(".");
      if (key === undefined) return t(holder as "name");
      if (holder === "secrets") return t(`secret.${key}` as "secret.secret");
      const part = key.split("-")[0] ?? "";
      return t.has(`field.${key}`) || !t.has(`part.${part}`)
        ? label(key)
        : `${t(`part.${part}`)}: ${label(key)}`;
    },
  };
}

/** One member of a configuration, in the shape that it is typed in. */
export function ConnectorField({
  field: { key, shape, choices },
  rows,
  initial,
  register,
  error,
}: {
  field: Asked;
  rows: number;
  /** Stands there before the form's own code has come. */
  initial: string;
  register: (name: Name) => UseFormRegisterReturn;
  error: string | undefined;
}) {
  const t = useTranslations("connectors");
  const words = useFieldWords();
  const isLong = ["expression", "path", "rules", "json", "pem"].includes(shape);
  const choiceWords = (choice: string): string => {
    if (shape === "presence" || shape === "truth") return t(choice as "yes");
    if (key === "preset")
      return choice === "" ? t("choice.preset.none") : t(`preset.${choice}` as "preset.odoo");
    return t.has(`choice.${key}.${choice}`) ? t(`choice.${key}.${choice}`) : choice;
  };
  return (
    <div className={isLong || shape === "hosts" ? "col-span-full" : ""}>
      <Field label={words.label(key)} hint={words.hint(key)} error={error}>
        {(control) => {
          const registered = { ...register(`typed.${key}`), defaultValue: initial };
          if (choices !== undefined)
            return (
              <SelectInput {...control} {...registered} className="max-w-[360px]">
                {choices.map((choice) => (
                  <option key={choice} value={choice}>
                    {choiceWords(choice)}
                  </option>
                ))}
              </SelectInput>
            );
          if (isLong)
            return (
              <TextArea
                {...control}
                {...registered}
                rows={Math.min(18, Math.max(shape === "path" ? 1 : 2, rows))}
                spellCheck={false}
                autoComplete="off"
                className={`mono text-[13px] leading-snug ${shape === "path" || key.endsWith("-path") ? "min-h-11!" : ""}`}
              />
            );
          return (
            <TextInput
              {...control}
              {...registered}
              autoComplete="off"
              spellCheck={false}
              inputMode={
                ["integer", "fraction", "seconds", "megabytes"].includes(shape)
                  ? "decimal"
                  : undefined
              }
              className="mono"
            />
          );
        }}
      </Field>
    </div>
  );
}
