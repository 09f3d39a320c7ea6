"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Field, TextArea, TextInput } from "#components/ui/field";
import { pastedCharsMax } from "#lib/feed/connectors/openapi/contract.schema";
import { textOfFile } from "#lib/kit/text-file";

/** Where a document is, or all of it. */
export type ApiDocumentGiven = { address: string | null; text: string | null };

/** An API's document by its address, as a file or typed in: one of the three. */
export function ApiDocumentSource({
  address: initial,
  label,
  busy,
  onGiven,
}: {
  address: string;
  /** Of the button. */
  label: string;
  busy: boolean;
  onGiven: (given: ApiDocumentGiven) => void;
}) {
  const t = useTranslations("connectors.api");
  const [address, setAddress] = useState(initial);
  const [text, setText] = useState("");
  const [isTooLong, setTooLong] = useState(false);
  const hold = (said: string) => {
    setTooLong(said.length > pastedCharsMax);
    setText(said);
  };
  const given: ApiDocumentGiven | null =
    text.trim() !== ""
      ? { address: null, text }
      : address.trim() === ""
        ? null
        : { address: address.trim(), text: null };
  return (
    <div className="grid gap-3">
      <Field label={t("address")} hint={t("addressHint")}>
        {(control) => (
          <TextInput
            {...control}
            value={address}
            onChange={(event) => setAddress(event.target.value)}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            className="mono max-w-[760px]"
          />
        )}
      </Field>
      <details className="rounded border-[1.5px] border-rule">
        <summary className="min-h-11 cursor-pointer px-4 py-2.5 text-[15px] font-[650] text-ink-2">
          {t("orGive")}
        </summary>
        <div className="grid gap-3 border-t border-sunk px-4 py-3">
          <Field label={t("file")}>
            {(control) => (
              <input
                {...control}
                type="file"
                accept=".json,.yaml,.yml,application/json,application/yaml,text/yaml"
                onChange={(event) => {
                  const [file] = event.target.files ?? [];
                  if (file)
                    void file
                      .arrayBuffer()
                      .then((bytes) => hold(textOfFile(new Uint8Array(bytes)).text));
                }}
                className="min-h-11 max-w-full rounded border-2 border-edge bg-sheet px-3 py-2 text-[15px]"
              />
            )}
          </Field>
          <Field
            label={t("paste")}
            hint={t("pasteHint")}
            error={isTooLong ? t("tooLong") : undefined}
          >
            {(control) => (
              <TextArea
                {...control}
                value={text}
                onChange={(event) => hold(event.target.value)}
                rows={5}
                spellCheck={false}
                autoComplete="off"
                className="mono max-h-72 text-[13px] leading-snug"
              />
            )}
          </Field>
        </div>
      </details>
      <div>
        <Button
          size="desk"
          className="min-h-11"
          busy={busy}
          disabled={given === null || isTooLong}
          onClick={() => given && onGiven(given)}
        >
          {busy ? t("reading") : label}
        </Button>
      </div>
    </div>
  );
}
