"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Dialog } from "#components/ui/dialog";
import { Field, TextArea, TextInput } from "#components/ui/field";
import { remainingOf } from "#lib/travelers/lot-balance.rules";
import { numbersFrom, numbersIn } from "#lib/travelers/serials.rules";
import { ActFooter } from "./act-footer.tsx";
import { Notice } from "./problem.tsx";
import { Choice } from "./reason-entry.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** Each piece gets its number, once: counted on from a first one, or each typed. Nothing is written again. */
export function AssignSerials({ onBack, onClose }: { onBack: () => void; onClose: () => void }) {
  const t = useTranslations("floor.lot.serials");
  const { state } = useWork();
  const acting = useActing();
  const [way, setWay] = useState<"from" | "each">("from");
  const [first, setFirst] = useState("");
  const [typed, setTyped] = useState("");
  const pieces = remainingOf(state);
  const count = Number(pieces);
  const isWhole = Number.isInteger(count);
  const serials =
    way === "each" ? numbersIn(typed) : isWhole ? (numbersFrom(first.trim(), count) ?? []) : [];
  const keep = async () => {
    if (await acting.run((perform) => perform("assignSerials", { serials }))) onClose();
  };
  return (
    <Dialog
      title={t("title", { quantity: pieces })}
      onClose={onClose}
      dismissable={false}
      className="w-[880px]"
      footer={
        <ActFooter
          acting={acting}
          label={serials.length === 0 ? t("first") : t("keep", { count: serials.length })}
          isReady={serials.length > 0}
          onBack={onBack}
          onAct={keep}
        />
      }
    >
      <p className="mb-4 text-[18px] leading-snug text-ink-2">{t("lead")}</p>
      {isWhole ? null : <Notice tone="stop">{t("notWhole", { quantity: pieces })}</Notice>}
      <fieldset aria-label={t("way")} className="mb-4 grid grid-cols-2 gap-2">
        {(["from", "each"] as const).map((one) => (
          <Choice key={one} isOn={way === one} onPress={() => setWay(one)}>
            {t(`ways.${one}`)}
          </Choice>
        ))}
      </fieldset>
      {way === "from" ? (
        <Field label={t("firstLabel")} hint={t("firstHint")}>
          {(control) => (
            <TextInput
              {...control}
              value={first}
              maxLength={60}
              autoCapitalize="characters"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setFirst(event.target.value)}
              className="mono min-h-touch text-[24px]"
            />
          )}
        </Field>
      ) : (
        <Field label={t("eachLabel")} hint={t("eachHint")}>
          {(control) => (
            <TextArea
              {...control}
              value={typed}
              rows={6}
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
              className="mono min-h-40 text-[19px]"
            />
          )}
        </Field>
      )}
      <p aria-live="polite" className="mono mt-3 text-[19px] font-[650]">
        {way === "from" && serials.length > 1
          ? t("range", { from: serials[0] ?? "", to: serials.at(-1) ?? "", count: serials.length })
          : null}
        {way === "each" ? t("typedOf", { count: new Set(serials).size, of: pieces }) : null}
      </p>
    </Dialog>
  );
}
