"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { ImportFile } from "#components/desk/import-file";
import {
  changeQualification,
  createQualification,
  grantQualification,
  renewQualification,
  withdrawQualification,
} from "#lib/people/qualifications.actions";
import {
  type GrantForm,
  grantForm,
  type QualificationChangeForm,
  type QualificationForm,
  qualificationChangeForm,
  qualificationForm,
  type RenewForm,
  renewForm,
  type WithdrawQualificationForm,
  waivers,
  withdrawQualificationForm,
} from "#lib/people/qualifications.schema";
import { importQualifications, previewQualifications } from "#lib/plant/import.actions";

export type QualificationOption = { code: string; label: string };

const useGivenFields = () => {
  const t = useTranslations("desk.qualifications");
  return [
    { name: "authority" as const, label: t("authority"), hint: t("authorityHint") },
    { name: "evidence" as const, label: t("evidence"), hint: t("evidenceHint") },
    { name: "validFrom" as const, label: t("validFrom"), kind: "day" as const },
    {
      name: "validUntil" as const,
      label: t("validUntil"),
      hint: t("validUntilHint"),
      kind: "day" as const,
    },
  ];
};

export function GrantQualification({
  person,
  kinds,
  today,
}: {
  person: string;
  kinds: readonly QualificationOption[];
  today: string;
}) {
  const t = useTranslations("desk.qualifications");
  const given = useGivenFields();
  return (
    <FieldsForm<GrantForm>
      label={t("grant")}
      title={t("grant")}
      send={t("grantSend")}
      schema={grantForm}
      action={grantQualification}
      initial={{ person, code: "", authority: "", evidence: "", validFrom: today, validUntil: "" }}
      fields={[
        {
          name: "code",
          label: t("qualification"),
          kind: "select",
          options: kinds.map(({ code, label }) => ({ value: code, label })),
        },
        ...given,
      ]}
    />
  );
}

export function RenewQualification({
  of,
  today,
}: {
  of: { id: string; code: string; authority: string };
  today: string;
}) {
  const t = useTranslations("desk.qualifications");
  const given = useGivenFields();
  return (
    <FieldsForm<RenewForm>
      label={t("renew")}
      title={t("renewTitle", { code: of.code })}
      send={t("renewSend")}
      tone="quiet"
      schema={renewForm}
      action={renewQualification}
      initial={{
        qualification: of.id,
        authority: of.authority,
        evidence: "",
        validFrom: today,
        validUntil: "",
      }}
      fields={given}
    />
  );
}

export function WithdrawQualification({
  of,
  today,
}: {
  of: { id: string; code: string };
  today: string;
}) {
  const t = useTranslations("desk.qualifications");
  return (
    <FieldsForm<WithdrawQualificationForm>
      label={t("withdraw")}
      title={t("withdrawTitle", { code: of.code })}
      send={t("withdraw")}
      tone="quiet"
      schema={withdrawQualificationForm}
      action={withdrawQualification}
      initial={{ qualification: of.id, withdrawnOn: today, authority: "", reason: "" }}
      fields={[
        {
          name: "withdrawnOn",
          label: t("withdrawnOn"),
          hint: t("withdrawnOnHint"),
          kind: "day",
        },
        { name: "authority", label: t("authority"), hint: t("withdrawAuthorityHint") },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

const useWaivers = () => {
  const t = useTranslations("desk.qualifications");
  return waivers.map((value) => ({ value, label: t(`waivable.${value}`) }));
};

export function NewQualification() {
  const t = useTranslations("desk.qualifications");
  const options = useWaivers();
  return (
    <FieldsForm<QualificationForm>
      label={t("new")}
      title={t("new")}
      send={t("newSend")}
      tone="act"
      schema={qualificationForm}
      action={createQualification}
      initial={{ code: "", nameEn: "", nameEs: "", waivableBy: "nobody" }}
      fields={[
        { name: "code", label: t("code"), hint: t("codeHint"), kind: "mono" },
        { name: "nameEn", label: t("nameEn") },
        { name: "nameEs", label: t("nameEs"), hint: t("nameEsHint") },
        {
          name: "waivableBy",
          label: t("waivableBy"),
          hint: t("waivableHint"),
          kind: "select",
          options,
        },
      ]}
    />
  );
}

export function ChangeQualification({
  kind,
}: {
  kind: { code: string; nameEn: string; nameEs: string; waivableBy: string };
}) {
  const t = useTranslations("desk.qualifications");
  const options = useWaivers();
  return (
    <FieldsForm<QualificationChangeForm>
      label={t("change")}
      title={t("changeTitle", { code: kind.code })}
      send={t("changeSend")}
      tone="quiet"
      schema={qualificationChangeForm}
      action={changeQualification}
      initial={{
        ...kind,
        waivableBy: waivers.find((one) => one === kind.waivableBy) ?? "nobody",
        reason: "",
      }}
      fields={[
        { name: "nameEn", label: t("nameEn") },
        { name: "nameEs", label: t("nameEs"), hint: t("nameEsHint") },
        {
          name: "waivableBy",
          label: t("waivableBy"),
          hint: t("waivableHint"),
          kind: "select",
          options,
        },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export const ImportQualifications = ({ columns }: { columns: readonly string[] }) => (
  <ImportFile
    columns={columns}
    example={["20417", "Q-SEAL", "Sealing school", "CERT-8841", "2026-03-01", "2027-03-01"]}
    preview={previewQualifications}
    run={importQualifications}
  />
);
