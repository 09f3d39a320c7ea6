"use client";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { documentBytesMax } from "#lib/blobs/document.rules";
import type { Result } from "#lib/kit/result";

type Stored = Result<{ sha256: string }, { code: string }>;

/** Sent as it is: what it is, the server sees by its bytes. */
async function stored(file: File): Promise<Stored> {
  const response = await fetch("/api/documents", {
    method: "POST",
    headers: { "x-buyoff": "1", "content-type": file.type || "application/octet-stream" },
    body: file,
  });
  return (await response.json()) as Stored;
}

/** A document as evidence: stored first, by its hash; the form then names the hash. */
export function DocumentField({
  label,
  error,
  onStored,
}: {
  label: string;
  error: string | undefined;
  onStored: (sha256: string) => void;
}) {
  const t = useTranslations("desk.document");
  const id = useId();
  const [state, setState] = useState<
    | { kind: "empty" }
    | { kind: "sending" }
    | { kind: "stored"; name: string; sha256: string }
    | { kind: "refused"; code: string }
  >({ kind: "empty" });
  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    onStored("");
    if (file.size > documentBytesMax) return setState({ kind: "refused", code: "too_large" });
    setState({ kind: "sending" });
    const answer = await stored(file).catch(() => null);
    if (!answer?.ok) {
      return setState({ kind: "refused", code: answer?.error.code ?? "no_answer" });
    }
    setState({ kind: "stored", name: file.name, sha256: answer.value.sha256 });
    onStored(answer.value.sha256);
  };
  const problem =
    state.kind === "refused"
      ? t(t.has(`refused.${state.code}`) ? `refused.${state.code}` : "refused.other")
      : error;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-[15px] font-[650] text-ink-2">
        {label}
      </label>
      <input
        id={id}
        type="file"
        accept="application/pdf,image/png,image/jpeg"
        aria-describedby={`${id}-note`}
        aria-invalid={problem === undefined ? undefined : true}
        onChange={(event) => void choose(event.target.files?.[0])}
        className="w-full rounded border-2 border-edge bg-sheet text-[15px] file:mr-3 file:min-h-10 file:border-0 file:bg-sunk file:px-4 file:font-[650] file:text-ink aria-invalid:border-stop"
      />
      <p
        id={`${id}-note`}
        role={problem === undefined ? "status" : "alert"}
        className={`text-[14px] leading-snug ${problem === undefined ? "text-ink-2" : "font-[650] text-stop"}`}
      >
        {problem ??
          (state.kind === "sending"
            ? t("sending")
            : state.kind === "stored"
              ? t("stored", { name: state.name, hash: `${state.sha256.slice(0, 8)}…` })
              : t("hint"))}
      </p>
    </div>
  );
}
