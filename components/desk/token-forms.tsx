"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FieldsForm } from "#components/desk/fields-form";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { makeToken, revokeToken } from "#lib/people/tokens.actions";
import {
  type RevokeTokenForm,
  revokeTokenForm,
  scopes,
  type TokenForm,
  tokenForm,
} from "#lib/people/tokens.schema";

/** Asks what it is for, and shows the token once: it goes when somebody says that they have it. */
export function NewToken() {
  const t = useTranslations("desk.tokens");
  const router = useRouter();
  const [made, setMade] = useState<{ name: string; token: string } | null>(null);
  const close = () => {
    setMade(null);
    router.refresh();
  };
  const make = async (form: TokenForm) => {
    const done = await makeToken(form);
    if (done.ok) setMade(done.value);
    return done;
  };
  return (
    <>
      <FieldsForm<TokenForm>
        label={t("new")}
        title={t("newTitle")}
        send={t("newSend")}
        tone="act"
        schema={tokenForm}
        action={make}
        initial={{ name: "", scopes: [], reason: "" }}
        fields={[
          { name: "name", label: t("name"), hint: t("nameHint") },
          {
            name: "scopes",
            label: t("may"),
            kind: "checks",
            options: scopes.map((value) => ({
              value,
              label: t(`scope.${value.replace(".", "_") as "orders_read"}`),
            })),
          },
          { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
        ]}
      />
      {made === null ? null : (
        <Dialog
          title={t("shownTitle", { name: made.name })}
          onClose={close}
          className="w-[min(680px,92vw)]"
        >
          <p className="text-[16px] text-ink-2">{t("shownText")}</p>
          <p
            data-testid="token"
            className="mono my-5 rounded bg-sunk px-4 py-4 text-[17px] break-all select-all"
          >
            {made.token}
          </p>
          <div className="flex justify-end">
            <Button size="desk" tone="act" className="min-h-11" onClick={close}>
              {t("done")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

export function RevokeToken({ token, name }: { token: string; name: string }) {
  const t = useTranslations("desk.tokens");
  return (
    <FieldsForm<RevokeTokenForm>
      label={t("revoke")}
      title={t("revokeTitle", { name })}
      send={t("revokeSend")}
      schema={revokeTokenForm}
      action={revokeToken}
      initial={{ token, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}
