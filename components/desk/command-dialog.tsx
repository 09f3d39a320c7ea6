"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button, type ButtonTone } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";

/** A button that opens a form. The form's state lives outside, so that closing loses nothing typed. */
export function CommandDialog({
  open,
  onOpen,
  onClose,
  label,
  title,
  tone = "plain",
  wide = false,
  children,
}: {
  open: boolean;
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
      {open ? (
        <Dialog
          title={title}
          onClose={onClose}
          className={wide ? "w-[min(820px,92vw)]" : "w-[min(600px,92vw)]"}
        >
          {children}
        </Dialog>
      ) : null}
    </>
  );
}

/** Cancel left, the act right: opposite actions are not neighbours. */
export function FormButtons({
  busy,
  onCancel,
  label,
  tone = "act",
}: {
  busy: boolean;
  onCancel: () => void;
  label: string;
  tone?: ButtonTone;
}) {
  const t = useTranslations("desk.form");
  return (
    <div className="flex items-center justify-between gap-6 pt-2">
      <Button size="desk" tone="quiet" onClick={onCancel}>
        {t("cancel")}
      </Button>
      <Button size="desk" tone={tone} type="submit" busy={busy} className="min-h-11">
        {busy ? t("sending") : label}
      </Button>
    </div>
  );
}

export function useOpen() {
  const [open, setOpen] = useState(false);
  return { open, onOpen: () => setOpen(true), onClose: () => setOpen(false) };
}
