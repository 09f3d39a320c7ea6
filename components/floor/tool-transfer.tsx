"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { TextInput } from "#components/ui/field";
import { toolsDue } from "#lib/travelers/values.rules";
import { ServerProblem } from "./problem.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { useActing, useWork } from "./work-context.tsx";

const most = 6;

/** Tools that came to the unit or left it between the counts: said here, so that the count out can be right. */
export function ToolTransfer({ kit }: { kit: string }) {
  const t = useTranslations("floor.tools");
  const { state, content } = useWork();
  const [isOpen, setOpen] = useState(false);
  const due = toolsDue(state, content, kit)?.due;
  if (due === undefined) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        {t("open")}{" "}
        <span className="mono text-[15px] font-medium text-ink-2">{t("due", { kit, due })}</span>
      </Button>
      {isOpen ? <TransferDialog kit={kit} due={due} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function TransferDialog({ kit, due, onClose }: { kit: string; due: string; onClose: () => void }) {
  const t = useTranslations("floor.tools");
  const common = useTranslations("common");
  const { isBusy, problem, run } = useActing();
  const [direction, setDirection] = useState<"in" | "out" | null>(null);
  const [quantity, setQuantity] = useState("1");
  const [counterpart, setCounterpart] = useState("");
  const [reason, setReason] = useState("");
  const isReady = direction !== null && counterpart.trim() !== "" && reason.trim() !== "";
  const keep = async () => {
    if (direction === null) return;
    const other = counterpart.trim().normalize("NFC");
    const body = { kit, quantity, direction, counterpart: other, reason: reason.trim() };
    if (await run((perform) => perform("transferTools", body))) onClose();
  };
  return (
    <Dialog title={t("title", { kit })} onClose={onClose} dismissable={false} className="w-[980px]">
      {problem === null ? null : <ServerProblem problem={problem} area="act" />}
      <div className="grid grid-cols-2 gap-7">
        <div className="grid content-start gap-4">
          <div className="grid grid-cols-2 gap-2">
            {(["out", "in"] as const).map((one) => (
              <Choice key={one} isOn={direction === one} onPress={() => setDirection(one)}>
                {t(one)}
              </Choice>
            ))}
          </div>
          <fieldset className="grid grid-cols-6 gap-2">
            <legend className="mb-1 text-[16px] font-[650]">{t("quantity")}</legend>
            {Array.from({ length: most }, (_, index) => String(index + 1)).map((one) => (
              <Choice
                key={one}
                isOn={quantity === one}
                onPress={() => setQuantity(one)}
                className="mono text-center"
              >
                {one}
              </Choice>
            ))}
          </fieldset>
          <TextInput
            aria-label={t("counterpart")}
            placeholder={t("counterpart")}
            value={counterpart}
            maxLength={120}
            onChange={(event) => setCounterpart(event.target.value)}
            className="min-h-touch text-[19px]"
          />
          <p className="text-[16px] text-ink-2">{t("due", { kit, due })}</p>
        </div>
        <ReasonEntry list="tools" reason={reason} onChange={setReason} />
      </div>
      <div className="mt-6 grid grid-cols-[auto_1fr] gap-12">
        <Button disabled={isBusy} onClick={onClose}>
          {common("cancel")}
        </Button>
        <Button
          tone="act"
          size="record"
          busy={isBusy}
          disabled={!isReady}
          onClick={() => void keep()}
        >
          {t("keep")}
        </Button>
      </div>
    </Dialog>
  );
}
