"use client";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import { SigningFields } from "#components/desk/signing-fields";
import { type CommandForm, useCommandForm } from "#components/desk/use-command-form";
import { WaiverTerms } from "#components/desk/waiver-terms";
import type { ButtonTone } from "#components/ui/button";
import { Field, type FieldControl, SelectInput, TextArea, TextInput } from "#components/ui/field";
import { uuidv7 } from "#lib/kit/ids";
import { instant, millis, plusMinutes } from "#lib/kit/time";
import { requestWaiver } from "#lib/travelers/desk.actions";
import { waiverHoursMax } from "#lib/travelers/waivers.rules";
import { type RequestWaiverForm, requestWaiverForm } from "#lib/travelers/waivers.schema";

const hoursOffered = [2, 8, 12, waiverHoursMax] as const;

type Unit = { traveler: string; unit: string };
type Option = { value: string; label: string };
type Choices = {
  /** One: it is asked for there, and none is chosen. */
  units: readonly Unit[];
  people: readonly Option[];
  /** Those that may be waived at all. */
  qualifications: readonly Option[];
  zone: string;
  signer: string;
  isDemo: boolean;
};

const nothing = { traveler: "", person: "", qualification: "", reason: "", badge: "", pin: "" };

/** A lead asks for a waiver: filled in first, then read as it is signed, with badge and PIN. */
export function AskWaiver({
  units,
  at,
  tone = "act",
  ...choices
}: Choices & {
  /** The server's clock as the page was drawn: a desk's own may be wrong. */
  at: string;
  tone?: ButtonTone;
}) {
  const t = useTranslations("desk.waivers");
  const { dialog, onDone } = useDialog();
  const [aheadMs] = useState(() => Date.now() - millis(at));
  const [unit, setUnit] = useState(units.length === 1 ? (units[0]?.unit ?? "") : "");
  const [hours, setHours] = useState<number>(8);
  const [isRead, setIsRead] = useState(false);
  const command = useCommandForm<RequestWaiverForm>({
    schema: requestWaiverForm,
    action: requestWaiver,
    initial: { ...nothing, waiver: uuidv7(), validUntil: at },
    onDone: () => {
      setIsRead(false);
      onDone();
    },
  });
  const next = async () => {
    const { form } = command;
    const found = units.find((of) => of.unit.toLowerCase() === unit.trim().toLowerCase());
    form.setValue("traveler", found?.traveler ?? "");
    // As it is called, however it was typed: that is what is read and signed.
    if (found) setUnit(found.unit);
    form.setValue("waiver", uuidv7());
    form.setValue("validUntil", plusMinutes(instant(Date.now() - aheadMs), hours * 60));
    if (await form.trigger(["traveler", "person", "qualification", "reason"])) setIsRead(true);
  };
  const fill = { unit, onUnit: setUnit, hours, onHours: setHours };
  return (
    <CommandDialog {...dialog} label={t("ask")} title={t("askTitle")} tone={tone}>
      {isRead ? (
        <Read command={command} unit={unit} onBack={() => setIsRead(false)} {...choices} />
      ) : (
        <Fill
          command={command}
          units={units}
          onNext={() => void next()}
          onCancel={dialog.onClose}
          {...fill}
          {...choices}
        />
      )}
    </CommandDialog>
  );
}

/** Exactly what is signed, and the place to sign it. */
function Read({
  command: { form, submit, refusal, problem, busy },
  unit,
  people,
  zone,
  signer,
  isDemo,
  onBack,
}: Omit<Choices, "units"> & {
  command: CommandForm<RequestWaiverForm>;
  unit: string;
  onBack: () => void;
}) {
  const t = useTranslations("desk.waivers");
  const asked = form.getValues();
  return (
    <form method="post" onSubmit={submit} noValidate className="grid gap-4">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <WaiverTerms
        person={people.find(({ value }) => value === asked.person)?.label ?? ""}
        qualification={asked.qualification}
        unit={unit}
        validUntil={asked.validUntil}
        reason={asked.reason.trim()}
        zone={zone}
      />
      <p className="text-[15px] text-ink-2">{t("signs", { person: signer })}</p>
      <SigningFields form={form} problem={problem} person={signer} isDemo={isDemo} />
      <FormButtons busy={busy} onCancel={onBack} back={t("back")} label={t("askSend")} />
    </form>
  );
}

function Fill({
  command: { form, problem },
  units,
  unit,
  onUnit,
  people,
  qualifications,
  hours,
  onHours,
  onNext,
  onCancel,
}: Choices & {
  command: CommandForm<RequestWaiverForm>;
  unit: string;
  onUnit: (unit: string) => void;
  hours: number;
  onHours: (hours: number) => void;
  onNext: () => void;
  onCancel: () => void;
}) {
  const t = useTranslations("desk.waivers");
  const { errors } = form.formState;
  return (
    <form
      method="post"
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <p className="text-[15px] text-ink-2">{t("explain")}</p>
      <UnitField
        units={units}
        unit={unit}
        onUnit={onUnit}
        error={errors.traveler === undefined ? undefined : t("unitUnknown")}
      />
      <Field
        label={t("person")}
        error={errors.person === undefined ? undefined : problem({ message: "needed" })}
      >
        {(control) => <Options control={control} field={form.register("person")} of={people} />}
      </Field>
      <Field
        label={t("qualification")}
        hint={t("qualificationHint")}
        error={problem(errors.qualification)}
      >
        {(control) => (
          <Options control={control} field={form.register("qualification")} of={qualifications} />
        )}
      </Field>
      <HoursField hours={hours} onHours={onHours} />
      <Field label={t("reason")} hint={t("reasonHint")} error={problem(errors.reason)}>
        {(control) => <TextArea {...control} {...form.register("reason")} />}
      </Field>
      <FormButtons busy={false} onCancel={onCancel} label={t("toSign")} />
    </form>
  );
}

function UnitField({
  units,
  unit,
  onUnit,
  error,
}: {
  units: readonly Unit[];
  unit: string;
  onUnit: (unit: string) => void;
  error: string | undefined;
}) {
  const t = useTranslations("desk.waivers");
  const list = useId();
  return (
    <>
      <Field label={t("unit")} hint={t(units.length === 1 ? "unitOnly" : "unitHint")} error={error}>
        {(control) => (
          <TextInput
            {...control}
            value={unit}
            onChange={({ target }) => onUnit(target.value)}
            list={list}
            readOnly={units.length === 1}
            autoComplete="off"
            spellCheck={false}
            className="mono"
          />
        )}
      </Field>
      <datalist id={list}>
        {units.map((of) => (
          <option key={of.traveler} value={of.unit} />
        ))}
      </datalist>
    </>
  );
}

function HoursField({ hours, onHours }: { hours: number; onHours: (hours: number) => void }) {
  const t = useTranslations("desk.waivers");
  return (
    <Field label={t("howLong")}>
      {(control) => (
        <SelectInput
          {...control}
          value={hours}
          onChange={({ target }) => onHours(Number(target.value))}
        >
          {hoursOffered.map((of) => (
            <option key={of} value={of}>
              {t("hours", { hours: of })}
            </option>
          ))}
        </SelectInput>
      )}
    </Field>
  );
}

function Options({
  control,
  field,
  of,
}: {
  control: FieldControl;
  field: ReturnType<CommandForm<RequestWaiverForm>["form"]["register"]>;
  of: readonly Option[];
}) {
  const t = useTranslations("desk.form");
  return (
    <SelectInput {...control} {...field}>
      <option value="">{t("choose")}</option>
      {of.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </SelectInput>
  );
}
