"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CommandDialog, useDialog } from "#components/desk/command-dialog";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { td, th } from "#components/desk/travelers-table";
import { Button } from "#components/ui/button";
import { Field, TextArea } from "#components/ui/field";
import { uuidv7 } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";
import { type SavedAs, textOfFile } from "#lib/kit/text-file";
import type { Preview } from "#lib/plant/import.commands";
import { listBytesMax } from "#lib/plant/import.rules";

type Read = { text: string; savedAs: SavedAs; preview: Preview; command: string };
const noAnswer = { ok: false, error: { code: "no_answer", params: {} } } as const;

/** A file is looked at first, row by row; nothing enters before somebody has seen that and said so. */
export function ImportFile({
  columns,
  example,
  rowsMax = 500,
  reason: asked = null,
  preview,
  run,
}: {
  columns: readonly string[];
  example: readonly string[];
  rowsMax?: number;
  /** Where a change says why it is made: what is asked. */
  reason?: { label: string; hint: string } | null;
  preview: (form: { text: string }) => Promise<Result<Preview, Refused>>;
  run: (form: {
    text: string;
    command: string;
    reason: string;
  }) => Promise<Result<{ added: number }, Refused>>;
}) {
  const t = useTranslations("desk.import");
  const router = useRouter();
  const { dialog, onDone } = useDialog();
  const [busy, setBusy] = useState(false);
  const [read, setRead] = useState<Read | null>(null);
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const [reason, setReason] = useState("");
  const refuse = (refused: Refused) => setRefusal({ at: Date.now(), refused });
  const look = async (file: File | undefined) => {
    setRead(null);
    setRefusal(null);
    if (file === undefined) return;
    const { text, savedAs } = textOfFile(new Uint8Array(await file.arrayBuffer()));
    if (new Blob([text]).size > listBytesMax)
      return refuse({ code: "file_too_large", params: { kilobytes: String(listBytesMax / 1000) } });
    setBusy(true);
    const found = await preview({ text }).catch(() => noAnswer);
    setBusy(false);
    if (found.ok) setRead({ text, savedAs, preview: found.value, command: uuidv7() });
    else refuse(found.error);
  };
  const send = async ({ text, command }: Read) => {
    setBusy(true);
    const done = await run({ text, command, reason }).catch(() => noAnswer);
    setBusy(false);
    if (!done.ok) return refuse(done.error);
    setRead(null);
    onDone();
    router.refresh();
  };
  const template = `${columns.join(",")}\n${example.join(",")}\n`;
  const wrong = read?.preview.wrong ?? 0;
  const isUnexplained = asked !== null && reason.trim() === "";
  return (
    <CommandDialog {...dialog} label={t("open")} title={t("title")} wide>
      <div className="grid gap-4 text-left">
        {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
        <Field
          label={t("file")}
          hint={t("fileHint", { columns: columns.join(", "), most: rowsMax })}
        >
          {(control) => (
            <input
              {...control}
              type="file"
              accept=".csv,text/csv,text/plain"
              onChange={(event) => void look(event.target.files?.[0])}
              className="min-h-11 rounded border-2 border-edge bg-sheet px-3 py-2"
            />
          )}
        </Field>
        <a
          href={`data:text/csv;charset=utf-8,%EF%BB%BF${encodeURIComponent(template)}`}
          download="template.csv"
          className="justify-self-start text-[15px] text-act underline underline-offset-4"
        >
          {t("template")}
        </a>
        {read === null ? null : <PreviewTable read={read} columns={columns} />}
        {asked === null ? null : <Why {...asked} said={reason} onSay={setReason} />}
        <div className="flex items-center justify-between gap-6 pt-2">
          <Button size="desk" tone="quiet" onClick={dialog.onClose}>
            {t("cancel")}
          </Button>
          <Button
            size="desk"
            tone="act"
            busy={busy}
            disabled={read === null || wrong > 0 || isUnexplained}
            className="min-h-11"
            onClick={() => read && void send(read)}
          >
            {read === null ? t("send", { count: 0 }) : t("send", { count: read.preview.count })}
          </Button>
        </div>
      </div>
    </CommandDialog>
  );
}

function Why({
  label,
  hint,
  said,
  onSay,
}: {
  label: string;
  hint: string;
  said: string;
  onSay: (reason: string) => void;
}) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <TextArea
          {...control}
          value={said}
          maxLength={500}
          onChange={(event) => onSay(event.target.value)}
        />
      )}
    </Field>
  );
}

function PreviewTable({ read, columns }: { read: Read; columns: readonly string[] }) {
  const t = useTranslations("desk.import");
  const form = useTranslations("desk.form");
  const { rows, count, wrong, unknown } = read.preview;
  const said = (code: string) => (form.has(code) ? form(code) : form("not_right"));
  return (
    <div className="grid gap-2">
      <p className={`text-[15px] font-[650] ${wrong > 0 ? "text-stop" : "text-ok"}`}>
        {wrong > 0 ? t("someWrong", { wrong, all: count }) : t("allRight", { count })}
      </p>
      {read.savedAs !== "windows-1252" ? null : (
        <p className="text-[15px] text-ink-2">{t("savedAsWindows")}</p>
      )}
      {rows.length === count ? null : (
        <p className="text-[14px] text-ink-2">{t("rowsShown", { shown: rows.length, wrong })}</p>
      )}
      {unknown.length === 0 ? null : (
        <p className="text-[14px] text-ink-2">{t("unknown", { columns: unknown.join(", ") })}</p>
      )}
      <section
        aria-label={t("rows")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
        tabIndex={0}
        className="max-h-[42vh] overflow-auto rounded border-[1.5px] border-rule"
      >
        <table className="w-full border-collapse text-[14px]">
          <thead className="sticky top-0 bg-sheet">
            <tr>
              <th className={th}>{t("line")}</th>
              {columns.map((name) => (
                <th key={name} className={th}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.line} className="border-t border-sunk">
                <td className={`${td} mono align-top`}>{row.line}</td>
                {columns.map((name) => {
                  const problem = row.problems.find(({ column }) => column === name);
                  return (
                    <td key={name} className={`${td} align-top ${problem ? "bg-stop-wash" : ""}`}>
                      <span className="mono">{row.values[name] || "–"}</span>
                      {problem ? (
                        <b className="block text-[13px] font-[650] text-stop">
                          {said(problem.code)}
                        </b>
                      ) : null}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
