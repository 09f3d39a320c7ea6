"use client";
import { useTranslations } from "next-intl";
import { CommandDialog, FormButtons, useDialog } from "#components/desk/command-dialog";
import { FieldsForm } from "#components/desk/fields-form";
import { RefusalNote } from "#components/desk/refusal-note";
import { SigningFields } from "#components/desk/signing-fields";
import { useCommandForm } from "#components/desk/use-command-form";
import { WaiverTerms } from "#components/desk/waiver-terms";
import { grantWaiver, revokeWaiver } from "#lib/travelers/desk.actions";
import {
  type GrantWaiverForm,
  grantWaiverForm,
  type RevokeWaiverForm,
  revokeWaiverForm,
} from "#lib/travelers/waivers.schema";

export type WaiverToSign = {
  id: string;
  traveler: string;
  unit: string;
  /** The name of whom it helps. */
  person: string;
  qualification: string;
  validUntil: string;
  reason: string;
  contentSha256: string;
};

/** Quality signs what another asked for: read first, then badge and PIN. */
export function GrantWaiver({
  waiver,
  zone,
  signer,
  isDemo,
}: {
  waiver: WaiverToSign;
  zone: string;
  signer: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.waivers");
  const { dialog, onDone } = useDialog();
  const { form, submit, refusal, problem, busy } = useCommandForm<GrantWaiverForm>({
    schema: grantWaiverForm,
    action: grantWaiver,
    initial: {
      traveler: waiver.traveler,
      waiver: waiver.id,
      contentSha256: waiver.contentSha256,
      badge: "",
      pin: "",
    },
    onDone,
  });
  const names = { code: waiver.qualification, person: waiver.person };
  return (
    <CommandDialog {...dialog} label={t("grant")} title={t("grantTitle", names)} tone="act">
      <form method="post" onSubmit={submit} noValidate className="grid gap-4">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <WaiverTerms {...waiver} zone={zone} />
        <p className="text-[15px] text-ink-2">{t("signs", { person: signer })}</p>
        <SigningFields form={form} problem={problem} person={signer} isDemo={isDemo} />
        <FormButtons busy={busy} onCancel={dialog.onClose} label={t("grantSend")} tone="accept" />
      </form>
    </CommandDialog>
  );
}

export function RevokeWaiver({ waiver }: { waiver: WaiverToSign }) {
  const t = useTranslations("desk.waivers");
  const names = { code: waiver.qualification, person: waiver.person };
  return (
    <FieldsForm<RevokeWaiverForm>
      label={t("revoke")}
      title={t("revokeTitle", names)}
      send={t("revokeSend")}
      tone="stop"
      schema={revokeWaiverForm}
      action={revokeWaiver}
      initial={{ traveler: waiver.traveler, waiver: waiver.id, reason: "" }}
      fields={[{ name: "reason", label: t("why"), hint: t("whyHint"), kind: "area" }]}
    />
  );
}
