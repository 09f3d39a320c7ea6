"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type ApiDocumentGiven, ApiDocumentSource } from "#components/desk/api-document-source";
import { DriftLines } from "#components/desk/drift-lines";
import { FieldsForm } from "#components/desk/fields-form";
import { Moment } from "#components/desk/moment";
import { RefusalNote } from "#components/desk/refusal-note";
import { type Refused, useRefusalWords } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Chip } from "#components/ui/chip";
import { type ApproveApiDocumentForm, approveApiDocumentForm } from "#lib/feed/api-document.schema";
import {
  type ApiCheck,
  isApiDrift,
  versionName,
} from "#lib/feed/connectors/openapi/contract.schema";
import { approveApiDocument, checkApiDocument } from "#lib/feed/connectors.actions";
import type { ApiShown, ConnectorShown } from "#lib/feed/connectors-shown.queries";
import { uuidv7 } from "#lib/kit/ids";

/** Their API's document as it was approved, what it says of what we use, and what a later look found. */
export function ApiDocumentKept({
  connector: { id, contract, contractCheck },
  zone,
  mayCheck,
}: {
  connector: ConnectorShown;
  zone: string;
  mayCheck: boolean;
}) {
  const t = useTranslations("connectors.api");
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const look = async (given: ApiDocumentGiven) => {
    setBusy(true);
    const done = await checkApiDocument({ command: uuidv7(), connector: id, ...given }).catch(
      () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
    );
    setBusy(false);
    setRefusal(done.ok ? null : { at: Date.now(), refused: done.error });
    router.refresh();
  };
  const isNew =
    contractCheck !== null &&
    contractCheck.sha256 !== "" &&
    contractCheck.sha256 !== contract?.sha256;
  return (
    <div className="grid gap-3 text-[15px]">
      {contract === null ? <p>{t("never")}</p> : <Approved contract={contract} zone={zone} />}
      {contractCheck === null ? null : (
        <Found check={contractCheck} isFirst={contract === null} isSame={!isNew} zone={zone} />
      )}
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      {mayCheck ? (
        <>
          <div className="flex flex-wrap gap-3">
            {contract?.address ? (
              <Button
                size="desk"
                className="min-h-11"
                busy={busy}
                onClick={() => void look({ address: contract.address, text: null })}
              >
                {busy ? t("reading") : t("check")}
              </Button>
            ) : null}
            {isNew ? (
              <FieldsForm<ApproveApiDocumentForm>
                key={contractCheck.sha256}
                label={t("approve")}
                title={t("approveTitle")}
                lead={t("approveLead")}
                send={t("approve")}
                tone="act"
                schema={approveApiDocumentForm}
                action={approveApiDocument}
                initial={{ connector: id, sha256: contractCheck.sha256, reason: "" }}
                fields={[
                  { name: "reason", label: t("reason"), hint: t("reasonHint"), kind: "area" },
                ]}
              />
            ) : null}
          </div>
          <details className="rounded border-[1.5px] border-rule">
            <summary className="min-h-11 cursor-pointer px-4 py-2.5 font-[650] text-ink-2">
              {t(contract === null ? "give" : "compareOther")}
            </summary>
            <div className="border-t border-sunk px-4 py-3">
              <ApiDocumentSource
                address={contract?.address ?? ""}
                label={t("compare")}
                busy={busy}
                onGiven={(given) => void look(given)}
              />
            </div>
          </details>
        </>
      ) : null}
    </div>
  );
}

function Approved({ contract, zone }: { contract: ApiShown; zone: string }) {
  const t = useTranslations("connectors.api");
  const part = useTranslations("connectors.part");
  return (
    <div className="grid gap-3">
      <p className="[overflow-wrap:anywhere]">
        <b className="font-[650]">
          {contract.title} {contract.version}
        </b>{" "}
        <span className="text-ink-2">
          {versionName(contract.openapi)} ·{" "}
          <span className="mono text-[13px]">{contract.sha256.slice(0, 12)}</span>
          {" · "}
          {contract.address ?? t("givenAsFile")} · {t("approved")}{" "}
          <Moment at={contract.readAt} zone={zone} />
        </span>
      </p>
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
        {contract.parts.map(({ part: of, operation, isChecked }) => (
          <div key={of} className="min-w-0">
            <dt className="text-[13px] text-ink-2">{part(of)}</dt>
            <dd className="mono text-[13px] [overflow-wrap:anywhere]">
              {operation ?? <span className="text-warn">{t("notInDocument")}</span>}
              {operation !== null && isChecked ? (
                <span className="font-sans text-ink-2"> · {t("bodyChecked")}</span>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Found({
  check,
  isFirst,
  isSame,
  zone,
}: {
  check: ApiCheck;
  isFirst: boolean;
  isSame: boolean;
  zone: string;
}) {
  const t = useTranslations("connectors.api");
  const words = useRefusalWords();
  const said = (problem: string): string => {
    const [code = "", ...rest] = problem.split(": ");
    const answer = rest.join(": ");
    return words({ code, params: { answer, line: answer } }).why;
  };
  return (
    <div className="grid gap-1">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {t("looked")} <Moment at={check.at} zone={zone} />
        {isFirst ? <Chip>{t("readable")}</Chip> : null}
        {!isFirst && !isApiDrift(check) ? (
          <Chip tone="ok">{isSame ? t("same") : t("sameForUs")}</Chip>
        ) : null}
        {isApiDrift(check) ? <Chip tone="stop">{t("drifted")}</Chip> : null}
      </p>
      <DriftLines
        of={{ ...check, problem: check.problem && said(check.problem) }}
        words={{ gone: t("gone"), changed: t("changed"), problem: t("unread") }}
      />
      {check.added.length === 0 ? null : (
        <p className="text-ink-2 [overflow-wrap:anywhere]">
          {t("added", { count: check.added.length })}{" "}
          <span className="mono text-[13px]">{check.added.slice(0, 12).join(", ")}</span>
          {check.added.length > 12 ? " …" : ""}
        </p>
      )}
    </div>
  );
}
