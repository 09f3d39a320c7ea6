"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
import { startRework } from "#lib/defects/actions";
import { type StartReworkForm, startReworkForm } from "#lib/defects/schema";

export type ReworkStep = {
  id: string;
  number: string;
  title: string;
  positions: readonly string[];
  /** What doing the step again takes back; shown before it is decided. */
  voids: { readings: number; buyoffs: readonly string[]; timers: number };
};
type Chosen = StartReworkForm["steps"];

/** Which steps are done again, and at which places. What is not named is carried from before. */
export function StartRework({
  traveler,
  defect,
  steps,
  position,
  isAgain,
}: {
  traveler: string;
  defect: string;
  steps: readonly ReworkStep[];
  /** Where the defect is: offered first. */
  position: string | null;
  /** It was reworked before: what comes next is mostly another act. */
  isAgain: boolean;
}) {
  const t = useTranslations("desk.rework");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<StartReworkForm>({
    schema: startReworkForm,
    action: startRework,
    initial: { traveler, defect, steps: [] },
    onDone,
  });
  const chosen = form.watch("steps") as Chosen;
  const setChosen = (next: Chosen) => form.setValue("steps", next, { shouldValidate: true });
  const voided = steps.filter((step) => chosen.some((of) => of.step === step.id));
  return (
    <CommandDialog
      {...dialog}
      wide
      tone={isAgain ? "plain" : "act"}
      label={t("open")}
      title={t("title")}
    >
      <form onSubmit={submit} noValidate className="grid gap-4">
        <p className="text-[15px] text-ink-2">{t("note")}</p>
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <fieldset className="grid max-h-[44vh] overflow-y-auto rounded border-[1.5px] border-rule bg-sheet">
          <legend className="sr-only">{t("steps")}</legend>
          {steps.map((step) => (
            <StepChoice
              key={step.id}
              step={step}
              chosen={chosen}
              onChange={setChosen}
              position={position}
            />
          ))}
        </fieldset>
        {form.formState.errors.steps === undefined ? null : (
          <p role="alert" className="text-[14px] font-[650] text-stop">
            {problem({ message: "step_needed" })}
          </p>
        )}
        <p aria-live="polite" className="text-[15px] font-[650] text-warn">
          {voided.length === 0
            ? ""
            : t("takesBack", {
                readings: voided.reduce((sum, of) => sum + of.voids.readings, 0),
                // One signature covers several steps and is taken back once.
                buyoffs: new Set(voided.flatMap((of) => of.voids.buyoffs)).size,
                timers: voided.reduce((sum, of) => sum + of.voids.timers, 0),
              })}
        </p>
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("send")} />
      </form>
    </CommandDialog>
  );
}

function StepChoice({
  step,
  chosen,
  onChange,
  position,
}: {
  step: ReworkStep;
  chosen: Chosen;
  onChange: (next: Chosen) => void;
  position: string | null;
}) {
  const t = useTranslations("desk.rework");
  const here = chosen.find((of) => of.step === step.id);
  const others = chosen.filter((of) => of.step !== step.id);
  const at = here?.positions ?? null;
  const first = position !== null && step.positions.includes(position) ? [position] : null;
  const toggle = (of: string) => {
    const now = at ?? [...step.positions];
    const next = now.includes(of) ? now.filter((one) => one !== of) : [...now, of];
    const isAll = next.length === step.positions.length || next.length === 0;
    onChange([...others, { step: step.id, positions: isAll ? null : next }]);
  };
  return (
    <div className="border-t border-sunk px-4 py-2 first:border-t-0">
      <label className="flex min-h-8 items-center gap-3 text-[15px]">
        <input
          type="checkbox"
          className="size-5 accent-(--act)"
          checked={here !== undefined}
          onChange={(event) =>
            onChange(
              event.target.checked ? [...others, { step: step.id, positions: first }] : others,
            )
          }
        />
        <span className="mono text-ink-2">{step.number}</span> {step.title}
      </label>
      {here === undefined || step.positions.length < 2 ? null : (
        <fieldset
          aria-label={t("positions", { step: step.number })}
          className="flex flex-wrap gap-2 py-1 pl-8"
        >
          {step.positions.map((of) => (
            <label
              key={of}
              className="mono inline-flex min-h-8 items-center gap-2 rounded-full border-[1.5px] border-edge px-3 text-[14px] has-checked:border-act has-checked:bg-act-wash"
            >
              <input
                type="checkbox"
                className="size-4 accent-(--act)"
                checked={at === null || at.includes(of)}
                onChange={() => toggle(of)}
              />
              {of}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
