"use client";
import { type ReactNode, useEffect, useId, useRef } from "react";

/** The browser's own modal dialog: it keeps the focus inside and gives it back when it closes. */
export function Dialog({
  title,
  onClose,
  children,
  footer,
  className = "",
  dismissable = true,
  open = true,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** What decides stays in sight, however long what is above it grows. */
  footer?: ReactNode;
  className?: string;
  /** Closed and still there: what was typed in it waits for the next opening. */
  open?: boolean;
  /** False where leaving by accident would lose a decision: only its own buttons close it. */
  dismissable?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null || !open) return;
    if (!dialog.open) dialog.showModal();
    return () => dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (dismissable) onClose();
      }}
      className={`m-auto max-h-[94dvh] max-w-[94vw] overflow-hidden rounded-[16px] border-2 border-rule bg-paper text-left open:flex open:flex-col ${className}`}
    >
      <div className="min-h-0 flex-1 overflow-auto p-7">
        <h2 id={heading} className="mb-4 text-[26px] leading-tight font-bold text-balance">
          {title}
        </h2>
        {children}
      </div>
      {footer === undefined ? null : (
        <div className="shrink-0 border-t-2 border-rule px-7 py-4">{footer}</div>
      )}
    </dialog>
  );
}
