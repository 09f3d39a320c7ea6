"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { BadgeSheet } from "#components/desk/badge-sheet";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { uuidv7 } from "#lib/kit/ids";
import type { PrintedBadge } from "#lib/people/badges.commands";
import { issueBadges } from "#lib/people/changes.actions";

type Somebody = { id: string; name: string; employeeNumber: string; hasBadge: boolean };
/** As many as the server makes at once. */
const most = 40;

type Stage = { kind: "closed" | "choosing" } | { kind: "made"; badges: PrintedBadge[] };

/** A sheet of new badges: first who gets one, then the paper, which is shown once. */
export function PrintBadges({ people }: { people: readonly Somebody[] }) {
  const t = useTranslations("desk.people");
  const [stage, setStage] = useState<Stage>({ kind: "closed" });
  const router = useRouter();
  const close = () => {
    if (stage.kind === "made") router.refresh();
    setStage({ kind: "closed" });
  };
  return (
    <>
      <Button size="desk" className="min-h-11" onClick={() => setStage({ kind: "choosing" })}>
        {t("printBadges")}
      </Button>
      {stage.kind === "choosing" ? (
        <Dialog title={t("printBadges")} onClose={close} className="w-[min(680px,92vw)]">
          <Choice
            people={people}
            onCancel={close}
            onMade={(badges) => setStage({ kind: "made", badges })}
          />
        </Dialog>
      ) : null}
      {stage.kind === "made" ? (
        <Dialog title={t("badgesTitle")} onClose={close} className="w-[min(820px,92vw)]">
          <BadgeSheet badges={stage.badges} />
          <div className="mt-5 flex justify-end print:hidden">
            <Button size="desk" tone="act" className="min-h-11" onClick={close}>
              {t("done")}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

function Choice({
  people,
  onCancel,
  onMade,
}: {
  people: readonly Somebody[];
  onCancel: () => void;
  onMade: (badges: PrintedBadge[]) => void;
}) {
  const t = useTranslations("desk.people");
  const without = people.filter(({ hasBadge }) => !hasBadge).map(({ id }) => id);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(without.slice(0, most)));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const send = async () => {
    setBusy(true);
    const done = await issueBadges({ command: uuidv7(), people: [...chosen] }).catch(
      () => ({ ok: false, error: { code: "no_answer_to_badges", params: {} } }) as const,
    );
    setBusy(false);
    if (done.ok) onMade(done.value);
    else setRefusal({ at: Date.now(), refused: done.error });
  };
  return (
    <div className="grid gap-4">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <p className="text-[15px] text-ink-2">{t("printBadgesText")}</p>
      <fieldset className="max-h-[46vh] overflow-auto rounded border-[1.5px] border-rule bg-sheet">
        <legend className="sr-only">{t("whoGetsOne")}</legend>
        {people.map(({ id, name, employeeNumber, hasBadge }) => (
          <label
            key={id}
            className="flex min-h-11 items-center gap-3 border-t border-sunk px-4 text-[15px] first-of-type:border-t-0"
          >
            <input
              type="checkbox"
              checked={chosen.has(id)}
              onChange={() => toggle(id)}
              className="size-5 shrink-0 accent-(--color-act)"
            />
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {name} <span className="mono text-[13px] text-ink-2">{employeeNumber}</span>
            </span>
            <span className="shrink-0 text-[13px] text-ink-2">
              {hasBadge ? t("hasBadge") : t("noBadge")}
            </span>
          </label>
        ))}
      </fieldset>
      <div className="flex items-center justify-between gap-6">
        <Button size="desk" tone="quiet" className="min-h-11" onClick={onCancel}>
          {t("cancel")}
        </Button>
        <Button
          size="desk"
          tone="act"
          busy={busy}
          disabled={chosen.size === 0 || chosen.size > most}
          className="min-h-11"
          onClick={() => void send()}
        >
          {t("makeBadges", { count: chosen.size })}
        </Button>
      </div>
    </div>
  );
}
