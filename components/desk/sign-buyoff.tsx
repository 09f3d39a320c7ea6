"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FieldsForm } from "#components/desk/fields-form";
import { RefusalNote } from "#components/desk/refusal-note";
import { SigningFields } from "#components/desk/signing-fields";
import { useCommandForm } from "#components/desk/use-command-form";
import { Button } from "#components/ui/button";
import { declineRemotely, signRemotely } from "#lib/travelers/desk.actions";
import { type DeclineForm, declineForm, type SignForm, signForm } from "#lib/travelers/desk.schema";

type At = { traveler: string; operation: string; step: string; requirement: string };

/**
 * Signs what stands beside it. When that changes while somebody reads, what was typed is let go: the
 * signature would be of something else.
 */
export function SignBuyoff({
  at,
  contentSha256,
  person,
  isDemo,
}: {
  at: At;
  contentSha256: string;
  person: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.sign");
  const [first] = useState(contentSha256);
  return (
    <section
      aria-labelledby="signer"
      className="grid content-start gap-4 rounded border-[1.5px] border-rule bg-sheet px-6 py-5"
    >
      <h2 id="signer" className="text-[20px] leading-tight font-bold">
        {t("signAs", { person })}
      </h2>
      {first === contentSha256 ? null : (
        <p role="alert" className="rounded bg-warn-wash px-4 py-3 text-[15px] text-warn">
          {t("changed")}
        </p>
      )}
      <p className="text-[15px] text-ink-2">{t("both")}</p>
      <Components
        key={contentSha256}
        at={at}
        contentSha256={contentSha256}
        person={person}
        isDemo={isDemo}
      />
      <div className="flex items-center justify-between gap-4 border-t-[1.5px] border-rule pt-4">
        <FieldsForm<DeclineForm>
          label={t("decline")}
          title={t("declineTitle")}
          send={t("declineSend")}
          tone="stop"
          schema={declineForm}
          action={declineRemotely}
          initial={{ ...at, reason: "" }}
          fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
        />
      </div>
    </section>
  );
}

function Components({
  at,
  contentSha256,
  person,
  isDemo,
}: {
  at: At;
  contentSha256: string;
  person: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.sign");
  const { form, submit, refusal, problem, busy } = useCommandForm<SignForm>({
    schema: signForm,
    action: signRemotely,
    initial: { ...at, contentSha256, badge: "", pin: "" },
    onDone: () => undefined,
  });
  return (
    <form method="post" onSubmit={submit} noValidate className="grid gap-4">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <SigningFields form={form} problem={problem} person={person} isDemo={isDemo} />
      <Button type="submit" size="desk" tone="accept" busy={busy} className="min-h-14 text-[18px]">
        {busy ? t("signing") : t("sign")}
      </Button>
      <p className="text-[13px] text-ink-2">{t("recorded")}</p>
    </form>
  );
}
