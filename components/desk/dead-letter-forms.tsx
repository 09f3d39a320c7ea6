"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { askDiscard, decideDiscard, edit, link, retryMany } from "#lib/feed/actions";
import {
  type DecideDiscardForm,
  type DiscardForm,
  decideDiscardForm,
  discardForm,
  type EditForm,
  editForm,
  type LinkForm,
  linkForm,
  type RetryManyForm,
  retryManyForm,
} from "#lib/feed/dead-letters.schema";
import type { Stopped } from "#lib/feed/messages.queries";

/** All that is stopped in this list, with what stopped it, before anything goes. */
export function RetryMany({ stopped: { ids, reasons } }: { stopped: Stopped }) {
  const t = useTranslations("desk.messages");
  const most = reasons
    .slice(0, 5)
    .map(({ reason, count }) =>
      t("retryManyReason", { count, reason: reason === "" ? t("noResult") : reason }),
    );
  const others = reasons.slice(5).reduce((sum, { count }) => sum + count, 0);
  return (
    <FieldsForm<RetryManyForm>
      label={t("retryMany", { count: ids.length })}
      title={t("retryManyTitle", { count: ids.length })}
      lead={[
        t("retryManyLead"),
        ...most,
        ...(others === 0 ? [] : [t("retryManyOthers", { count: others })]),
      ].join(" ")}
      send={t("retryManySend")}
      tone="act"
      schema={retryManyForm}
      action={retryMany}
      initial={{ deliveries: [...ids], reason: "" }}
      fields={[
        { name: "reason", label: t("retryReason"), hint: t("retryReasonHint"), kind: "area" },
      ]}
    />
  );
}

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
