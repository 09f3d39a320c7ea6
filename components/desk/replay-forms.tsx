"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { Button } from "#components/ui/button";
import { Field, SelectInput, TextInput } from "#components/ui/field";
import { askDiscardMany, decideDiscardMany, replayMessages } from "#lib/feed/replay.actions";
import type { ReplayPreview } from "#lib/feed/replay.queries";
import {
  type DecideManyForm,
  type DiscardManyForm,
  decideManyForm,
  discardManyForm,
  type ReplayAsked,
  type ReplayForm,
  replayForm,
  saidMax,
  searchMax,
} from "#lib/feed/replay.schema";

type Choice = { value: string; label: string };

/** Which messages: a plain GET form, so that the address is the question and nothing is sent by asking. */
export function ReplayFilter({
  connectors,
  rules,
  asked,
  also,
}: {
  connectors: readonly Choice[];
  rules: readonly string[];
  asked: ReplayAsked;
  also: readonly string[];
}) {
  const t = useTranslations("desk.replay");
  const choose = useTranslations("desk.form");
  return (
    <form
      action="/feed/replay"
      aria-label={t("which")}
      className="mb-5 grid gap-4 rounded border-[1.5px] border-rule bg-sheet px-4 py-4"
    >
      <div className="grid grid-cols-3 items-start gap-x-5 gap-y-4 max-lg:grid-cols-2 max-sm:grid-cols-1">
        <Field label={t("system")}>
          {(control) => (
            <SelectInput {...control} name="connector" required defaultValue={asked.connector}>
              <option value="">{choose("choose")}</option>
              {connectors.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </SelectInput>
          )}
        </Field>
        {(["from", "to"] as const).map((name) => (
          <Field key={name} label={t(name)}>
            {(control) => (
              <TextInput
                {...control}
                name={name}
                type="datetime-local"
                required
                defaultValue={asked[name]}
                className="mono"
              />
            )}
          </Field>
        ))}
        <Field label={t("search")} hint={t("searchHint")}>
          {(control) => (
            <TextInput
              {...control}
              name="search"
              maxLength={searchMax}
              defaultValue={asked.search}
              autoComplete="off"
              className="mono"
            />
          )}
        </Field>
        <Field label={t("rule")}>
          {(control) => (
            <SelectInput {...control} name="rule" defaultValue={asked.rule}>
              <option value="">{t("anyRule")}</option>
              {rules.map((rule) => (
                <option key={rule}>{rule}</option>
              ))}
            </SelectInput>
          )}
        </Field>
        <Field label={t("said")} hint={t("saidHint")}>
          {(control) => (
            <TextInput
              {...control}
              name="said"
              maxLength={saidMax}
              defaultValue={asked.said}
              autoComplete="off"
            />
          )}
        </Field>
      </div>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <fieldset>
          <legend className="text-[15px] font-[650] text-ink-2">{t("also")}</legend>
          <div className="flex flex-wrap gap-x-5">
            {(["discarded", "gone"] as const).map((name) => (
              <label key={name} className="flex min-h-9 items-center gap-2 text-[15px]">
                <input
                  type="checkbox"
                  name="also"
                  value={name}
                  defaultChecked={also.includes(name)}
                  className="size-5 accent-(--color-act)"
                />
                {t(`named.${name}`)}
              </label>
            ))}
          </div>
        </fieldset>
        <Button size="desk" type="submit" className="min-h-11">
          {t("show")}
        </Button>
      </div>
    </form>
  );
}

/** Everything that the preview shows, by one act. */
export function ReplayMany({
  asked,
  also,
  deliveries,
  summary,
}: {
  asked: ReplayAsked;
  also: ReplayForm["also"];
  deliveries: ReplayPreview["deliveries"];
  summary: string;
}) {
  const t = useTranslations("desk.replay");
  return (
    <FieldsForm<ReplayForm>
      label={t("send", { count: deliveries.length })}
      title={t("sendTitle", { count: deliveries.length })}
      lead={`${t("sendLead")} ${summary}`}
      send={t("sendSend")}
      tone="act"
      schema={replayForm}
      action={replayMessages}
      initial={{ ...asked, also: [...also], deliveries: [...deliveries], reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

export function DiscardMany({ deliveries }: { deliveries: readonly string[] }) {
  const t = useTranslations("desk.replay");
  const one = useTranslations("desk.messages");
  return (
    <FieldsForm<DiscardManyForm>
      label={t("discard", { count: deliveries.length })}
      title={t("discardTitle", { count: deliveries.length })}
      lead={t("discardLead")}
      send={one("askDiscardSend")}
      schema={discardManyForm}
      action={askDiscardMany}
      initial={{ deliveries: [...deliveries], reason: "" }}
      fields={[
        {
          name: "reason",
          label: one("discardReason"),
          hint: one("discardReasonHint"),
          kind: "area",
        },
      ]}
    />
  );
}

export function DecideMany({ deliveries }: { deliveries: readonly string[] }) {
  const t = useTranslations("desk.replay");
  const one = useTranslations("desk.messages");
  return (
    <FieldsForm<DecideManyForm>
      label={t("decide", { count: deliveries.length })}
      title={t("decideTitle", { count: deliveries.length })}
      lead={t("decideLead")}
      send={one("decideSend")}
      schema={decideManyForm}
      action={decideDiscardMany}
      initial={{
        deliveries: [...deliveries],
        decision: "" as DecideManyForm["decision"],
        reason: "",
      }}
      fields={[
        {
          name: "decision",
          label: one("decision"),
          kind: "select",
          options: (["discard", "keep"] as const).map((value) => ({ value, label: one(value) })),
        },
        { name: "reason", label: one("decideReason"), kind: "area" },
      ]}
    />
  );
}
