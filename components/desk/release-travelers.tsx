"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
import { Mark } from "#components/ui/chip";
import { Field, SelectInput, TextArea, TextInput } from "#components/ui/field";
import { release } from "#lib/travelers/desk.actions";
import { unitsIn } from "#lib/travelers/release.rules";
import { type ReleaseForm, releaseForm } from "#lib/travelers/release.schema";

const nothing = { as: "serials", serials: "", lot: "", quantity: "" } as const;
type Released = { released: number; known: number };

export function ReleaseTravelers({
  order,
  free,
  isOpen,
  revisions,
}: {
  order: string;
  /** How much of the order is not on the floor yet. */
  free: string;
  /** On hold or closed, an order releases nothing. */
  isOpen: boolean;
  revisions: readonly { contentSha256: string; label: string }[];
}) {
  const t = useTranslations("desk.orders");
  const { dialog, onDone } = useDialog();
  const [done, setDone] = useState<Released | null>(null);
  const { form, submit, refusal, problem, busy } = useCommandForm<ReleaseForm>({
    schema: releaseForm,
    action: release,
    initial: { workOrder: order, contentSha256: revisions[0]?.contentSha256 ?? "", ...nothing },
    onDone: (value) => {
      setDone(value as Released);
      onDone();
    },
  });
  const { errors } = form.formState;
  const typed = unitsIn(form.watch("serials")).length;
  const told =
    done === null ? null : (
      <p role="status" className="flex items-center justify-end gap-1.5 text-[14px] text-ok">
        <Mark tone="ok" />
        {t("released", done)}
      </p>
    );
  if (revisions.length === 0)
    return <span className="text-[14px] text-ink-2">{t("noRevision")}</span>;
  if (!isOpen) return told;
  if (Number(free) <= 0)
    return told ?? <span className="text-[14px] text-ink-2">{t("allReleased")}</span>;
  return (
    <div className="grid justify-items-end gap-1.5">
      <CommandDialog {...dialog} label={t("release")} title={t("releaseTitle", { order })}>
        <form onSubmit={submit} noValidate className="grid gap-4 text-left">
          {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
          <Field label={t("revision")} error={problem(errors.contentSha256)}>
            {(control) => (
              <SelectInput {...control} {...form.register("contentSha256")}>
                {revisions.map((of) => (
                  <option key={of.contentSha256} value={of.contentSha256}>
                    {of.label}
                  </option>
                ))}
              </SelectInput>
            )}
          </Field>
          <Field label={t("as")} error={problem(errors.as)}>
            {(control) => (
              <SelectInput {...control} {...form.register("as")}>
                <option value="serials">{t("asSerials")}</option>
                <option value="lot">{t("asLot")}</option>
              </SelectInput>
            )}
          </Field>
          {form.watch("as") === "lot" ? (
            <div className="grid grid-cols-2 gap-5">
              <Field label={t("lot")} error={problem(errors.lot)}>
                {(control) => (
                  <TextInput
                    {...control}
                    {...form.register("lot")}
                    autoComplete="off"
                    spellCheck={false}
                    className="mono"
                  />
                )}
              </Field>
              <Field
                label={t("quantity")}
                hint={t("lotHint", { free })}
                error={problem(errors.quantity)}
              >
                {(control) => (
                  <TextInput
                    {...control}
                    {...form.register("quantity")}
                    inputMode="decimal"
                    autoComplete="off"
                    className="mono"
                  />
                )}
              </Field>
            </div>
          ) : (
            <Field
              label={t("serials")}
              hint={
                typed === 0
                  ? t("serialsHint", { free: Number(free) })
                  : t("serialsTyped", { typed, free: Number(free) })
              }
              error={problem(errors.serials)}
            >
              {(control) => (
                <TextArea {...control} {...form.register("serials")} className="mono min-h-32" />
              )}
            </Field>
          )}
          <FormButtons busy={busy} onCancel={dialog.onClose} label={t("releaseSend")} />
        </form>
      </CommandDialog>
      {told}
    </div>
  );
}
