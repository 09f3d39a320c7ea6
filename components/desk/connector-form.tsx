"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Fragment, useEffect, useState } from "react";
import type { FieldErrors, UseFormReturn } from "react-hook-form";
import { ApiDocument } from "#components/desk/api-document";
import { ConnectorField, useFieldWords } from "#components/desk/connector-field";
import { ConnectorTested } from "#components/desk/connector-tested";
import { RefusalNote } from "#components/desk/refusal-note";
import {
  type ConnectorTyped,
  type SetUp,
  useConnectorSetUp,
} from "#components/desk/use-connector-set-up";
import { Button } from "#components/ui/button";
import { Field, TextArea, TextInput } from "#components/ui/field";
import {
  type ConnectorKind,
  fieldsOf,
  isAsked,
  sections,
  type Typed,
} from "#lib/feed/connectors/fields.rules";
import { sampleDraft, sampleUpdate } from "#lib/feed/connectors/openapi/sample.rules";
import { type AnySecretName, secretNamesOf } from "#lib/feed/connectors/secrets.rules";

/**
 * Everything about a connector, with what is wrong at its field: the same rules as on the server read it here.
 * Secrets go one way only.
 */
export function ConnectorForm({ cancel, ...of }: SetUp & { cancel: string }) {
  const { kind, existing, initial } = of;
  const t = useTranslations("connectors");
  const router = useRouter();
  const { form, submit, test, refusal, apiDocument } = useConnectorSetUp(of);
  const typed = form.watch("typed");
  const { errors, isSubmitting, submitCount } = form.formState;
  const wrong = wrongOf(errors);
  return (
    <form onSubmit={submit} noValidate className="grid gap-6" aria-label={t("configuration")}>
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <Names form={form} initial={initial} isNew={existing === null} />
      {sections.map((section) => (
        <Fragment key={section}>
          {section === "mapping" && kind === "rest" ? (
            <ApiDocument
              connector={existing?.id ?? null}
              said={() => form.getValues()}
              onFill={(filled) => {
                for (const [key, said] of Object.entries(filled))
                  form.setValue(`typed.${key}`, said, { shouldDirty: true });
              }}
              onKeep={(document) => {
                apiDocument.current = document;
              }}
            />
          ) : null}
          <Section
            section={section}
            kind={kind}
            typed={typed}
            initial={initial.typed}
            errors={errors}
            register={(name) => form.register(name)}
            has={existing?.has ?? []}
          />
        </Fragment>
      ))}
      <ConnectorTested
        test={test}
        lead={kind === "webhook" ? t("testLeadWebhook") : t("testLead")}
      />
      <div className="max-w-[820px]">
        <Field label={t("reason")} hint={t("reasonHint")} error={errors.reason?.message}>
          {(control) => <TextArea {...control} {...form.register("reason")} />}
        </Field>
      </div>
      {submitCount > 0 && wrong.length > 0 ? <WrongFields key={submitCount} wrong={wrong} /> : null}
      <div className="flex items-center justify-between gap-6">
        <Button size="desk" tone="quiet" className="min-h-11" onClick={() => router.push(cancel)}>
          {t("cancel")}
        </Button>
        <Button size="desk" tone="act" type="submit" busy={isSubmitting} className="min-h-11">
          {existing === null ? t("save") : t("saveChange")}
        </Button>
      </div>
    </form>
  );
}

function Names({
  form,
  initial,
  isNew,
}: {
  form: UseFormReturn<ConnectorTyped>;
  initial: Pick<ConnectorTyped, "name">;
  isNew: boolean;
}) {
  const t = useTranslations("connectors");
  const { errors } = form.formState;
  return (
    <Group title={t("name")} hidden>
      <Field label={t("name")} hint={t("nameHint")} error={errors.name?.message}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register("name")}
            defaultValue={initial.name}
            autoComplete="off"
          />
        )}
      </Field>
      {isNew ? (
        <Field label={t("code")} hint={t("codeHint")} error={errors.code?.message}>
          {(control) => (
            <TextInput
              {...control}
              {...form.register("code")}
              autoComplete="off"
              spellCheck={false}
              className="mono"
            />
          )}
        </Field>
      ) : null}
    </Group>
  );
}

type Wrong = { name: string; message: string };

function wrongOf(errors: FieldErrors<ConnectorTyped>): Wrong[] {
  return Object.entries(errors).flatMap(([holder, of]) => {
    const { message } = of as { message?: unknown };
    if (typeof message === "string") return [{ name: holder, message }];
    return Object.entries(of as Record<string, { message?: string }>).map(([member, inner]) => ({
      name: `${holder}.${member}`,
      message: inner.message ?? "",
    }));
  });
}

function WrongFields({ wrong }: { wrong: readonly Wrong[] }) {
  const t = useTranslations("connectors");
  const { labelOf } = useFieldWords();
  const lead = (name: string) => {
    const control = document.getElementsByName(name)[0];
    control?.closest("details")?.setAttribute("open", "");
    control?.focus();
  };
  return (
    <div role="alert" className="rounded border-2 border-stop bg-stop-wash px-4 py-3 text-[15px]">
      <p className="font-[700] text-stop">{t("wrong", { count: wrong.length })}</p>
      <ul className="grid">
        {wrong.map(({ name, message }) => (
          <li key={name}>
            <button
              type="button"
              className="min-h-9 text-left underline underline-offset-4"
              onClick={() => lead(name)}
            >
              {labelOf(name)}
            </button>{" "}
            <span className="[overflow-wrap:anywhere]">{message}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Group({
  title,
  hidden = false,
  children,
}: {
  title: string;
  hidden?: boolean;
  children: React.ReactNode;
}) {
  return (
    <fieldset className="rounded border-[1.5px] border-rule bg-sheet px-5 pt-4 pb-5">
      <legend className={hidden ? "sr-only" : "float-left mb-3 w-full text-[19px] font-bold"}>
        {title}
      </legend>
      <div className="clear-both grid grid-cols-2 items-start gap-x-6 gap-y-4 max-md:grid-cols-1">
        {children}
      </div>
    </fieldset>
  );
}

type Register = React.ComponentProps<typeof ConnectorField>["register"];

function Section({
  section,
  kind,
  typed,
  initial,
  errors,
  register,
  has,
}: {
  section: (typeof sections)[number];
  kind: ConnectorKind;
  typed: Typed;
  initial: Typed;
  errors: FieldErrors<ConnectorTyped>;
  register: Register;
  has: readonly AnySecretName[];
}) {
  const t = useTranslations("connectors");
  const asked = fieldsOf(kind).filter((of) => of.section === section && isAsked(of, typed));
  if (asked.length === 0) return null;
  const drawn = (of: (typeof asked)[number]) => (
    <ConnectorField
      key={of.key}
      field={of}
      rows={(typed[of.key] ?? "").split("\n").length}
      initial={initial[of.key] ?? ""}
      register={register}
      error={errors.typed?.[of.key]?.message}
    />
  );
  if (section !== "mapping")
    return (
      <Group title={t(`section.${section}`)}>
        {asked.map(drawn)}
        {section === "reach" ? (
          <Secrets kind={kind} typed={typed} errors={errors} register={register} has={has} />
        ) : null}
      </Group>
    );
  return (
    <Foldable
      isWrong={asked.some(({ key }) => errors.typed?.[key] !== undefined)}
      startsOpen={asked.every(({ key }) => !key.endsWith("-path") || (typed[key] ?? "") === "")}
    >
      {[...new Set(asked.map(({ key }) => partOf(key)))].map((part) => (
        <fieldset key={part} className="grid gap-3">
          <legend className="mb-1 text-[16px] font-bold">
            {t(`part.${part}` as "part.create")}
          </legend>
          {asked.filter(({ key }) => partOf(key) === part).map(drawn)}
        </fieldset>
      ))}
    </Foldable>
  );
}

/** Opens by itself where nothing is said yet or something is wrong; whoever closes it has closed it. */
function Foldable({
  isWrong,
  startsOpen,
  children,
}: {
  isWrong: boolean;
  startsOpen: boolean;
  children: React.ReactNode;
}) {
  const t = useTranslations("connectors");
  const [isOpen, setOpen] = useState(startsOpen);
  useEffect(() => {
    if (isWrong) setOpen(true);
  }, [isWrong]);
  return (
    <details
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="rounded border-[1.5px] border-rule bg-sheet"
    >
      <summary className="min-h-12 px-5 py-3 text-[19px] font-bold">
        {t("section.mapping")}
        <span className="block text-[15px] font-normal text-ink-2">{t("mappingLead")}</span>
      </summary>
      <div className="grid gap-6 border-t border-sunk px-5 py-4">
        <MessageSaid />
        {children}
      </div>
    </details>
  );
}

/** Whoever maps has to see what there is to map. */
function MessageSaid() {
  const t = useTranslations("connectors.message");
  return (
    <details className="rounded border-[1.5px] border-rule">
      <summary className="min-h-11 px-4 py-2.5 text-[16px] font-bold">{t("title")}</summary>
      <div className="grid gap-3 border-t border-sunk px-4 py-3">
        <p className="text-[15px] text-ink-2">{t("lead")}</p>
        {(["create", "update"] as const).map((of) => (
          <div key={of} className="min-w-0">
            <h3 className="text-[15px] font-[650]">{t(of)}</h3>
            <pre className="mono max-h-[420px] overflow-auto text-[13px] leading-5">
              {JSON.stringify(of === "create" ? sampleDraft : sampleUpdate, null, 2)}
            </pre>
          </div>
        ))}
      </div>
    </details>
  );
}

const partOf = (key: string): string => key.split("-")[0] ?? key;

/** Those that this configuration has a use for, as far as it can be read from what is typed. */
function Secrets({
  kind,
  typed,
  errors,
  register,
  has,
}: {
  kind: ConnectorKind;
  typed: Typed;
  errors: FieldErrors<ConnectorTyped>;
  register: Register;
  has: readonly AnySecretName[];
}) {
  const t = useTranslations("connectors");
  return secretNamesOf(kind)
    .filter((name) => isUseful(name, typed))
    .map((name) => (
      <Field
        key={name}
        label={t(`secret.${name}`)}
        hint={has.includes(name) ? t("secretKept") : t("secretNew")}
        error={errors.secrets?.[name]?.message}
      >
        {(control) =>
          name === "clientKey" || name === "privateKey" ? (
            <TextArea
              {...control}
              {...register(`secrets.${name}`)}
              autoComplete="off"
              spellCheck={false}
              rows={3}
              className="mono text-[13px]"
            />
          ) : (
            <TextInput
              {...control}
              {...register(`secrets.${name}`)}
              type="password"
              autoComplete="new-password"
            />
          )
        }
      </Field>
    ));
}

/** The same as secretsWanted says of a whole configuration, of one that is not whole yet. */
function isUseful(name: AnySecretName, typed: Typed): boolean {
  const said = (key: string) => (typed[key] ?? "").trim();
  switch (name) {
    case "secret":
      return said("auth-kind") !== "none";
    case "webhookSecret":
      return said("webhookSubject") !== "";
    case "clientKey":
      return said("tls") === "yes" && said("tls-clientCertificate") !== "";
    default:
      return said("auth") !== "none" && said("sasl") !== "none";
  }
}
