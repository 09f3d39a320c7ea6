"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type ApiDocumentGiven, ApiDocumentSource } from "#components/desk/api-document-source";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Chip } from "#components/ui/chip";
import { Field, SelectInput } from "#components/ui/field";
import type { WithApiDocument } from "#lib/feed/api-document.schema";
import type { ApiRead } from "#lib/feed/api-document-read.commands";
import type { Typed } from "#lib/feed/connectors/fields.rules";
import { type ApiPart, apiParts, versionName } from "#lib/feed/connectors/openapi/contract.schema";
import { readApiDocument } from "#lib/feed/connectors.actions";

type Of = {
  connector: string | null;
  /** What the form says now. */
  said: () => { typed: Typed; secrets: Typed };
  /** Fields that the document knows better. */
  onFill: (typed: Typed) => void;
  /** What is saved with the connector. */
  onKeep: (document: WithApiDocument) => void;
};

/** Their own document of their API: what it says becomes a proposal, and what is typed is held against it. */
export function ApiDocument({ connector, said, onFill, onKeep }: Of) {
  const t = useTranslations("connectors.api");
  const [busy, setBusy] = useState(false);
  const [given, setGiven] = useState<ApiDocumentGiven | null>(null);
  const [read, setRead] = useState<ApiRead | null>(null);
  const [isFilled, setFilled] = useState(false);
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const look = async (of: ApiDocumentGiven, chosen: ApiRead["chosen"] | null) => {
    setBusy(true);
    setFilled(false);
    const answer = await readApiDocument({ connector, ...of, ...said(), chosen }).catch(
      () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
    );
    setBusy(false);
    setGiven(of);
    setRefusal(answer.ok ? null : { at: Date.now(), refused: answer.error });
    setRead(answer.ok ? answer.value : null);
    onKeep(answer.ok ? { ...of, sha256: answer.value.sha256 } : undefined);
  };
  return (
    <section
      aria-label={t("title")}
      className="grid gap-4 rounded border-[1.5px] border-rule bg-sheet px-5 py-4"
    >
      <div>
        <h2 className="text-[19px] font-bold">{t("title")}</h2>
        <p className="max-w-[820px] text-[15px] text-ink-2">{t("lead")}</p>
      </div>
      <ApiDocumentSource
        address=""
        label={t("read")}
        busy={busy}
        onGiven={(of) => void look(of, null)}
      />
      <div aria-live="polite" className="grid gap-4">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        {read === null || given === null ? null : (
          <>
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[15px]">
              <b className="font-[650] [overflow-wrap:anywhere]">
                {read.title} {read.version}
              </b>
              <span className="text-ink-2">
                {versionName(read.openapi)} · {t("operations", { count: read.operations.length })} ·{" "}
                <span className="mono text-[13px]">{read.sha256.slice(0, 12)}</span>
              </span>
            </p>
            <Parts read={read} onChoose={(chosen) => void look(given, chosen)} />
            <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
              <Button
                size="desk"
                className="min-h-11"
                disabled={Object.keys(read.proposed).length === 0}
                onClick={() => {
                  onFill(read.proposed);
                  setFilled(true);
                }}
              >
                {t("fill")}
              </Button>
              <Button
                size="desk"
                className="min-h-11"
                busy={busy}
                onClick={() => void look(given, read.chosen)}
              >
                {t("again")}
              </Button>
              <p className="min-w-0 flex-1 basis-72 text-[15px] text-ink-2">
                {isFilled ? t("filled") : t("fillLead")}
              </p>
            </div>
            <Problems read={read} />
            <Outside read={read} />
            <Asked read={read} />
            <p className="text-[14px] text-ink-2">{t("kept")}</p>
          </>
        )}
      </div>
    </section>
  );
}

const writing: readonly ApiPart[] = ["create", "update", "attach", "withdraw"];

function Parts({
  read: { operations, chosen },
  onChoose,
}: {
  read: ApiRead;
  onChoose: (chosen: ApiRead["chosen"]) => void;
}) {
  const t = useTranslations("connectors");
  return (
    <div className="grid grid-cols-2 items-start gap-x-6 gap-y-3 max-md:grid-cols-1">
      {apiParts.map((part) => (
        <Field key={part} label={t(`part.${part}`)}>
          {(control) => (
            <SelectInput
              {...control}
              value={chosen[part] ?? ""}
              onChange={(event) => {
                const { [part]: _, ...rest } = chosen;
                const name = event.target.value;
                onChoose(name === "" ? rest : { ...rest, [part]: name });
              }}
              className="mono text-[13px]"
            >
              <option value="">{t("api.none")}</option>
              {operations
                .filter(({ method }) => !writing.includes(part) || method !== "GET")
                .map(({ name, summary }) => (
                  <option key={name} value={name}>
                    {summary === "" ? name : `${name} · ${summary}`}
                  </option>
                ))}
            </SelectInput>
          )}
        </Field>
      ))}
    </div>
  );
}

/** What the mapping as it is typed would meet there. */
function Problems({ read: { problems, unknown } }: { read: ApiRead }) {
  const t = useTranslations("connectors.api");
  const part = useTranslations("connectors.part");
  if (problems === null) return <p className="text-[15px] text-ink-2">{t("notChecked")}</p>;
  return (
    <div className="grid gap-1 text-[15px]">
      <p className="flex flex-wrap items-center gap-3">
        <b className="font-[650]">{t("checked")}</b>
        {problems.every(({ code }) => code === "unnamed") ? (
          <Chip tone="ok">{t("fits")}</Chip>
        ) : null}
      </p>
      <ul className="grid gap-1">
        {problems.map(({ code, field, params }) => (
          <li key={`${code} ${field}`} className={code === "unnamed" ? "text-warn" : "text-stop"}>
            <b className="mono text-[13px] [overflow-wrap:anywhere]">{field || "·"}</b>{" "}
            <span className="[overflow-wrap:anywhere]">{t(`problem.${code}`, { ...params })}</span>
          </li>
        ))}
        {unknown.map((of) => (
          <li key={of} className="text-warn">
            {t("partUnknown", { part: part(of) })}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What the document leaves to others: nobody looks there. */
function Outside({ read: { outside } }: { read: ApiRead }) {
  const t = useTranslations("connectors.api");
  if (outside.length === 0) return null;
  return (
    <p className="text-[15px] text-warn">
      {t("outside", { count: outside.length })}{" "}
      <span className="mono text-[13px] [overflow-wrap:anywhere]">
        {outside.slice(0, 5).join(", ")}
        {outside.length > 5 ? " …" : ""}
      </span>
    </p>
  );
}

/** All that making a record may say, as the document has it. */
function Asked({ read: { fields } }: { read: ApiRead }) {
  const t = useTranslations("connectors.api");
  if (fields.length === 0) return null;
  return (
    <details className="rounded border-[1.5px] border-rule">
      <summary className="min-h-11 cursor-pointer px-4 py-2.5 text-[15px] font-[650] text-ink-2">
        {t("fields", { count: fields.length })}
      </summary>
      <ul className="grid max-h-80 gap-1 overflow-y-auto border-t border-sunk px-4 py-3 text-[14px]">
        {fields.map(({ path, type, required, max, choices }) => (
          <li key={path} className="flex flex-wrap items-baseline gap-x-3">
            <span className="mono text-[13px] [overflow-wrap:anywhere]">{path}</span>
            <span className="text-ink-2 [overflow-wrap:anywhere]">
              {[
                type,
                ...(max === null ? [] : [`≤ ${max}`]),
                ...(choices === null ? [] : [choices.join(" | ")]),
              ].join(" · ")}
            </span>
            {required ? <b className="font-[650]">{t("required")}</b> : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
