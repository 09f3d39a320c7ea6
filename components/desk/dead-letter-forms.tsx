"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { askDiscard, decideDiscard, edit, link } from "#lib/feed/actions";
import {
  type DecideDiscardForm,
  type DiscardForm,
  decideDiscardForm,
  discardForm,
  type EditForm,
  editForm,
  type LinkForm,
  linkForm,
} from "#lib/feed/dead-letters.schema";

export function AskDiscard({ delivery }: { delivery: string }) {
  const t = useTranslations("desk.messages");
  return (
    <FieldsForm<DiscardForm>
      label={t("askDiscard")}
      title={t("askDiscardTitle")}
      send={t("askDiscardSend")}
      schema={discardForm}
      action={askDiscard}
      initial={{ delivery, reason: "" }}
      fields={[
        { name: "reason", label: t("discardReason"), hint: t("discardReasonHint"), kind: "area" },
      ]}
    />
  );
}

export function DecideDiscard({ delivery }: { delivery: string }) {
  const t = useTranslations("desk.messages");
  return (
    <FieldsForm<DecideDiscardForm>
      label={t("decide")}
      title={t("decideTitle")}
      send={t("decideSend")}
      tone="act"
      schema={decideDiscardForm}
      action={decideDiscard}
      initial={{ delivery, decision: "" as DecideDiscardForm["decision"], reason: "" }}
      fields={[
        {
          name: "decision",
          label: t("decision"),
          kind: "select",
          options: (["discard", "keep"] as const).map((value) => ({ value, label: t(value) })),
        },
        { name: "reason", label: t("decideReason"), kind: "area" },
      ]}
    />
  );
}

export function LinkDelivery({ delivery }: { delivery: string }) {
  const t = useTranslations("desk.messages");
  return (
    <FieldsForm<LinkForm>
      label={t("link")}
      title={t("linkTitle")}
      send={t("linkSend")}
      schema={linkForm}
      action={link}
      initial={{ delivery, externalId: "", reason: "" }}
      fields={[
        { name: "externalId", label: t("externalId"), hint: t("externalIdHint"), kind: "mono" },
        { name: "reason", label: t("linkReason"), kind: "area" },
      ]}
    />
  );
}

export function EditDelivery({ delivery, payload }: { delivery: string; payload: string }) {
  const t = useTranslations("desk.messages");
  return (
    <FieldsForm<EditForm>
      label={t("edit")}
      title={t("editTitle")}
      send={t("editSend")}
      schema={editForm}
      action={edit}
      initial={{ delivery, payload, reason: "" }}
      fields={[
        { name: "payload", label: t("editPayload"), hint: t("editPayloadHint"), kind: "json" },
        { name: "reason", label: t("editReason"), kind: "area" },
      ]}
    />
  );
}
