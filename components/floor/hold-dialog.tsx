"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { uuidv7 } from "#lib/kit/ids";
import type { HoldScope } from "#lib/travelers/state.schema";
import { useWords } from "./language.tsx";
import type { Place } from "./place.ts";
import { ServerProblem } from "./problem.tsx";
import { Choice } from "./reason-entry.tsx";
import { useActing, useWork } from "./work-context.tsx";

type ScopeKind = HoldScope["kind"];

/** Two taps: hold, reason. What it covers is the unit unless somebody says less. */
export function HoldDialog({ place, onClose }: { place: Place | null; onClose: () => void }) {
  const t = useTranslations("floor.hold");
  const common = useTranslations("common");
  const words = useWords();
  const { packet } = useWork();
  const { isBusy, problem, run } = useActing();
  const [kind, setKind] = useState<ScopeKind>("traveler");
  const scope = scopeOf(kind, place);
  const hold = async (reason: string) => {
    const body = { hold: uuidv7(), scope, reason, comment: null };
    if (await run((perform) => perform("placeHold", body))) onClose();
  };
  const kinds: ScopeKind[] = ["traveler", ...(place === null ? [] : ["operation" as const])];
  if (place?.step != null) kinds.push("step");
  return (
    <Dialog title={t("title")} onClose={onClose} className="w-[860px]">
      <p className="mb-3 text-[18px] text-ink-2">{t("explain")}</p>
      {problem === null ? null : <ServerProblem problem={problem} area="act" />}
      <fieldset className="mb-5 grid grid-cols-3 gap-2" aria-label={t("scope")}>
        {kinds.map((one) => (
          <Choice key={one} isOn={kind === one} onPress={() => setKind(one)}>
            {t(`scopes.${one}`)}
          </Choice>
        ))}
      </fieldset>
      <ul className="grid grid-cols-2 gap-3" aria-label={t("reasons")}>
        {packet.policy.holdReasons.map((reason) => (
          <li key={reason.code}>
            <Button
              tone="stop"
              size="record"
              className="w-full text-left"
              disabled={isBusy}
              onClick={() => void hold(reason.code)}
            >
              {words(reason.label)}
              <span className="block text-[15px] font-medium text-ink-2">
                {t("releasedBy", { owner: common(`owner.${reason.owner}`) })}
              </span>
            </Button>
          </li>
        ))}
      </ul>
      <Button className="mt-5 w-full" disabled={isBusy} onClick={onClose}>
        {common("cancel")}
      </Button>
    </Dialog>
  );
}

function scopeOf(kind: ScopeKind, place: Place | null): HoldScope {
  if (kind === "operation" && place !== null) return { kind, operation: place.operation };
  if (kind === "step" && place?.step != null) return { kind, step: place.step };
  return { kind: "traveler" };
}
