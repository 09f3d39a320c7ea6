"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { RefusalText } from "#components/refusal-text";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { DecisionRow } from "#lib/offline/memory";
import { useTablet } from "./tablet-context.tsx";

/** What was typed in an act, so that a refused one is not also a forgotten one. */
function typedIn(body: unknown): string[] {
  if (typeof body !== "object" || body === null) return [];
  const said = body as Record<string, unknown>;
  return [
    "value",
    "accepted",
    "quantity",
    "serial",
    "lot",
    "gage",
    "reason",
    "code",
    "comment",
    "text",
  ]
    .map((key) => said[key])
    .filter((value) => typeof value === "string");
}

/** The server did not apply something that this tablet had accepted: shown until somebody has seen it. */
export function RefusedCommands() {
  const t = useTranslations("floor.refused");
  const { view, acknowledge } = useTablet();
  const [isBusy, setBusy] = useState(false);
  const [refused] = view.refusals;
  if (refused === undefined) return null;
  const { row, unit } = refused;
  const seen = async () => {
    setBusy(true);
    await acknowledge(row.commandId);
    setBusy(false);
  };
  const typed = typedIn(row.body);
  const isSealed = row.verification?.refusal != null;
  return (
    <Dialog
      key={row.commandId}
      title={isSealed ? t("verification.title") : t("title")}
      onClose={() => {}}
      dismissable={false}
      className="w-[680px]"
    >
      <p className="mb-3 text-[18px] text-ink-2">
        {t.has(`commands.${row.type}`) ? t(`commands.${row.type}`) : row.type}{" "}
        <b className="mono text-ink">{unit}</b>
        {isSealed ? <Signer row={row} /> : null}
      </p>
      <div className="rounded bg-stop-wash px-5 py-4 text-[19px] leading-snug">
        <RefusedReason row={row} />
      </div>
      {typed.length === 0 ? null : (
        <p className="mt-4 text-[18px]">
          {t("typed")} <b className="mono">{typed.join(" · ")}</b>
        </p>
      )}
      <p className="mt-4 mb-5 text-[16px] text-ink-2">
        {isSealed ? t("verification.kept") : t("kept")}
      </p>
      <Button tone="act" size="record" className="w-full" busy={isBusy} onClick={() => void seen()}>
        {t("seen", { count: view.refusals.length })}
      </Button>
    </Dialog>
  );
}

/** Whose signature it was: two may have signed here. */
function Signer({ row }: { row: DecisionRow }) {
  const { core } = useTablet();
  const [name, setName] = useState<string | null>(null);
  const signed =
    row.local?.ok === true
      ? row.local.events.find((event) => event.type === "buyoff.signed")
      : undefined;
  const signer = signed?.type === "buyoff.signed" ? signed.body.signer : null;
  useEffect(() => {
    let isGone = false;
    void core.db.get("packets", row.traveler).then((stored) => {
      if (!isGone && signer !== null) setName(stored?.packet.people[signer]?.name ?? null);
    });
    return () => {
      isGone = true;
    };
  }, [core, row.traveler, signer]);
  return name === null ? null : <b className="block text-ink [overflow-wrap:anywhere]">{name}</b>;
}

/** By the rules, by a check of a signature that came later, or because it could not even be read. */
export function RefusedReason({ row }: { row: DecisionRow }) {
  const t = useTranslations("floor.refused");
  const code = row.verification?.refusal?.code;
  if (code !== undefined) {
    return (
      <>
        <p className="font-[650]">{t(`verification.${code}.why`)}</p>
        <p className="mt-1">{t(`verification.${code}.next`)}</p>
      </>
    );
  }
  if (row.verdict?.verdict === "recorded_not_applied") {
    return <RefusalText code={row.verdict.refusal.code} params={row.verdict.refusal.params} />;
  }
  return <p className="font-[650]">{t("malformed")}</p>;
}
