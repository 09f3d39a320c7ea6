"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { ImportFile } from "#components/desk/import-file";
import { type Role, roles } from "#lib/instructions/schema";
import {
  addPerson,
  askPinReset,
  changePerson,
  withdrawBadge,
  withdrawPasskey,
} from "#lib/people/changes.actions";
import {
  type AskPinResetForm,
  askPinResetForm,
  type PersonChangeForm,
  type PersonForm,
  personChangeForm,
  personForm,
  type WithdrawBadgeForm,
  withdrawBadgeForm,
} from "#lib/people/changes.schema";
import { type WithdrawPasskeyForm, withdrawPasskeyForm } from "#lib/people/passkeys.schema";
import { importPeople, previewPeople } from "#lib/plant/import.actions";

const languages = [
  { value: "en", label: "English" },
  { value: "es", label: "Español" },
] as const;

const useRoleOptions = () => {
  const role = useTranslations("common.role");
  return roles.map((value) => ({ value, label: role(value) }));
};

export function NewPerson() {
  const t = useTranslations("desk.people");
  const options = useRoleOptions();
  return (
    <FieldsForm<PersonForm>
      label={t("new")}
      title={t("newTitle")}
      send={t("newSend")}
      tone="act"
      schema={personForm}
      action={addPerson}
      initial={{ employeeNumber: "", name: "", locale: "en", roles: [] }}
      fields={[
        { name: "employeeNumber", label: t("number"), kind: "mono" },
        { name: "name", label: t("name") },
        { name: "locale", label: t("language"), kind: "select", options: languages },
        { name: "roles", label: t("roles"), kind: "checks", options },
      ]}
    />
  );
}

export type PersonToChange = {
  id: string;
  name: string;
  locale: string;
  active: boolean;
  roles: readonly Role[];
};

export function ChangePerson({ person }: { person: PersonToChange }) {
  const t = useTranslations("desk.people");
  const options = useRoleOptions();
  return (
    <FieldsForm<PersonChangeForm>
      label={t("change")}
      title={t("changeTitle", { name: person.name })}
      send={t("changeSend")}
      schema={personChangeForm}
      action={changePerson}
      initial={{
        person: person.id,
        name: person.name,
        locale: person.locale === "es" ? "es" : "en",
        status: person.active ? "active" : "inactive",
        roles: [...person.roles],
        reason: "",
      }}
      fields={[
        { name: "name", label: t("name") },
        { name: "locale", label: t("language"), kind: "select", options: languages },
        {
          name: "status",
          label: t("state"),
          hint: t("stateHint"),
          kind: "select",
          options: (["active", "inactive"] as const).map((value) => ({
            value,
            label: t(`status.${value}`),
          })),
        },
        { name: "roles", label: t("roles"), kind: "checks", options },
        { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

export function WithdrawBadge({ badge }: { badge: string }) {
  const t = useTranslations("desk.people");
  return (
    <FieldsForm<WithdrawBadgeForm>
      label={t("withdraw")}
      title={t("withdrawBadge", { badge })}
      send={t("withdraw")}
      tone="quiet"
      schema={withdrawBadgeForm}
      action={withdrawBadge}
      initial={{ badge, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("badgeReasonHint"), kind: "area" }]}
    />
  );
}

export function WithdrawPasskey({ passkey, name }: { passkey: string; name: string }) {
  const t = useTranslations("desk.people");
  return (
    <FieldsForm<WithdrawPasskeyForm>
      label={t("withdraw")}
      title={t("withdrawPasskey", { name })}
      send={t("withdraw")}
      tone="quiet"
      schema={withdrawPasskeyForm}
      action={withdrawPasskey}
      initial={{ passkey, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("passkeyReasonHint"), kind: "area" }]}
    />
  );
}

export function AskPinReset({ person, name }: { person: string; name: string }) {
  const t = useTranslations("desk.people");
  return (
    <FieldsForm<AskPinResetForm>
      label={t("askReset")}
      title={t("askResetTitle", { name })}
      send={t("askResetSend")}
      schema={askPinResetForm}
      action={askPinReset}
      initial={{ person, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("askResetHint"), kind: "area" }]}
    />
  );
}

export const ImportPeople = ({ columns }: { columns: readonly string[] }) => (
  <ImportFile
    columns={columns}
    example={["E-1043", "Ana Ruiz", "operator inspector"]}
    preview={previewPeople}
    run={importPeople}
  />
);
