"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CommandDialog, FormButtons, useOpen } from "#components/desk/command-dialog";
import { DocumentField } from "#components/desk/document-field";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
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
  const dialog = useOpen();
  const [byHand, setByHand] = useState(false);
  return (
    <CommandDialog
      {...dialog}
      label={t("open")}
      title={t("title", { unit: hold.unit, reason: hold.reason })}
    >
      <p className="mb-4 text-[15px] text-ink-2">{hold.tied ? t("tied") : t("untied")}</p>
      {byHand ? (
        <ByHand hold={hold} onDone={dialog.onClose} onBack={() => setByHand(false)} />
      ) : (
        <Plain
          hold={hold}
          onDone={dialog.onClose}
          onByHand={mayByHand && hold.tied ? () => setByHand(true) : null}
        />
      )}
    </CommandDialog>
  );
}

function Plain({
  hold,
  onDone,
  onByHand,
}: {
  hold: Hold;
  onDone: () => void;
  onByHand: (() => void) | null;
}) {
  const t = useTranslations("desk.releaseHold");
  const { form, submit, refusal, problem, busy } = useCommandForm<ReleaseHoldForm>({
    schema: releaseHoldForm,
    action: releaseHold,
    initial: { traveler: hold.traveler, hold: hold.id, comment: "" },
    onDone,
  });
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
        onCancel={onDone}
        label={hold.tied ? t("askAndRelease") : t("release")}
      />
    </form>
  );
}

function ByHand({ hold, onDone, onBack }: { hold: Hold; onDone: () => void; onBack: () => void }) {
  const t = useTranslations("desk.releaseHold");
  const { form, submit, refusal, problem, busy } = useCommandForm<ReleaseHoldByHandForm>({
    schema: releaseHoldByHandForm,
    action: releaseHoldByHand,
    initial: { traveler: hold.traveler, hold: hold.id, comment: "", ncr: hold.ncr, evidence: "" },
    onDone,
  });
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
        hint={t("evidenceHint")}
        error={problem(errors.evidence)}
        onStored={(sha256) => form.setValue("evidence", sha256, { shouldValidate: sha256 !== "" })}
      />
      <Field label={t("why")} error={problem(errors.comment)}>
        {(control) => <TextArea {...control} {...form.register("comment")} />}
      </Field>
      <FormButtons busy={busy} onCancel={onBack} label={t("releaseByHand")} tone="stop" />
    </form>
  );
}
