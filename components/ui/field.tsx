"use client";
import { type ComponentProps, type ReactNode, useId } from "react";

export type FieldControl = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
};

/** A label, its control and what is wrong with it, tied together for a screen reader. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  children: (control: FieldControl) => ReactNode;
}) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-[15px] font-[650] text-ink-2">
        {label}
      </label>
      {children({
        id,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
        "aria-invalid": error === undefined ? undefined : true,
      })}
      {note === undefined ? null : (
        <p
          id={`${id}-note`}
          role={error === undefined ? undefined : "alert"}
          className={`text-[14px] leading-snug ${error === undefined ? "text-ink-3" : "font-[650] text-stop"}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}

const box =
  "w-full rounded border-2 border-edge bg-sheet px-3 py-2 text-ink placeholder:text-ink-3 aria-invalid:border-stop disabled:bg-sunk";

export const TextInput = ({ className = "", ...rest }: ComponentProps<"input">) => (
  <input {...rest} className={`${box} min-h-10 ${className}`} />
);
export const TextArea = ({ className = "", ...rest }: ComponentProps<"textarea">) => (
  <textarea {...rest} className={`${box} min-h-20 ${className}`} />
);
export const SelectInput = ({ className = "", ...rest }: ComponentProps<"select">) => (
  <select {...rest} className={`${box} min-h-10 ${className}`} />
);
