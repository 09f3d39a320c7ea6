"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { uuidv7 } from "#lib/kit/ids";
import { remainingOf } from "#lib/travelers/lot-balance.rules";
import { ActFooter } from "./act-footer.tsx";
import { useWords } from "./language.tsx";
import { PieceKeys, piecesIn } from "./piece-keys.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useActing, useWork } from "./work-context.tsx";

type Made = { child: string };

/** How many leave, why, with which defects, and whether they are held from the first moment. */
export function SplitLot({
  onBack,
  onClose,
  onOpen,
}: {
  onBack: () => void;
  onClose: () => void;
  onOpen: (traveler: string) => Promise<void>;
}) {
  const t = useTranslations("floor.lot.split");
  const { state } = useWork();
  const acting = useActing();
  const [text, setText] = useState("");
  const [serials, setSerials] = useState<readonly string[]>([]);
  const [defects, setDefects] = useState<readonly string[]>([]);
  const [hold, setHold] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [made, setMade] = useState<Made | null>(null);
  const isNumbered = state.serials.length > 0;
  const quantity = isNumbered ? String(serials.length) : piecesIn(text);
  const split = async () => {
    if (quantity === null) return;
    const child = uuidv7();
    const body = {
      child,
      quantity,
      reason: reason.trim(),
      ...(defects.length === 0 ? {} : { defects: [...defects] }),
      ...(isNumbered ? { serials: [...serials] } : {}),
      ...(hold === null ? {} : { hold: { hold: uuidv7(), reason: hold } }),
    };
    await acting.run(async (perform) => {
      const outcome = await perform("splitTraveler", body);
      // Asked for and perhaps done: from here nobody splits the same pieces off a second time.
      if (outcome.kind === "done" || outcome.kind === "waits") setMade({ child });
      return outcome;
    });
  };
  const isCounted = quantity !== null && quantity !== "0";
  const held = hold === null ? "keep" : "keepHeld";
  const ready = reason.trim() === "" ? t("reasonFirst") : t(held, { quantity: quantity ?? "" });
  const label = isCounted ? ready : t("countFirst");
  if (made !== null) return <SplitOff made={made} onClose={onClose} onOpen={onOpen} />;
  return (
    <Dialog
      title={t("title", { lot: state.unit.lot ?? "" })}
      onClose={onClose}
      dismissable={false}
      className="w-[1100px]"
      footer={
        <ActFooter
          acting={acting}
          label={label}
          isReady={isCounted && reason.trim() !== ""}
          onBack={onBack}
          onAct={split}
        />
      }
    >
      <div className="grid grid-cols-[340px_minmax(0,1fr)] gap-7 portrait:grid-cols-1">
        {isNumbered ? (
          <SerialChoice chosen={serials} onChange={setSerials} />
        ) : (
          <PieceKeys
            label={t("quantity", { of: remainingOf(state) })}
            text={text}
            onChange={setText}
          />
        )}
        <section className="grid content-start gap-4">
          <DefectChoice chosen={defects} onChange={setDefects} />
          <HoldChoice hold={hold} onChange={setHold} />
          <div>
            <h3 className="mb-2 text-[18px] font-bold">{t("why")}</h3>
            <ReasonEntry list="split" reason={reason} onChange={setReason} />
          </div>
        </section>
      </div>
    </Dialog>
  );
}

function SerialChoice({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (serials: readonly string[]) => void;
}) {
  const t = useTranslations("floor.lot.split");
  const { state } = useWork();
  return (
    <section>
      <h3 className="mb-2 text-[18px] font-bold">{t("serials", { count: chosen.length })}</h3>
      <div className="grid max-h-[430px] grid-cols-2 gap-2 overflow-auto">
        {state.serials.map((one) => (
          <Choice
            key={one}
            isOn={chosen.includes(one)}
            onPress={() =>
              onChange(chosen.includes(one) ? chosen.filter((of) => of !== one) : [...chosen, one])
            }
            className="mono"
          >
            {one}
          </Choice>
        ))}
      </div>
    </section>
  );
}

function DefectChoice({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (defects: readonly string[]) => void;
}) {
  const t = useTranslations("floor.lot.split");
  const words = useWords();
  const { state, packet } = useWork();
  const open = state.defects.filter(({ status }) => status === "open");
  if (open.length === 0) return null;
  return (
    <fieldset>
      <legend className="mb-2 text-[18px] font-bold">{t("defects")}</legend>
      <div className="grid grid-cols-2 gap-2">
        {open.map(({ id, code, quantity }) => {
          const label = packet.policy.defectCodes.find((one) => one.code === code)?.label;
          return (
            <Choice
              key={id}
              isOn={chosen.includes(id)}
              onPress={() =>
                onChange(chosen.includes(id) ? chosen.filter((of) => of !== id) : [...chosen, id])
              }
            >
              <span className="mono text-[15px] text-ink-2">{code}</span>{" "}
              {label === undefined ? "" : words(label)}
              <span className="block text-[15px] font-medium">{t("on", { quantity })}</span>
            </Choice>
          );
        })}
      </div>
    </fieldset>
  );
}

/** Chosen, and not assumed: whoever splits says whether the pieces go on or are held. */
function HoldChoice({
  hold,
  onChange,
}: {
  hold: string | null;
  onChange: (hold: string | null) => void;
}) {
  const t = useTranslations("floor.lot.split");
  const words = useWords();
  const { state, packet } = useWork();
  // Nobody escapes a hold by splitting: it goes with the pieces, or with their defect.
  const isHeld = state.holds.some(({ released }) => released === null);
  return (
    <fieldset>
      <legend className="mb-2 text-[18px] font-bold">{t("then")}</legend>
      <div className="grid grid-cols-3 gap-2">
        <Choice isOn={hold === null} onPress={() => onChange(null)}>
          {t(isHeld ? "stayHeld" : "goOn")}
        </Choice>
        {packet.policy.holdReasons.map(({ code, label }) => (
          <Choice key={code} isOn={hold === code} onPress={() => onChange(code)}>
            <span className="block text-[14px] font-medium text-ink-2">{t("onHold")}</span>
            {words(label)}
          </Choice>
        ))}
      </div>
    </fieldset>
  );
}

/** It is there: its number goes on the paper that lies with the pieces. */
function SplitOff({
  made,
  onClose,
  onOpen,
}: {
  made: Made;
  onClose: () => void;
  onOpen: (traveler: string) => Promise<void>;
}) {
  const t = useTranslations("floor.lot.split");
  const { state } = useWork();
  const { view } = useTablet();
  const split = state.splits.find(({ child }) => child === made.child);
  return (
    <Dialog
      title={t(split === undefined ? "asked" : "done")}
      onClose={onClose}
      className="w-[760px]"
    >
      <p className="text-[20px] leading-snug" aria-live="polite">
        {split === undefined
          ? t(view.online ? "arriving" : "waits")
          : t("doneLead", { lot: split.lot, quantity: split.quantity })}
      </p>
      {split === undefined ? null : (
        <p className="mono my-4 rounded border-2 border-edge bg-sheet px-4 py-3 text-center text-[34px] font-bold">
          {split.lot}
        </p>
      )}
      <div className="mt-6 grid grid-cols-2 gap-6">
        <Button onClick={onClose}>{t("stay")}</Button>
        <Button tone="act" disabled={split === undefined} onClick={() => void onOpen(made.child)}>
          {t("openChild")}
        </Button>
      </div>
    </Dialog>
  );
}
