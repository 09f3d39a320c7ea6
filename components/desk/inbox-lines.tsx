"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { type DraftWord, wordsIn } from "#lib/feed/drafts.rules";
import type { WaitingDocument } from "#lib/feed/inbox.queries";
import type { FeedProcess } from "#lib/feed/processes.schema";
import { letGo, letGoChanged, reject } from "#lib/feed/rules.actions";
import {
  type ChangeDraftForm,
  changeDraftForm,
  type LetGoForm,
  letGoForm,
  type RejectForm,
  rejectForm,
} from "#lib/feed/rules-forms.schema";

/** Drafts as they would be sent, and what quality may do about each. */
export function InboxLines({
  documents,
  zone,
  decides,
}: {
  documents: readonly WaitingDocument[];
  zone: string;
  decides: boolean;
}) {
  return (
    <ul className="grid gap-3">
      {documents.map((document) => (
        <Line key={document.id} document={document} zone={zone} decides={decides} />
      ))}
    </ul>
  );
}

function Line({
  document,
  zone,
  decides,
}: {
  document: WaitingDocument;
  zone: string;
  decides: boolean;
}) {
  const t = useTranslations("desk.inbox");
  const processes = useTranslations("desk.messages.process");
  const { payload, connector } = document;
  const title = typeof payload.title === "string" ? payload.title : document.externalKey;
  return (
    <li className="grid grid-cols-1 gap-x-6 gap-y-3 rounded border-[1.5px] border-rule border-l-[6px] border-l-warn bg-sheet px-5 py-3.5 sm:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0">
        <h2 className="text-[18px] leading-snug font-bold [overflow-wrap:anywhere]">{title}</h2>
        <p className="text-[15px] text-ink-2">
          {t("for", { process: processes(document.process as FeedProcess), connector })} ·{" "}
          {t("byRule", { rule: document.rule, version: document.version })} ·{" "}
          <span className="mono text-[14px]">
            <Moment at={document.createdAt} zone={zone} />
          </span>
        </p>
        <Facts payload={payload} />
        {document.followers > 0 ? (
          <p className="mt-1 text-[14px] text-ink-2">
            {t("followers", { count: document.followers })}
          </p>
        ) : null}
        <details className="mt-2">
          <summary className="cursor-pointer text-[14px] font-[600]">{t("all")}</summary>
          <pre className="mono mt-1.5 rounded bg-sunk px-3 py-2 text-[13px] break-all whitespace-pre-wrap">
            {JSON.stringify(payload, null, 2)}
          </pre>
        </details>
        {document.traveler === null ? null : (
          <Link
            href={`/travelers/${document.traveler}`}
            className="mono mt-2 inline-block text-[15px] font-[650] underline underline-offset-4"
          >
            {document.unit}
          </Link>
        )}
      </div>
      {decides ? (
        <div className="flex flex-row-reverse flex-wrap content-start justify-between gap-x-8 gap-y-5 sm:flex-col sm:items-end">
          <div className="flex flex-wrap justify-end gap-3 sm:flex-col sm:items-end">
            <FieldsForm<LetGoForm>
              label={t("letGo")}
              title={t("letGoTitle", { connector })}
              lead={t("letGoHint")}
              send={t("letGoSend")}
              tone="accept"
              schema={letGoForm}
              action={letGo}
              initial={{ delivery: document.id, payloadSha256: document.payloadSha256 }}
              fields={[]}
            />
            <ChangeDraft document={document} />
          </div>
          <FieldsForm<RejectForm>
            label={t("reject")}
            title={t("rejectTitle")}
            send={t("rejectSend")}
            tone="stop"
            schema={rejectForm}
            action={reject}
            initial={{ delivery: document.id, reason: "" }}
            fields={[{ name: "reason", label: t("reason"), hint: t("rejectHint"), kind: "area" }]}
          />
        </div>
      ) : (
        <p className="text-[14px] text-ink-2">{t("readOnly")}</p>
      )}
    </li>
  );
}

const short: readonly DraftWord[] = ["title", "location"];

/** The words that it may say otherwise, each as it stands now. */
function ChangeDraft({ document }: { document: WaitingDocument }) {
  const t = useTranslations("desk.inbox");
  const words = wordsIn(document.payload);
  const said = (name: DraftWord) => words.find((word) => word.name === name)?.said ?? "";
  return (
    <FieldsForm<ChangeDraftForm>
      label={t("change")}
      title={t("changeTitle", { connector: document.connector })}
      lead={t("changeHint")}
      send={t("changeSend")}
      schema={changeDraftForm}
      action={letGoChanged}
      initial={{
        delivery: document.id,
        payloadSha256: document.payloadSha256,
        title: said("title"),
        requirement: said("requirement"),
        actual: said("actual"),
        expected: said("expected"),
        detail: said("detail"),
        because: said("because"),
        location: said("location"),
        remark: said("remark"),
        reason: "",
      }}
      fields={[
        ...words.map(({ name }) => ({
          name,
          label: t(`word.${name}`),
          kind: short.includes(name) ? ("text" as const) : ("area" as const),
        })),
        { name: "reason", label: t("changeReason"), hint: t("reasonHint"), kind: "area" },
      ]}
    />
  );
}

/** What a reader looks for first, where the document says it. */
const looked = [
  ["order", "order"],
  ["unit", "unit"],
  ["step", "step"],
  ["requirement", "requirement"],
  ["actual", "actual"],
  ["expected", "expected"],
  ["reason", "because"],
  ["detail", "detail"],
  ["pattern", "pattern"],
  ["signal", "signal"],
] as const;

function Facts({ payload }: { payload: WaitingDocument["payload"] }) {
  const t = useTranslations("desk.inbox.word");
  const defect = (payload.defect ?? {}) as Readonly<Record<string, unknown>>;
  const told = [
    ...looked.map(([member, name]) => ({ name, value: payload[member] })),
    { name: "severity" as const, value: defect.severity },
    { name: "location" as const, value: defect.location },
    { name: "remark" as const, value: defect.comment },
  ].flatMap(({ name, value }) =>
    typeof value === "string" && value !== "" ? [{ name, value }] : [],
  );
  return (
    <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 text-[15px] [&_dt]:text-ink-2">
      {told.map(({ name, value }) => (
        <div key={name} className="contents">
          <dt>{t(name)}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
