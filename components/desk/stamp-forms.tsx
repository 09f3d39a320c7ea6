"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { changeCoolDown, issueStamp, withdrawStamp } from "#lib/people/stamps.actions";
import { type StampKind, stampKinds } from "#lib/people/stamps.rules";
import {
  type CoolDownForm,
  coolDownForm,
  type StampForm,
  stampForm,
  type WithdrawStampForm,
  withdrawStampForm,
} from "#lib/people/stamps.schema";

/** To one person, from their page; or to anybody of a list, from the register. */
export function IssueStamp({
  person,
  people = [],
  kind = "operator",
  today,
}: {
  person?: string;
  people?: readonly { id: string; label: string }[];
  kind?: StampKind;
  today: string;
}) {
  const t = useTranslations("desk.stamps");
  return (
    <FieldsForm<StampForm>
      label={t("issue")}
      title={t("issue")}
      send={t("issueSend")}
      tone={person === undefined ? "act" : "plain"}
      schema={stampForm}
      action={issueStamp}
      initial={{ person: person ?? "", number: "", kind, issuedOn: today }}
      fields={[
        ...(person === undefined
          ? [
              {
                name: "person" as const,
                label: t("holder"),
                kind: "select" as const,
                options: people.map(({ id, label }) => ({ value: id, label })),
              },
            ]
          : []),
        { name: "number", label: t("number"), hint: t("numberHint"), kind: "mono" },
        {
          name: "kind",
          label: t("kind"),
          hint: t("kindHint"),
          kind: "select",
          options: stampKinds.map((value) => ({ value, label: t(`kinds.${value}`) })),
        },
        { name: "issuedOn", label: t("issuedOn"), kind: "day" },
      ]}
    />
  );
}

export function WithdrawStamp({ number, today }: { number: string; today: string }) {
  const t = useTranslations("desk.stamps");
  return (
    <FieldsForm<WithdrawStampForm>
      label={t("withdraw")}
      title={t("withdrawTitle", { number })}
      send={t("withdraw")}
      tone="quiet"
      schema={withdrawStampForm}
      action={withdrawStamp}
      initial={{ number, withdrawnOn: today, reason: "" }}
      fields={[
        { name: "withdrawnOn", label: t("withdrawnOn"), kind: "day" },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export function ChangeCoolDown({ months }: { months: number }) {
  const t = useTranslations("desk.stamps");
  return (
    <FieldsForm<CoolDownForm>
      label={t("coolDownChange")}
      title={t("coolDownTitle")}
      send={t("coolDownSend")}
      schema={coolDownForm}
      action={changeCoolDown}
      initial={{ months: String(months), reason: "" }}
      fields={[
        { name: "months", label: t("coolDownMonths"), hint: t("coolDownHint"), kind: "mono" },
        { name: "reason", label: t("reason"), hint: t("coolDownReason"), kind: "area" },
      ]}
    />
  );
}
