"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DriftLines } from "#components/desk/drift-lines";
import { FieldsForm } from "#components/desk/fields-form";
import { Moment } from "#components/desk/moment";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Chip } from "#components/ui/chip";
import {
  type CheckSchemaForm,
  checkSchemaForm,
  isDrift,
  type SchemaCheck,
} from "#lib/feed/connector-schema.schema";
import { checkSchema } from "#lib/feed/connectors.actions";
import type { ConnectorShown } from "#lib/feed/connectors-shown.queries";
import { uuidv7 } from "#lib/kit/ids";

/** From which record its fields were learned, and what the last look at that record found. */
export function ConnectorSchema({
  connector: { id, learned, schema },
  zone,
  mayCheck,
}: {
  connector: ConnectorShown;
  zone: string;
  mayCheck: boolean;
}) {
  const t = useTranslations("connectors.schema");
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const look = async () => {
    setBusy(true);
    const done = await checkSchema({ command: uuidv7(), connector: id, externalId: "" }).catch(
      () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
    );
    setBusy(false);
    setRefusal(done.ok ? null : { at: Date.now(), refused: done.error });
    router.refresh();
  };
  return (
    <div className="grid gap-3 text-[15px]">
      {learned === null ? (
        <p>{t("never")}</p>
      ) : (
        <p className="[overflow-wrap:anywhere]">
          {t("learned", { fields: learned.fields, record: learned.externalId })}{" "}
          <Moment at={learned.at} zone={zone} />
        </p>
      )}
      {schema === null ? null : <Found schema={schema} zone={zone} />}
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      {mayCheck ? (
        <div className="flex flex-wrap gap-3">
          {learned === null ? null : (
            <Button size="desk" className="min-h-11" busy={busy} onClick={look}>
              {busy ? t("checking") : t("check")}
            </Button>
          )}
          <FieldsForm<CheckSchemaForm>
            label={t("learn")}
            title={t("learnTitle")}
            send={t("learn")}
            schema={checkSchemaForm}
            action={checkSchema}
            initial={{ connector: id, externalId: "" }}
            fields={[
              { name: "externalId", label: t("record"), hint: t("recordHint"), kind: "mono" },
            ]}
          />
        </div>
      ) : null}
    </div>
  );
}

function Found({ schema, zone }: { schema: SchemaCheck; zone: string }) {
  const t = useTranslations("connectors.schema");
  return (
    <div className="grid gap-1">
      <p className="flex flex-wrap items-center gap-x-3">
        {t("looked")} <Moment at={schema.at} zone={zone} />
        {isDrift(schema) ? null : <Chip tone="ok">{t("same")}</Chip>}
      </p>
      <DriftLines
        of={schema}
        words={{ gone: t("gone"), changed: t("changed"), problem: t("problem") }}
      />
    </div>
  );
}
