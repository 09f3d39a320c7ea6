"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { FieldsForm } from "#components/desk/fields-form";
import { RefusalNote } from "#components/desk/refusal-note";
import { SigningFields } from "#components/desk/signing-fields";
import { useCommandForm } from "#components/desk/use-command-form";
import { Field, TextInput } from "#components/ui/field";
import { type FeedProcess, feedProcesses } from "#lib/feed/processes.schema";
import {
  approveRule,
  changeRule,
  draftRule,
  nextVersion,
  retireRule,
  takeNewRule,
  takeShipped,
  tryRule,
} from "#lib/feed/rules.actions";
import { folds } from "#lib/feed/rules.schema";
import {
  type ApproveRuleForm,
  approveRuleForm,
  type NewRuleForm,
  type NextVersionForm,
  newRuleForm,
  nextVersionForm,
  type RetireRuleForm,
  type RuleForm,
  retireRuleForm,
  ruleForm,
  type TakeNewRuleForm,
  type TryRuleForm,
  takeNewRuleForm,
  tryRuleForm,
} from "#lib/feed/rules-forms.schema";

/** A version of a rule as its dialogs name it. */
export type RuleNamed = { rule: string; code: string; version: number };

export function NewRule() {
  const t = useTranslations("desk.rules");
  const processes = useTranslations("desk.messages.process");
  return (
    <FieldsForm<NewRuleForm>
      label={t("new")}
      title={t("newTitle")}
      send={t("newSend")}
      tone="act"
      schema={newRuleForm}
      action={draftRule}
      initial={{ code: "", process: "NCR", title: "" }}
      fields={[
        { name: "code", label: t("code"), hint: t("codeHint"), kind: "mono" },
        {
          name: "process",
          label: t("process"),
          kind: "select",
          options: feedProcesses.map((value) => ({ value, label: processes(value) })),
        },
        { name: "title", label: t("name") },
      ]}
    />
  );
}

export type RuleChoices = {
  process: FeedProcess;
  connectors: readonly string[];
  opens: readonly string[];
  follows: readonly string[];
  holdReasons: readonly { value: string; label: string }[];
};

const asOptions = (names: readonly string[]) => names.map((value) => ({ value, label: value }));

export function ChangeRule({
  of: { rule, code, version },
  initial,
  choices,
}: {
  of: RuleNamed;
  initial: Omit<RuleForm, "command" | "rule" | "version" | "reason">;
  choices: RuleChoices;
}) {
  const t = useTranslations("desk.rules");
  return (
    <FieldsForm<RuleForm>
      label={t("change")}
      title={t("changeTitle", { rule: code, version })}
      send={t("changeSend")}
      schema={ruleForm}
      action={changeRule}
      initial={{ rule, version: String(version), ...initial, reason: "" }}
      fields={[
        { name: "title", label: t("name") },
        {
          name: "connector",
          label: t("connector"),
          hint: t("connectorHint"),
          kind: "select",
          options: asOptions(choices.connectors),
        },
        { name: "on", label: t("on"), kind: "checks", options: asOptions(choices.opens) },
        { name: "follow", label: t("follow"), kind: "checks", options: asOptions(choices.follows) },
        { name: "when", label: t("when"), hint: t("whenHintField"), kind: "area" },
        { name: "key", label: t("key"), hint: t("keyHint"), kind: "area" },
        { name: "window", label: t("window"), hint: t("windowHint"), kind: "mono" },
        {
          name: "fold",
          label: t("fold"),
          kind: "select",
          options: folds.map((value) => ({ value, label: t(`folds.${value}`) })),
        },
        {
          name: "gate",
          label: t("gate"),
          kind: "select",
          options: (["auto", "needs-approval"] as const).map((value) => ({
            value,
            label: t(`gates.${value}`),
          })),
        },
        { name: "photoMegabytes", label: t("photos"), hint: t("photosHint"), kind: "mono" },
        { name: "parts", label: t("parts"), hint: t("partsHint"), kind: "mono" },
        { name: "workCenters", label: t("workCenters"), hint: t("workCentersHint"), kind: "mono" },
        { name: "priority", label: t("priority"), hint: t("priorityHint"), kind: "mono" },
        {
          name: "holdReason",
          label: t("holdReason"),
          kind: "select",
          options: choices.holdReasons,
        },
        {
          name: "discloses",
          label: t("discloses"),
          kind: "checks",
          options: (["people", "words"] as const).map((value) => ({
            value,
            label: t(`disclosed.${value}`),
          })),
        },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export function NextVersion({ of: { rule, code } }: { of: Omit<RuleNamed, "version"> }) {
  const t = useTranslations("desk.rules");
  return (
    <FieldsForm<NextVersionForm>
      label={t("next")}
      title={t("nextTitle", { rule: code })}
      send={t("nextSend")}
      schema={nextVersionForm}
      action={nextVersion}
      initial={{ rule, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

/** What the product brings by now, as a draft: to be tried and signed like any other. */
export function TakeShipped({ of: { rule, code } }: { of: Omit<RuleNamed, "version"> }) {
  const t = useTranslations("desk.rules");
  return (
    <FieldsForm<NextVersionForm>
      label={t("takeShipped")}
      title={t("takeShippedTitle", { rule: code })}
      lead={t("takeShippedLead")}
      send={t("takeShippedSend")}
      tone="act"
      schema={nextVersionForm}
      action={takeShipped}
      initial={{ rule, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

/** What the product brings and the site has never had: made a draft, one by one. */
export function TakeNewRule({ code }: { code: string }) {
  const t = useTranslations("desk.rules");
  return (
    <FieldsForm<TakeNewRuleForm>
      label={t("takeShipped")}
      title={t("takeNewTitle", { rule: code })}
      lead={t("takeNewLead")}
      send={t("takeShippedSend")}
      schema={takeNewRuleForm}
      action={takeNewRule}
      initial={{ code, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

export function TryRule({ of: { rule, code, version } }: { of: RuleNamed }) {
  const t = useTranslations("desk.rules");
  return (
    <FieldsForm<TryRuleForm>
      label={t("try")}
      title={t("tryTitle", { rule: code, version })}
      send={t("trySend")}
      tone="act"
      schema={tryRuleForm}
      action={tryRule}
      initial={{ rule, version: String(version), days: "30" }}
      fields={[{ name: "days", label: t("days"), hint: t("daysHint"), kind: "mono" }]}
    />
  );
}

/** Read on the page behind it, tried, then signed with badge and PIN. */
export function ApproveRule({
  of: { rule, code, version },
  contentSha256,
  dryRunSha256,
  signer,
  isDemo,
}: {
  of: RuleNamed;
  contentSha256: string;
  dryRunSha256: string;
  signer: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.rules");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<ApproveRuleForm>({
    schema: approveRuleForm,
    action: approveRule,
    initial: {
      rule,
      version: String(version),
      contentSha256,
      dryRunSha256,
      effectiveOn: "",
      badge: "",
      pin: "",
    },
    onDone,
  });
  return (
    <CommandDialog
      {...dialog}
      label={t("approve")}
      title={t("approveTitle", { rule: code, version })}
      tone="accept"
    >
      <form method="post" onSubmit={submit} noValidate className="grid gap-4">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <p className="text-[15px]">{t("signs", { person: signer })}</p>
        <Field
          label={t("effectiveOn")}
          hint={t("effectiveOnHint")}
          error={problem(form.formState.errors.effectiveOn)}
        >
          {(control) => (
            <TextInput
              {...control}
              {...form.register("effectiveOn")}
              type="date"
              className="mono"
            />
          )}
        </Field>
        <SigningFields form={form} problem={problem} person={signer} isDemo={isDemo} />
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("approveSend")} tone="accept" />
      </form>
    </CommandDialog>
  );
}

export function RetireRule({ of: { rule, code, version } }: { of: RuleNamed }) {
  const t = useTranslations("desk.rules");
  return (
    <FieldsForm<RetireRuleForm>
      label={t("retire")}
      title={t("retireTitle", { rule: code, version })}
      send={t("retireSend")}
      tone="stop"
      schema={retireRuleForm}
      action={retireRule}
      initial={{ rule, version: String(version), reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("retireHint"), kind: "area" }]}
    />
  );
}
