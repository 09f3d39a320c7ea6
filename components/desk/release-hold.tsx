"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { DocumentField } from "#components/desk/document-field";
import { RefusalNote } from "#components/desk/refusal-note";
import { type CommandForm, useCommandForm } from "#components/desk/use-command-form";
import { Field, TextArea, TextInput } from "#components/ui/field";
import { releaseHold, releaseHoldByHand } from "#lib/defects/actions";
import {
  type ReleaseHoldByHandForm,
  type ReleaseHoldForm,
  releaseHoldByHandForm,
  releaseHoldForm,
} from "#lib/defects/schema";

type Hold = {
  id: string;
  traveler: string;
  unit: string;
  reason: string;
  tied: boolean;
  ncr: string;
};

/** Asks the QMS for the disposition as it is pressed; by hand only where the QMS did not answer. */
export function ReleaseHold({ hold, mayByHand }: { hold: Hold; mayByHand: boolean }) {
  const t = useTranslations("desk.releaseHold");
  const { dialog, onDone } = useDialog();
  const [byHand, setByHand] = useState(false);
  const asked = useCommandForm<ReleaseHoldForm>({
    schema: releaseHoldForm,
    action: releaseHold,
    initial: { traveler: hold.traveler, hold: hold.id, comment: "" },
    onDone,
  });
  const typed = useCommandForm<ReleaseHoldByHandForm>({
    schema: releaseHoldByHandForm,
    action: releaseHoldByHand,
    initial: { traveler: hold.traveler, hold: hold.id, comment: "", ncr: hold.ncr, evidence: "" },
    onDone,
  });
  const goByHand = () => {
    // The reason that was given already is the same one.
    if (typed.form.getValues("comment") === "")
      typed.form.setValue("comment", asked.form.getValues("comment"));
    setByHand(true);
  };
  return (
    <CommandDialog
      {...dialog}
      label={t("open")}
      title={t("title", { unit: hold.unit, reason: hold.reason })}
    >
      {byHand ? null : (
        <p className="mb-4 text-[15px] text-ink-2">{hold.tied ? t("tied") : t("untied")}</p>
      )}
      {byHand ? (
        <ByHand command={typed} onBack={() => setByHand(false)} />
      ) : (
        <Plain
          command={asked}
          tied={hold.tied}
          onCancel={dialog.onClose}
          onByHand={mayByHand && hold.tied ? goByHand : null}
        />
      )}
    </CommandDialog>
  );
}

function Plain({
  command: { form, submit, refusal, problem, busy },
  tied,
  onCancel,
  onByHand,
}: {
  command: CommandForm<ReleaseHoldForm>;
  tied: boolean;
  onCancel: () => void;
  onByHand: (() => void) | null;
}) {
  const t = useTranslations("desk.releaseHold");
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      {refusal?.refused.code === "qms_unreachable" && onByHand !== null ? (
        <button
          type="button"
          onClick={onByHand}
          className="justify-self-start font-[650] text-act underline underline-offset-4"
        >
          {t("byHand")}
        </button>
      ) : null}
      <Field label={t("comment")} error={problem(form.formState.errors.comment)}>
        {(control) => <TextArea {...control} {...form.register("comment")} />}
      </Field>
      <FormButtons
        busy={busy}
        onCancel={onCancel}
        label={tied ? t("askAndRelease") : t("release")}
      />
    </form>
  );
}

function ByHand({
  command: { form, submit, refusal, problem, busy },
  onBack,
}: {
  command: CommandForm<ReleaseHoldByHandForm>;
  onBack: () => void;
}) {
  const t = useTranslations("desk.releaseHold");
  const { errors } = form.formState;
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <p className="rounded bg-warn-wash px-4 py-3 text-[15px] text-warn">{t("byHandNote")}</p>
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <Field label={t("ncr")} error={problem(errors.ncr)}>
        {(control) => <TextInput {...control} {...form.register("ncr")} className="mono" />}
      </Field>
      <DocumentField
        label={t("evidence")}
        error={problem(errors.evidence)}
        onStored={(sha256) => form.setValue("evidence", sha256, { shouldValidate: sha256 !== "" })}
      />
      <Field label={t("why")} error={problem(errors.comment)}>
        {(control) => <TextArea {...control} {...form.register("comment")} />}
      </Field>
      <FormButtons
        busy={busy}
        onCancel={onBack}
        back={t("back")}
        label={t("releaseByHand")}
        tone="stop"
      />
    </form>
  );
}
