"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { instant } from "#lib/kit/time";
import { waiverStanding, waiversOf } from "#lib/travelers/gates.rules";
import type { Waiver } from "#lib/travelers/state.schema";
import { useMomentText } from "./language.tsx";
import { ServerProblem } from "./problem.tsx";
import { ReasonEntry } from "./reason-entry.tsx";
import { useNow } from "./use-now.ts";
import { Grant } from "./waiver-dialog.tsx";
import { useActing, usePeople, useWork } from "./work-context.tsx";

/** Who may do what on this unit without holding it: granted here by quality, revoked by a lead. */
export function WaiverList() {
  const t = useTranslations("floor.waiver");
  const now = useNow(1000);
  const { state, signedIn } = useWork();
  const [open, setOpen] = useState<{ act: "grant" | "revoke"; waiver: Waiver } | null>(null);
  const waivers = waiversOf(state);
  if (waivers.length === 0 || now === null) return null;
  const at = instant(now);
  const isLead = signedIn.person.roles.some((role) => role === "supervisor" || role === "quality");
  const close = () => setOpen(null);
  return (
    <section className="mt-5 border-t-2 border-rule pt-3">
      <h3 className="mb-2 text-[18px] font-bold">{t("list")}</h3>
      <ul className="grid gap-3">
        {waivers.map((waiver) => {
          const standing = waiverStanding(waiver, at);
          return (
            <li key={waiver.id} className="flex flex-wrap items-center gap-3">
              <Described waiver={waiver} standing={standing} />
              {standing === "waiting" ? (
                <Button onClick={() => setOpen({ act: "grant", waiver })}>{t("grant")}</Button>
              ) : null}
              {isLead && (standing === "waiting" || standing === "inForce") ? (
                <Button tone="stop" onClick={() => setOpen({ act: "revoke", waiver })}>
                  {t("revoke")}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {open === null ? null : open.act === "grant" ? (
        <GrantDialog waiver={open.waiver} onClose={close} />
      ) : (
        <Revoke waiver={open.waiver} onClose={close} />
      )}
    </section>
  );
}

function Described({
  waiver,
  standing,
}: {
  waiver: Waiver;
  standing: ReturnType<typeof waiverStanding>;
}) {
  const t = useTranslations("floor.waiver");
  const person = usePeople();
  const moment = useMomentText();
  const { packet } = useWork();
  const granted = waiver.grantedBy === null ? "none" : person(waiver.grantedBy).name;
  return (
    <p className="min-w-0 flex-1 text-[17px] leading-snug wrap-anywhere">
      <b>{t("of", { code: waiver.qualification, person: person(waiver.person).name })}</b>{" "}
      {t(`states.${standing}`, {
        until: moment(waiver.validUntil),
        at: moment(waiver.revoked?.at ?? waiver.validUntil),
      })}
      <span className="block text-[15px] text-ink-2">
        {t("by", { asked: person(waiver.requestedBy).name, granted })} ·{" "}
        {packet.texts[waiver.reason] ?? ""}
      </span>
    </p>
  );
}

function GrantDialog({ waiver, onClose }: { waiver: Waiver; onClose: () => void }) {
  const t = useTranslations("floor.waiver");
  const person = usePeople();
  const names = { code: waiver.qualification, person: person(waiver.person).name };
  return (
    <Dialog title={t("title", names)} onClose={onClose} dismissable={false} className="w-[980px]">
      <Grant waiver={waiver} onClose={onClose} />
    </Dialog>
  );
}

function Revoke({ waiver, onClose }: { waiver: Waiver; onClose: () => void }) {
  const t = useTranslations("floor.waiver");
  const common = useTranslations("common");
  const person = usePeople();
  const { isBusy, problem, run } = useActing();
  const [reason, setReason] = useState("");
  const names = { code: waiver.qualification, person: person(waiver.person).name };
  const revoke = async () => {
    const body = { waiver: waiver.id, reason: reason.trim() };
    if (await run((perform) => perform("revokeWaiver", body))) onClose();
  };
  return (
    <Dialog title={t("revokeTitle", names)} onClose={onClose} className="w-[860px]">
      <div className="grid gap-5">
        {problem === null ? null : <ServerProblem problem={problem} area="act" />}
        <ReasonEntry list="revoke" reason={reason} onChange={setReason} />
        <div className="flex justify-between gap-10">
          <Button onClick={onClose} disabled={isBusy}>
            {common("back")}
          </Button>
          <Button
            tone="stop"
            size="record"
            className="min-w-72"
            busy={isBusy}
            disabled={reason.trim() === ""}
            onClick={() => void revoke()}
          >
            {t("revokeNow")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
