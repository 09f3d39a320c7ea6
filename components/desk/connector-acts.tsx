"use client";
import { useTranslations } from "next-intl";
import { ConnectorTested } from "#components/desk/connector-tested";
import { FieldsForm } from "#components/desk/fields-form";
import { type PauseConnectorForm, pauseConnectorForm } from "#lib/feed/connector-setup.schema";
import type { ConnectorKind } from "#lib/feed/connectors/fields.rules";
import { pauseConnector, resumeConnector, testConnector } from "#lib/feed/connectors.actions";

/** Stops it or lets it go on, for a reason that stands in the record. */
export function SwitchConnector({
  connector,
  name,
  isPaused,
}: {
  connector: string;
  name: string;
  isPaused: boolean;
}) {
  const t = useTranslations("connectors");
  const act = isPaused ? "resume" : "pause";
  return (
    <FieldsForm<PauseConnectorForm>
      key={act}
      label={t(act)}
      title={t(`${act}Title`, { name })}
      lead={t(`${act}Lead`)}
      send={t(act)}
      tone={isPaused ? "act" : "plain"}
      schema={pauseConnectorForm}
      action={isPaused ? resumeConnector : pauseConnector}
      initial={{ connector, reason: "" }}
      fields={[{ name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" }]}
    />
  );
}

/** The connection as it is saved, with the secrets it has. */
export function TestSaved({ connector, kind }: { connector: string; kind: ConnectorKind }) {
  const t = useTranslations("connectors");
  return (
    <ConnectorTested
      lead={kind === "webhook" ? t("testSavedWebhook") : t("testSaved")}
      test={() =>
        testConnector({ connector, kind, typed: null, secrets: {} }).catch(
          () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
        )
      }
    />
  );
}
