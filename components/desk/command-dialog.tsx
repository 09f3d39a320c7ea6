"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button, type ButtonTone } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";

/** A button that opens a form. Closed it is only hidden: nothing typed is lost until it has been sent. */
export function CommandDialog({
  stage,
  onOpen,
  onClose,
  label,
  title,
  tone = "plain",
  wide = false,
  children,
}: {
  stage: Stage;
  onOpen: () => void;
  onClose: () => void;
  label: string;
  title: string;
  tone?: ButtonTone;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <>
      <Button size="desk" tone={tone} className="min-h-11" onClick={onOpen}>
        {label}
      </Button>
      {stage === "fresh" ? null : (
        <Dialog
          title={title}
          open={stage === "open"}
          onClose={onClose}
          className={wide ? "w-[min(820px,92vw)]" : "w-[min(600px,92vw)]"}
        >
          {children}
        </Dialog>
      )}
    </>
  );
}

/** Cancel left, the act right: opposite actions are not neighbours. */
export function FormButtons({
  busy,
  onCancel,
  label,
  back,
  tone = "act",
}: {
  busy: boolean;
  onCancel: () => void;
  label: string;
  /** Where leaving leads to the form before and not out of it. */
  back?: string;
  tone?: ButtonTone;
}) {
  const t = useTranslations("desk.form");
  return (
    <div className="flex items-center justify-between gap-6 pt-2">
      <Button size="desk" tone="quiet" className="min-h-11" onClick={onCancel}>
        {back ?? t("cancel")}
      </Button>
      <Button size="desk" tone={tone} type="submit" busy={busy} className="min-h-11">
        {busy ? t("sending") : label}
      </Button>
    </div>
  );
}

/** Not opened yet or sent, in front, or put aside with what is typed in it. */
type Stage = "fresh" | "open" | "aside";

export function useDialog() {
  const [stage, setStage] = useState<Stage>("fresh");
  return {
    dialog: { stage, onOpen: () => setStage("open"), onClose: () => setStage("aside") },
    onDone: () => setStage("fresh"),
  };
}
